"""The operator's walks over what is a network's owner's: rules, ownership, connections that were left behind.

The same as the owner's, with objections in words for whoever typed; the owner hears of what changes hands by mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.adoption import Adoptions, LeftConnection
from frontdesk.flows.looking import Looking
from frontdesk.flows.member_administration import ELSEWHERE
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.network_rules import RuledNetwork, Rules
from frontdesk.flows.notices import Notices
from frontdesk.flows.operator import Objection
from frontdesk.flows.ownership_letters import (
    render_given_letter,
    render_offer_ended_letter,
    render_taken_letter,
)
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.network_rules import MAX_APPS, MAX_DAYS
from frontdesk.protocol.ownership import OwnershipOffer
from frontdesk.protocol.records import Network, NetworkCredential, User

NO_NETWORK = Objection(problem="no network has this id", hint="list them with 'frontdesk network list'", missing=True)
_OBJECTIONS = {
    Reason.PAGE_UNKNOWN: NO_NETWORK,
    Reason.DAYS_OUT_OF_RANGE: Objection(problem=f"days are 1 to {MAX_DAYS:,}, or none"),
    Reason.APP_UNKNOWN: Objection(
        problem=f"one of the apps does not exist, or there are more than {MAX_APPS}",
        hint="list them with 'frontdesk app list'",
    ),
    Reason.RULES_CHANGED_MEANWHILE: Objection(
        problem="the rules were changed at the same moment, or the network or its owner is out of service",
        hint="look at them again",
    ),
    Reason.CONNECTION_ELSEWHERE: Objection(problem="this connection reaches other networks: its person keeps it"),
    Reason.TOO_MANY_CONNECTIONS: Objection(problem="the owner has as many connections with this app as there can be"),
}
_NOT_READING = Objection(problem="nothing that this person connected with this app only reads here", missing=True)
_NOT_LEFT = Objection(problem="nobody left such a connection behind in this network", missing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAdministration:
    """What the operator may do in an owner's place. `kept_here`: people are, so that ownership can be given on here."""

    store: Store
    clock: Clock
    notices: Notices
    adoptions: Adoptions
    kept_here: bool

    @property
    def rules(self) -> Rules:
        """The owner's walks, which operators may take too."""
        return Rules(store=self.store, clock=self.clock)

    async def open_rules(self, network_id: str, *, origin: Origin) -> RuledNetwork | Objection:
        """A network's rules about connecting apps."""
        opened = await self.rules.open(origin.operator, network_id)
        return _OBJECTIONS[opened.reason] if isinstance(opened, Refusal) else opened

    async def change_rules(
        self,
        network_id: str,
        *,
        apps: Sequence[str] | None,
        administrators_only: bool,
        connection_days: int | None,
        read_only_first: bool = False,
        owner_passkey: bool = False,
        seen_version: int | None = None,
        origin: Origin,
    ) -> RuledNetwork | Objection:
        """Other rules in the place of those that were seen; None: of those in force, whatever they are."""
        before = await self.open_rules(network_id, origin=origin)
        if isinstance(before, Objection):
            return before
        changed = await self.rules.change(
            origin.operator,
            network_id,
            apps=apps,
            administrators_only=administrators_only,
            connection_days=connection_days,
            read_only_first=read_only_first,
            owner_passkey=owner_passkey,
            seen_version=before.rules.version if seen_version is None else seen_version,
            origin=origin,
        )
        if isinstance(changed, Refusal):
            return _OBJECTIONS[changed.reason]
        return await self.open_rules(network_id, origin=origin)

    async def let_write(self, network_id: str, who: str, client_id: str, *, origin: Origin) -> Objection | None:
        """Let what somebody connected do more than read."""
        opened = await self.open_rules(network_id, origin=origin)
        if isinstance(opened, Objection):
            return opened
        guest = await Looking(store=self.store).find_user(who)
        if isinstance(guest, Objection):
            return guest
        done = await self.rules.let_write(
            origin.operator, network_id, guest_id=guest.id, client_id=client_id, origin=origin
        )
        return _NOT_READING if isinstance(done, Refusal) else None

    async def list_left(self, network_id: str, *, origin: Origin) -> tuple[LeftConnection, ...] | Objection:
        """What stopped because its person left."""
        found = await self.adoptions.list_left(origin.operator, network_id)
        return _OBJECTIONS[found.reason] if isinstance(found, Refusal) else found

    async def adopt(self, network_id: str, grant_id: str, *, origin: Origin) -> Network | Objection:
        """Put such a connection into the owner's name; the app goes on."""
        opened = await self.list_left(network_id, origin=origin)
        if isinstance(opened, Objection):
            return opened
        done = await self.adoptions.adopt(origin.operator, network_id, grant_id=grant_id, origin=origin)
        if not isinstance(done, Refusal):
            return done
        return _NOT_LEFT if done.reason is Reason.PAGE_UNKNOWN else _OBJECTIONS[done.reason]

    async def give_ownership(
        self, network_id: str, who: str, *, keeps_named: bool = False, origin: Origin
    ) -> User | Objection:
        """Make somebody the owner, at once; the former one is administrator. Both are told, codes are asked of none.

        Named Basic pairs end, unless they are kept. Refused where the people of networks are kept elsewhere.
        """
        if not self.kept_here:
            return ELSEWHERE
        looking = Looking(store=self.store)
        network = await looking.find_network(network_id)
        if isinstance(network, Objection):
            return network
        owner = await looking.find_user(who)
        if isinstance(owner, Objection):
            return owner
        now = self.clock.now()
        audit = row_of_operator("ownership.taken", now, origin, network=network.id, user=owner.id)

        named = sum(bool(pair.name) and pair.retires_at is None for pair in await self._pairs_of(network))
        former_id = await self.store.give_ownership(
            network_id=network.id, owner_id=owner.id, keeps_named=keeps_named, now=now, audit=audit
        )
        if former_id is None:
            return Objection(problem=f"{owner.email} owns {network.title} already, or is blocked")
        former = await self.store.find_user(former_id)
        if former is not None:
            self._tell_both(network, former, owner, origin, named=named, keeps_named=keeps_named)
        return await self.store.find_user(owner.id) or owner

    async def find_offer(self, network_id: str) -> tuple[OwnershipOffer, User] | Objection:
        """An offer of the network that is under way, and to whom."""
        network = await Looking(store=self.store).find_network(network_id)
        if isinstance(network, Objection):
            return network
        offer = await self.store.find_offer(network.id)
        receiver = await self.store.find_user(offer.receiver_id) if offer is not None else None
        if offer is None or receiver is None or self.clock.now() >= offer.expires_at:
            return Objection(problem="no offer of this network is under way", missing=True)
        return offer, receiver

    async def end_offer(self, network_id: str, *, origin: Origin) -> User | Objection:
        """Nothing changes hands; both are told, where the receiver knew of it. To whom it was made."""
        found = await self.find_offer(network_id)
        network = await Looking(store=self.store).find_network(network_id)
        if isinstance(found, Objection):
            return found
        if isinstance(network, Objection):
            return network
        offer, receiver = found
        now = self.clock.now()
        audit = row_of_operator("ownership.withdrawn", now, origin, network=network.id, user=receiver.id)

        if await self.store.withdraw_offer(network_id=network.id, person_id=offer.giver_id, audit=audit) is None:
            return Objection(problem="no offer of this network is under way", missing=True)
        giver = await self.store.find_user(offer.giver_id)
        people = (giver, receiver if offer.confirmed_at is not None else None)
        by = self.notices.head.product
        for person in people:
            if person is not None:
                self.notices.own(
                    "ownership_ended",
                    person,
                    lambda head, seen: render_offer_ended_letter(network=network, by=by, head=head, seen=seen),
                    now=now,
                    origin=origin.unplaced(),
                )
        return receiver

    async def _pairs_of(self, network: Network) -> Sequence[NetworkCredential]:
        return await self.store.list_credentials_of(network.id)

    def _tell_both(
        self, network: Network, former: User, owner: User, origin: Origin, *, named: int, keeps_named: bool
    ) -> None:
        now, unplaced = self.clock.now(), origin.unplaced()
        self.notices.own(
            "ownership_given",
            former,
            lambda head, seen: render_given_letter(network=network, to=owner.email, head=head, seen=seen),
            now=now,
            origin=unplaced,
        )
        self.notices.own(
            "ownership_taken",
            owner,
            lambda head, seen: render_taken_letter(
                network=network, former=former.email, named=named, keeps_named=keeps_named, head=head, seen=seen
            ),
            now=now,
            origin=unplaced,
        )
