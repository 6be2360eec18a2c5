"""Which answers were used already, for as long as they could be used again."""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Protocol


class Once(Protocol):
    """Remembers states for a while. For several processes, keep them where all see them (`SET key 1 NX EX …`)."""

    def take(self, state: str, *, now: datetime, until: datetime) -> bool:
        """True for the first who asks about this state, False for everybody after, at least until `until`."""
        ...


class OnceHere:
    """Remembers them in this process. At most `most`; beyond that the oldest goes, whose code is used up anyway."""

    def __init__(self, *, most: int = 10_000) -> None:
        """Nothing is used yet."""
        self._most = most
        self._used: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, state: str, *, now: datetime, until: datetime) -> bool:
        """True once for each state."""
        with self._lock:
            while self._used and (len(self._used) >= self._most or next(iter(self._used.values())) <= now):
                self._used.popitem(last=False)
            if state in self._used:
                return False
            self._used[state] = until
            return True
