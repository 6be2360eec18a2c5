"""What the operator may look at one by one: people, what they connected, networks, apps."""

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.flows.hardening import no_client
from frontdesk.flows.needs import Store
from frontdesk.flows.operator import Objection, read_network_id
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import ClientId, NetworkId, UserId, read_uuid
from frontdesk.protocol.records import Client, Connection, Edge, Grant, Network, User
from frontdesk.protocol.scopes import Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one person let one app do: the union of their grants. `grants` is empty until the app fetched its tokens."""

    connection: Connection
    client: Client
    grants: Sequence[Grant]
    networks: tuple[NetworkId, ...]
    scopes: Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Reads only. People are named by their id or their address."""

    store: Store

    async def find_user(self, who: str) -> User | Objection:
        """One person, by id or address."""
        identity, email = read_uuid(who), read_email(who)
        if identity is not None:
            user = await self.store.find_user(UserId(identity))
        else:
            user = await self.store.find_user_by_email(email) if email is not None else None
        return user if user is not None else Objection(problem="nobody has this id or address", missing=True)

    async def find_network(self, network_id: str) -> Network | Objection:
        """A network, without what hangs on it."""
        identity = read_network_id(network_id)
        if isinstance(identity, Objection):
            return identity
        network = await self.store.find_network(identity)
        if network is None:
            return Objection(
                problem=f'no network "{identity}"', hint="list them with 'frontdesk network list'", missing=True
            )
        return network

    async def find_client(self, client_id: str) -> Client | Objection:
        """One app."""
        readable = client_id.isascii() and client_id.isprintable()
        client = await self.store.find_client(ClientId(client_id)) if readable else None
        return client if client is not None else no_client(client_id)

    async def list_held(self, who: str) -> list[Held] | Objection:
        """What somebody let apps do, newest consent first."""
        user = await self.find_user(who)
        if isinstance(user, Objection):
            return user
        found = []
        for connection, grants in await self.store.list_connections(user.id):
            client = await self.store.find_client(connection.client_id)
            if client is not None:
                reached = dict.fromkeys(edge.network_id for grant in grants for edge in _live(grant))
                scopes = dict.fromkeys(scope for grant in grants for scope in grant.scopes_given)
                found.append(
                    Held(
                        connection=connection,
                        client=client,
                        grants=grants,
                        networks=tuple(reached) or connection.networks_given,
                        scopes=tuple(scopes) or connection.scopes_given,
                    )
                )
        return found


def _live(grant: Grant) -> list[Edge]:
    return [edge for edge in grant.edges if edge.dropped_at is None]
