"""The HTTP/1.1 protocol of our workers: uvicorn's over httptools, with a bound on a head's size and time.

httptools itself has neither: without them a caller may send header bytes for ever. RFC 6585 §5 (431), RFC 9110 §15.5.9.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024  # bytes of names and values, trailers included
HEAD_SECONDS = 30.0  # from the connection, or the head's first byte, to its last

_TOO_LARGE = b'{"message":"The request headers are too large.","type":"headersTooLarge"}'
_MALFORMED = b'{"message":"The request is not well-formed HTTP/1.1.","type":"invalidRequest"}'


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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection that says nothing is closed in time."""
        super().connection_made(transport)
        self._await_caller(HEAD_SECONDS)
        self._watch = self.loop.call_later(HEAD_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, then judge what is still unfinished."""
        super().data_received(data)
        if self._head_open:
            self._unfinished_bytes += len(data)
            if self._unfinished_bytes > MAX_HEAD and not self.transport.is_closing():
                self._refuse(431, _TOO_LARGE)

    def on_message_begin(self) -> None:
        """A head begins."""
        self.begin_head()
        super().on_message_begin()

    def begin_head(self) -> None:
        """Count from nought, and time it."""
        self._head_bytes = self._unfinished_bytes = 0
        self._head_open = True
        self._await_caller(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self.end_head()
        super().on_headers_complete()

    def end_head(self) -> None:
        """Stop counting; the target must be one that the parser has not cut."""
        self._head_open = False
        if b"#" in self.url:
            raise FragmentInTarget

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count and keep; httptools ends parsing when this raises. Trailers are let go: no check has seen them."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MAX_HEAD:
            raise HeadTooLarge
        if self._head_open:
            super().on_header(name, value)

    def on_response_complete(self) -> None:
        """The next request may come: start it if it waits already, else wait for it as long as keep-alive says."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        else:
            self._await_caller(self.timeout_keep_alive)

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed in the API's own error shape."""
        if self._head_bytes > MAX_HEAD:
            self._refuse(431, _TOO_LARGE)
        else:
            self._refuse(400, _MALFORMED)

    def _refuse(self, status: int, body: bytes) -> None:
        phrase = b"Request Header Fields Too Large" if status == 431 else b"Bad Request"
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
            % (status, phrase, len(body), body)
        )
        self.transport.close()

    def _await_caller(self, seconds: float) -> None:
        self._awaited_since = self.loop.time()
        self._patience = seconds

    def _look(self) -> None:
        """Close a connection whose caller has been awaited for too long; while we are at work, it is not."""
        waited = self.loop.time() - self._awaited_since
        is_busy = self.cycle is not None and not self.cycle.response_complete
        if not is_busy and waited >= self._patience:
            self._watch = None
            if not self.transport.is_closing():
                self.transport.close()
            return
        left = HEAD_SECONDS if is_busy else self._patience - waited
        self._watch = self.loop.call_later(min(left, HEAD_SECONDS), self._look)
