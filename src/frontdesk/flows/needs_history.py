"""What a network's history needs of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.history import HistoryFilter
from frontdesk.protocol.ids import NetworkId
from frontdesk.protocol.records import AuditEvent


class HistoryStore(Protocol):
    """Audit rows of one network."""

    async def list_history(
        self, network_id: NetworkId, wanted: HistoryFilter, *, before: int, limit: int
    ) -> Sequence[tuple[int, AuditEvent]]:
        """The newest rows of a network first, with their positions, of those before the position `before`.

        A change that concerns several networks at once (a consent, the end of a connection) has a row in each.
        """
