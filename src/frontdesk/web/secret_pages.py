"""Account > network > API: the Basic pairs, showing a secret again, regenerating one. The contract; ATTACKS OW."""

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.records import User
from frontdesk.protocol.retiring import OVERLAPS
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.pair_pages import api_page, fresh_page, named_in, seen_version, shown_again
from frontdesk.web.views_credentials import SecretView
from frontdesk.web.words import exactly, notice_of

SHOWN_FOR = 60  # seconds
SCRIPT = "secret.js"


async def show_api(desk: Desk, visit: Visit, user: User) -> Answer:
    """The pairs with their secrets hidden, for the network's owner."""
    opened = await desk.credentials.open(user, visit.params["network"])
    if isinstance(opened, Refusal):
        return desk.notice(visit, notice_of(opened.reason))
    return api_page(desk, visit, opened)


async def reveal(desk: Desk, visit: Visit, user: User) -> Answer:
    """A secret, folded away, for a minute; somebody who signed in too long ago does so again first."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    shown = await desk.reveal.reveal(
        user,
        session,
        visit.params["network"],
        client_id=named_in(visit),
        ticket=visit.asked("request"),
        origin=visit.origin,
    )
    back = visit.path.removesuffix("/reveal")
    if isinstance(shown, Refusal):
        if shown.reason is Reason.SIGN_IN_AGAIN:
            return send_to(with_query("/sign-in", next=back, again="1"))
        return await shown_again(desk, visit, user, shown)
    view = SecretView(
        back=back,
        network=shown.network.title,
        client_id=shown.credential.client_id,
        last_four=shown.credential.last_four,
        secret=shown.secret,
        seconds=SHOWN_FOR,
    )
    # Without scripts the browser itself leaves the page; no history, cache or way back brings the secret again.
    refresh = f"{SHOWN_FOR}; url={view.back}".encode()
    return desk.page(visit, view, section="networks", script=SCRIPT, extra=((b"refresh", refresh),))


async def regenerate(desk: Desk, visit: Visit, user: User) -> Answer:
    """A new pair, with its secret in this answer; the old one is refused from now on, or after a while."""
    overlap = OVERLAPS.get(visit.asked("overlap"))
    fresh = await desk.credentials.regenerate(
        user,
        visit.params["network"],
        client_id=named_in(visit),
        seen_version=seen_version(visit),
        typed_title=visit.asked("title"),
        overlap=overlap,
        origin=visit.origin,
    )
    if isinstance(fresh, Refusal):
        return await shown_again(desk, visit, user, fresh)
    made = fresh.credential.created_at
    old_until = exactly(Micros(made + overlap)) if overlap is not None else ""
    return fresh_page(desk, visit, fresh, replaces=True, old_until=old_until)


async def end_old(desk: Desk, visit: Visit, user: User) -> Answer:
    """End the pair that went on beside the one in its place."""
    ended = await desk.credentials.end(
        user,
        visit.params["network"],
        client_id=visit.asked("credential"),
        seen_version=seen_version(visit),
        origin=visit.origin,
    )
    if isinstance(ended, Refusal):
        return await shown_again(desk, visit, user, ended)
    back = visit.path.removesuffix("/end-old")
    return send_to(f"{back}/credentials/{ended.replaced_by}" if ended.name and ended.replaced_by else back)
