"""An event loop in a thread of its own, for callers that have none: begun when first needed, one in each process."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

Result = TypeVar("Result")

# A forked child has the loop's memory and not its thread. It is never touched again, so that nothing is closed which
# the parent still uses.
_inherited: list[object] = []


class LoopThread:
    """Runs coroutines for threads that wait for them."""

    def __init__(self, name: str) -> None:
        """Nothing runs yet: a server may fork after it has imported the app."""
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        os.register_at_fork(after_in_child=self._forget)

    def run(self, work: Callable[[], Coroutine[Any, Any, Result]], *, seconds: float) -> Result:
        """What the coroutine gives; TimeoutError once it takes too long, and it is cancelled."""
        future = self.begin(work)
        try:
            return future.result(seconds)
        except CancelledError as gone:  # the loop ended underneath
            raise TimeoutError("the event loop has ended") from gone
        finally:
            future.cancel()  # nothing, where it is done

    def begin(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> "Future[Result]":
        """What the coroutine will have given; cancelling it cancels the coroutine."""
        return asyncio.run_coroutine_threadsafe(work(), self._running())

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]], *, seconds: float) -> None:
        """End the loop after this last piece of work; nothing where none runs."""
        with self._lock:
            loop, self._loop = self._loop, None
            thread, self._thread = self._thread, None
        if loop is None or thread is None:
            return
        try:
            asyncio.run_coroutine_threadsafe(last(), loop).result(seconds)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(seconds)

    def _running(self) -> asyncio.AbstractEventLoop:
        loop = self._loop
        if loop is not None:
            return loop
        with self._lock:  # the first calls come together
            if self._loop is None:
                loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(loop,), name=self._name, daemon=True)
                self._thread.start()
                self._loop = loop
            return self._loop

    def _forget(self) -> None:
        self._lock = threading.Lock()  # a thread that the child does not have may hold the old one
        if self._loop is not None:
            _inherited.append(self._loop)
            self._loop = self._thread = None


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()
