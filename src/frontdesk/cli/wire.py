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
    """One connection. The bounds cost the common case, a head that comes in one piece, nearly nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As uvicorn makes it."""
        super().__init__(*args, **kwargs)
        self._head_bytes = 0  # names and values of the message being parsed
        self._unfinished_bytes = 0  # received since the head began, while it has no end
        self._head_open = False
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection that says nothing is closed in time."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, then judge what is still unfinished."""
        super().data_received(data)
        if self._head_open:
            self._unfinished_bytes += len(data)
            if self._unfinished_bytes > MAX_HEAD and not self.transport.is_closing():
                self._refuse(431, _TOO_LARGE)
                return
        is_busy = self.cycle is not None and not self.cycle.response_complete
        # Between requests the keep-alive timer watches, unless it was stopped by bytes that began none.
        if is_busy or self.timeout_keep_alive_task is not None:
            self._stop_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def on_message_begin(self) -> None:
        """A head begins: count from nought."""
        self._head_bytes = self._unfinished_bytes = 0
        self._head_open = True
        super().on_message_begin()

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
        """Count; httptools ends parsing when this raises."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MAX_HEAD:
            raise HeadTooLarge
        super().on_header(name, value)

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

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
