"""When a refused call is sent again, and after how long: the pure parts, and the pace as a law over any sequence."""

from datetime import UTC, datetime

import pytest
from frontdesk_client.manners import Manners, Pace, RetryBudget
from frontdesk_client.manners.retry_after import read_retry_after
from frontdesk_client.manners.rule import Again, Refused, Rule, judge
from frontdesk_client.manners.surroundings import Surroundings
from hypothesis import given
from hypothesis import strategies as some

NOW = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("1.5", 1.5),
        ("Sun, 06 Nov 1994 08:50:07 GMT", 30.0),
        ("Sunday, 06-Nov-94 08:50:07 GMT", 30.0),
        ("Sun Nov  6 08:50:07 1994", 30.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1e3", None),
        ("٣", None),
        ("9" * 40, None),
        ("Sun, 99 Nov 1994 08:50:07 GMT", None),
        ("Sun, 06 Nov 99999 08:50:07 GMT", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_in_each_form_of_date(said: str, seconds: float | None) -> None:
    """RFC 9110 §10.2.3 and §5.6.7; what is over is 0, and what is neither says nothing."""
    assert read_retry_after({"retry-after": said}, now=NOW) == seconds


def test_a_date_is_measured_by_the_clock_that_wrote_it() -> None:
    """A client an hour late or early waits as long as the server meant: the answer's own Date counts."""
    headers = {"retry-after": "Sun, 06 Nov 1994 08:50:07 GMT", "date": "Sun, 06 Nov 1994 08:50:00 GMT"}
    for wrong in (NOW.replace(hour=1), NOW.replace(hour=20)):
        assert read_retry_after(headers, now=wrong) == 7.0


@given(some.text(max_size=60))
def test_whatever_a_header_says_is_read_or_ignored(said: str) -> None:
    """Nothing that a server sends raises, and nothing is below zero."""
    read = read_retry_after({"retry-after": said, "date": said}, now=NOW)
    assert read is None or read >= 0


def refused(
    status: int = 503, method: str = "GET", *, tries: int = 1, asked: float | None = 2.0, can_replay: bool = True
) -> Refused:
    """One answer that was no answer."""
    return Refused(method=method, can_replay=can_replay, status=status, retry_after=asked, tries=tries)


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (refused(), True),
        (refused(method="put"), True),
        (refused(method="DELETE"), True),
        (refused(method="POST"), False),
        (refused(method="PATCH"), False),
        (refused(429, method="POST"), True),
        (refused(429, method="POST", can_replay=False), False),
        (refused(can_replay=False), False),
        (refused(tries=3), True),
        (refused(tries=4), False),
        (refused(asked=60.0), True),
        (refused(asked=60.1), False),
        (refused(asked=None), True),
        (refused(500), False),
        (refused(502), False),
        (refused(504), False),
        (refused(401), False),
        (refused(403), False),
        (refused(200), False),
    ],
)
def test_who_is_sent_again(answer: Refused, again: bool) -> None:
    """429 whatever the method, for nothing was done; 503 where repeating is safe; never early, never for ever."""
    assert (judge(answer, Rule(), chance=0.5) is not None) is again


@pytest.mark.parametrize(
    ("answer", "costs"),
    [(refused(429), False), (refused(429, asked=None), True), (refused(503), True), (refused(503, asked=None), True)],
)
def test_what_the_budget_pays_for(answer: Refused, costs: bool) -> None:
    """A 429 that says when is the server's own plan; everything else may be an outage."""
    again = judge(answer, Rule(), chance=0.0)
    assert again is not None
    assert again.costs is costs


@given(
    tries=some.integers(1, 3),
    asked=some.none() | some.floats(0, 60),
    chance=some.floats(0, 1, exclude_max=True),
    status=some.sampled_from([429, 503]),
)
def test_nobody_comes_earlier_than_asked(tries: int, asked: float | None, chance: float, status: int) -> None:
    """Chance only adds, half a second doubled with each try, and stays below the longest wait."""
    again = judge(refused(status, tries=tries, asked=asked), Rule(), chance=chance)
    assert isinstance(again, Again)
    assert (asked or 0.0) <= again.wait <= (asked or 0.0) + 0.5 * 2**tries


def test_the_spread_never_outgrows_the_longest_wait() -> None:
    """With many tries the doubling ends where waiting ends."""
    again = judge(refused(tries=30, asked=None), Rule(tries=31), chance=0.999)
    assert again is not None
    assert again.wait < 60


@given(some.lists(some.booleans(), max_size=400))
def test_at_no_time_were_more_than_eleven_tenths_of_the_calls_sent(answers: list[bool]) -> None:
    """FT-65: from the first call on, whatever the order of good and bad answers; in an outage nothing is earned."""
    budget, more = RetryBudget(), 0
    for calls, good in enumerate(answers, start=1):
        if good:
            budget.earn()
        else:
            more += budget.spend()
        assert more * 10 < calls


def test_an_outage_takes_what_was_saved_and_no_more() -> None:
    """After a long good time five tries are there, with a reserve of three three from the start."""
    seasoned, fresh, scripted = RetryBudget(), RetryBudget(), RetryBudget(reserve=3)
    for _ in range(5000):
        seasoned.earn()
    assert [sum(budget.spend() for _ in range(100)) for budget in (seasoned, fresh, scripted)] == [5, 0, 3]


@pytest.mark.parametrize("wrong", [{"good_answers": 0}, {"saved": 0}, {"reserve": 6}, {"reserve": -1}])
def test_a_budget_without_sense_is_refused(wrong: dict[str, int]) -> None:
    """At once, and not when the first outage comes."""
    with pytest.raises(ValueError, match="reserve"):
        RetryBudget(**wrong)


@given(
    calls=some.integers(1, 12),
    share=some.floats(0, 1),
    gaps=some.lists(some.floats(0, 0.4), min_size=1, max_size=80),
    holds=some.dictionaries(some.integers(0, 79), some.floats(0, 3), max_size=3),
)
def test_no_second_ever_sees_more_than_the_limit(
    calls: int, share: float, gaps: list[float], holds: dict[int, float]
) -> None:
    """Whatever the burst, the arrivals and the pauses that were asked for: a sliding window never overflows."""
    pace, now, leaves = Pace(calls, burst=max(1, int(calls * share))), 100.0, []
    for number, gap in enumerate(gaps):
        now += gap
        if number in holds:
            pace.hold(now + holds[number])
        leaves.append(now + pace.take(now))
    for left in leaves:
        assert sum(left <= other < left + 1.0 - 1e-6 for other in leaves) <= calls


def test_a_pace_keeps_order_and_gives_bursts_back() -> None:
    """Two at once, the others evenly after them; who was silent has the burst again."""
    pace = Pace(10, burst=2)
    first = [pace.take(100.0) for _ in range(4)]
    assert first == pytest.approx([0.0, 0.0, 1 / 9, 2 / 9])
    assert [pace.take(200.0) for _ in range(3)] == pytest.approx([0.0, 0.0, 1 / 9])


def test_a_429_silences_all_calls_of_the_credential() -> None:
    """Who takes a place after it waits as long as was asked, also for a call of its own."""
    seen = [100.0]
    manners = Manners(
        pace=Pace(10), surroundings=Surroundings(monotonic=lambda: seen[0], chance=lambda: 0.0, now=lambda: NOW)
    )
    limited = manners.begin("GET", can_replay=True)
    assert limited.wait_to_send() == 0.0
    assert limited.wait_to_retry(429, {"retry-after": "3"}) == 3.0
    assert manners.begin("GET", can_replay=True).wait_to_send() == 3.0
    seen[0] = 103.5
    assert manners.begin("GET", can_replay=True).wait_to_send() == 0.0


@pytest.mark.parametrize("wrong", [{"calls": 0}, {"seconds": 0.0}, {"burst": 0}, {"burst": 11}])
def test_a_pace_without_sense_is_refused(wrong: dict[str, float]) -> None:
    """At once."""
    with pytest.raises(ValueError, match="burst"):
        Pace(**wrong)  # type: ignore[arg-type]
