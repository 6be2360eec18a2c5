"""Ctrl-C and its like while something is made that must be removed again: heard at once, acted on at a safe moment."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Whether somebody asked for the end. Only what runs by `run` is broken off; all else finishes first."""

    def __init__(self) -> None:
        """Nobody did yet."""
        self.asked = False
        self._stop: Callable[[], None] | None = None

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Hear the signals for as long as the block lasts."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread hears any
            return
        before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def run(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Run something that may be broken off at any moment; None where it was."""
        try:
            return asyncio.run(self._until_asked(work))
        except asyncio.CancelledError:
            return None
        finally:
            self._stop = None

    async def _until_asked(self, work: Coroutine[Any, Any, T]) -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is not None:
            cancel = task.cancel
            self._stop = lambda: self._call(loop, cancel)
            if self.asked:
                cancel()
        return await work

    @staticmethod
    def _call(loop: asyncio.AbstractEventLoop, cancel: Callable[[], bool]) -> None:
        loop.call_soon_threadsafe(cancel)

    def _hear(self, _: int, __: FrameType | None) -> None:
        self.asked = True
        if self._stop is not None:
            self._stop()
