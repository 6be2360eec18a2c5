"""Rate limits within one process: GCRA in a dictionary."""

from frontdesk.protocol.gcra import judge_arrival, per_second
from frontdesk.protocol.ids import Micros


class LocalLimiter:
    """For a server of one process.

    Nothing that still counts is ever forgotten, and what no longer counts costs nothing to forget: every key seen
    lies in one of two generations, and one that was not touched for a whole horizon (a full burst's time) is as good
    as new. Memory is bounded by the keys of the last two horizons (about two seconds).
    """

    __slots__ = ("_old", "_rate", "_turned_at", "_young")

    def __init__(self, calls_per_second: int) -> None:
        """`calls_per_second` for each key, as many at one instant."""
        self._rate = per_second(calls_per_second)
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._turned_at = 0

    def take(self, key: bytes, now: Micros) -> int:
        """0 when the call may pass; else microseconds until one would."""
        if now - self._turned_at >= self._rate.horizon:
            self._old, self._young, self._turned_at = self._young, {}, now
        tat = self._young.get(key)
        if tat is None:
            tat = self._old.get(key, 0)
        tat, wait = judge_arrival(self._rate, tat, now)
        self._young[key] = tat
        return wait

    def close(self) -> None:
        """Nothing is held."""
