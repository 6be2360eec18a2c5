"""The verbs about apps' behaviour, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.call_counts import Day
from frontdesk.protocol.habits import HabitCount
from frontdesk.protocol.ids import ClientId
from frontdesk.storage import habits
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class HabitVerbs:
    """What `frontdesk.flows.needs_habits.HabitStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def count_habits(self, *, counts: Sequence[HabitCount]) -> None:
        """Add to what was counted before."""
        await self._writer.write(habits.count_habits(counts=counts), long=True)

    async def list_habits(self, client_id: ClientId, *, since: Day) -> Sequence[HabitCount]:
        """What was counted of one app."""
        return await self._reader.read_long(habits.list_habits(client_id=client_id, since=since))

    async def total_habits(self, client_ids: Sequence[ClientId], *, since: Day) -> Sequence[HabitCount]:
        """What was counted of several apps, their days together."""
        return await self._reader.read_long(habits.total_habits(client_ids=client_ids, since=since))
