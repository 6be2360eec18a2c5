"""What operators look up, and what they take out of service: an app, a network, a person. Undone by the same word.

Nothing ends for good by it but sessions, sign-in codes and pending codes: what is put back works as it did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.service_letters import render_app_service_letter, render_network_service_letter
from frontdesk.protocol.ids import ClientId, NetworkId, UserId, read_uuid
from frontdesk.protocol.partners import Partner
from frontdesk.protocol.records import AuditEvent, Client, Network, Role, User
from frontdesk.protocol.searching import Found

MAX_REASON = 200  # characters
SHOWN = 20  # of each kind that a search finds
HISTORY = 20  # audit rows


class Kept(Enum):
    """Why somebody was not shut out."""

    OWNS_NETWORKS = auto()
    IS_OPERATOR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenNetwork:
    """A network as an operator sees it; no credential of it."""

    network: Network
    owner: User | None
    history: Sequence[AuditEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPerson:
    """A person as an operator sees them."""

    user: User
    roles: tuple[tuple[Network, Role], ...]
    partner: Partner | None
    apps: Sequence[Client]  # that they make
    connections: int
    is_operator: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenApp:
    """An app as an operator sees it, with those who make it; nobody: it was registered at the command line."""

    client: Client
    makers: tuple[User, ...]
    history: Sequence[AuditEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """The operators' walks over everybody's networks, people and apps."""

    store: Store
    clock: Clock
    notices: Notices

    async def search(self, text: str) -> Found:
        """What has this id, or begins so; nothing for an empty text."""
        text = " ".join(text.split())
        if not text:
            return Found()
        identity = read_uuid(text)
        if identity is not None:
            user = await self.store.find_user(UserId(identity))
            network = await self.store.find_network(NetworkId(identity))
            return Found(users=(user,) if user else (), networks=(network,) if network else ())
        client = await self.store.find_client(ClientId(text))
        if client is not None:
            return Found(clients=(client,))
        return await self.store.search(text, limit=SHOWN)

    async def open_network(self, network_id: str) -> SeenNetwork | None:
        """One network."""
        identity = read_uuid(network_id)
        network = await self.store.find_network(NetworkId(identity)) if identity is not None else None
        if network is None:
            return None
        return SeenNetwork(
            network=network,
            owner=await self.store.find_owner_of(network.id),
            history=await self.store.list_audit(network_id=network.id, limit=HISTORY),
        )

    async def open_person(self, user_id: str) -> SeenPerson | None:
        """One person."""
        identity = read_uuid(user_id)
        user = await self.store.find_user(UserId(identity)) if identity is not None else None
        if user is None:
            return None
        networks = await self.store.find_networks(user.roles)
        return SeenPerson(
            user=user,
            roles=tuple((network, user.roles[network.id]) for network in networks),
            partner=await self.store.find_partner(user.id),
            apps=await self.store.list_partner_apps(user.id),
            connections=await self.store.count_connections(user.id),
            is_operator=await self.store.is_operator(user.id),
        )

    async def open_app(self, client_id: str) -> SeenApp | None:
        """One app."""
        client = await self.store.find_client(ClientId(client_id))
        if client is None:
            return None
        history = await self.store.list_audit(client_id=client.id, limit=HISTORY)
        return SeenApp(client=client, makers=await self._makers(client.id), history=history)

    async def stop_network(self, network_id: str, *, stopped: bool, reason: str = "", origin: Origin) -> Network | None:
        """Refuse every call to a network from the next one on, and show it to nobody; or put it back as it was."""
        seen = await self.open_network(network_id)
        if seen is None:
            return None
        now = self.clock.now()
        action = "network.stopped" if stopped else "network.resumed"
        audit = row_of_operator(action, now, origin, network=seen.network.id, detail=_one_line(reason))
        if not await self.store.set_network_stopped(network_id=seen.network.id, stopped=stopped, now=now, audit=audit):
            return None
        if seen.owner is not None:
            letter = partial(
                render_network_service_letter, network=seen.network, stopped=stopped, reason=_one_line(reason)
            )
            self.notices.own("network_service", seen.owner, letter, now=now, origin=origin.unplaced())
        return await self.store.find_network(seen.network.id)

    async def stop_app(self, client_id: str, *, stopped: bool, reason: str = "", origin: Origin) -> Client | None:
        """Refuse everything that an app holds from its next call on, or accept it again."""
        client = await self.store.find_client(ClientId(client_id))
        if client is None:
            return None
        now = self.clock.now()
        action = "client.disabled" if stopped else "client.enabled"
        audit = row_of_operator(action, now, origin, client=client.id, detail=_one_line(reason))
        if not await self.store.set_client_disabled(client_id=client.id, disabled=stopped, now=now, audit=audit):
            return None
        letter = partial(render_app_service_letter, client=client, stopped=stopped, reason=_one_line(reason))
        for maker in await self._makers(client.id):
            self.notices.own("app_service", maker, letter, now=now, origin=origin.unplaced())
        return await self.store.find_client(client.id)

    async def stop_person(self, user_id: str, *, stopped: bool, reason: str = "", origin: Origin) -> User | Kept | None:
        """Shut somebody and every app that acts for them out, or let them in again. Owners and operators are kept."""
        identity = read_uuid(user_id)
        user = await self.store.find_user(UserId(identity)) if identity is not None else None
        if user is None:
            return None
        if stopped and await self.store.is_operator(user.id):
            return Kept.IS_OPERATOR
        now = self.clock.now()
        audit = row_of_operator(
            "user.blocked" if stopped else "user.unblocked", now, origin, user=user.id, detail=_one_line(reason)
        )
        if not await self.store.set_user_blocked(user_id=user.id, blocked=stopped, now=now, audit=audit):
            return Kept.OWNS_NETWORKS
        return await self.store.find_user(user.id)

    async def _makers(self, client_id: ClientId) -> tuple[User, ...]:
        found = [await self.store.find_user(user_id) for user_id in await self.store.list_app_owners(client_id)]
        return tuple(user for user in found if user is not None)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:MAX_REASON]
