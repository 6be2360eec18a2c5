"""The limits that count a call, and what they leave. draft-ietf-httpapi-ratelimit-headers-11 §2 to §4."""

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from frontdesk.protocol.gcra import SECOND, Rate, left_over, rate_of

DEFAULT = "default"  # the limit of everything that has none of its own
NETWORK = "network"  # the share of one network in a grant's
REMEMBERED = 4_096  # records of a limit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limit:
    """How many calls one credential may make to whatever this limit is written on. Each is itself only.

    `quota` calls in `window` seconds is what the rate comes to when it is used evenly: what a policy tells of it. The
    window is never shorter than the time in which a whole burst comes back, so that no more than `quota` is ever left.
    """

    name: str
    requests: int
    per: int  # microseconds
    rate: Rate
    quota: int
    window: int  # seconds
    _known: dict[tuple[int, int], "Allowances"] = field(default_factory=dict, init=False, repr=False)

    def left(self, tat: int, now: int) -> "Allowances":
        """What is left at `now`. Whole seconds are rounded up: whoever waits that long has waited long enough.

        Few different numbers are left to most callers, so that the same records are given again and again.
        """
        remaining, wait = left_over(self.rate, tat, now)
        reset = -(-wait // SECOND)
        known = self._known.get((remaining, reset))
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = (Allowance(self.name, self.quota, self.window, remaining, reset),)
            self._known[remaining, reset] = known
        return known


def make_limit(name: str, *, requests: int, per: int = SECOND, burst: int | None = None) -> Limit:
    """`requests` in `per` microseconds, `burst` of them at one instant (None: all). ValueError where that is none."""
    rate = rate_of(requests, per=per, burst=requests if burst is None else burst)
    window = -(-max(per, rate.burst * rate.interval) // SECOND)
    return Limit(
        name=name, requests=requests, per=per, rate=rate, quota=window * SECOND // rate.interval, window=window
    )


def share_of(limit: Limit, percent: int) -> Limit:
    """What one network of a grant may take of a limit: so many percent, and at least one call at an instant."""
    interval = limit.rate.interval * 100 // percent
    burst = max(1, limit.rate.burst * percent // 100)
    rate = Rate(interval=interval, tolerance=interval * (burst - 1))
    window = -(-max(limit.per, burst * interval, interval) // SECOND)
    name = NETWORK if limit.name == DEFAULT else f"{limit.name} {NETWORK}"
    return Limit(
        name=name,
        requests=limit.requests,
        per=interval * limit.requests,
        rate=rate,
        quota=window * SECOND // interval,
        window=window,
    )


class Count(NamedTuple):
    """One caller under one limit."""

    key: bytes
    limit: Limit


class Allowance(NamedTuple):
    """What a limit leaves after a call: no more than `remaining` within `reset` seconds."""

    name: str
    quota: int
    window: int
    remaining: int
    reset: int


Counts: TypeAlias = tuple[Count, ...]
Allowances: TypeAlias = tuple[Allowance, ...]
