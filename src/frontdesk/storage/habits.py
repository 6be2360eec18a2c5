"""How apps behave: one row for each habit and day."""

from collections.abc import Sequence
from typing import Any

from frontdesk.protocol.call_counts import Day
from frontdesk.protocol.habits import Habit, HabitCount
from frontdesk.protocol.ids import ClientId, Micros
from frontdesk.storage.verbs import Verb

# Only for an app that is there: what was counted in memory may be written after the app is gone.
COUNT = """
INSERT INTO app_habits (client_id, habit, day, times, most, last_at)
SELECT id, $1, $2, $3, $4, $5 FROM clients WHERE id = $6
ON CONFLICT (client_id, habit, day) DO UPDATE SET
    times = app_habits.times + excluded.times,
    most = CASE WHEN excluded.most > app_habits.most THEN excluded.most ELSE app_habits.most END,
    last_at = CASE WHEN excluded.last_at > app_habits.last_at THEN excluded.last_at ELSE app_habits.last_at END
"""
LIST = """
SELECT client_id, habit, day, times, most, last_at FROM app_habits WHERE client_id = $1 AND day >= $2
ORDER BY habit, day
"""
SUM = """
SELECT client_id, habit, max(day), sum(times), max(most), max(last_at) FROM app_habits
WHERE client_id = $1 AND day >= $2 GROUP BY client_id, habit
"""


def count_habits(*, counts: Sequence[HabitCount]) -> Verb[None]:
    """Add to what was counted before."""
    for one in counts:
        yield COUNT, (one.habit.value, one.day, one.times, one.most, one.last_at, one.client_id)


def list_habits(*, client_id: ClientId, since: Day) -> Verb[list[HabitCount]]:
    """One app's, by habit and day."""
    return _read((yield LIST, (client_id, since)))


def total_habits(*, client_ids: Sequence[ClientId], since: Day) -> Verb[list[HabitCount]]:
    """Several apps', their days together."""
    found: list[HabitCount] = []
    for client_id in client_ids:
        found += _read((yield SUM, (client_id, since)))
    return found


def _read(rows: Sequence[tuple[Any, ...]]) -> list[HabitCount]:
    """A habit of another version of Frontdesk is left out."""
    return [
        HabitCount(
            client_id=ClientId(client), habit=Habit(habit), day=day, times=times, most=most, last_at=Micros(last)
        )
        for client, habit, day, times, most, last in rows
        if habit in _KNOWN
    ]


_KNOWN = frozenset(habit.value for habit in Habit)
