"""How an app behaves, counted while it is used: whether its codes are asked for with care, and how often it refreshes.

An access token is good for as long as it says. An app that keeps what it got refreshes a grant about once in that time,
and now and then again after an answer that was lost; one that forgets its token refreshes before every call (a storm).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from frontdesk.protocol.call_counts import Day
from frontdesk.protocol.ids import ClientId, Micros

EXPLAINED = (
    5  # refreshes of one grant within one access token's life that need no other reason, as one worker sees them
)


class Habit(StrEnum):
    """What is counted; the value is its name in the database."""

    CODES = "codes"
    CODES_WITH_PKCE = "codes_with_pkce"
    CODES_WITH_STATE = "codes_with_state"
    REFRESHES_TOO_MANY = "refreshes_too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class HabitCount:
    """How often on one day. `most`: the most refreshes of one grant within one access token's life, else 0."""

    client_id: ClientId
    habit: Habit
    day: Day
    times: int
    most: int
    last_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What one app did in the days that are watched."""

    codes: int = 0
    with_pkce: int = 0
    with_state: int = 0
    storms: int = 0  # refreshes that its tokens' life does not explain
    worst: int = 0  # refreshes of one grant within one access token's life
    storm_at: Micros | None = None


def sum_habits(counts: Iterable[HabitCount]) -> Habits:
    """One app's days together."""
    times, most, last = dict.fromkeys(Habit, 0), 0, Micros(0)
    for count in counts:
        times[count.habit] += count.times
        if count.habit is Habit.REFRESHES_TOO_MANY:
            most, last = max(most, count.most), max(last, count.last_at)
    return Habits(
        codes=times[Habit.CODES],
        with_pkce=times[Habit.CODES_WITH_PKCE],
        with_state=times[Habit.CODES_WITH_STATE],
        storms=times[Habit.REFRESHES_TOO_MANY],
        worst=most,
        storm_at=last or None,
    )


def add_up(one: HabitCount, other: HabitCount) -> HabitCount:
    """Both together; they are of one app, habit and day."""
    return HabitCount(
        client_id=one.client_id,
        habit=one.habit,
        day=one.day,
        times=one.times + other.times,
        most=max(one.most, other.most),
        last_at=max(one.last_at, other.last_at),
    )
