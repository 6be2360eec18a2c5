"""How apps behave, by day: the contract of both stores."""

import pytest

from frontdesk.protocol.call_counts import DAYS_KEPT, day_of
from frontdesk.protocol.habits import Habit, HabitCount, Habits, sum_habits
from frontdesk.protocol.ids import DAY, ClientId, Micros
from storage.house import House

pytestmark = pytest.mark.anyio


def count(client: ClientId, habit: Habit, at: Micros, times: int = 1, most: int = 0) -> HabitCount:
    """Of the day of a moment."""
    return HabitCount(client_id=client, habit=habit, day=day_of(at), times=times, most=most, last_at=at)


async def test_what_workers_counted_is_added_up(house: House) -> None:
    """Times together, the most and the last of all; each app, habit and day apart."""
    one, other = (await house.client()).id, (await house.client()).id
    now, earlier = house.now, Micros(house.now - DAY)
    storm = Habit.REFRESHES_TOO_MANY
    await house.store.count_habits(counts=[count(one, storm, now, 7, most=12), count(one, Habit.CODES, now, 2)])
    await house.store.count_habits(counts=[count(one, storm, Micros(now - 1), 3, most=20), count(other, storm, now)])
    await house.store.count_habits(counts=[count(one, Habit.CODES, earlier)])
    assert list(await house.store.list_habits(one, since=day_of(earlier))) == [
        count(one, Habit.CODES, earlier),
        count(one, Habit.CODES, now, 2),
        count(one, storm, now, 10, most=20),
    ]
    found = await house.store.list_habits(one, since=day_of(now))
    assert sum_habits(found) == Habits(codes=2, storms=10, worst=20, storm_at=now)
    assert list(await house.store.list_habits(ClientId("nobody"), since=0)) == []
    assert list(await house.store.total_habits([other, one, ClientId("nobody")], since=0)) == [
        count(other, storm, now),
        count(one, Habit.CODES, now, 3),
        count(one, storm, now, 10, most=20),
    ]


async def test_days_that_are_over_go(house: House) -> None:
    """Today is the last of thirty; nothing is kept for an app that is not there."""
    client = (await house.client()).id
    await house.store.count_habits(
        counts=[count(client, Habit.CODES, house.now), count(ClientId("gone"), Habit.CODES, house.now)]
    )
    house.pass_time((DAYS_KEPT - 1) * DAY)
    assert await house.store.clean(now=house.now, limit=100) == 0
    assert len(await house.store.list_habits(client, since=0)) == 1
    house.pass_time(DAY)
    assert await house.store.clean(now=house.now, limit=100) == 1
    assert list(await house.store.list_habits(client, since=0)) == []
