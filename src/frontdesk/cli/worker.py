"""One serving process: the whole desk on one event loop, from its start-up to its last answer.

Alone (`--workers 1`) it runs in the command's own process; otherwise the supervisor starts it with the listening
socket, hands it the settings on stdin, and holds that pipe open for as long as the supervisor lives.
"""

import asyncio
import ctypes
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from frontdesk.cli import crashes, speech
from frontdesk.settings import Settings

ORPHAN_SECONDS = 5.0
# A thread that comes back from a commit waits at most this long for the interpreter; by default 5 ms, fifty requests.
SWITCH_SECONDS = 0.0001
# Requests leave no cycles behind, and a full collection walks every remembered record while somebody waits.
COLLECT_AFTER = (50_000, 50, 1_000)
_PR_SET_PDEATHSIG = 1
_M_ARENA_MAX = -8


class Ending:
    """The first signal lets callers finish, the second ends the process at once.

    A supervised worker leaves the second one to its supervisor: a service manager that signals the whole group, the
    supervisor and its death each tell a worker to end, and none of them means "at once".
    """

    def __init__(self, finish: Callable[[bool], None], reload: Callable[[], None], *, supervised: bool) -> None:
        """`finish(politely)` begins the end: politely for SIGTERM, briskly for Ctrl-C. `reload` answers SIGHUP."""
        self._finish = finish
        self._reload = reload
        self._supervised = supervised
        self.interrupted = False
        self.begun = False

    def hear(self) -> None:
        """Take SIGTERM, SIGINT and SIGHUP over."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._on_signal, signal.SIGTERM)
        loop.add_signal_handler(signal.SIGINT, self._on_signal, signal.SIGINT)
        # Unheard, it would end the process. Settings change by other workers in its place, which one process has not.
        loop.add_signal_handler(signal.SIGHUP, self._reload)

    def _on_signal(self, number: signal.Signals) -> None:
        if self.begun:
            if self._supervised:
                return
            # What was acknowledged is durable already: nothing is lost by not waiting.
            os._exit(speech.EXIT_INTERRUPTED)
        self.begun = True
        self.interrupted = number is signal.SIGINT
        self._finish(number is signal.SIGTERM)


def tune_interpreter() -> None:
    """What a server of short requests is better off with (docs/decisions/0006)."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*COLLECT_AFTER)
    # glibc gives each thread that asks for memory an arena of its own, and each keeps what it once held. One thread at
    # a time runs Python anyway: one arena holds a tenth less, and nobody waits for another's.
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option is not None:
        set_option(_M_ARENA_MAX, 1)


async def serve_here(
    settings: Settings,
    *listeners: socket.socket,
    number: int,
    on_ready: Callable[[], None] = lambda: None,
    gate: "Gate | None" = None,
    replaces: bool = False,
) -> int:
    """Serve in this process until told to end; the exit code. `replaces`: in a dead worker's place."""
    tune_interpreter()
    from frontdesk.assemble import build_app
    from frontdesk.cli.admin_door import AdminDoor, part_doors
    from frontdesk.cli.crowd import crowd_of
    from frontdesk.cli.server import Server

    app = build_app(settings, worker=number, replaces=replaces)
    doors, admin_doors = part_doors(settings, listeners)
    server = Server(app, *doors, crowd=crowd_of(settings))
    administration = AdminDoor(lambda: app.admin, admin_doors)
    farewells: list[asyncio.Task[None]] = []
    reloads: list[asyncio.Task[None]] = []

    async def end(politely: bool) -> None:
        if politely and server.started:
            await server.say_farewell()
        server.end()
        if gate is not None:
            gate.open()

    def reload() -> None:
        if gate is None:
            speech.say("the document is read anew; other settings change by a restart")
        reloads[:] = [each for each in reloads if not each.done()]
        reloads.append(asyncio.ensure_future(app.read_document_again()))

    ending = Ending(
        lambda politely: farewells.append(asyncio.ensure_future(end(politely))), reload, supervised=gate is not None
    )
    ending.hear()

    def begin() -> None:
        administration.open()
        on_ready()

    await server.run_here(begin, gate=gate.wait if gate is not None else None, before_end=administration.close)
    return speech.EXIT_INTERRUPTED if ending.interrupted else 0


class Gate:
    """Holds a started worker back until the supervisor has them all: then no caller meets half of them."""

    def __init__(self, report: Callable[[], None]) -> None:
        """`report` tells the supervisor that this worker stands at the gate."""
        self._report = report
        self._opened = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def wait(self) -> None:
        """Report, then wait for the word."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, name="supervisor-watch", daemon=True).start()
        self._report()
        await self._opened.wait()

    def open(self) -> None:
        """Let requests in."""
        self._opened.set()

    def _listen(self) -> None:
        """The supervisor's word, then its silence: a pipe that ends means that it is dead."""
        assert self._loop is not None
        while os.read(0, 1):
            self._loop.call_soon_threadsafe(self.open)
        os.kill(os.getpid(), signal.SIGTERM)
        # A loop that no longer turns hears no signal; the port must be free all the same.
        threading.Event().wait(ORPHAN_SECONDS)
        os._exit(speech.EXIT_REFUSED)


def run_loop(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine on uvloop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


def main() -> None:
    """A worker of the supervisor: `python -m frontdesk.cli.worker <number> <replaces> <status fd> <listener fd>…`."""
    number, replaces, status_fd, *listener_fds = (int(argument) for argument in sys.argv[1:])
    crashes.leave_no_secrets()
    _die_with_the_supervisor()
    settings = read_order()
    listeners = [socket.socket(fileno=listener_fd) for listener_fd in listener_fds]
    gate = Gate(lambda: _report(status_fd))

    from frontdesk.cli.troubles import in_words

    try:
        code = run_loop(lambda: serve_here(settings, *listeners, number=number, gate=gate, replaces=bool(replaces)))
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        speech.complain(refused.problem, refused.hint)
        code = speech.EXIT_REFUSED
    sys.exit(code)


def _report(status_fd: int) -> None:
    """Stand at the gate."""
    os.write(status_fd, b"r")


def write_order(settings: Settings) -> bytes:
    """The settings as they travel to a worker: by pipe, since arguments and the environment can be read by others."""
    order = msgspec.json.encode(settings, enc_hook=str)
    return len(order).to_bytes(4, "big") + order


def read_order() -> Settings:
    """What the supervisor wrote on our stdin; the pipe stays open as a sign of its life."""
    size = int.from_bytes(_read_exactly(4), "big")
    return msgspec.json.decode(_read_exactly(size), type=Settings, dec_hook=lambda kind, value: kind(value))


def _read_exactly(size: int) -> bytes:
    read = b""
    while len(read) < size:
        piece = os.read(0, size - len(read))
        if not piece:
            sys.exit(speech.EXIT_REFUSED)  # the supervisor is gone before it began
        read += piece
    return read


def _die_with_the_supervisor() -> None:
    """Ask the kernel for a SIGTERM when the supervisor dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    main()
