"""How many calls a second one credential may make: GCRA, the leaky bucket as one number. ITU-T I.371 annex A.

A credential's whole state is its theoretical arrival time (TAT): when a perfectly even caller would come next. A
burst of a full second's calls may come at once; after that one call each interval.
"""

from dataclasses import dataclass

SECOND = 1_000_000

# Workers of one host read slightly different clocks; a TAT further ahead than this was written by a wrong one.
CLOCK_DISAGREEMENT = 5 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A limit in microseconds: one call each `interval`, up to `tolerance` ahead of it."""

    interval: int
    tolerance: int

    @property
    def horizon(self) -> int:
        """How far ahead of `now` a TAT can lie at most; after that long a quiet credential's state is nothing."""
        return self.tolerance + self.interval


def per_second(calls: int) -> Rate:
    """`calls` a second, all of which may come at one instant. ValueError outside 1 to 1,000,000."""
    if not 1 <= calls <= SECOND:
        raise ValueError("a rate is 1 to 1,000,000 calls a second")
    interval = SECOND // calls
    return Rate(interval=interval, tolerance=interval * (calls - 1))


def judge_arrival(rate: Rate, tat: int, now: int) -> tuple[int, int]:
    """Decide one call at `now`: (TAT to remember, 0) when it passes, else (TAT, microseconds until one would).

    `tat` is 0 where nothing is remembered. A TAT from a clock that was wrong counts as a full bucket, so that it
    holds a caller up for one interval and not until that clock's time.
    """
    horizon = rate.tolerance + rate.interval
    if tat > now + horizon + CLOCK_DISAGREEMENT:
        tat = now + horizon
    wait = tat - rate.tolerance - now
    if wait > 0:
        return tat, wait
    return (tat if tat > now else now) + rate.interval, 0
