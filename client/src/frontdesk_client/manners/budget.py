"""How many tries beyond the first a client may make, so that an outage never meets more than a tenth on top."""

import threading


class RetryBudget:
    """One more try for every ten good answers, kept for later up to a limit. For threads and tasks alike.

    It starts empty, so at no time, from the first call on, were more than 1.1 requests sent for a call; an outage sees
    what was saved before and then nothing, since refusals earn nothing. `reserve` tries are there at the start: a
    script that makes a single call has no other way to a second try, and a thousand of them at once would double an
    outage's load.
    """

    def __init__(self, *, good_answers: int = 10, saved: int = 5, reserve: int = 0) -> None:
        """`good_answers` earn one try; at most `saved` tries are kept."""
        if good_answers < 1 or saved < 1 or not 0 <= reserve <= saved:
            raise ValueError("good_answers and saved are at least 1, reserve is from 0 to saved")
        self._price = good_answers
        self._most = saved * good_answers
        self._balance = reserve * good_answers
        self._lock = threading.Lock()

    def earn(self) -> None:
        """A call was answered as it should be."""
        with self._lock:
            self._balance = min(self._most, self._balance + 1)

    def spend(self) -> bool:
        """Take one try, if there is one."""
        with self._lock:
            if self._balance < self._price:
                return False
            self._balance -= self._price
            return True
