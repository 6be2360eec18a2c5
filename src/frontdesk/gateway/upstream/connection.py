"""One connection to the API: a request goes out, its answer comes back piece by piece, then the next. RFC 9112.

The parser is llhttp in its strict mode, as it is towards callers: one reading of the rules of framing on both sides.
Nothing is read ahead beyond `HIGH` bytes and what one read brings; a caller who is slow to take the answer makes the
API wait, and an API that is slow to take a body makes the caller wait.
"""

import asyncio
from collections import deque
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from frontdesk.protocol.http import Headers

HIGH = 64 * 1024  # bytes of an answer that are held before the API has to wait
MAX_HEAD = 64 * 1024  # bytes of names and values, of interim answers and trailers too
_BODILESS = frozenset({204, 304})


class UpstreamBrokenError(Exception):
    """The API is away, breaks off, or says what is no answer to what it was asked."""


class Connection(asyncio.Protocol):
    """One connection; one exchange at a time, between `begin` and the end of its answer."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Not connected yet."""
        self._loop = loop
        self.transport: asyncio.Transport
        self.is_lost = False
        self.idle_since = 0.0
        self._parser = HttpResponseParser(self)
        self._is_parser_spent = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = 0.0
        self._writable: asyncio.Future[None] | None = None
        self._is_write_paused = False
        self._reset()

    def _reset(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self.length: int | None = None  # of the body, where the API declares it
        self.heard = False  # whether anything came back
        self.has_head = self.has_ended = False
        self.may_be_kept = False
        self.leftover = b""  # what followed a 101
        self._is_busy = False
        self._asks_head = self._asks_upgrade = False
        self._is_interim = self._ends_with_connection = False
        self._head_bytes = 0
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._is_paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = self._ends_at = self._silence = 0.0
        self._fault: Exception | None = None

    # What the proxy asks of it.

    def begin(
        self, data: bytes, *, first: float, silence: float, total: float, asks_head: bool, asks_upgrade: bool = False
    ) -> None:
        """Send a request's head, with its body where that is whole. All but `data` in seconds.

        `first`: until the answer begins; `silence`: between two pieces of it; `total`: for everything.
        """
        if self._is_parser_spent:
            self._parser = HttpResponseParser(self)
            self._is_parser_spent = False
        self._reset()
        self._is_busy = True
        self._asks_head, self._asks_upgrade = asks_head, asks_upgrade
        now = self._loop.time()
        self._ends_at, self._silence = now + total, silence
        self._deadline = min(now + first, self._ends_at)
        if self.is_lost:
            self._fail(UpstreamBrokenError("the connection is lost"))
        else:
            self.transport.write(data)

    async def receive_head(self) -> None:
        """Wait for status and headers. UpstreamBrokenError, or TimeoutError where the API is too slow."""
        while not self.has_head:
            await self._event()

    def take_whole(self) -> bytes | None:
        """The whole body, where all of it is here already."""
        if not self.has_ended:
            return None
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        return body

    async def read_whole(self) -> bytes:
        """The whole body, once it is here. Errors as above."""
        read = []
        while piece := await self.read():
            read.append(piece)
        return b"".join(read)

    async def read(self) -> bytes:
        """The next piece of the body; empty at its end. Errors as above."""
        while not self._pieces:
            if self.has_ended:
                return b""
            self._deadline = min(self._loop.time() + self._silence, self._ends_at)
            await self._event()
        piece = b"".join(self._pieces) if len(self._pieces) > 1 else self._pieces[0]
        self._pieces.clear()
        self._held = 0
        if self._is_paused:
            self._is_paused = False
            if not self.is_lost:
                self.transport.resume_reading()
        return piece

    async def write(self, data: bytes) -> None:
        """Send a piece of the request's body, once the API has room for it."""
        if self.is_lost:
            raise UpstreamBrokenError("the connection is lost")
        self.transport.write(data)
        if self._is_write_paused:
            self._writable = self._loop.create_future()
            async with asyncio.timeout(max(0.0, min(self._silence, self._ends_at - self._loop.time()))):
                await self._writable

    def expect_answer(self, seconds: float) -> None:
        """The request is all sent: the answer has to begin within so many seconds from now."""
        if not self.has_head:
            self._deadline = min(self._loop.time() + seconds, self._ends_at)
            if self._waiter is not None and self._armed_for > self._deadline:
                self._arm()

    def finish(self) -> bool:
        """End the exchange; whether the connection can serve another."""
        can_serve = self.has_ended and self.may_be_kept and not self.is_lost and not self.transport.is_closing()
        self._is_busy = False
        if not can_serve:
            self.abort()
        return can_serve

    def abort(self, fault: Exception | None = None) -> None:
        """Give the connection up at once. Whoever waits gets `fault`."""
        self._fail(fault or UpstreamBrokenError("given up"))
        if not self.is_lost:
            self.transport.abort()

    # What the event loop tells it.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Something came from the API."""
        if not self._is_busy:
            self.abort()  # nobody asked
            return
        self.heard = True
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._change_protocol(data[upgrade.args[0] :])
        except HttpParserError as fault:
            self.may_be_kept = False
            self._fail(UpstreamBrokenError(str(fault)))
            self.transport.abort()

    def eof_received(self) -> None:
        """The API has said all that it will."""
        self._end_by_connection()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone; so is an answer that has not ended."""
        self.is_lost = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if exc is None:
            self._end_by_connection()
        self._fail(UpstreamBrokenError("the API closed the connection"))
        self.resume_writing()

    def pause_writing(self) -> None:
        """The API has no room."""
        self._is_write_paused = True

    def resume_writing(self) -> None:
        """It has again."""
        self._is_write_paused = False
        if self._writable is not None:
            if not self._writable.done():
                self._writable.set_result(None)
            self._writable = None

    # What the parser tells it.

    def on_message_begin(self) -> None:
        """A status line begins."""
        if self.has_ended:
            self.may_be_kept = False
            raise UpstreamBrokenError("more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; a trailer is let go: it says nothing that our checks have seen (RFC 9110 §6.5.1)."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MAX_HEAD:
            raise UpstreamBrokenError("the head is too large")
        if not self.has_head:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole: find out how the body ends, and tell whoever waits."""
        status: int = self._parser.get_status_code()
        if status < 200 and status != 101:
            self._is_interim = True
            self.headers = []
            return
        if status > 599 or status < 100 or (status == 101 and not self._asks_upgrade):
            raise UpstreamBrokenError(f"status {status}")
        self._read_framing(status)
        self.status, self.has_head = status, True
        if self._asks_head:
            # The parser does not know that no body follows.
            self._is_parser_spent = self.has_ended = True
        self._wake()

    def on_body(self, data: bytes) -> None:
        """Hold a piece until it is read."""
        if self.has_ended:
            self.may_be_kept = False
            raise UpstreamBrokenError("a body where there is none")
        self._pieces.append(data)
        self._held += len(data)
        if self._held > HIGH and not self._is_paused:
            self._is_paused = True
            self.transport.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        """The answer has ended."""
        if self._is_interim:
            self._is_interim = False
            return
        self.has_ended = True
        self._wake()

    def _read_framing(self, status: int) -> None:
        length: int | None = None
        is_chunked = False
        for name, value in self.headers:
            lowered = name.lower()
            if lowered == b"content-length":
                length = int(value)
            elif lowered == b"transfer-encoding":
                if value.strip().lower() != b"chunked":
                    raise UpstreamBrokenError("a transfer coding other than chunked")
                is_chunked = True
        version = self._parser.get_http_version()
        if version not in ("1.1", "1.0") or (is_chunked and version == "1.0"):
            raise UpstreamBrokenError(f"HTTP/{version}")
        self.length = length
        has_body = not self._asks_head and status not in _BODILESS and status != 101
        self._ends_with_connection = has_body and length is None and not is_chunked
        self.may_be_kept = self._parser.should_keep_alive() and not self._ends_with_connection and status != 101

    # Waiting.

    def _event(self) -> asyncio.Future[None]:
        """What is done once something has happened that somebody waits for."""
        if self._fault is not None:
            raise self._fault
        waiter = self._waiter = self._loop.create_future()
        if self._timer is None or self._armed_for > self._deadline:
            self._arm()
        return waiter

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _fail(self, fault: Exception) -> None:
        if not self.has_ended and self._fault is None:
            self._fault = fault
        self._wake()

    def _end_by_connection(self) -> None:
        if self.has_head and self._ends_with_connection:
            self.has_ended = True
            self._wake()

    def _change_protocol(self, leftover: bytes) -> None:
        self.leftover = leftover
        self.may_be_kept = False
        if not self.has_head:
            self._fail(UpstreamBrokenError("a change of protocol"))
            self.transport.abort()
            return
        self.transport.pause_reading()  # until whoever takes over is in place

    # One timer looks from time to time; most exchanges end before it does, and it is not made anew for each.

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed_for = self._deadline
        self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._deadline:
            self._arm()
            return
        self._fault = TimeoutError("the API is too slow")
        self._wake()
