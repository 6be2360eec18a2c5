"""Connections whose person left a network: its owner may take each over, so that the app goes on. DESIGN D1."""

from dataclasses import dataclass

from frontdesk.flows.acting import Actor, actor_word, open_owned
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.protocol.adoption import Adoption, judge_adoption
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import GrantId, Micros, read_uuid
from frontdesk.protocol.records import AuditEvent, Client, Grant, Network, User

REASONS = {
    Adoption.GONE: Reason.PAGE_UNKNOWN,
    Adoption.ELSEWHERE: Reason.CONNECTION_ELSEWHERE,
    Adoption.FULL: Reason.TOO_MANY_CONNECTIONS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftConnection:
    """A grant that lost the network when its person left; `prospect` is what taking it over would come to."""

    grant: Grant
    client: Client
    person: User
    left_at: Micros
    prospect: Adoption


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoptions:
    """Lists and takes over connections. `cap` is how many grants a person may have with one app."""

    store: Store
    clock: Clock
    notices: Notices
    cap: int

    async def list_left(self, actor: Actor, network_id: str) -> tuple[LeftConnection, ...] | Refusal:
        """What stopped in the owner's network because somebody left it, the latest first."""
        opened = await self._open(actor, network_id)
        if isinstance(opened, Refusal):
            return opened
        network, owner = opened
        found = []
        for grant in await self.store.list_left_grants(network.id):
            client, person = await self.store.find_client(grant.client_id), await self.store.find_user(grant.user_id)
            if client is not None and person is not None:
                # How many the owner has is judged when it is done: they may have ended some by then.
                prospect = judge_adoption(
                    grant, network.id, owner=owner.id, has_left=True, owners_grants=0, cap=self.cap
                )
                found.append(
                    LeftConnection(
                        grant=grant,
                        client=client,
                        person=person,
                        left_at=_left_at(grant, network),
                        prospect=prospect,
                    )
                )
        return tuple(found)

    async def adopt(self, actor: Actor, network_id: str, *, grant_id: str, origin: Origin) -> Network | Refusal:
        """Take one over: the app's tokens work again in this network, in the owner's name."""
        opened = await self._open(actor, network_id)
        if isinstance(opened, Refusal):
            return opened
        network, owner = opened
        known = read_uuid(grant_id)
        grant = await self.store.find_grant(GrantId(known)) if known is not None else None
        if grant is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        now = self.clock.now()
        audit = AuditEvent(
            at=now,
            action="connection.adopted",
            actor=actor_word(actor),
            network_id=network.id,
            client_id=grant.client_id,
            user_id=grant.user_id,
            grant_id=grant.id,
            address=origin.address,
            request_id=origin.request_id,
        )

        outcome = await self.store.adopt_grant(
            grant_id=grant.id, network_id=network.id, owner_id=owner.id, cap=self.cap, now=now, audit=audit
        )
        if outcome is not Adoption.DONE:
            return Refusal(reason=REASONS[outcome])
        await self._tell(grant, owner, network, now)
        return network

    async def _open(self, actor: Actor, network_id: str) -> tuple[Network, User] | Refusal:
        """The network, and its owner: whoever asks, it is they who take over."""
        network = await open_owned(self.store, actor, network_id)
        if isinstance(network, Refusal):
            return network
        owner = actor if isinstance(actor, User) else await self.store.find_owner_of(network.id)
        return (network, owner) if owner is not None else Refusal(reason=Reason.PAGE_UNKNOWN)

    async def _tell(self, grant: Grant, owner: User, network: Network, now: Micros) -> None:
        person, client = await self.store.find_user(grant.user_id), await self.store.find_client(grant.client_id)
        if person is not None and client is not None:
            self.notices.adopted(person, owner, client, network, now=now)


def _left_at(grant: Grant, network: Network) -> Micros:
    dropped = (edge.dropped_at for edge in grant.edges if edge.network_id == network.id)
    return next((at for at in dropped if at is not None), grant.created_at)
