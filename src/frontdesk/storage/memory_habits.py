"""The in-memory twin of storage/habits.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.call_counts import Day, oldest_day
from frontdesk.protocol.habits import Habit, HabitCount, add_up
from frontdesk.protocol.ids import ClientId, Micros
from frontdesk.storage.memory_state import MemoryState


class MemoryHabits(MemoryState):
    """How apps behave, by day."""

    async def count_habits(self, *, counts: Sequence[HabitCount]) -> None:
        """Add to what was counted before."""
        for one in counts:
            key = (one.client_id, one.habit, one.day)
            before = self.habits.get(key)
            if one.client_id in self.clients:
                self.habits[key] = one if before is None else add_up(before, one)

    async def list_habits(self, client_id: ClientId, *, since: Day) -> Sequence[HabitCount]:
        """What was counted of one app."""
        return [self.habits[key] for key in sorted(self.habits) if key[0] == client_id and key[2] >= since]

    async def total_habits(self, client_ids: Sequence[ClientId], *, since: Day) -> Sequence[HabitCount]:
        """What was counted of several apps, their days together."""
        found: list[HabitCount] = []
        for client_id in client_ids:
            totals: dict[Habit, HabitCount] = {}
            for one in await self.list_habits(client_id, since=since):
                before = totals.get(one.habit)
                totals[one.habit] = one if before is None else replace(add_up(before, one), day=one.day)
            found += totals.values()
        return found

    def _clean_habits(self, now: Micros, limit: int) -> int:
        old = [key for key in sorted(self.habits) if key[2] < oldest_day(now)][: max(0, limit)]
        for key in old:
            del self.habits[key]
        return len(old)
