"""What the walks need in order to know the provider's own APIs that may ask what a token is worth."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import Digest, Micros, ResourceServerId
from frontdesk.protocol.records import AuditEvent, ResourceServer


class ResourceServerGlance(Protocol):
    """What is in memory of them."""

    def resource_server(self, server_id: ResourceServerId) -> ResourceServer | None:
        """A resource server, disabled or not, if in memory."""


class ResourceServerStore(Protocol):
    """Remembers them."""

    async def find_resource_server(self, server_id: ResourceServerId) -> ResourceServer | None:
        """A resource server by its id, disabled or not; from memory, never older than the last commit on this host."""

    async def list_resource_servers(self) -> Sequence[ResourceServer]:
        """All resource servers, by name."""

    async def add_resource_server(self, *, server: ResourceServer, audit: AuditEvent) -> bool:
        """A new resource server; False: the id is taken."""

    async def set_resource_server_disabled(
        self, *, server_id: ResourceServerId, disabled: bool, now: Micros, audit: AuditEvent
    ) -> bool:
        """Disable: it is answered nothing until enabled. False: no such resource server."""

    async def set_resource_server_secret(
        self, *, server_id: ResourceServerId, digest: Digest, audit: AuditEvent
    ) -> bool:
        """Replace its secret; the old one is refused from now on. False: no such resource server."""

    async def remove_resource_server(self, *, server_id: ResourceServerId, audit: AuditEvent) -> bool:
        """Forget it for good. False: no such resource server."""
