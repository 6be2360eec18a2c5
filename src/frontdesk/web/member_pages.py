"""Network > Members: who has a role in it, inviting, changing and removing. ATTACKS OW-04, OW-06, OW-12."""

from collections.abc import Sequence

from frontdesk.flows.members import MembersPage, Waiting
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.members import Member, may_change, may_give, may_remove
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import Network, Role, User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.freshness import send_to_sign_in, sign_in_first
from frontdesk.web.pages import send_to
from frontdesk.web.slices import slice_of
from frontdesk.web.views_members import InvitationRow, MemberRow, MembersView
from frontdesk.web.views_network import Choice
from frontdesk.web.words import EMAIL_PROBLEM, ROLES, moment, notice_of
from frontdesk.web.words_own import PROBLEMS

INVITATIONS_SHOWN = 5  # at a time
_GIVEN = (Role.MEMBER, Role.ADMINISTRATOR)
_PROBLEMS = {
    Reason.HAS_ROLE_THERE: (409, N_("Whoever has this address is in the network already."), "email"),
    Reason.TOO_MANY_INVITATIONS: (
        409,
        N_("Fifty invitations wait already. Withdraw one that is not needed any more, then invite again."),
        "",
    ),
    Reason.TOO_MANY_INVITATION_MAILS: (
        429,
        N_("We send at most fifty invitations a day for a network, and three to one address. Try again tomorrow."),
        "email",
    ),
    Reason.MEMBERS_ELSEWHERE: (*PROBLEMS[Reason.MEMBERS_ELSEWHERE], ""),
}


async def show_members(desk: Desk, visit: Visit, user: User) -> Answer:
    """The list."""
    return await _page(desk, visit, user)


async def invite(desk: Desk, visit: Visit, user: User) -> Answer:
    """Send an invitation; the answer never tells whether somebody has the address."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    email = read_email(visit.asked("email").strip())
    if email is None:
        return await _page(desk, visit, user, status=400, problem=EMAIL_PROBLEM, field="email")
    sent = await desk.invitations.invite(
        user,
        session,
        visit.params["network"],
        email=email,
        role=visit.asked("role"),
        origin=visit.origin,
        language=visit.language.code,
    )
    return await _answer(desk, visit, user, sent, invited="1")


async def change(desk: Desk, visit: Visit, user: User) -> Answer:
    """Another role for somebody."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    changed = await desk.members.change_role(
        user,
        session,
        visit.params["network"],
        member_id=visit.asked("user"),
        role=visit.asked("role"),
        origin=visit.origin,
    )
    return await _answer(desk, visit, user, changed)


async def remove(desk: Desk, visit: Visit, user: User) -> Answer:
    """Take somebody's role away."""
    removed = await desk.members.remove(
        user, visit.params["network"], member_id=visit.asked("user"), origin=visit.origin
    )
    return await _answer(desk, visit, user, removed)


async def withdraw(desk: Desk, visit: Visit, user: User) -> Answer:
    """Take an invitation back."""
    ended = await desk.invitations.withdraw(
        user, visit.params["network"], invitation_id=visit.asked("invitation"), origin=visit.origin
    )
    return await _answer(desk, visit, user, ended)


async def _answer(desk: Desk, visit: Visit, user: User, done: Network | Refusal, **told: str) -> Answer:
    if not isinstance(done, Refusal):
        return send_to(with_query(_path(done.id), **told))
    if done.reason is Reason.SIGN_IN_AGAIN:
        return send_to_sign_in(_path(visit.params["network"].lower()))
    if done.reason not in _PROBLEMS:
        return desk.notice(visit, notice_of(done.reason))
    status, problem, field = _PROBLEMS[done.reason]
    return await _page(desk, visit, user, status=status, problem=problem, field=field)


async def _page(
    desk: Desk, visit: Visit, user: User, *, status: int = 200, problem: str = "", field: str = ""
) -> Answer:
    sought = visit.query.get("q") or ""
    found = await desk.members.page(
        user, visit.params["network"], after=visit.query.get("after") or "", begins=sought[:254]
    )
    if isinstance(found, Refusal):
        return desk.notice(visit, notice_of(found.reason))
    managed, kept_here = found.managed, desk.members.kept_here
    path = _path(managed.network.id)
    shown = slice_of(visit.query.get("page") or "", path, total=len(found.waiting), size=INVITATIONS_SHOWN)
    view = MembersView(
        network_id=managed.network.id,
        network=managed.network.title,
        owned=managed.role is Role.OWNER,
        kept_here=kept_here,
        members=tuple(_row(desk, one, found, user) for one in found.members),
        invitations=_invitations(desk, found, shown.of(found.waiting)),
        pager=shown.pager,
        roles=tuple(
            Choice(value=role, label=ROLES[role], chosen=visit.asked("role") == role or role is Role.MEMBER)
            for role in _GIVEN
            if may_give(managed.role, role)
        ),
        invite=desk.ticket(visit, f"{path}/invite"),
        change=desk.ticket(visit, f"{path}/role"),
        remove=desk.ticket(visit, f"{path}/remove"),
        withdraw=desk.ticket(visit, f"{path}/withdraw"),
        following=with_query(path, q=sought, after=found.after) if found.after else "",
        sought=sought[:254],
        sign_in_first=sign_in_first(desk, visit, path),
        invited=visit.query.get("invited") == "1",
        email=visit.form.get("email") or "" if problem else "",
        problem=problem,
        field=field,
    )
    return desk.page(visit, view, status=status, section="networks")


def _row(desk: Desk, member: Member, found: MembersPage, user: User) -> MemberRow:
    now, own, is_you = desk.clock.now(), found.managed.role, member.user.id == user.id
    changeable = desk.members.kept_here and not is_you
    another = Role.MEMBER if member.role is Role.ADMINISTRATOR else Role.ADMINISTRATOR
    return MemberRow(
        id=member.user.id,
        email=member.user.email,
        role=ROLES[member.role],
        owns=member.role is Role.OWNER,
        is_you=is_you,
        blocked=member.user.blocked_at is not None,
        since=moment(member.since, now) if member.since is not None else None,
        last_sign_in=moment(member.last_sign_in_at, now) if member.last_sign_in_at is not None else None,
        another_role=another if changeable and may_change(own, member.role, another) else "",
        may_go=changeable and may_remove(own, member.role),
    )


def _invitations(desk: Desk, found: MembersPage, shown: Sequence[Waiting]) -> tuple[InvitationRow, ...]:
    now = desk.clock.now()
    return tuple(
        InvitationRow(
            id=one.invitation.id,
            email=one.invitation.email,
            role=ROLES[one.invitation.role],
            inviter=one.inviter,
            sent=moment(one.invitation.made_at, now),
            until=moment(one.invitation.expires_at, now),
            may_end=may_give(found.managed.role, one.invitation.role),
        )
        for one in shown
    )


def _path(network_id: str) -> str:
    return f"/account/networks/{network_id}/members"
