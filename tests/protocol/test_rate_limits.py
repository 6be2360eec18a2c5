"""What limits leave: numbers that are true for whoever goes by them, whole seconds that are long enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.protocol.gcra import judge_arrival, left_over
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND
from frontdesk.protocol.rate_limits import Limit, make_limit, share_of

NOW = 1_764_000_000_000_000

limits = st.builds(
    make_limit,
    st.just("default"),
    requests=st.integers(1, 1_000),
    per=st.sampled_from([SECOND, 10 * SECOND, MINUTE, HOUR, DAY]),
    burst=st.none() | st.integers(1, 50),
)


@pytest.mark.parametrize(
    ("requests", "per", "burst", "quota", "window"),
    [
        (10, SECOND, None, 10, 1),
        (10, SECOND, 50, 50, 5),
        (10, SECOND, 5, 10, 1),
        (3, SECOND, None, 3, 1),
        (2, MINUTE, None, 2, 60),
        (2, MINUTE, 5, 5, 150),
        (2, MINUTE, 1, 2, 60),
        (1, DAY, None, 1, 86_400),
    ],
)
def test_a_policy_tells_the_rate_as_it_is_used_evenly(
    requests: int, per: int, burst: int | None, quota: int, window: int
) -> None:
    """`q` calls in `w` seconds, never less than a whole burst."""
    limit = make_limit("default", requests=requests, per=per, burst=burst)
    assert (limit.quota, limit.window) == (quota, window)


@given(limit=limits)
def test_no_more_is_ever_left_than_the_policy_says(limit: Limit) -> None:
    """Burst and quota agree."""
    assert 1 <= limit.rate.burst <= limit.quota
    assert left_over(limit.rate, 0, NOW) == (limit.rate.burst, 0)


@given(limit=limits, percent=st.integers(1, 99))
def test_a_share_is_that_part_and_at_least_one_call(limit: Limit, percent: int) -> None:
    """Of the rate and of the burst; named apart."""
    share = share_of(limit, percent)
    assert share.rate.burst == max(1, limit.rate.burst * percent // 100)
    assert share.rate.interval == limit.rate.interval * 100 // percent
    assert share.rate.burst <= share.quota
    assert share.name == "network"


def test_a_share_of_a_named_limit_is_named_after_it() -> None:
    """A caller who reads `RateLimit` knows which one is used up."""
    assert share_of(make_limit("GET /reports", requests=2, per=MINUTE), 50).name == "GET /reports network"


gaps = st.lists(st.integers(0, 3 * SECOND), min_size=1, max_size=120)


@given(limit=limits, gaps=gaps)
def test_as_many_pass_as_were_said_to_be_left(limit: Limit, gaps: list[int]) -> None:
    """After any history: exactly `remaining` more calls pass at this instant."""
    tat, now = _play(limit, gaps)
    remaining = limit.left(tat, now)[0].remaining
    passed = 0
    while True:
        tat, wait = judge_arrival(limit.rate, tat, now)
        if wait:
            break
        passed += 1
    assert passed == remaining


@given(limit=limits, gaps=gaps)
def test_within_the_reset_no_more_pass_than_were_left(limit: Limit, gaps: list[int]) -> None:
    """`t` to the microsecond: one more call becomes possible then, not before."""
    tat, now = _play(limit, gaps)
    remaining, wait = left_over(limit.rate, tat, now)
    if wait == 0:
        assert remaining == limit.rate.burst
        return
    assert left_over(limit.rate, tat, now + wait - 1)[0] == remaining
    assert left_over(limit.rate, tat, now + wait)[0] == remaining + 1
    assert limit.left(tat, now)[0].reset == -(-wait // SECOND)


@given(limit=limits, gaps=gaps)
def test_whoever_waits_whole_seconds_as_told_is_let_in(limit: Limit, gaps: list[int]) -> None:
    """`Retry-After` is the wait in whole seconds, rounded up: exactly that long is enough, whatever came before."""
    tat, now = _play(limit, gaps)
    for _ in range(limit.rate.burst + 1):
        tat, wait = judge_arrival(limit.rate, tat, now)
    assert wait
    told = limit.left(tat, now)[0].reset
    assert judge_arrival(limit.rate, tat, now + told * SECOND)[1] == 0


def _play(limit: Limit, gaps: list[int]) -> tuple[int, int]:
    tat, now = 0, NOW
    for gap in gaps:
        now += gap
        tat, _ = judge_arrival(limit.rate, tat, now)
    return tat, now
