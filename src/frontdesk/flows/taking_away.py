"""The operator takes away what people gave apps: a whole connection, one network or one scope of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.connected import given_in
from frontdesk.flows.looking import Looking
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.operator import Objection
from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.records import User
from frontdesk.protocol.scope_taking import judge_taking
from frontdesk.protocol.scopes import CONTRACT, Inclusion

_NOT_CONNECTED = Objection(problem="this person has not connected this app", missing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingAway:
    """Ends what is live, for good: the person may consent anew."""

    store: Store
    clock: Clock
    looking: Looking
    known_scopes: Callable[[], frozenset[str] | None] = field(default=lambda: None)
    inclusion: Inclusion = CONTRACT

    async def disconnect(self, who: str, client_id: str, *, origin: Origin) -> int | Objection:
        """End everything that somebody let an app do; how many grants ended."""
        user = await self._connected(who, client_id)
        if isinstance(user, Objection):
            return user
        now = self.clock.now()
        audit = row_of_operator("connection.ended", now, origin, client=client_id, user=user.id)

        return await self.store.disconnect(user_id=user.id, client_id=ClientId(client_id), now=now, audit=audit)

    async def take_scope(
        self, who: str, client_id: str, scope: str, *, leave: str = "", origin: Origin
    ) -> User | Objection:
        """Take a scope from somebody's app, or all of it but a smaller one, wherever they gave it."""
        user = await self._connected(who, client_id)
        if isinstance(user, Objection):
            return user
        given = given_in(await self.store.list_connections(user.id), ClientId(client_id))
        taken = judge_taking(scope, leave=leave, given=given, inclusion=self.inclusion, known=self.known_scopes())
        now = self.clock.now()
        detail = f"{scope} taken" + (f", {leave} left" if leave else "")
        audit = row_of_operator("connection.narrowed", now, origin, client=client_id, user=user.id, detail=detail)

        done = taken is not None and await self.store.take_connection_scopes(
            user_id=user.id, client_id=ClientId(client_id), taken=taken, now=now, audit=audit
        )
        return user if done else Objection(problem="this app has no such scope of theirs, or no such part of it")

    async def drop_network(self, who: str, client_id: str, *, network_id: str, origin: Origin) -> Objection | None:
        """Shut somebody's app out of one network; a connection left without any ends."""
        network = await self.looking.find_network(network_id)
        if isinstance(network, Objection):
            return network
        user = await self._connected(who, client_id)
        if isinstance(user, Objection):
            return user
        now = self.clock.now()
        audit = row_of_operator("network.disconnected", now, origin, network=network.id, client=client_id, user=user.id)

        dropped = await self.store.drop_network(
            user_id=user.id, client_id=ClientId(client_id), network_id=network.id, now=now, audit=audit
        )
        return None if dropped else Objection(problem="this app does not reach this network", missing=True)

    async def _connected(self, who: str, client_id: str) -> User | Objection:
        user = await self.looking.find_user(who)
        if isinstance(user, Objection):
            return user
        readable = client_id.isascii() and client_id.isprintable()
        connection = await self.store.find_connection(user.id, ClientId(client_id)) if readable else None
        return user if connection is not None else _NOT_CONNECTED
