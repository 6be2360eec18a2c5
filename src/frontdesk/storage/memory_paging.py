"""The in-memory twin of long lists read a page at a time."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from frontdesk.protocol.ids import ClientId, GrantId, NetworkId, UserId
from frontdesk.protocol.records import (
    AuditEvent,
    Client,
    Edge,
    Grant,
    Network,
    NetworkCredential,
    Role,
    User,
)
from frontdesk.storage.memory_suspending import MemorySuspending

T = TypeVar("T", User, Client, Grant, Network)


class MemoryPaging(MemorySuspending):
    """What a page shows, in the order of ids."""

    async def page_networks(
        self, *, after: NetworkId | None, limit: int
    ) -> Sequence[tuple[Network, User, NetworkCredential]]:
        """Networks with owner and main pair."""
        pairs = {pair.network_id: pair for pair in self.credentials.values() if pair.is_main}
        owners = {at: self.users[user] for (user, at), held in self._all_roles().items() if held.role is Role.OWNER}
        page = _cut(self.networks.values(), after, limit)
        return [(network, owners[network.id], pairs[network.id]) for network in page]

    async def page_users(self, *, after: UserId | None, limit: int) -> Sequence[User]:
        """People."""
        return _cut(self.users.values(), after, limit)

    async def page_clients(self, *, after: ClientId | None, limit: int) -> Sequence[Client]:
        """Apps."""
        return _cut(self.clients.values(), after, limit)

    async def page_grants(self, *, after: GrantId | None, limit: int) -> Sequence[Grant]:
        """Live grants."""
        return _cut((grant for grant in self.grants.values() if grant.revoked_at is None), after, limit)

    async def page_reach(
        self, network_id: NetworkId, *, after: tuple[UserId, ClientId] | None, limit: int
    ) -> Sequence[Sequence[Grant]]:
        """Live grants that open a network, by user and app."""
        found: dict[tuple[UserId, ClientId], list[Grant]] = {}
        for grant in sorted(self.grants.values(), key=lambda grant: (grant.user_id, grant.client_id, grant.id)):
            pair = grant.user_id, grant.client_id
            if grant.revoked_at is None and Edge(network_id=network_id) in grant.edges and (not after or pair > after):
                found.setdefault(pair, []).append(grant)
        return list(found.values())[:limit]

    async def page_audit(
        self, *, network_id: NetworkId | None, client_id: str | None, before: int, limit: int
    ) -> Sequence[tuple[int, AuditEvent]]:
        """Audit rows with their positions, the newest first."""
        found = [
            (position, event)
            for position, event in enumerate(self.audit, 1)
            if position < before and network_id in (None, event.network_id) and client_id in (None, event.client_id)
        ]
        return found[::-1][:limit]


def _cut(items: Iterable[T], after: str | None, limit: int) -> list[T]:
    return sorted((item for item in items if item.id > (after or "")), key=lambda item: item.id)[:limit]
