"""Connected apps: what a person let apps do, and taking it back, whole or network by network. D1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from frontdesk.flows.authorize import AuthorizeFlow
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import ClientId, GrantId, Micros, NetworkId, read_uuid
from frontdesk.protocol.records import AuditEvent, Client, Connection, Grant, Role, User
from frontdesk.protocol.redirects import match
from frontdesk.protocol.scope_taking import judge_taking
from frontdesk.protocol.scope_uses import ScopeHistory, ScopeUse, history_of
from frontdesk.protocol.scopes import Scopes


class ConnectedNetwork(NamedTuple):
    """A network that an app was let into; `live` is False while the person's role there does not open it.

    A tuple, which is made in a third of the time: some people have hundreds.
    """

    id: NetworkId
    title: str
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedApp:
    """An app as its user sees it: the union of all that its grants open. `finished` once it fetched its tokens."""

    client: Client
    networks: tuple[ConnectedNetwork, ...]
    scopes: Scopes
    histories: Mapping[str, ScopeHistory]  # of each scope, once it fetched its tokens
    since: Micros
    last_used_at: Micros | None
    finished: bool
    can_add: bool  # a network that it has not been given is there to be added


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedApps:
    """Lists, widens and ends a person's connections."""

    store: Store
    clock: Clock
    authorize: AuthorizeFlow
    offered_roles: frozenset[Role]

    async def count_apps(self, user: User) -> int:
        """How many connections the user has."""
        return await self.store.count_connections(user.id)

    async def list_apps(self, user: User, *, start: int = 0, count: int | None = None) -> tuple[ConnectedApp, ...]:
        """The user's connections, newest consent first: all, or `count` of them from `start` on."""
        return await self._apps(user, await self.store.list_connections(user.id, start=start, count=count))

    async def find_app(self, user: User, client_id: str) -> ConnectedApp | Refusal:
        """One of the user's connections."""
        own = [held for held in await self.store.list_connections(user.id) if held[0].client_id == client_id]
        found = await self._apps(user, own)
        return found[0] if found else Refusal(reason=Reason.PAGE_UNKNOWN)

    async def _apps(
        self, user: User, connections: Sequence[tuple[Connection, Sequence[Grant]]]
    ) -> tuple[ConnectedApp, ...]:
        apps = []
        uses: dict[GrantId, list[ScopeUse]] = {}
        for use in await self.store.list_scope_uses(user.id):
            uses.setdefault(use.grant_id, []).append(use)
        for connection, grants in connections:
            client = await self.store.find_client(connection.client_id)
            if client is not None:
                of_app = [use for grant in grants for use in uses.get(grant.id, ())]
                apps.append(await self._app(user, client, connection, grants, of_app))
        return tuple(apps)

    async def disconnect(self, user: User, client_id: str, *, origin: Origin) -> Client | Refusal:
        """End everything that the user let this app do; the answer is the app it was."""
        client = await self._connected(user, client_id)
        if isinstance(client, Refusal):
            return client
        now = self.clock.now()
        audit = self._audit("connection.ended", user, client.id, origin, now)

        await self.store.disconnect(user_id=user.id, client_id=client.id, now=now, audit=audit)
        return client

    async def drop_network(self, user: User, client_id: str, *, network_id: str, origin: Origin) -> Client | Refusal:
        """Shut the app out of one network; a connection left without any ends."""
        client = await self._connected(user, client_id)
        network = read_uuid(network_id)
        if isinstance(client, Refusal) or network is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        now = self.clock.now()
        audit = self._audit("network.disconnected", user, client.id, origin, now, network=NetworkId(network))

        dropped = await self.store.drop_network(
            user_id=user.id, client_id=client.id, network_id=NetworkId(network), now=now, audit=audit
        )
        return client if dropped else Refusal(reason=Reason.PAGE_UNKNOWN)

    async def take_scope(
        self, user: User, client_id: str, *, scope: str, leave: str = "", origin: Origin
    ) -> Client | Refusal:
        """Take a scope from an app, or all of it but a smaller one, wherever the user gave it."""
        client = await self._connected(user, client_id)
        if isinstance(client, Refusal):
            return client
        taken = judge_taking(
            scope,
            leave=leave,
            given=given_in(await self.store.list_connections(user.id), client.id),
            inclusion=self.authorize.inclusion,
            known=self.authorize.known_scopes(),
        )
        if taken is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        now = self.clock.now()
        audit = replace(
            self._audit("connection.narrowed", user, client.id, origin, now),
            detail=f"{scope} taken" + (f", {leave} left" if leave else ""),
        )

        done = await self.store.take_connection_scopes(
            user_id=user.id, client_id=client.id, taken=taken, now=now, audit=audit
        )
        return client if done else Refusal(reason=Reason.PAGE_UNKNOWN)

    async def add_network(self, user: User, client_id: str, *, browser: str) -> str | Refusal:
        """A sealed authorize request that shows the consent page again, for more networks."""
        client = await self._connected(user, client_id)
        if isinstance(client, Refusal):
            return client
        connection = await self.store.find_connection(user.id, client.id)
        if connection is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        # The page would refuse these too; said here, the person learns it before choosing.
        target = match(connection.redirect_uri, client.redirect_uris, is_native=client.native)
        # A code with PKCE can only begin at the app: the challenge is its secret's.
        if client.disabled_at is not None or client.needs_pkce or target is None:
            return Refusal(reason=Reason.APP_UNAVAILABLE)
        return self.authorize.add_network(connection, browser=browser)

    async def _connected(self, user: User, client_id: str) -> Client | Refusal:
        if not client_id.isascii() or not client_id.isprintable():
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        client = await self.store.find_client(ClientId(client_id))
        for connection, _ in await self.store.list_connections(user.id) if client is not None else ():
            if connection.client_id == client_id and client is not None:
                return client
        return Refusal(reason=Reason.PAGE_UNKNOWN)

    async def _app(
        self,
        user: User,
        client: Client,
        connection: Connection,
        grants: Sequence[Grant],
        uses: Sequence[ScopeUse],
    ) -> ConnectedApp:
        reached = dict.fromkeys(edge.network_id for grant in grants for edge in grant.edges if edge.dropped_at is None)
        reached = reached or dict.fromkeys(connection.networks_given)
        live = {network_id for network_id, role in user.roles.items() if role in self.offered_roles}
        networks = [
            ConnectedNetwork(id=network.id, title=network.title, live=network.id in live)
            for network in await self.store.find_networks(reached)
        ]
        offered = await self.authorize.offered(user, client.id, connection.scopes_given)
        scopes = dict.fromkeys(scope for grant in grants for scope in grant.scopes_given)
        return ConnectedApp(
            client=client,
            networks=tuple(sorted(networks, key=lambda network: (network.title.casefold(), network.id))),
            scopes=tuple(scopes) or connection.scopes_given,
            histories={scope: history_of(scope, grants, uses, self.authorize.inclusion) for scope in scopes},
            since=connection.created_at,
            last_used_at=max((grant.last_used_at for grant in grants if grant.last_used_at is not None), default=None),
            finished=bool(grants),
            can_add=client.disabled_at is None
            and not client.needs_pkce
            and any(network_id not in reached for network_id in offered),
        )

    def _audit(
        self,
        action: str,
        user: User,
        client_id: ClientId,
        origin: Origin,
        now: Micros,
        *,
        network: NetworkId | None = None,
    ) -> AuditEvent:
        return AuditEvent(
            at=now,
            action=action,
            actor=f"user:{user.id}",
            network_id=network,
            client_id=client_id,
            user_id=user.id,
            address=origin.address,
            request_id=origin.request_id,
        )


def given_in(connections: Sequence[tuple[Connection, Sequence[Grant]]], client_id: ClientId) -> Scopes:
    """All that an app may do by somebody's connections, whenever it was given."""
    for connection, grants in connections:
        if connection.client_id == client_id:
            every = (*(scope for grant in grants for scope in grant.scopes_given), *connection.scopes_given)
            return tuple(dict.fromkeys(every))
    return ()
