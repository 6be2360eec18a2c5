"""The verbs about resource servers, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Digest, Micros, ResourceServerId
from frontdesk.protocol.records import AuditEvent, ResourceServer
from frontdesk.storage import resource_servers
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class ResourceServerVerbs:
    """What `frontdesk.flows.needs_resource_servers` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def find_resource_server(self, server_id: ResourceServerId) -> ResourceServer | None:
        """A resource server by its id, disabled or not."""
        shelf = self._reader.cache.resource_servers
        return await self._reader.recall(shelf, server_id, resource_servers.find_resource_server)

    async def list_resource_servers(self) -> Sequence[ResourceServer]:
        """All resource servers, by name."""
        return await self._reader.read_long(resource_servers.list_resource_servers())

    async def add_resource_server(self, *, server: ResourceServer, audit: AuditEvent) -> bool:
        """A new resource server."""
        return await self._writer.write(resource_servers.add_resource_server(server=server, audit=audit))

    async def set_resource_server_disabled(
        self, *, server_id: ResourceServerId, disabled: bool, now: Micros, audit: AuditEvent
    ) -> bool:
        """Disable or enable a resource server."""
        verb = resource_servers.set_resource_server_disabled(
            server_id=server_id, disabled=disabled, now=now, audit=audit
        )
        return await self._writer.write(verb, urgent=True)

    async def set_resource_server_secret(
        self, *, server_id: ResourceServerId, digest: Digest, audit: AuditEvent
    ) -> bool:
        """Replace a resource server's secret."""
        verb = resource_servers.set_resource_server_secret(server_id=server_id, digest=digest, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def remove_resource_server(self, *, server_id: ResourceServerId, audit: AuditEvent) -> bool:
        """Forget a resource server."""
        verb = resource_servers.remove_resource_server(server_id=server_id, audit=audit)
        return await self._writer.write(verb, urgent=True)
