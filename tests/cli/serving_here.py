"""One of our servers on a thread of its own, for tests that speak to it over a socket."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import uvloop

from frontdesk.cli.crowd import Crowd
from frontdesk.cli.server import App, Server, listen


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that runs."""

    port: int
    server: Server
    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        """A connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


@contextlib.contextmanager
def served(app: App, *, listener: socket.socket | None = None, crowd: Crowd | None = None) -> Iterator[Served]:
    """Serve an app until the block ends; what kept it from starting is raised here."""
    door = listener or listen("127.0.0.1", 0)
    server, ready, failures = Server(app, door, crowd=crowd), threading.Event(), []
    loop = uvloop.new_event_loop()
    port = door.getsockname()[1]

    async def main() -> None:
        try:
            await server.run_here(ready.set)
        except Exception as error:  # noqa: BLE001 - raised again on the thread that asked
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    assert ready.wait(20), "the server did not start"
    if failures:
        raise failures[0]
    try:
        yield Served(port=port, server=server, loop=loop)
    finally:
        loop.call_soon_threadsafe(server.end)
        thread.join(20)
        assert not thread.is_alive(), "the server did not end"
        loop.close()


def read_answers(connection: socket.socket) -> bytes:
    """Everything until the server hangs up."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            said += piece
    return said
