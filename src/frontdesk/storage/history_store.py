"""The verb about a network's history, as a method."""

from collections.abc import Sequence
from functools import partial

from frontdesk.protocol.history import HistoryFilter
from frontdesk.protocol.ids import NetworkId
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import audit
from frontdesk.storage.reader import BRIEF, Reader


class HistoryVerbs:
    """What `frontdesk.flows.needs_history.HistoryStore` asks for. Shapes are said there."""

    _reader: Reader

    async def list_history(
        self, network_id: NetworkId, wanted: HistoryFilter, *, before: int, limit: int
    ) -> Sequence[tuple[int, AuditEvent]]:
        """A network's audit rows with their positions, newest first."""
        make = partial(audit.list_history, network_id, wanted, before=before, limit=limit)
        # Without a filter it follows its index; with one it may have to look at a year before it finds a row.
        if wanted == HistoryFilter() and limit <= BRIEF:
            return await self._reader.read_brief(make)
        return await self._reader.read_long(make())
