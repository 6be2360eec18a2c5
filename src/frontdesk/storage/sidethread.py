"""One thread beside the event loop, for what may take long: a commit, a wait for a lock, a long list."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class SideThread:
    """Runs jobs one after the other. Cheaper than an executor: one queue, one wake-up a job."""

    def __init__(self, name: str) -> None:
        """Start it. It is a daemon: a job that never returns does not keep the process alive."""
        self._jobs: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[], T]) -> T:
        """The job's result, or what it raised. A caller that stops waiting does not stop the job."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((job, answer))
        return await answer

    def stop(self) -> None:
        """End after the jobs that were given."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (given := self._jobs.get()) is not None:
            job, answer = given
            try:
                result, fault = job(), None
            except BaseException as raised:  # noqa: BLE001 - handed to the one who waits, whatever it is
                result, fault = None, raised
            try:
                answer.get_loop().call_soon_threadsafe(_tell, answer, result, fault)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return


def _tell(answer: asyncio.Future[Any], result: Any, fault: BaseException | None) -> None:
    if answer.cancelled():
        return
    if fault is not None:
        answer.set_exception(fault)
    else:
        answer.set_result(result)
