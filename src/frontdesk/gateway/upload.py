"""The caller's body on its way to the API: counted as it passes, held a piece at a time. RFC 9112 §6."""

from collections.abc import AsyncIterator

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Request

# A body of known length up to this is read whole first: a slow caller then holds no connection to the API.
SMALL = 64 * 1024


class UploadStoppedError(Exception):
    """The body may not go on; `Upload` remembers why."""


class Upload:
    """One body, passed on once."""

    def __init__(self, request: Request, *, limit: int) -> None:
        """`limit` in bytes."""
        self._pieces = request.stream if request.stream is not None else _one(request.body)
        self._limit = limit
        self.length, self.is_chunked = _framing(request)
        self.is_too_large = self.length is not None and self.length > limit
        self.caller_left = False

    @property
    def is_empty(self) -> bool:
        """Whether the request has no body at all."""
        return not self.length and not self.is_chunked

    def refusal(self) -> Refusal | None:
        """413, where it is too large so far."""
        return Refusal(reason=Reason.BODY_TOO_LARGE) if self.is_too_large else None

    async def data(self) -> bytes | AsyncIterator[bytes] | None:
        """What to send on: nothing, a small body, or the pieces as they come. Raises UploadStoppedError."""
        if self.is_empty:
            return None
        if self.length is not None and self.length <= SMALL:
            return b"".join([piece async for piece in self._counted()])
        return self._counted()

    async def _counted(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for piece in self._pieces:
                size += len(piece)
                if size > self._limit:
                    self.is_too_large = True
                    raise UploadStoppedError("the body is too large")
                yield piece
        except ConnectionError as fault:
            self.caller_left = True
            raise UploadStoppedError("the caller left") from fault


def _framing(request: Request) -> tuple[int | None, bool]:
    """The declared length in bytes, and whether the body comes in chunks instead."""
    length = request.first(b"content-length")
    is_chunked = request.first(b"transfer-encoding") is not None
    return (int(length) if length is not None and length.isdigit() else None), is_chunked


async def _one(body: bytes) -> AsyncIterator[bytes]:
    if body:
        yield body
