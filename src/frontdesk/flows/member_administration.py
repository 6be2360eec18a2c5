"""What the operator does about a network's people and invitations, by command and over the administration API."""

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.flows.invitations import Invitations, Sent
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.operator import Objection, Operator, read_address
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.members import MOST_A_DAY, MOST_A_DAY_TO_ONE, MOST_WAITING, Invitation, Member
from frontdesk.protocol.records import Network, Role

ELSEWHERE = Objection(
    problem="the people of networks are kept elsewhere",
    hint="that is what members = \"elsewhere\" says; change them there, then 'frontdesk sync'",
)
_OBJECTIONS = {
    Reason.MEMBERS_ELSEWHERE: (ELSEWHERE.problem, ELSEWHERE.hint),
    Reason.HAS_ROLE_THERE: ("whoever has this address has a role there already", "change it with 'frontdesk user add'"),
    Reason.TOO_MANY_INVITATIONS: (f"{MOST_WAITING} invitations of this network wait", "withdraw one first"),
    Reason.TOO_MANY_INVITATION_MAILS: (
        f"a network invites {MOST_A_DAY} a day, and one address {MOST_A_DAY_TO_ONE} times",
        "try again tomorrow, or give the role at once with 'frontdesk user add'",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdministration:
    """Lists a network's people and invitations, invites and withdraws."""

    store: Store
    clock: Clock
    operator: Operator
    invitations: Invitations

    async def list_members(self, network_id: str, *, after: str = "", limit: int) -> Sequence[Member] | Objection:
        """A network's people by address, those after one."""
        known = await self.operator.find_network(network_id)
        if isinstance(known, Objection):
            return known
        return await self.store.list_members(known.network.id, after=after, begins="", limit=limit)

    async def list_invitations(self, network_id: str) -> Sequence[Invitation] | Objection:
        """A network's invitations that stand, by address."""
        known = await self.operator.find_network(network_id)
        if isinstance(known, Objection):
            return known
        return await self.store.list_invitations(known.network.id, now=self.clock.now())

    async def invite(
        self, email: str, *, network_id: str, role: str, origin: Origin
    ) -> tuple[Sent, Network] | Objection:
        """Mail somebody a link by which they become an administrator or a member."""
        address = read_address(email)
        if isinstance(address, Objection):
            return address
        if role not in (Role.ADMINISTRATOR, Role.MEMBER):
            return Objection(problem=f'a role is administrator or member, not "{role[:20]}"')
        known = await self.operator.find_network(network_id)
        if isinstance(known, Objection):
            return known
        sent = await self.invitations.send(known.network, address, Role(role), by=None, origin=origin)
        if isinstance(sent, Refusal):
            problem, hint = _OBJECTIONS.get(sent.reason, (f"{known.network.title} cannot be joined now", ""))
            return Objection(problem=problem, hint=hint)
        return sent, known.network

    async def withdraw(self, named: str, *, network_id: str, origin: Origin) -> Network | Objection:
        """Take an invitation back; it is named by its id or address."""
        known = await self.operator.find_network(network_id)
        if isinstance(known, Objection):
            return known
        waiting = await self.store.list_invitations(known.network.id, now=self.clock.now())
        found = next((one.id for one in waiting if named.lower() in (one.id, one.email)), "")
        if not await self.invitations.withdraw_any(known.network, found, origin=origin):
            return Objection(
                problem="no such invitation waits",
                hint=f"see them with 'frontdesk network invitations {known.network.id}'",
                missing=True,
            )
        return known.network
