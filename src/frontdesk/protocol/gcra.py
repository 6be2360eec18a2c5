"""How many calls one caller may make: GCRA, the leaky bucket as one number. ITU-T I.371 annex A.

A caller's whole state is its theoretical arrival time (TAT): when a perfectly even caller would come next. A
burst may come at once; after that one call each interval.
"""

from dataclasses import dataclass, field

SECOND = 1_000_000

# Workers of one host read slightly different clocks; a TAT further ahead than this was written by a wrong one.
CLOCK_DISAGREEMENT = 5 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A limit in microseconds: one call each `interval`, up to `tolerance` ahead of it."""

    interval: int
    tolerance: int
    horizon: int = field(init=False)  # how far ahead of `now` a TAT can lie: after that long, quiet, it says nothing
    burst: int = field(init=False)  # how many may come at one instant

    def __post_init__(self) -> None:
        """Work out once what every call asks for."""
        object.__setattr__(self, "horizon", self.tolerance + self.interval)
        object.__setattr__(self, "burst", self.tolerance // self.interval + 1)


def rate_of(requests: int, *, per: int, burst: int) -> Rate:
    """`requests` in `per` microseconds, of which `burst` may come at one instant. ValueError where that is none."""
    if not 1 <= requests <= per or burst < 1:
        raise ValueError("a rate is one call or more, and at most one each microsecond")
    interval = per // requests
    return Rate(interval=interval, tolerance=interval * (burst - 1))


def per_second(calls: int) -> Rate:
    """`calls` a second, all of which may come at one instant. ValueError outside 1 to 1,000,000."""
    return rate_of(calls, per=SECOND, burst=calls)


def believe(rate: Rate, tat: int, now: int) -> int:
    """A remembered TAT as far as it can be true.

    One from a clock that was wrong counts as a full bucket, so that it holds a caller up for one interval and not
    until that clock's time.
    """
    latest = now + rate.horizon
    return latest if tat > latest + CLOCK_DISAGREEMENT else tat


def judge_arrival(rate: Rate, tat: int, now: int) -> tuple[int, int]:
    """Decide one call at `now`: (TAT to remember, 0) when it passes, else (TAT, microseconds until one would).

    `tat` is 0 where nothing is remembered.
    """
    wait = tat - rate.tolerance - now
    if wait > 0:
        tat = believe(rate, tat, now)
        wait = tat - rate.tolerance - now
        return tat, wait
    return (tat if tat > now else now) + rate.interval, 0


def left_over(rate: Rate, tat: int, now: int) -> tuple[int, int]:
    """How many more calls would pass at `now`, and in how many microseconds one more than these would.

    The second number is 0 where nothing is used; where the first is 0, it is how long to wait.
    """
    ahead = tat - now
    if ahead <= 0:
        return rate.burst, 0
    slack = rate.tolerance - ahead
    calls = slack // rate.interval + 1
    if calls < 0:
        return 0, -slack
    return calls, calls * rate.interval - slack
