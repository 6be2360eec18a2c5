"""What reading long lists a page at a time needs of the store. Nothing is read but what a page shows."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import ClientId, GrantId, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, Client, Grant, Network, NetworkCredential, User


class PagingStore(Protocol):
    """At most `limit` rows of a list, in the order of their ids, of those after an id; None: from the beginning."""

    async def page_networks(
        self, *, after: NetworkId | None, limit: int
    ) -> Sequence[tuple[Network, User, NetworkCredential]]:
        """Networks, in service or not, with owner and main pair."""

    async def page_users(self, *, after: UserId | None, limit: int) -> Sequence[User]:
        """People, with the roles that count."""

    async def page_clients(self, *, after: ClientId | None, limit: int) -> Sequence[Client]:
        """Apps."""

    async def page_grants(self, *, after: GrantId | None, limit: int) -> Sequence[Grant]:
        """Live grants."""

    async def page_reach(
        self, network_id: NetworkId, *, after: tuple[UserId, ClientId] | None, limit: int
    ) -> Sequence[Sequence[Grant]]:
        """The live grants that open a network, those of one user's app together, in the order of both ids."""

    async def page_audit(
        self, *, network_id: NetworkId | None, client_id: str | None, before: int, limit: int
    ) -> Sequence[tuple[int, AuditEvent]]:
        """Audit rows with their positions, the newest first: of a network, an app or a Basic pair, both, or all."""
