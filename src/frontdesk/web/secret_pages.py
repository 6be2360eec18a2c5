"""Account > network > API: the Basic pair, showing its secret again, regenerating it. The contract; ATTACKS OW."""

from frontdesk.flows.account import NetworkAccess
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.views import ApiView, FreshSecretView, SecretView
from frontdesk.web.words import (
    KEPT_NOWHERE,
    REGENERATED_MEANWHILE,
    REVEALED_MEANWHILE,
    TITLE_PROBLEM,
    moment,
    notice_of,
)

SHOWN_FOR = 60  # seconds
SCRIPT = "secret.js"

# What goes wrong with a page that was right when it was made: it is shown anew, with the reason.
_PROBLEMS = {
    Reason.TITLE_MISTYPED: (400, TITLE_PROBLEM),
    Reason.REGENERATED_MEANWHILE: (409, REGENERATED_MEANWHILE),
    Reason.REVEALED_MEANWHILE: (409, REVEALED_MEANWHILE),
    Reason.SECRET_NOT_KEPT: (409, KEPT_NOWHERE),
}


async def show_api(desk: Desk, visit: Visit, user: User) -> Answer:
    """The pair with its secret hidden, for the network's owner."""
    access = await desk.account.open_network(user, visit.params["network"])
    if isinstance(access, Refusal):
        return desk.notice(visit, notice_of(access.reason))
    return _api_page(desk, visit, access)


async def reveal(desk: Desk, visit: Visit, user: User) -> Answer:
    """The secret, folded away, for a minute; somebody who signed in too long ago does so again first."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    shown = await desk.reveal.reveal(
        user, session, visit.params["network"], ticket=visit.asked("request"), origin=visit.origin
    )
    if isinstance(shown, Refusal):
        if shown.reason is Reason.SIGN_IN_AGAIN:
            return send_to(with_query("/sign-in", next=_path(visit), again="1"))
        return await _api_again(desk, visit, user, shown)
    view = SecretView(
        back=_path(visit),
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
    """A new pair, with its secret in this answer."""
    version = visit.asked("version")
    fresh = await desk.account.regenerate(
        user,
        visit.params["network"],
        seen_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        typed_title=visit.asked("title"),
        origin=visit.origin,
    )
    if isinstance(fresh, Refusal):
        return await _api_again(desk, visit, user, fresh)
    view = FreshSecretView(
        network_id=fresh.network.id,
        network=fresh.network.title,
        client_id=fresh.credential.client_id,
        secret=fresh.secret,
        curl=_curl(desk, fresh.credential.client_id),
        kept=fresh.credential.sealed_secret is not None,
    )
    return desk.page(visit, view, section="networks")


async def _api_again(desk: Desk, visit: Visit, user: User, refusal: Refusal) -> Answer:
    access = await desk.account.open_network(user, visit.params["network"])
    if refusal.reason not in _PROBLEMS or isinstance(access, Refusal):
        return desk.notice(visit, notice_of(access.reason if isinstance(access, Refusal) else refusal.reason))
    status, problem = _PROBLEMS[refusal.reason]
    return _api_page(desk, visit, access, status=status, problem=problem, refused=refusal.reason)


def _api_page(
    desk: Desk,
    visit: Visit,
    access: NetworkAccess,
    *,
    status: int = 200,
    problem: str = "",
    refused: Reason | None = None,
) -> Answer:
    now = desk.clock.now()
    pair, path = access.credential, f"/account/networks/{access.network.id}/api"
    session = visit.visitor.session
    mistyped = refused is Reason.TITLE_MISTYPED
    # Where a kept secret cannot be opened (its key was destroyed), the page says so as if it had never been kept.
    can_reveal = access.can_reveal and refused is not Reason.SECRET_NOT_KEPT
    view = ApiView(
        ticket=desk.ticket(visit, f"{path}/regenerate"),
        reveal=desk.ticket(visit, f"{path}/reveal", request=desk.reveal.ticket_of(access)) if can_reveal else None,
        must_sign_in=session is None or not desk.reveal.is_fresh(session),
        network_id=access.network.id,
        network=access.network.title,
        client_id=pair.client_id,
        last_four=pair.last_four,
        version=pair.version,
        made=moment(pair.created_at, now),
        last_used=moment(pair.last_used_at, now) if pair.last_used_at is not None else None,
        last_shown=moment(pair.revealed_at, now) if pair.revealed_at is not None else None,
        curl=_curl(desk, pair.client_id),
        typed_title=visit.asked("title") if mistyped else "",
        problem=problem,
        mistyped=mistyped,
        regenerating=refused in (Reason.TITLE_MISTYPED, Reason.REGENERATED_MEANWHILE, Reason.SECRET_NOT_KEPT),
    )
    return desk.page(visit, view, status=status, section="networks")


def _path(visit: Visit) -> str:
    """The API page of the network that this visit is about, whose id was proven to be one."""
    return f"/account/networks/{visit.params['network'].lower()}/api"


def _curl(desk: Desk, client_id: str) -> str:
    # Without a colon curl asks for the secret, so that it lands in no shell history.
    return f"curl --user '{client_id}' {desk.issuer}{desk.curl_path}"
