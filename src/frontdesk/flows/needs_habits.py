"""What counting apps' behaviour needs of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.call_counts import Day
from frontdesk.protocol.habits import HabitCount
from frontdesk.protocol.ids import ClientId


class HabitStore(Protocol):
    """How apps behave, by day."""

    async def count_habits(self, *, counts: Sequence[HabitCount]) -> None:
        """Add to what was counted before; for an app that is gone, nothing. No cache must learn of it."""

    async def list_habits(self, client_id: ClientId, *, since: Day) -> Sequence[HabitCount]:
        """What was counted of one app from this day on, by habit and day."""

    async def total_habits(self, client_ids: Sequence[ClientId], *, since: Day) -> Sequence[HabitCount]:
        """The same of several apps, in their order, the days of each habit together: of the last of them."""
