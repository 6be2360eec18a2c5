"""Account > network > API: another Basic pair with a name, what it may, and its end. ATTACKS W11, OW-07, TN-07."""

from frontdesk.flows.credentials import OpenPairs
from frontdesk.protocol.credential_wishes import Fault, Faults, Wish
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import MINUTE, Micros
from frontdesk.protocol.records import NetworkCredential, User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.pair_pages import api_page, credential_page, fresh_page, named_in, seen_version, shown_again
from frontdesk.web.pair_views import api_path
from frontdesk.web.views_credentials import NewCredentialView, WishView
from frontdesk.web.words import NO_SUCH_PAGE, notice_of
from frontdesk.web.words_credentials import NAME_TAKEN, PROBLEMS

# It takes a while to think about what a program needs, longer than a sign-in counts as one of a moment ago.
OPEN_FOR = 30 * MINUTE


async def show_new(desk: Desk, visit: Visit, user: User) -> Answer:
    """The form for another pair, for somebody who signed in a moment ago."""
    opened = await desk.credentials.open(user, visit.params["network"])
    if isinstance(opened, Refusal):
        return desk.notice(visit, notice_of(opened.reason))
    return _new_page(desk, visit, opened, Wish(), since=_opening(desk, visit))


async def add(desk: Desk, visit: Visit, user: User) -> Answer:
    """Make it, with its secret in this answer; the form says since when it was open to somebody who could."""
    wish, since = wish_of(visit), _since(desk, visit)
    if since is None:
        return send_to(_sign_in_first(visit))
    fresh = await desk.credentials.add(user, visit.params["network"], wish, origin=visit.origin)
    if not isinstance(fresh, Refusal | tuple):
        return fresh_page(desk, visit, fresh, replaces=False)
    opened = await desk.credentials.open(user, visit.params["network"])
    if isinstance(opened, Refusal):
        return desk.notice(visit, notice_of(opened.reason))
    if isinstance(fresh, tuple):
        return _new_page(desk, visit, opened, wish, since=since, faults=fresh)
    if fresh.reason is Reason.NAME_TAKEN:
        return _new_page(desk, visit, opened, wish, since=since, faults=(Fault(field="name", text=NAME_TAKEN),))
    return _new_page(desk, visit, opened, wish, since=since, refused=fresh.reason)


async def show_one(desk: Desk, visit: Visit, user: User) -> Answer:
    """One named pair."""
    found = await _find(desk, visit, user)
    return credential_page(desk, visit, *found) if isinstance(found, tuple) else found


async def change(desk: Desk, visit: Visit, user: User) -> Answer:
    """What a pair may from the next call on; and another name, where it is not the main one."""
    wish = wish_of(visit)
    changed = await desk.credentials.narrow(
        user,
        visit.params["network"],
        wish,
        client_id=named_in(visit),
        seen_version=seen_version(visit),
        origin=visit.origin,
    )
    if isinstance(changed, NetworkCredential):
        return send_to(visit.path.removesuffix("/change"))
    taken = isinstance(changed, Refusal) and changed.reason is Reason.NAME_TAKEN
    faults = (Fault(field="name", text=NAME_TAKEN),) if taken else changed
    if isinstance(faults, Refusal):
        return await shown_again(desk, visit, user, faults)
    if not named_in(visit):
        opened = await desk.credentials.open(user, visit.params["network"])
        if isinstance(opened, Refusal):
            return desk.notice(visit, notice_of(opened.reason))
        return api_page(desk, visit, opened, typed=wish, faults=faults)
    found = await _find(desk, visit, user)
    return credential_page(desk, visit, *found, typed=wish, faults=faults) if isinstance(found, tuple) else found


async def end(desk: Desk, visit: Visit, user: User) -> Answer:
    """It is refused from now on."""
    ended = await desk.credentials.end(
        user,
        visit.params["network"],
        client_id=named_in(visit),
        seen_version=seen_version(visit),
        origin=visit.origin,
    )
    if isinstance(ended, Refusal):
        return await shown_again(desk, visit, user, ended)
    return send_to(visit.path.partition("/credentials/")[0])


def wish_of(visit: Visit) -> Wish:
    """What was typed."""
    return Wish(
        name=visit.asked("name"),
        read_only=visit.asked("read_only") == "1",
        operations=visit.asked("operations"),
        addresses=visit.asked("addresses"),
        last_day=visit.asked("last_day"),
    )


async def _find(desk: Desk, visit: Visit, user: User) -> tuple[OpenPairs, NetworkCredential] | Answer:
    opened = await desk.credentials.open(user, visit.params["network"])
    if isinstance(opened, Refusal):
        return desk.notice(visit, notice_of(opened.reason))
    pair = opened.find(named_in(visit))
    if pair is None or not pair.name or pair.retires_at is not None:
        return desk.notice(visit, NO_SUCH_PAGE)
    return opened, pair


def _new_page(
    desk: Desk,
    visit: Visit,
    opened: OpenPairs,
    wish: Wish,
    *,
    since: Micros | None,
    faults: Faults = (),
    refused: Reason | None = None,
) -> Answer:
    status, problem = PROBLEMS[refused] if refused is not None else (200, "")
    if faults:
        status, problem = 400, faults[0].text
    view = NewCredentialView(
        network_id=opened.network.id,
        network=opened.network.title,
        form=WishView(
            ticket=desk.ticket(visit, f"{api_path(opened)}/new", request=str(since or 0)),
            wish=wish,
            operations=tuple(desk.credentials.operations()),
            faults=faults,
        ),
        sign_in_first=_sign_in_first(visit) if since is None else "",
        problem=problem,
    )
    return desk.page(visit, view, status=status, section="networks")


def _opening(desk: Desk, visit: Visit) -> Micros | None:
    """When this form is opened, where somebody signed in so lately that it may be."""
    session = visit.visitor.session
    return desk.clock.now() if session is not None and desk.reveal.is_fresh(session) else None


def _since(desk: Desk, visit: Visit) -> Micros | None:
    """When the form that was sent was opened; its token vouches for that. None where it was open for too long."""
    since = visit.asked("request")
    if not since.isdigit() or desk.clock.now() - int(since) >= OPEN_FOR:
        return None
    return Micros(int(since))


def _sign_in_first(visit: Visit) -> str:
    return with_query("/sign-in", next=visit.path, again="1")
