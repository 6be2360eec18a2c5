"""The operator's walks over resource servers: what `frontdesk resource-server` does. RFC 7662 §2.1."""

from dataclasses import dataclass, field

from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.operator import Objection, read_title
from frontdesk.protocol.ids import RESOURCE_SERVER_ID, Micros, ResourceServerId
from frontdesk.protocol.records import AuditEvent, ResourceServer
from frontdesk.protocol.tokens import RESOURCE_SERVER_SECRET


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshServer:
    """A resource server with its secret in the clear: the only moment in which it can be told."""

    server: ResourceServer
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceServers:
    """What the operator may do to the provider's own APIs that ask what tokens are worth."""

    store: Store
    clock: Clock
    mint: Mint

    async def add(self, name: str, *, origin: Origin) -> FreshServer | Objection:
        """Let an API ask; its secret is told once."""
        named = read_title(name, what="name")
        if isinstance(named, Objection):
            return named
        now = self.clock.now()
        secret = self.mint.new_secret(RESOURCE_SERVER_SECRET)
        server = ResourceServer(
            id=ResourceServerId(self.mint.new_client_id(RESOURCE_SERVER_ID)),
            name=named,
            secret_digest=self.mint.digest(secret),
            created_at=now,
        )

        audit = self._audit("resource_server.created", server, now, origin)
        if not await self.store.add_resource_server(server=server, audit=audit):
            return Objection(problem="this id is taken", hint="run the command again")
        return FreshServer(server=server, secret=secret)

    async def list_all(self) -> list[ResourceServer]:
        """All of them, by name."""
        return list(await self.store.list_resource_servers())

    async def disable(self, server_id: str, *, disabled: bool, origin: Origin) -> ResourceServer | Objection:
        """Answer it nothing, or answer it again."""
        server = await self._find(server_id)
        if isinstance(server, Objection):
            return server
        now = self.clock.now()
        action = "resource_server.disabled" if disabled else "resource_server.enabled"
        audit = self._audit(action, server, now, origin)

        if not await self.store.set_resource_server_disabled(
            server_id=server.id, disabled=disabled, now=now, audit=audit
        ):
            return _no_server(server_id)
        return await self.store.find_resource_server(server.id) or server

    async def rotate_secret(self, server_id: str, *, origin: Origin) -> FreshServer | Objection:
        """A new secret; the old one is refused from now on."""
        server = await self._find(server_id)
        if isinstance(server, Objection):
            return server
        secret = self.mint.new_secret(RESOURCE_SERVER_SECRET)
        audit = self._audit("resource_server.secret_rotated", server, self.clock.now(), origin)

        if not await self.store.set_resource_server_secret(
            server_id=server.id, digest=self.mint.digest(secret), audit=audit
        ):
            return _no_server(server_id)
        return FreshServer(server=server, secret=secret)

    async def remove(self, server_id: str, *, origin: Origin) -> ResourceServer | Objection:
        """Forget it for good."""
        server = await self._find(server_id)
        if isinstance(server, Objection):
            return server
        audit = self._audit("resource_server.removed", server, self.clock.now(), origin)

        if not await self.store.remove_resource_server(server_id=server.id, audit=audit):
            return _no_server(server_id)
        return server

    async def _find(self, server_id: str) -> ResourceServer | Objection:
        readable = server_id.isascii() and server_id.isprintable()
        server = await self.store.find_resource_server(ResourceServerId(server_id)) if readable else None
        return server if server is not None else _no_server(server_id)

    def _audit(self, action: str, server: ResourceServer, now: Micros, origin: Origin) -> AuditEvent:
        return AuditEvent(
            at=now,
            action=action,
            actor=origin.operator,
            client_id=server.id,
            address=origin.address,
            request_id=origin.request_id,
            detail=server.name,
        )


def _no_server(server_id: str) -> Objection:
    shown = "".join(c if c.isprintable() else "?" for c in server_id[:80])
    return Objection(
        problem=f'no resource server "{shown}"', hint="list them with 'frontdesk resource-server list'", missing=True
    )
