"""When the next call of a credential may leave, so that its limit is not met at all: GCRA, turned to the sender."""

import threading


class Pace:
    """At most `calls` in any `seconds`, of all threads and tasks that share this object: one for each credential.

    `burst` calls may leave at once, then one at a time; the more at once, the further apart the others, since no window
    of `seconds` may ever see more than `calls`. Callers wait in the order in which they came.
    """

    def __init__(self, calls: int = 10, *, seconds: float = 1.0, burst: int = 1) -> None:
        """Ten a second is the limit of one credential."""
        if calls < 1 or seconds <= 0 or not 1 <= burst <= calls:
            raise ValueError("calls is at least 1, seconds more than 0, burst from 1 to calls")
        self._apart = seconds / (calls - burst + 1)
        self._allowance = self._apart * (burst - 1)
        self._due = 0.0  # when the next one would leave, were all evenly apart
        self._held_until = 0.0
        self._lock = threading.Lock()

    def take(self, now: float) -> float:
        """Take the next place; seconds until it comes. `now` is of any clock that only goes forward."""
        with self._lock:
            due = max(self._due, now, self._held_until)
            self._due = due + self._apart
            return max(0.0, self._held_until - now, due - self._allowance - now)

    def hold(self, until: float) -> None:
        """The API asked for silence: nobody who takes a place from now on leaves before that."""
        with self._lock:
            self._held_until = max(self._held_until, until)
