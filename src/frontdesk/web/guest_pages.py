"""Network > Apps with access: who connected which app, shutting one out, taking over what somebody left behind.

ATTACKS OW-04, OW-05, TN-07, TN-14.
"""

from frontdesk.flows.account import NetworkAccess, NetworkGuest
from frontdesk.flows.adoption import LeftConnection
from frontdesk.protocol.adoption import Adoption, Standing, judge_standing
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.slices import slice_of, start_of
from frontdesk.web.views import GuestRow, GuestsView, LeftRow
from frontdesk.web.words import moment, notice_of

SHOWN = 10  # of either list at a time
PAUSED = {
    Standing.WORKING: "",
    Standing.PERSON_BLOCKED: N_("refused: this person is blocked"),
    Standing.ROLE_TOO_LOW: N_("refused: this person's role here does not allow it any more"),
    Standing.APP_OFF: N_("refused: the app is switched off"),
}
ELSEWHERE = N_(
    "It cannot be taken over: the same connection also opens other networks of this person. "
    "Connect the app anew, from the app itself."
)
FULL = N_(
    "Nothing was taken over: you have as many connections with this app as anybody may. "
    "End one under Connected apps, then try again."
)
_PROBLEMS = {Reason.CONNECTION_ELSEWHERE: ELSEWHERE, Reason.TOO_MANY_CONNECTIONS: FULL}


async def show_guests(desk: Desk, visit: Visit, user: User) -> Answer:
    """Which apps reach the owner's network, through whom, and which did until somebody left."""
    return await _guests_page(desk, visit, user)


async def cut_guest(desk: Desk, visit: Visit, user: User) -> Answer:
    """Shut one person's app out of the owner's network."""
    cut = await desk.account.cut_guest(
        user,
        visit.params["network"],
        guest_id=visit.asked("user"),
        client_id=visit.asked("client"),
        origin=visit.origin,
    )
    if isinstance(cut, Refusal):
        return desk.notice(visit, notice_of(cut.reason))
    return send_to(f"/account/networks/{cut.id}/apps")


async def let_write(desk: Desk, visit: Visit, user: User) -> Answer:
    """Let an app that only reads so far do all that its person allowed."""
    done = await desk.rules.let_write(
        user,
        visit.params["network"],
        guest_id=visit.asked("user"),
        client_id=visit.asked("client"),
        origin=visit.origin,
    )
    if isinstance(done, Refusal):
        return desk.notice(visit, notice_of(done.reason))
    return send_to(f"/account/networks/{done.id}/apps")


async def adopt(desk: Desk, visit: Visit, user: User) -> Answer:
    """Take over a connection whose person left."""
    taken = await desk.adoptions.adopt(
        user, visit.params["network"], grant_id=visit.asked("connection"), origin=visit.origin
    )
    if isinstance(taken, Refusal):
        if taken.reason in _PROBLEMS:
            return await _guests_page(desk, visit, user, status=409, problem=_PROBLEMS[taken.reason])
        return desk.notice(visit, notice_of(taken.reason))
    return send_to(f"/account/networks/{taken.id}/apps")


async def _guests_page(desk: Desk, visit: Visit, user: User, *, status: int = 200, problem: str = "") -> Answer:
    access = await desk.account.open_network(user, visit.params["network"])
    if isinstance(access, Refusal):
        return desk.notice(visit, notice_of(access.reason))
    path = f"/account/networks/{access.network.id}/apps"
    start = start_of(visit.asked("page"), size=SHOWN)
    total, guests = await desk.account.list_guests(access, start=start, count=SHOWN)
    left = await desk.adoptions.list_left(user, access.network.id)
    if isinstance(left, Refusal):
        return desk.notice(visit, notice_of(left.reason))
    if start and start >= max(total, len(left)):
        return send_to(path)
    shown = slice_of(visit.asked("page"), path, total=max(total, len(left)), size=SHOWN)
    view = GuestsView(
        network_id=access.network.id,
        network=access.network.title,
        guests=tuple(_guest_row(desk, access, guest) for guest in guests),
        left=tuple(_left_row(desk, one) for one in shown.of(left)),
        cut=desk.ticket(visit, f"{path}/cut"),
        let_write=desk.ticket(visit, f"{path}/let-write"),
        adopt=desk.ticket(visit, f"{path}/adopt"),
        pager=shown.pager,
        problem=problem,
    )
    return desk.page(visit, view, status=status, section="networks")


def _guest_row(desk: Desk, access: NetworkAccess, guest: NetworkGuest) -> GuestRow:
    now = desk.clock.now()
    standing = judge_standing(
        guest.user,
        access.network.id,
        app_is_on=guest.client.disabled_at is None,
        offered_roles=desk.apps.offered_roles,
    )
    return GuestRow(
        user_id=guest.user.id,
        email=guest.user.email,
        client_id=guest.client.id,
        app=guest.client.name,
        scopes=desk.scope_words.lines(guest.scopes),
        since=moment(guest.since, now),
        adopted=moment(guest.adopted_at, now) if guest.adopted_at is not None else None,
        last_used=moment(guest.last_used_at, now) if guest.last_used_at is not None else None,
        reads_only=guest.reads_only,
        paused=PAUSED[standing],
    )


def _left_row(desk: Desk, left: LeftConnection) -> LeftRow:
    now, used = desk.clock.now(), left.grant.last_used_at
    return LeftRow(
        grant_id=left.grant.id,
        email=left.person.email,
        app=left.client.name,
        scopes=desk.scope_words.lines(left.grant.scopes_given),
        left=moment(left.left_at, now),
        last_used=moment(used, now) if used is not None else None,
        hindrance=ELSEWHERE if left.prospect is Adoption.ELSEWHERE else "",
    )
