"""The rate limit as arithmetic: so many at one instant, then one each interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.protocol.gcra import CLOCK_DISAGREEMENT, SECOND, Rate, judge_arrival, per_second

NOW = 1_764_000_000_000_000
TEN = per_second(10)


def _play(rate: Rate, times: list[int]) -> list[int]:
    tat, waits = 0, []
    for now in times:
        tat, wait = judge_arrival(rate, tat, now)
        waits.append(wait)
    return waits


@pytest.mark.parametrize("calls", [1, 2, 3, 7, 10, 60, 100_000])
def test_a_burst_of_one_second_passes_and_no_more(calls: int) -> None:
    """At one instant exactly `calls` pass; the next one waits one interval."""
    rate = per_second(calls)
    waits = _play(rate, [NOW] * (calls + 3))
    assert waits == [0] * calls + [rate.interval] * 3


def test_the_very_instant_that_was_told_passes() -> None:
    """A caller who waits exactly as long as it was told is let in; one microsecond earlier is not."""
    tat, wait = 0, 0
    for _ in range(11):
        tat, wait = judge_arrival(TEN, tat, NOW)
    assert wait == 100_000
    assert judge_arrival(TEN, tat, NOW + wait - 1)[1] == 1
    assert judge_arrival(TEN, tat, NOW + wait)[1] == 0


def test_a_refused_call_costs_nothing() -> None:
    """Knocking all the time does not lengthen the wait."""
    waits = _play(TEN, [NOW] * 10 + [NOW + step * 1_000 for step in range(1, 100)] + [NOW + 100_000])
    assert all(waits[10:-1])
    assert waits[-1] == 0


def test_an_even_caller_is_never_refused() -> None:
    """Ten a second, evenly, for a minute, after a full burst's pause."""
    assert not any(_play(TEN, [NOW + 100_000 * n for n in range(600)]))


def test_after_a_quiet_second_the_whole_burst_is_there_again() -> None:
    """The state of a quiet credential is nothing."""
    assert not any(_play(TEN, [NOW] * 10 + [NOW + SECOND] * 10))


def test_a_wrong_clock_holds_up_one_interval_only() -> None:
    """FT-51: a TAT written by a clock a year ahead counts as a full bucket, not as a year's wait."""
    year = 365 * 86_400 * SECOND
    tat, wait = judge_arrival(TEN, NOW + year, NOW)
    assert wait == TEN.interval
    assert judge_arrival(TEN, tat, NOW + wait)[1] == 0


def test_a_slightly_earlier_clock_gains_nothing() -> None:
    """Workers' clocks differ a little: the one behind sees a fuller bucket, never an emptier one."""
    tat = 0
    for _ in range(10):
        tat, _ = judge_arrival(TEN, tat, NOW)
    assert judge_arrival(TEN, tat, NOW - CLOCK_DISAGREEMENT) == (tat, CLOCK_DISAGREEMENT + TEN.interval)


@given(calls=st.integers(1, 50), gaps=st.lists(st.integers(0, SECOND), max_size=300))
def test_no_second_holds_more_than_the_rate_allows(calls: int, gaps: list[int]) -> None:
    """In any stretch of time no more pass than a full burst and what the stretch refills."""
    rate = per_second(calls)
    now, times = NOW, []
    for gap in gaps:
        now += gap
        times.append(now)
    passed = [at for at, wait in zip(times, _play(rate, times), strict=True) if wait == 0]
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            stretch = passed[last] - passed[first]
            assert last - first + 1 <= calls + stretch // rate.interval


@pytest.mark.parametrize("calls", [0, -1, SECOND + 1])
def test_a_rate_out_of_range_is_an_error(calls: int) -> None:
    """Neither nothing nor more than a call a microsecond."""
    with pytest.raises(ValueError):
        per_second(calls)
