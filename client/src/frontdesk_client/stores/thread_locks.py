"""One lock a name, among the threads of this process."""

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from frontdesk_client.errors import StoreBusy


class ThreadLocks:
    """Locks that come with the first who wants them and go with the last."""

    def __init__(self) -> None:
        """None is held yet."""
        self.start_over()
        _everywhere.add(self)

    def start_over(self) -> None:
        """Forget who held what: in a forked child the holders are gone, and would never let go."""
        self._door = threading.Lock()
        self._locks: weakref.WeakValueDictionary[str, threading.Lock] = weakref.WeakValueDictionary()

    @contextmanager
    def hold(self, name: str, *, seconds: float) -> Iterator[None]:
        """Hold the name alone in this process; after `seconds` of waiting, `StoreBusy`."""
        with self._door:
            lock = self._locks.get(name)
            if lock is None:
                lock = self._locks[name] = threading.Lock()
        if not lock.acquire(timeout=max(seconds, 0)):
            raise StoreBusy(f'another thread held the tokens of "{name}" for longer than {seconds:g} s')
        try:
            yield
        finally:
            lock.release()


_everywhere: "weakref.WeakSet[ThreadLocks]" = weakref.WeakSet()


def _start_over_everywhere() -> None:
    """What a forked child does first."""
    for locks in list(_everywhere):
        locks.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over_everywhere)
