"""Rate limits within one process: GCRA in dictionaries."""

from frontdesk.protocol.gcra import Rate, believe, judge_arrival
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.rate_limits import Count, Counts


class LocalLimiter:
    """For a server of one process.

    Nothing that still counts is ever forgotten, and what no longer counts costs nothing to forget: keys lie apart by
    how long they count (their rate's horizon), each in one of two generations, and one that was not touched for a
    whole horizon is as good as new. Memory is bounded by the keys of each limit's last two horizons (for a limit a
    second about two seconds).
    """

    __slots__ = ("_shelves",)

    def __init__(self) -> None:
        """Nobody has called yet."""
        self._shelves: dict[int, _Shelf] = {}

    def take(self, counts: Counts, now: Micros) -> tuple[int, tuple[int, ...]]:
        """Count one call under every limit, or under none.

        Gives 0 when the call may pass, else microseconds until one would; and the TAT under each limit, in order.
        """
        if len(counts) == 1:
            count = counts[0]
            key, rate = count.key, count.limit.rate
            shelf = self._shelves.get(rate.horizon)
            if shelf is None or now - shelf.turned_at >= shelf.horizon:
                shelf = self._shelf(rate, now)
            before = shelf.young.get(key)
            tat, wait = judge_arrival(rate, shelf.old.get(key, 0) if before is None else before, now)
            if wait == 0:
                shelf.young[key] = tat
            return wait, (tat,)
        tats = [self.find(count, now) for count in counts]
        wait = longest_wait(counts, tats, now)
        if wait == 0:
            tats = taken(counts, tats, now)
            for count, tat in zip(counts, tats, strict=True):
                self.put(count, tat, now)
        return wait, tuple(tats)

    def find(self, count: Count, now: Micros) -> int:
        """The TAT of one caller under one limit."""
        return believe(count.limit.rate, self._shelf(count.limit.rate, now).find(count.key), now)

    def put(self, count: Count, tat: int, now: Micros) -> None:
        """Remember it."""
        self._shelf(count.limit.rate, now).young[count.key] = tat

    def close(self) -> None:
        """Nothing is held."""

    def _shelf(self, rate: Rate, now: Micros) -> "_Shelf":
        shelf = self._shelves.get(rate.horizon)
        if shelf is None:
            # A limit that the document no longer has leaves an empty shelf behind.
            self._shelves = {horizon: known for horizon, known in self._shelves.items() if known.counts_at(now)}
            shelf = self._shelves[rate.horizon] = _Shelf(rate.horizon, now)
        elif now - shelf.turned_at >= shelf.horizon:
            shelf.turn(now)
        return shelf


class _Shelf:
    """The keys that count for one horizon."""

    __slots__ = ("horizon", "old", "turned_at", "young")

    def __init__(self, horizon: int, now: int) -> None:
        self.horizon = horizon
        self.turned_at = now
        self.young: dict[bytes, int] = {}
        self.old: dict[bytes, int] = {}

    def find(self, key: bytes) -> int:
        tat = self.young.get(key)
        return self.old.get(key, 0) if tat is None else tat

    def turn(self, now: int) -> None:
        self.old, self.young, self.turned_at = self.young, {}, now

    def counts_at(self, now: int) -> bool:
        return now - self.turned_at < 2 * self.horizon


def longest_wait(counts: Counts, tats: list[int], now: int) -> int:
    """How long until every one of these limits would let a call pass; 0: now."""
    wait = 0
    for count, tat in zip(counts, tats, strict=True):
        wait = max(wait, tat - count.limit.rate.tolerance - now)
    return wait


def taken(counts: Counts, tats: list[int], now: int) -> list[int]:
    """The TATs after a call that passed."""
    return [max(tat, now) + count.limit.rate.interval for count, tat in zip(counts, tats, strict=True)]
