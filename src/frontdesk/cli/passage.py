"""A call to the API on its way through the server: its body comes and its answer goes piece by piece.

It stands where uvicorn keeps its own cycle, with what uvicorn asks of that, and spares the call a task, a scope and
messages. What it adds: it answers `Expect: 100-continue` only once the body is wanted, breaks an answer off so that it
never looks whole, and can hand its connection over to another protocol. RFC 9112 §6 to §9, RFC 9110 §10.1.1.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from frontdesk.protocol.http import Headers
from frontdesk.web.front import Front, Route

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Passage:
    """One request; `protocol` is its connection. It is the request's `Caller`, and its body."""

    __slots__ = (
        "_fault",
        "_waiter",
        "body",
        "can_switch",
        "disconnected",
        "early",
        "expects",
        "front",
        "has_left",
        "headers",
        "is_http_10",
        "keep_alive",
        "method",
        "more_body",
        "on_left",
        "protocol",
        "response_complete",
        "response_started",
        "route",
        "sending",
        "target",
    )

    def __init__(
        self,
        protocol: Any,
        front: Front,
        route: Route,
        *,
        method: str,
        target: bytes,
        headers: Headers,
        keep_alive: bool,
        is_http_10: bool,
        expects: bool,
        can_switch: bool,
    ) -> None:
        """A request whose head has come. `expects`: the caller waits for a 100 before it sends the body."""
        self.protocol = protocol
        self.front = front
        self.route = route
        self.method = method
        self.target = target
        self.headers = headers
        self.keep_alive = keep_alive
        self.is_http_10 = is_http_10
        self.expects = expects
        self.can_switch = can_switch
        self.body = bytearray()
        self.more_body = True
        self.early = b""  # what came after the head of a request for another protocol
        self.response_started = self.response_complete = False
        self.disconnected = self.has_left = False
        self.on_left: Callable[[], None] | None = None
        self.sending: asyncio.Task[None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._fault: Exception | None = None

    # As a body.

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces as they come."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece. ConnectionError where the caller left, TimeoutError where it does not go on."""
        while not self.body:
            if self.disconnected:
                raise ConnectionError("the caller left")
            if self._fault is not None:
                raise self._fault
            if not self.more_body:
                raise StopAsyncIteration
            if self.expects:
                self.expects = False
                self.protocol.transport.write(_CONTINUE)
            self.protocol.flow.resume_reading()
            self._waiter = self.protocol.loop.create_future()
            await self._waiter
        piece = bytes(self.body)
        self.body = bytearray()
        return piece

    def give_up_waiting(self) -> None:
        """The caller has been awaited for too long."""
        self._fault = TimeoutError("the caller is too slow")
        self.set()

    @property
    def has_unread_body(self) -> bool:
        """Whether the caller still has something to send that nobody will look at."""
        if not self.more_body:
            return False
        return any(
            name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0"))
            for name, value in self.headers
        )

    @property
    def is_framed_oddly(self) -> bool:
        """Whether a reader before or behind us might end this message elsewhere."""
        return any(name == b"transfer-encoding" and value.lower() != b"chunked" for name, value in self.headers)

    # As the caller.

    def leave(self) -> None:
        """The connection is gone."""
        self.disconnected = self.has_left = True
        self.set()
        if self.on_left is not None:
            self.on_left()
        if self.sending is not None:
            self.sending.cancel()

    def hang_up(self) -> None:
        """Break the connection off."""
        if not self.response_complete:
            self.protocol.break_off()

    # As uvicorn's cycle.

    @property
    def message_event(self) -> "Passage":
        """Uvicorn wakes a cycle whose body goes on, or whose caller left."""
        return self

    def set(self) -> None:
        """Wake whoever waits for the body."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
