"""Raw servers on loopback that play the API: they keep each byte they were sent, and answer as they are told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Play = Callable[["Call", asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Call:
    """One request, as it came."""

    line: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""

    def all(self, name: bytes) -> list[bytes]:
        """Every value of a header; names are compared as servers compare them that do not tell `_` and `-` apart."""
        return [value for key, value in self.headers if key.lower().replace(b"_", b"-").replace(b".", b"-") == name]

    @property
    def names(self) -> set[bytes]:
        """The header names, lower case."""
        return {key.lower() for key, _ in self.headers}


@dataclass
class RawApi:
    """Answers each request with `answer`, or lets `play` write what it likes."""

    answer: bytes = OK
    play: Play | None = None
    calls: list[Call] = field(default_factory=list)
    url: str = ""
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "RawApi":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                call = await read_call(reader)
                self.calls.append(call)
                if self.play is not None:
                    await self.play(call, writer)
                else:
                    writer.write(self.answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def read_call(reader: asyncio.StreamReader) -> Call:
    """Read one request with its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    line, *rest = head[:-4].split(b"\r\n")
    call = Call(line, [(name, value.strip()) for name, _, value in (each.partition(b":") for each in rest)])
    if lengths := call.all(b"content-length"):
        call.body = await reader.readexactly(int(lengths[0]))
    elif call.all(b"transfer-encoding"):
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            call.body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    return call
