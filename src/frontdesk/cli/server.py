"""One running HTTP server: uvicorn, told what our workers need, and a way to end that breaks no connection."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any, TypeAlias

import uvicorn

from frontdesk.cli.crowd import Crowd
from frontdesk.cli.passing import PassingProtocol
from frontdesk.cli.wire import BoundedProtocol
from frontdesk.web.front import Front, naming

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

# How long busy keep-alive connections are told `Connection: close` in a normal answer before idle ones are closed:
# closing under a caller that is just sending looks to it like a reset.
FAREWELL_SECONDS = 1.0
GRACEFUL_SECONDS = 29

_NOT_READY = b'{"status":"draining"}'


class Server(uvicorn.Server):
    """A server on one listening socket, or two. Signals are its owner's business; `run` returns once all has ended."""

    def __init__(self, app: App, *listeners: socket.socket, keep_alive: int = 75, crowd: Crowd | None = None) -> None:
        """`listeners` are bound and listening already; `crowd` bounds the connections of callers."""
        self._guard = Guard(app)
        self._listeners = list(listeners)
        self._on_ready: Callable[[], None] = lambda: None
        self._before_end: Callable[[], Awaitable[None]] | None = None
        config = uvicorn.Config(
            self._guard,
            interface="asgi3",
            http=PassingProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            # The peer is the peer: forwarded headers are judged by us, from configured proxies only.
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=keep_alive,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
        )
        config.crowd = crowd  # type: ignore[attr-defined] # the one thing that uvicorn hands to each connection
        super().__init__(config)

    async def run_here(
        self,
        on_ready: Callable[[], None] = lambda: None,
        *,
        gate: Callable[[], Awaitable[None]] | None = None,
        before_end: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Serve until `end` was called. An app that cannot start raises what it raised.

        `gate` is awaited between the app's start-up and the first request; `on_ready` is called after both.
        `before_end` is awaited first of all at the end: for another server of the same app.
        """
        self._on_ready = on_ready
        self._guard.gate = gate
        self._before_end = before_end
        # uvicorn would log a start-up error with its traceback; we say it in one sentence instead.
        log = logging.getLogger("uvicorn.error")
        log.disabled = True
        try:
            await self.serve(sockets=self._listeners)
        except SystemExit as exit_:
            failure = self._guard.failure
            if failure is None:
                raise RuntimeError(f"the server ended with {exit_.code}") from exit_
            raise failure from None
        finally:
            log.disabled = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the owner once requests are answered."""
        await super().startup(sockets=sockets)
        logging.getLogger("uvicorn.error").disabled = False
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let others that use the same app end first."""
        if self._before_end is not None:
            await self._before_end()
        await super().shutdown(sockets=sockets)

    def end(self) -> None:
        """Stop accepting, let what is in flight finish, close."""
        self.should_exit = True

    async def say_farewell(self) -> None:
        """Turn readiness off and ask callers to hang up, before `end`."""
        farewell = Farewell(self.config.loaded_app)
        self.config.loaded_app = farewell
        # Twice: a connection that was being made during the first round is in the list only after it.
        for pause in (FAREWELL_SECONDS / 5, FAREWELL_SECONDS * 4 / 5):
            for connection in list(self.server_state.connections):
                if isinstance(connection, BoundedProtocol):
                    connection.app = farewell
            await asyncio.sleep(pause)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class Guard:
    """Passes everything on to the app; keeps what its start-up raised, and holds requests back at the gate."""

    def __init__(self, app: App) -> None:
        """Around `app`."""
        self._app = app
        self.failure: BaseException | None = None
        self.gate: Callable[[], Awaitable[None]] | None = None

    @property
    def front(self) -> Front | None:
        """The app's front door, for the fast lane; an app without one (the demo's) has no such lane."""
        return getattr(self._app, "front", None)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, or the lifespan."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def send_in_time(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete" and self.gate is not None:
                await self.gate()
            await send(message)

        try:
            await self._app(scope, receive, send_in_time)
        except BaseException as error:
            self.failure = error
            raise


class Farewell:
    """The app while it ends: it answers as before, but is not ready and asks callers to hang up."""

    def __init__(self, app: App) -> None:
        """Around `app`."""
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Add `Connection: close` to each answer (RFC 9112 §9.6)."""

        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
            await send(message)

        if scope["type"] == "http" and scope["path"] == "/readyz":
            front: Front | None = getattr(self._app, "front", None)
            send = naming(send, front.new_request_id()) if front is not None else send
            await send_last({"type": "http.response.start", "status": 503, "headers": list(_NOT_READY_HEADERS)})
            await send({"type": "http.response.body", "body": _NOT_READY})
            return
        await self._app(scope, receive, send_last)


_NOT_READY_HEADERS = (
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(_NOT_READY)),
    (b"cache-control", b"no-store"),
)


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; OSError where the address cannot be had. Port 0 takes a free one."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # A restart must not wait for the old connections' TIME_WAIT; two listeners on one port stay impossible.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind(address)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener
