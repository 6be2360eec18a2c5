"""The API behind every way in: it keeps each call as it came, byte for byte, and answers at once."""

import asyncio
from dataclasses import dataclass, field

from sameness.calls import CASE

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that reached the API."""

    line: bytes
    headers: list[tuple[bytes, bytes]]  # lower-case names, each as it was spelt

    @property
    def number(self) -> int:
        """The call's; -1 where it does not say."""
        return next((int(value) for name, value in self.headers if name == CASE), -1)


@dataclass(slots=True)
class Api:
    """Listens on a free loopback port."""

    arrivals: list[Arrival] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.Transport] = field(default_factory=set)

    async def __aenter__(self) -> "Api":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for transport in self._open:
            transport.abort()


class _Connection(asyncio.Protocol):
    """Reads requests one after another; a body by its length, or in chunks without extensions."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._unread = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._api._open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._api._open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (left := self._take(self._unread)) is not None:
            self._unread = left

    def _take(self, unread: bytes) -> bytes | None:
        """Answer the first request that is here whole; what is left after it, None where none is whole."""
        head, end, left = unread.partition(b"\r\n\r\n")
        if not end:
            return None
        line, *rest = head.split(b"\r\n")
        fields = [(name.lower(), value.strip()) for name, _, value in (each.partition(b":") for each in rest)]
        told = dict(fields)
        if b"chunked" in told.get(b"transfer-encoding", b""):
            while True:
                size, end, left = left.partition(b"\r\n")
                if not end or len(left) < int(size, 16) + 2:
                    return None
                left = left[int(size, 16) + 2 :]
                if int(size, 16) == 0:
                    break
        else:
            length = int(told.get(b"content-length", b"0"))
            if len(left) < length:
                return None
            left = left[length:]
        self._api.arrivals.append(Arrival(line, fields))
        self._transport.write(OK if line.startswith(b"HEAD ") else OK + b"{}")
        return left
