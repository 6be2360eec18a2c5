"""The demo's four listening sockets, and the signal that closes them."""

import asyncio
import signal
import socket
from dataclasses import dataclass

from frontdesk.cli import speech
from frontdesk.cli.server import listen

DEFAULT_PORT = 8000
# The partner's host differs from the front desk's: ports of one host share cookies.
DESK_HOST, PARTNER_HOST = "127.0.0.1", "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The four listening sockets."""

    desk: socket.socket
    partner: socket.socket
    mailbox: socket.socket
    api: socket.socket

    def url(self, door: socket.socket) -> str:
        """Where a browser finds one of them."""
        host = DESK_HOST if door in (self.desk, self.api) else PARTNER_HOST
        return f"http://{host}:{door.getsockname()[1]}"


def open_doors(port: int | None) -> Doors:
    """The front desk on the port that was asked for, or the first free one from 8000 on; the others after it."""
    taken: list[socket.socket] = []
    desk = _listen(port, port) if port is not None else _listen(DEFAULT_PORT, DEFAULT_PORT + 100)
    first = desk.getsockname()[1]
    if port is None and first != DEFAULT_PORT:
        speech.say(f"port {DEFAULT_PORT} is taken; using {first}")
    taken.append(desk)
    while len(taken) < 4:
        after = taken[-1].getsockname()[1] + 1
        taken.append(_listen(after, after + 100))
    return Doors(desk=taken[0], partner=taken[1], mailbox=taken[2], api=taken[3])


def _listen(first: int, last: int) -> socket.socket:
    for number in range(first, last + 1):
        try:
            return listen(DESK_HOST, number)
        except OSError:
            continue
    raise speech.Refused(
        f"port {first} is taken" if first == last else f"ports {first} to {last} are all taken",
        "choose another with --port N",
    )


def hear_the_end(end: asyncio.Event) -> None:
    """Set `end` at the first Ctrl-C or SIGTERM; the second one is impatient and ends the process."""

    def on_signal() -> None:
        if end.is_set():
            raise KeyboardInterrupt
        end.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal)
