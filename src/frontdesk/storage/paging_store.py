"""The verbs about long lists, as methods. What each reads is beside what it reads of."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, GrantId, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, Client, Grant, Network, NetworkCredential, User
from frontdesk.storage import audit, clients, grants, networks, users
from frontdesk.storage.reader import Reader


class PagingVerbs:
    """What `frontdesk.flows.needs_paging.PagingStore` asks for. Shapes are said there."""

    _reader: Reader

    async def page_networks(
        self, *, after: NetworkId | None, limit: int
    ) -> Sequence[tuple[Network, User, NetworkCredential]]:
        """Networks with owner and main pair."""
        return await self._reader.read_long(networks.page_networks(after=after, limit=limit))

    async def page_users(self, *, after: UserId | None, limit: int) -> Sequence[User]:
        """People."""
        return await self._reader.read_long(users.page_users(after=after, limit=limit))

    async def page_clients(self, *, after: ClientId | None, limit: int) -> Sequence[Client]:
        """Apps."""
        return await self._reader.read_long(clients.page_clients(after=after, limit=limit))

    async def page_grants(self, *, after: GrantId | None, limit: int) -> Sequence[Grant]:
        """Live grants."""
        return await self._reader.read_long(grants.page_grants(after=after, limit=limit))

    async def page_reach(
        self, network_id: NetworkId, *, after: tuple[UserId, ClientId] | None, limit: int
    ) -> Sequence[Sequence[Grant]]:
        """Live grants that open a network, by user and app."""
        return await self._reader.read_long(grants.page_reach(network_id, after=after, limit=limit))

    async def page_audit(
        self, *, network_id: NetworkId | None, client_id: str | None, before: int, limit: int
    ) -> Sequence[tuple[int, AuditEvent]]:
        """Audit rows with their positions, the newest first."""
        verb = audit.page_audit(network_id=network_id, client_id=client_id, before=before, limit=limit)
        return await self._reader.read_long(verb)
