"""The listener that is the administration's alone: by default only this machine reaches it (ATTACKS AD-02).

Every worker serves it beside the other ones, with a small crowd of its own: callers of the API cannot keep the
operator out, and nothing that stands at the one door is to be had at the other.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from frontdesk.cli import speech
from frontdesk.cli.crowd import Crowd
from frontdesk.cli.server import Message, Receive, Send, Server, listen
from frontdesk.settings import Settings
from frontdesk.web.front import Front

CROWD = 100  # connections of each worker


class AdminApp:
    """The administration's front door as a server takes it; it is furnished, and its lifespan is its worker's."""

    def __init__(self, front: Front) -> None:
        """Around what the worker furnished."""
        self._front = front

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, or the lifespan."""
        if scope["type"] != "lifespan":
            await self._front(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def open_admin_door(settings: Settings) -> tuple[socket.socket, ...]:
    """Listen where the settings say; nowhere without a port."""
    if settings.admin_port is None:
        return ()
    host = settings.admin_host
    if not _is_loopback(host):
        speech.say(f"warning: the administration listens on {host}: keys travel in the clear, put TLS before it")
    try:
        return (listen(host, settings.admin_port),)
    except OSError as error:
        raise speech.Refused(
            f"cannot listen on {host} port {settings.admin_port} for the administration: {error.strerror or error}",
            "stop what uses it, or choose another admin_host or admin_port",
        ) from error


def part_doors(
    settings: Settings, listeners: Sequence[socket.socket]
) -> tuple[tuple[socket.socket, ...], tuple[socket.socket, ...]]:
    """Of a worker's listeners, those for everybody, and the administration's: the last one, where it has a port."""
    if settings.admin_port is None:
        return tuple(listeners), ()
    return tuple(listeners[:-1]), (listeners[-1],)


class AdminDoor:
    """Opens with its worker, and closes with it."""

    def __init__(self, find_front: Callable[[], Front | None], doors: Sequence[socket.socket]) -> None:
        """`find_front` gives what the worker furnished, once it serves."""
        self._find_front = find_front
        self._doors = doors
        self._server: Server | None = None
        self._serving: asyncio.Future[None] | None = None

    def open(self) -> None:
        """Begin to serve, where there is a door."""
        front = self._find_front()
        if front is not None and self._doors:
            self._server = Server(AdminApp(front), *self._doors, crowd=Crowd(most=CROWD, of_one_address=CROWD))
            self._serving = asyncio.ensure_future(self._server.run_here())

    async def close(self) -> None:
        """Let what is in flight finish."""
        if self._server is not None and self._serving is not None:
            self._server.end()
            await self._serving


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
