"""Keeps N workers serving one socket: starts, replaces, reloads and ends them, and serves nothing itself."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from frontdesk.cli import speech
from frontdesk.cli.settling import warn_of_shadow
from frontdesk.cli.worker import write_order
from frontdesk.settings import SECRET_VARIABLES, Settings

FIRST_PAUSE = 0.1  # seconds before a dead worker is replaced; doubles while replacements die young
LONGEST_PAUSE = 30.0
GROWN_UP = 60.0  # a worker that lived so long starts the pauses anew
READY_SECONDS = 60.0
PATIENCE = 35.0  # a worker's own end takes 30 s at most


@dataclass(slots=True, kw_only=True)
class Worker:
    """One worker process. `ready` is set once it has started and waits for the word, `gone` once it has ended."""

    number: int
    process: asyncio.subprocess.Process
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal, if there is still somebody to hear it."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def let_in(self) -> None:
        """Give the word: serve."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.write(b"g")

    async def becomes_ready(self) -> bool:
        """Wait until it serves; False where it ended first, or is not ready in time."""
        waits = [asyncio.ensure_future(self.ready.wait()), asyncio.ensure_future(self.gone.wait())]
        await asyncio.wait(waits, timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return self.ready.is_set() and not self.gone.is_set()


class Supervisor:
    """N workers on one listening socket, from the first to the last."""

    def __init__(
        self, settings: Settings, *listeners: socket.socket, read_again: Callable[[], Settings | speech.Refused]
    ) -> None:
        """`read_again` reads the settings anew for a reload (SIGHUP)."""
        self._settings = settings
        self._listeners = listeners
        self._read_again = read_again
        self._workers: dict[int, Worker] = {}  # the one that counts, by number
        self._alive: list[Worker] = []  # all that have not ended, those that a reload has replaced among them
        self._keepers: list[asyncio.Task[None]] = []
        self._ending = asyncio.Event()
        self._interrupted = False
        self._reloading: asyncio.Task[None] | None = None

    async def run(self, on_ready: Callable[[], None]) -> int:
        """Serve until told to end; the exit code."""
        loop = asyncio.get_running_loop()
        for told in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(told, self._on_end, told)
        loop.add_signal_handler(signal.SIGHUP, self._on_reload)
        try:
            # One first: what is wrong with the settings or the data folder is then said once.
            others = range(2, self._settings.workers + 1)
            if not (await self._start(1) and all(await asyncio.gather(*map(self._start, others)))):
                return speech.EXIT_REFUSED if not self._ending.is_set() else self._code
            for worker in self._workers.values():
                worker.let_in()
            on_ready()
            await self._ending.wait()
            return self._code
        finally:
            await self._end_all()

    @property
    def _code(self) -> int:
        return speech.EXIT_INTERRUPTED if self._interrupted else 0

    async def _start(self, number: int) -> bool:
        worker = await self._spawn(number)
        is_ready = asyncio.ensure_future(worker.becomes_ready())
        ending = asyncio.ensure_future(self._ending.wait())
        await asyncio.wait([is_ready, ending], return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if self._ending.is_set():
            is_ready.cancel()
            return False
        if not is_ready.result():
            code = worker.process.returncode
            if code != speech.EXIT_REFUSED:  # it has said nothing itself
                speech.complain(f"a worker ended with {code} before it was ready")
            return False
        self._keepers.append(asyncio.ensure_future(self._keep(worker)))
        return True

    async def _keep(self, worker: Worker) -> None:
        """Replace a worker each time it dies, with pauses that grow while the replacements die young."""
        loop = asyncio.get_running_loop()
        number, pause, born = worker.number, FIRST_PAUSE, loop.time()
        while True:
            watched = self._workers[number]
            await watched.gone.wait()
            if self._ending.is_set():
                return
            if not await self._still_counts(watched):
                pause, born = FIRST_PAUSE, loop.time()
                continue
            if loop.time() - born >= GROWN_UP:
                pause = FIRST_PAUSE
            speech.say(f"worker {number} ended with {watched.process.returncode}; starting another in {pause:g} s")
            await asyncio.sleep(pause)
            if not await self._still_counts(watched):
                continue
            pause = min(pause * 2, LONGEST_PAUSE)
            born = loop.time()
            fresh = await self._spawn(number, replaces=True)
            if await fresh.becomes_ready():
                fresh.let_in()
            else:
                fresh.tell(signal.SIGKILL)  # hung before it served: nobody would replace it

    async def _still_counts(self, worker: Worker) -> bool:
        """Whether this one is still its number's worker, once no reload is at work that may put another in place."""
        if self._reloading is not None:
            await asyncio.wait([self._reloading])
        return self._workers[worker.number] is worker

    async def _spawn(self, number: int, *, replaces: bool = False) -> Worker:
        read_end, write_end = os.pipe()
        doors = tuple(listener.fileno() for listener in self._listeners)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "frontdesk.cli.worker", str(number), str(int(replaces)), str(write_end), *map(str, doors)),
                stdin=asyncio.subprocess.PIPE,
                # It gets the settings by pipe; what this process was started with need not stand there once more.
                env={name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES},
                pass_fds=(write_end, *doors),
                # Ctrl-C at a terminal goes to its whole process group: only we shall hear it.
                process_group=0,
            )
        finally:
            os.close(write_end)
        worker = Worker(number=number, process=process)
        self._workers[number] = worker
        self._alive.append(worker)
        loop = asyncio.get_running_loop()
        loop.add_reader(read_end, self._on_status, worker, read_end)
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(write_order(self._settings))
            await process.stdin.drain()
        return worker

    def _on_status(self, worker: Worker, read_end: int) -> None:
        if os.read(read_end, 1):
            worker.ready.set()
            return
        asyncio.get_running_loop().remove_reader(read_end)
        os.close(read_end)
        waiting = asyncio.ensure_future(worker.process.wait())
        waiting.add_done_callback(lambda _: self._on_gone(worker))

    def _on_gone(self, worker: Worker) -> None:
        self._alive.remove(worker)
        worker.gone.set()

    def _on_end(self, number: signal.Signals) -> None:
        if self._ending.is_set():
            for worker in self._alive:
                worker.tell(signal.SIGKILL)
            os._exit(speech.EXIT_INTERRUPTED)
        self._interrupted = number is signal.SIGINT
        self._ending.set()

    def _on_reload(self) -> None:
        if self._reloading is None and not self._ending.is_set():
            self._reloading = asyncio.ensure_future(self._reload())
            self._reloading.add_done_callback(lambda _: setattr(self, "_reloading", None))

    async def _reload(self) -> None:
        """Replace the workers one by one under the settings as they are now; broken ones change nothing."""
        before = self._settings
        found = self._read_again()
        if isinstance(found, speech.Refused):
            speech.complain(f"not reloaded: {found.problem}", found.hint)
            return
        self._settings = found
        for number, old in sorted(self._workers.items()):
            worker = await self._spawn(number)
            if self._ending.is_set():
                return
            if not await worker.becomes_ready():
                if self._ending.is_set():
                    return
                speech.complain("not reloaded: a worker did not start under the new settings")
                worker.tell(signal.SIGKILL)
                self._settings, self._workers[number] = before, old
                return
            worker.let_in()
            old.tell(signal.SIGTERM)
        speech.say("reloaded: all workers run under the new settings")
        warn_of_shadow(found)

    async def _end_all(self) -> None:
        """End the workers and wait; whoever does not end in time is killed."""
        self._ending.set()
        for keeper in self._keepers:
            keeper.cancel()
        for listener in self._listeners:
            listener.close()
        living = list(self._alive)
        for worker in living:
            worker.tell(signal.SIGINT if self._interrupted else signal.SIGTERM)
        if living:
            ends = [asyncio.ensure_future(worker.gone.wait()) for worker in living]
            await asyncio.wait(ends, timeout=PATIENCE)
        for worker in list(self._alive):
            worker.tell(signal.SIGKILL)
