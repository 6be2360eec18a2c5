"""The in-memory twin of a network's history in storage/audit.py."""

from collections.abc import Sequence

from frontdesk.protocol.history import HistoryFilter
from frontdesk.protocol.ids import NetworkId
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.memory_state import MemoryState


class MemoryHistory(MemoryState):
    """Audit rows, asked for by an owner."""

    async def list_history(
        self, network_id: NetworkId, wanted: HistoryFilter, *, before: int, limit: int
    ) -> Sequence[tuple[int, AuditEvent]]:
        """A network's audit rows with their positions, newest first. Positions hold until old rows are cleaned away."""
        found = [
            (position, event)
            for position, event in enumerate(self.audit, 1)
            if position < before and event.network_id == network_id and _is_wanted(event, wanted)
        ]
        return found[::-1][:limit]


def _is_wanted(event: AuditEvent, wanted: HistoryFilter) -> bool:
    person = wanted.person
    return (
        wanted.since <= event.at < wanted.until
        and (not wanted.actions or event.action in wanted.actions)
        and (person is None or event.user_id == person or event.actor == f"user:{person}")
    )
