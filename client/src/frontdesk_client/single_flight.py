"""One piece of work at a time, whose result everybody gets who asks meanwhile: threads, and tasks of any event loop."""

import asyncio
import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs work that is the same whoever starts it. A failure, too, is everybody's who waited for it."""

    def __init__(self) -> None:
        """Nobody is on the way yet."""
        self._guard = threading.Lock()
        self._flight: Future[T] | None = None
        _living.add(self)

    @property
    def is_busy(self) -> bool:
        """Whether somebody is on the way at this instant."""
        return self._flight is not None

    def run(self, work: Callable[[], T]) -> T:
        """Do it in this thread, or wait for who does it already."""
        while True:
            flight, leads = self._join()
            if leads:
                self._fly(flight, work)
            try:
                return flight.result()
            except CancelledError:
                continue  # whoever did it was interrupted; so we do it

    async def run_async(self, work: Callable[[], T]) -> T:
        """Let a thread of its own do it. A task that is cancelled leaves it running: what it fetches is not lost."""
        while True:
            flight = self.start(work)
            try:
                return await asyncio.shield(asyncio.wrap_future(flight))
            except asyncio.CancelledError:
                if not flight.cancelled():
                    raise

    def start(self, work: Callable[[], T]) -> Future[T]:
        """Let a thread of its own do it, unless somebody does it already; nobody waits here."""
        flight, leads = self._join()
        if leads:
            # No pool: a pool full of the application's own work would hold every request up.
            thread = threading.Thread(target=self._fly, args=(flight, work), name="frontdesk-client refresh")
            try:
                thread.start()
            except RuntimeError as error:  # the interpreter ends, or the machine has no thread left
                self._land()
                flight.set_exception(error)
        return flight

    def _join(self) -> tuple[Future[T], bool]:
        """The flight that is on the way, or a new one that the caller leads."""
        with self._guard:
            if self._flight is not None:
                return self._flight, False
            self._flight = Future()
            return self._flight, True

    def _fly(self, flight: Future[T], work: Callable[[], T]) -> None:
        """Work, then land: nobody joins any more when the result is known."""
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - it is raised again, by everybody who waited
            self._land()
            flight.set_exception(error)
        except BaseException:
            self._land()
            flight.cancel()
            raise
        else:
            self._land()
            flight.set_result(result)

    def _land(self) -> None:
        with self._guard:
            self._flight = None

    def _forget(self) -> None:
        """In a child that was forked: whoever was on the way is not here."""
        self._guard = threading.Lock()
        self._flight = None


_living: "weakref.WeakSet[SingleFlight[Any]]" = weakref.WeakSet()


def _forget_all() -> None:
    for flight in list(_living):
        flight._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
