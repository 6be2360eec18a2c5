"""A network's people, for its owner and administrators: who they are, another role, the end of one. OW-04, OW-06.

Whom somebody may change is judged on the page, and again in the very step that changes. Where the setting `members`
says that they are kept elsewhere, they are shown here and changed there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from frontdesk.flows.letters import Circumstances, Letter, Letterhead
from frontdesk.flows.member_letters import (
    render_removed_letter,
    render_role_letter,
    render_somebody_removed_letter,
)
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Micros, NetworkId, UserId, read_uuid
from frontdesk.protocol.members import Invitation, Member, manages, may_change, may_remove
from frontdesk.protocol.records import AuditEvent, Network, Role, Session, User
from frontdesk.protocol.signin import session_fresh

PAGE = 15  # people


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """A network for somebody who looks after its people, and their own role in it."""

    network: Network
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An invitation that stands, and who sent it; empty where the operator did."""

    invitation: Invitation
    inviter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage:
    """Some of a network's people; `after` asks for those who follow, and is empty at the end."""

    managed: Managed
    members: tuple[Member, ...]
    after: str
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Lists, changes and removes. `kept_here`: they are changed in the console, and not in a database elsewhere."""

    store: Store
    clock: Clock
    notices: Notices
    kept_here: bool

    async def open(self, user: User, network_id: str) -> Managed | Refusal:
        """404 to a stranger, whether or not the network exists; 403 to a member."""
        known = read_uuid(network_id)
        role = user.roles.get(NetworkId(known)) if known is not None else None
        network = await self.store.find_network(NetworkId(known)) if known is not None and role is not None else None
        if network is None or role is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        return Managed(network=network, role=role) if manages(role) else Refusal(reason=Reason.NOT_A_MANAGER)

    async def page(self, user: User, network_id: str, *, after: str, begins: str) -> MembersPage | Refusal:
        """Some people by address, of those whose address begins so, and every invitation that stands."""
        managed = await self.open(user, network_id)
        if isinstance(managed, Refusal):
            return managed
        network, begins = managed.network, begins.strip().lower()
        found = await self.store.list_members(network.id, after=after, begins=begins, limit=PAGE + 1)
        standing = await self.store.list_invitations(network.id, now=self.clock.now()) if self.kept_here else ()
        inviters: dict[UserId | None, str] = {None: ""}
        for inviter_id in {one.inviter_id for one in standing if one.inviter_id is not None}:
            inviter = await self.store.find_user(inviter_id)
            inviters[inviter_id] = inviter.email if inviter is not None else ""
        return MembersPage(
            managed=managed,
            members=tuple(found[:PAGE]),
            after=found[PAGE - 1].user.email if len(found) > PAGE else "",
            waiting=tuple(Waiting(invitation=one, inviter=inviters[one.inviter_id]) for one in standing),
        )

    async def change_role(
        self, user: User, session: Session, network_id: str, *, member_id: str, role: str, origin: Origin
    ) -> Network | Refusal:
        """Make a member an administrator, or the reverse; the owner alone does, and freshly signed in to give more."""
        managed, other = await self._both(user, network_id, member_id)
        if isinstance(managed, Refusal):
            return managed
        network, now = managed.network, self.clock.now()
        if other is None or role not in list(Role):
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if not may_change(managed.role, other.roles.get(network.id), Role(role)):
            return Refusal(reason=Reason.NOT_THE_OWNER)
        if role == Role.ADMINISTRATOR and not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)

        changed = await self.store.change_role(
            by=user.id,
            user_id=other.id,
            network_id=network.id,
            role=Role(role),
            now=now,
            audit=membership_row("membership.given", user, network.id, other.id, origin, now, role),
        )
        if changed:
            self._tell(
                "role_changed", other, partial(render_role_letter, network=network, by=user.email, role=Role(role)), now
            )
        return network  # where it was theirs already, what was asked for is so

    async def remove(self, user: User, network_id: str, *, member_id: str, origin: Origin) -> Network | Refusal:
        """Take a role away, and with it what the person's apps may do there; they are told, and the owner."""
        managed, other = await self._both(user, network_id, member_id)
        if isinstance(managed, Refusal):
            return managed
        network, now = managed.network, self.clock.now()
        held = other.roles.get(network.id) if other is not None else None
        if other is None or held is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if not may_remove(managed.role, held):
            return Refusal(reason=Reason.NOT_THE_OWNER)

        removed = await self.store.remove_member(
            by=user.id,
            user_id=other.id,
            network_id=network.id,
            now=now,
            audit=membership_row("membership.removed", user, network.id, other.id, origin, now, held),
        )
        if not removed:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        self._tell("removed", other, partial(render_removed_letter, network=network, by=user.email), now)
        owner = await self.store.find_owner_of(network.id)
        if owner is not None and owner.id != user.id:
            write = partial(render_somebody_removed_letter, network=network, person=other.email, by=user.email)
            self._tell("somebody_removed", owner, write, now)
        return network

    async def _both(self, user: User, network_id: str, member_id: str) -> tuple[Managed | Refusal, User | None]:
        """The network, and the other person; none where that is no one here, or oneself."""
        managed = await self.open(user, network_id)
        if not isinstance(managed, Refusal) and not self.kept_here:
            managed = Refusal(reason=Reason.MEMBERS_ELSEWHERE)
        known = read_uuid(member_id)
        if isinstance(managed, Refusal) or known is None or known == user.id:
            return managed, None
        other = await self.store.find_user(UserId(known))
        return managed, other if other is not None and managed.network.id in other.roles else None

    def _tell(self, kind: str, to: User, write: Callable[..., Letter], now: Micros) -> None:
        def letter(head: Letterhead, seen: Circumstances) -> Letter:
            return write(head=head, seen=seen)

        # Where the other one sits is not theirs to know.
        self.notices.own(kind, to, letter, now=now, origin=Origin(address=None, request_id=""))


def membership_row(
    action: str, by: User | None, network: NetworkId, about: UserId | None, origin: Origin, now: Micros, detail: str
) -> AuditEvent:
    """An audit row about one of a network's people; without `by` it is the operator's."""
    return AuditEvent(
        at=now,
        action=action,
        actor=f"user:{by.id}" if by is not None else origin.operator,
        network_id=network,
        user_id=about,
        address=origin.address,
        request_id=origin.request_id,
        detail=detail,
    )
