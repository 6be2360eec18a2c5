"""An HTTP request and an answer as plain records, so that rules and walks need no framework. RFC 9110."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

Headers: TypeAlias = list[tuple[bytes, bytes]]

# The hop of whoever came over the unix socket that is for proxies alone. No address looks so.
SOCKET_HOP = "unix:"


class Caller(Protocol):
    """The other end of a request's connection, as far as the server lets us know it."""

    has_left: bool
    on_left: Callable[[], None] | None  # called once the caller has left, while an answer is being found
    can_switch: bool  # whether the connection may be handed over to another protocol

    def hang_up(self) -> None:
        """Break the connection off, whatever is still to be sent."""


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
    trace: bytes = b""  # the same for the same method, target and headers, and never for others; empty: not known
    stream: AsyncIterator[bytes] | None = None  # the body, where it is passed on instead of read
    caller: Caller | None = field(default=None, repr=False)

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


class _NoBody:
    """The stream of an answer that has no body by its nature (to HEAD, 204, 304)."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        raise StopAsyncIteration

    async def aclose(self) -> None:
        pass


NO_BODY: Stream = _NoBody()  # headers go out as they are, a length that describes another answer's body among them


class Switch(Protocol):
    """Another protocol's business: it goes on with the connection after a 101."""

    def take_over(self, transport: Any, received: bytes, on_over: Callable[[], None]) -> Any:
        """Go on with this transport, of which `received` was read already; the protocol that is in place now.

        `on_over` is called once all has ended.
        """

    def give_up(self) -> None:
        """The caller left before it began."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back. `stream` (when set) follows instead of `body`; `content-length` is added for bodies."""

    status: int
    headers: Headers = field(default_factory=list, repr=False)
    body: bytes = field(default=b"", repr=False)
    stream: Stream | None = None
    switch: Switch | None = None  # with a 101, from a server whose `Caller.can_switch`
