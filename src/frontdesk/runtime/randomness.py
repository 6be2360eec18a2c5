"""The system's randomness, drawn a page at a time: a system call for each token would cost more than its MAC."""

import os
import threading

_DRAWN = 4_096  # bytes
_LARGE = 512  # bytes: what asks for so many draws its own


class Randomness:
    """`randomness(n)` gives n bytes of the system's generator, no byte twice; what was given is wiped here.

    A process that is forked draws anew, so that parent and child never give the same.
    """

    __slots__ = ("__weakref__", "_at", "_lock", "_pool")

    def __init__(self) -> None:
        """Nothing is drawn yet."""
        self._pool = bytearray()
        self._at = 0
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._forget)

    def __call__(self, count: int) -> bytes:
        """`count` bytes."""
        if count > _LARGE:
            return os.urandom(count)
        with self._lock:
            start, end = self._at, self._at + count
            if end > len(self._pool):
                self._pool = bytearray(os.urandom(_DRAWN))
                start, end = 0, count
            given = bytes(self._pool[start:end])
            self._pool[start:end] = bytes(count)
            self._at = end
        return given

    def _forget(self) -> None:
        # The lock may be held by a thread that the child does not have.
        self._lock = threading.Lock()
        self._pool = bytearray()
        self._at = 0
