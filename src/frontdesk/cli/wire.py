"""The HTTP/1.1 protocol of our workers: uvicorn's over httptools, with bounds on what a caller may make us wait for.

httptools itself has none: a caller may send a head for ever, or a body, or never take its answer. One connection is
closed for it, and nobody else notices. RFC 6585 §5 (431), RFC 9110 §15.5.9 (408), RFC 9112 §9.6.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from frontdesk.cli.crowd import Crowd
from frontdesk.protocol.http import SOCKET_HOP

MAX_HEAD = 64 * 1024  # bytes of names and values, trailers included
HEAD_SECONDS = 30.0  # from the connection, or the head's first byte, to its last
LOOK_SECONDS = 10.0  # between two looks at what a caller does
BODY_SECONDS = 20.0  # that a body may come more slowly than this:
BODY_RATE = 500  # bytes a second
TAKE_SECONDS = 60.0  # in which a caller has to take something of what waits for it
LINGER_SECONDS = 5.0  # that a body which nobody wants is still read, so that its sender can read the answer

_TOO_LARGE = b'{"message":"The request headers are too large.","type":"headersTooLarge"}'
_MALFORMED = b'{"message":"The request is not well-formed HTTP/1.1.","type":"invalidRequest"}'
_TOO_SLOW = b'{"message":"The request body did not come in time.","type":"requestTimeout"}'
_TOO_MANY = b'{"message":"Too many connections are open: try again in a moment.","type":"temporarilyUnavailable"}'
_RESET = struct.pack("ii", 1, 0)
_PHRASES = {
    400: b"Bad Request",
    408: b"Request Timeout",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable\r\nretry-after: 1",
}


class HeadTooLarge(Exception):  # noqa: N818 - travels through the parser only
    """More header bytes than `MAX_HEAD`."""


class FragmentInTarget(Exception):  # noqa: N818 - travels through the parser only
    """A `#` in the request target: no client sends one (RFC 9112 §3.2), and the parser would silently cut it off."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection. What is counted and timed costs the common case, a head in one piece, nearly nothing.

    One timer a connection looks from time to time whether the caller has been awaited for too long; uvicorn's own,
    made and cancelled with each request, is not used.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As uvicorn makes it."""
        super().__init__(*args, **kwargs)
        self._head_bytes = 0  # names and values of the message being parsed
        self._unfinished_bytes = 0  # received since the head began, while it has no end
        self._head_open = False
        self._awaited_since = 0.0
        self._patience = HEAD_SECONDS
        self._watch: asyncio.TimerHandle | None = None
        self._crowd: Crowd | None = getattr(self.config, "crowd", None)
        self._address: str | None = None
        self._is_counted = False
        self._is_deaf = False  # whatever else comes is not for us
        # What the last look saw.
        self._looked_at = 0.0
        self._message_open = False
        self._body_bytes = 0
        self._slow_since: float | None = None
        self._untaken = 0
        self._stuck_since: float | None = None
        self._has_taken = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection that says nothing is closed in time."""
        super().connection_made(transport)
        door = transport.get_extra_info("socket")
        if door is not None and door.family == socket.AF_UNIX:
            # Told by the socket's kind, never by a missing address: a caller who has just left has none either.
            self.client = (SOCKET_HOP, 0)
        elif self.client is not None:
            self._address = self.client[0]
        self._awaited_since, self._patience = self.loop.time(), HEAD_SECONDS
        self._looked_at = self.loop.time()
        self._watch = self.loop.call_later(min(HEAD_SECONDS, LOOK_SECONDS), self._look)
        if self._crowd is not None:
            self._is_counted = self._crowd.come(self._address)
            if not self._is_counted:
                self._refuse(503, _TOO_MANY)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer, and make room."""
        self.stop_watching()
        self.leave_crowd()
        super().connection_lost(exc)

    def stop_watching(self) -> None:
        """Look no more after this connection."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def leave_crowd(self) -> None:
        """The connection is gone: another may come."""
        if self._is_counted and self._crowd is not None:
            self._is_counted = False
            self._crowd.go(self._address)

    def data_received(self, data: bytes) -> None:
        """Parse, then judge what is still unfinished."""
        if self._is_deaf:
            return
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self.change_protocol(data[upgrade.args[0] :])
        except HttpParserError:
            if not self._is_deaf:  # of what was answered already, nobody wants the rest
                self.send_400_response("")
        if self._head_open:
            self._unfinished_bytes += len(data)
            if self._unfinished_bytes > MAX_HEAD and not self._is_deaf:
                self._refuse(431, _TOO_LARGE)

    def change_protocol(self, early: bytes) -> None:
        """A request asked for another protocol: whatever follows it is no HTTP, and is not read as a request."""
        self._is_deaf = True
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self.cycle.keep_alive = False

    def resume_writing(self) -> None:
        """The caller has taken something."""
        self._has_taken = True
        super().resume_writing()

    def on_message_begin(self) -> None:
        """A head begins."""
        self.begin_head()
        super().on_message_begin()

    def begin_head(self) -> None:
        """Count from nought, and time it."""
        self._head_bytes = self._unfinished_bytes = 0
        self._head_open = True
        self._awaited_since, self._patience = self.loop.time(), HEAD_SECONDS

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self.end_head()
        super().on_headers_complete()

    def end_head(self) -> None:
        """Stop counting; the target must be one that the parser has not cut."""
        self._head_open = False
        self._message_open = True
        self._body_bytes = 0
        self._slow_since = None
        if b"#" in self.url:
            raise FragmentInTarget

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count and keep; httptools ends parsing when this raises. Trailers are let go: no check has seen them."""
        size = self._head_bytes = self._head_bytes + len(name) + len(value)
        if size > MAX_HEAD:
            raise HeadTooLarge
        if self._head_open:
            # Blanks before a value are gone already; those after it are no part of it either (RFC 9110 §5.5).
            if value[-1:] in b" \t":
                value = value.rstrip(b" \t")
            name = name.lower()
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True
            self.headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        """Count a piece of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._message_open = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The next request may come: start it if it waits already, else wait for it as long as keep-alive says."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        else:
            self._awaited_since, self._patience = self.loop.time(), self.timeout_keep_alive

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed in the API's own error shape."""
        if self._head_bytes > MAX_HEAD:
            self._refuse(431, _TOO_LARGE)
        else:
            self._refuse(400, _MALFORMED)

    @property
    def _holds_unread(self) -> bool:
        """Whether something of the body is here and waits for us."""
        return bool(getattr(self.cycle, "body", b""))

    @property
    def _is_answering(self) -> bool:
        """Whether part of an answer is on its way: nothing else may be written into it."""
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        return bool(self.pipeline) or getattr(cycle, "response_started", False)

    def break_off(self) -> None:
        """Close so that the caller sees a break, also where only the connection's end would say that all is said."""
        with contextlib.suppress(OSError, AttributeError):
            # A reset instead of an orderly end.
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _refuse(self, status: int, body: bytes) -> None:
        cycle: Any = self.cycle
        if self._head_open and cycle is not None and not cycle.response_complete:
            # The caller would take this for the answer to what it sent before: that one is the last to be given.
            self._is_deaf = True
            cycle.keep_alive = False
            return
        if self._is_answering:
            self.break_off()
            return
        phrase = _PHRASES[status]
        front = getattr(self.app, "front", None)
        named = b"x-request-id: %b\r\n" % front.new_request_id().encode("ascii") if front is not None else b""
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\n%bcontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (status, phrase, named, len(body), body)
        )
        self.linger()

    def linger(self) -> None:
        """All is said. Close, but not under a caller that is still sending: a reset would destroy what it was told."""
        self._is_deaf = True
        self.pipeline.clear()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.flow.resume_reading()
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _look(self) -> None:
        """Close a connection whose caller has been awaited for too long; while we are at work, it is not."""
        self._watch = None
        now = self.loop.time()
        waited = now - self._awaited_since
        is_busy = self.cycle is not None and not self.cycle.response_complete
        if self._is_not_taking(now):
            self.break_off()  # a reset: the kernel keeps nothing for it either
            return
        if not self.transport.is_closing():
            if not is_busy and waited >= self._patience:
                self.transport.close()
            elif is_busy and self._is_sending_slowly(now):
                self.refuse_slow_body()
        self._looked_at = now
        left = LOOK_SECONDS if is_busy or self.transport.is_closing() else self._patience - waited
        self._watch = self.loop.call_later(min(left, LOOK_SECONDS), self._look)

    def _is_sending_slowly(self, now: float) -> bool:
        """Whether a body has come too slowly for too long, and not because we made it wait."""
        came, self._body_bytes = self._body_bytes, 0
        is_held_up = self._is_answering or self.flow.read_paused or self._holds_unread
        if not self._message_open or is_held_up or came >= BODY_RATE * (now - self._looked_at):
            self._slow_since = None
            return False
        if self._slow_since is None:
            self._slow_since = self._looked_at
        return now - self._slow_since >= BODY_SECONDS

    def _is_not_taking(self, now: float) -> bool:
        """Whether nothing of what waits to be sent was taken for too long."""
        before, self._untaken = self._untaken, self.transport.get_write_buffer_size()
        has_taken, self._has_taken = self._has_taken, False
        if not self._untaken or has_taken or self._untaken < before:
            self._stuck_since = None
            return False
        if self._stuck_since is None:
            self._stuck_since = self._looked_at
        return now - self._stuck_since >= TAKE_SECONDS

    def refuse_slow_body(self) -> None:
        """Answer that the body did not come in time."""
        self._refuse(408, _TOO_SLOW)
