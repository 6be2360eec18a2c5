"""An HTTP request and an answer as plain records, so that rules and walks need no framework. RFC 9110."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

Headers: TypeAlias = list[tuple[bytes, bytes]]


@dataclass(slots=True, kw_only=True)
class Request:
    """One request as it came off the wire; header names are lower-case, nothing is decoded or joined."""

    method: str
    target: bytes = field(repr=False)  # raw path and query, as sent; tokens travel there, and in headers
    headers: Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    peer: str | None = None  # the caller's IP address, as far as a trusted proxy says; None on a unix socket
    hop: str | None = None  # IP address of the other end of the socket, whoever it forwards for
    https: bool = False  # whether this request came over TLS, as far as a trusted proxy says
    request_id: str = ""
    stream: AsyncIterator[bytes] | None = None  # the body, where it is passed on instead of read

    def all(self, name: bytes) -> list[bytes]:
        """Every value sent under this lower-case name, in order."""
        return [value for key, value in self.headers if key == name]

    def first(self, name: bytes) -> bytes | None:
        """The first value sent under this lower-case name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    @property
    def path(self) -> bytes:
        """The target up to its first `?`, still encoded."""
        return self.target.split(b"?", 1)[0]

    @property
    def query(self) -> bytes:
        """What follows the first `?`, still encoded; empty where there is none."""
        _, _, query = self.target.partition(b"?")
        return query


class Stream(Protocol):
    """A body that follows piece by piece; `aclose` gives it up early, and does nothing after its end."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces."""

    async def aclose(self) -> None:
        """No more pieces are wanted."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back. `stream` (when set) follows instead of `body`; `content-length` is added for bodies."""

    status: int
    headers: Headers = field(default_factory=list, repr=False)
    body: bytes = field(default=b"", repr=False)
    stream: Stream | None = None
