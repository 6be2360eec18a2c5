"""Resource servers, in a dictionary."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import Digest, Micros, ResourceServerId
from frontdesk.protocol.records import AuditEvent, ResourceServer
from frontdesk.storage.memory_state import MemoryState


class MemoryResourceServers(MemoryState):
    """The provider's own APIs that may ask what a token is worth."""

    def resource_server(self, server_id: ResourceServerId) -> ResourceServer | None:
        """A resource server."""
        return self.resource_servers.get(server_id)

    async def find_resource_server(self, server_id: ResourceServerId) -> ResourceServer | None:
        """A resource server by its id, disabled or not."""
        return self.resource_servers.get(server_id)

    async def list_resource_servers(self) -> Sequence[ResourceServer]:
        """All resource servers, by name."""
        return sorted(self.resource_servers.values(), key=lambda server: (server.name, server.id))

    async def add_resource_server(self, *, server: ResourceServer, audit: AuditEvent) -> bool:
        """A new resource server."""
        if server.id in self.resource_servers:
            return False
        self.resource_servers[server.id] = server
        self._note(audit)
        return True

    async def set_resource_server_disabled(
        self, *, server_id: ResourceServerId, disabled: bool, now: Micros, audit: AuditEvent
    ) -> bool:
        """Disable or enable a resource server."""
        server = self.resource_servers.get(server_id)
        if server is None:
            return False
        since = now if server.disabled_at is None else server.disabled_at
        self.resource_servers[server_id] = replace(server, disabled_at=since if disabled else None)
        self._note(audit)
        return True

    async def set_resource_server_secret(
        self, *, server_id: ResourceServerId, digest: Digest, audit: AuditEvent
    ) -> bool:
        """Replace a resource server's secret."""
        server = self.resource_servers.get(server_id)
        if server is None:
            return False
        self.resource_servers[server_id] = replace(server, secret_digest=digest)
        self._note(audit)
        return True

    async def remove_resource_server(self, *, server_id: ResourceServerId, audit: AuditEvent) -> bool:
        """Forget a resource server."""
        if self.resource_servers.pop(server_id, None) is None:
            return False
        self._note(audit)
        return True
