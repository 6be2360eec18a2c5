"""Who holds a file alone among all processes of the host. The system frees what a dead process held. flock(2)."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from frontdesk_client.errors import StoreBusy

SHORTEST, LONGEST = 0.001, 0.02  # seconds between two tries


@contextmanager
def hold_file(open_file: Callable[[], int], is_still: Callable[[int], bool], *, seconds: float) -> Iterator[None]:
    """Hold the file that `open_file` gives a descriptor of; after `seconds` of waiting, `StoreBusy`.

    Each holder has a descriptor of its own, so threads exclude each other too. `is_still` says whether a descriptor is
    yet the file of that name: where somebody took the file away, holding it keeps nobody out.
    """
    deadline = time.monotonic() + seconds
    pause = SHORTEST
    while True:
        with _Opened(open_file()) as opened:
            while not try_hold(opened.descriptor):
                if time.monotonic() >= deadline:
                    raise StoreBusy(f"another process held the tokens for longer than {seconds:g} s")
                time.sleep(pause)
                pause = min(pause * 2, LONGEST)
            if is_still(opened.descriptor):
                yield
                return


class _Opened:
    """A descriptor that is closed once, here or in a forked child."""

    def __init__(self, descriptor: int) -> None:
        """Known to `_close_in_child` from now on."""
        self.descriptor = descriptor
        _all.add(self)

    def __enter__(self) -> "_Opened":
        """Nothing more to do."""
        return self

    def __exit__(self, *what: object) -> None:
        """Let go before closing: a child that was just forked may have the same description open."""
        if self in _all:
            _all.discard(self)
            let_go(self.descriptor)
            os.close(self.descriptor)


_all: set[_Opened] = set()


def _close_in_child() -> None:
    """A forked child shares the descriptions of its parent: keeping them, it would hold on after the parent's death."""
    for opened in _all:
        os.close(opened.descriptor)
    _all.clear()


if sys.platform == "win32":
    import msvcrt

    def try_hold(descriptor: int) -> bool:
        """Hold it now, or say that somebody else does."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def let_go(descriptor: int) -> None:
        """Hold it no more; closing does the same where nothing was held."""
        with suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    os.register_at_fork(after_in_child=_close_in_child)

    def try_hold(descriptor: int) -> bool:
        """Hold it now, or say that somebody else does."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def let_go(descriptor: int) -> None:
        """Hold it no more."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
