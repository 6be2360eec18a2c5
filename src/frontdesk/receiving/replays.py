"""Remembering which assertions were used. Within one process: several workers must share, or each counts apart."""

import threading
from collections import deque


class ReplayCache:
    """Takes each assertion once. Bounded: where it is full of living ones, a new one is not taken either."""

    def __init__(self, *, capacity: int = 100_000) -> None:
        """`capacity` assertions at most, each for as long as it lives."""
        self._capacity = capacity
        self._used: set[str] = set()
        self._ends: deque[tuple[float, str]] = deque()  # in the order of arrival, which is about that of their ends
        self._lock = threading.Lock()

    def take(self, assertion_id: str, *, until: float, now: float) -> bool:
        """Whether it is the first use; `until` is when it could not be used any more."""
        with self._lock:
            while self._ends and self._ends[0][0] <= now:
                self._used.discard(self._ends.popleft()[1])
            if assertion_id in self._used or len(self._used) >= self._capacity:
                return False
            self._used.add(assertion_id)
            self._ends.append((until, assertion_id))
            return True
