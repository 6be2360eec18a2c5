"""The caller's body on its way to the API: counted as it passes, held a piece at a time. RFC 9112 §6."""

from collections.abc import AsyncIterator

from frontdesk.gateway.upstream.connection import Connection, UpstreamBrokenError
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Request

# A body up to this is read whole first: a slow caller then holds no connection to the API, and the body can be sent
# again where a kept connection has just died.
SMALL = 64 * 1024


class UploadStoppedError(Exception):
    """The body may not go on; `Upload` remembers why."""


class Upload:
    """One body, passed on once."""

    def __init__(self, request: Request, *, limit: int) -> None:
        """`limit` in bytes."""
        self._pieces = request.stream if request.stream is not None else _one(request.body)
        self._limit = limit
        self._size = 0
        self.length, self.is_chunked = _framing(request)
        self.is_too_large = self.length is not None and self.length > limit
        self.caller_left = False
        self.is_slow = False
        self.ended_by: Refusal | None = None  # the credential that it came with is good no more
        self.has_ended = not self.length and not self.is_chunked

    def refusal(self) -> Refusal | None:
        """413, where it is too large so far; 408, where the caller has stopped sending; what ended the credential."""
        if self.is_too_large:
            return Refusal(reason=Reason.BODY_TOO_LARGE)
        return Refusal(reason=Reason.BODY_TOO_SLOW) if self.is_slow else self.ended_by

    async def begin(self) -> bytes:
        """The whole of a small body, or the beginning of a large one. Raises UploadStoppedError."""
        read: list[bytes] = []
        size = 0
        while not self.has_ended and size <= SMALL:
            piece = await self._next()
            read.append(piece)
            size += len(piece)
        return b"".join(read)

    async def pass_on(self, connection: Connection, beginning: bytes) -> None:
        """Send the body on as it comes. What stops it ends the connection: half a body is never taken for a whole."""
        try:
            piece = beginning
            while True:
                if piece:
                    await connection.write(self._framed(piece))
                if self.has_ended:
                    break
                piece = await self._next()
            if self.is_chunked:
                await connection.write(b"0\r\n\r\n")
        except (UploadStoppedError, UpstreamBrokenError, TimeoutError) as fault:
            connection.abort(fault)
        except BaseException:
            connection.abort()
            raise

    def framed_whole(self, body: bytes) -> bytes:
        """A whole body as it goes over the wire."""
        return (self._framed(body) if body else b"") + b"0\r\n\r\n" if self.is_chunked else body

    def _framed(self, piece: bytes) -> bytes:
        return b"%x\r\n%b\r\n" % (len(piece), piece) if self.is_chunked else piece

    async def _next(self) -> bytes:
        """The next piece; empty at the end at the latest."""
        try:
            piece = await anext(self._pieces, None)
        except TimeoutError as fault:
            self.is_slow = True
            raise UploadStoppedError("the caller is too slow") from fault
        except ConnectionError as fault:
            self.caller_left = True
            raise UploadStoppedError("the caller left") from fault
        self._size += len(piece or b"")
        if self._size > self._limit:
            self.is_too_large = True
            raise UploadStoppedError("the body is too large")
        if self.length is not None and (self._size > self.length or (piece is None and self._size < self.length)):
            raise UploadStoppedError("the body is not as long as it was declared to be")
        # Its end is known with the last byte where it has a length: nobody waits for another piece then.
        self.has_ended = piece is None or self._size == self.length
        return piece or b""


def _framing(request: Request) -> tuple[int | None, bool]:
    """The declared length in bytes, and whether the body comes in chunks instead."""
    length, is_chunked = None, False
    for name, value in request.headers:
        if name == b"content-length":
            length = int(value) if value.isdigit() else None
        elif name == b"transfer-encoding":
            is_chunked = True
    return length, is_chunked


async def _one(body: bytes) -> AsyncIterator[bytes]:
    if body:
        yield body
