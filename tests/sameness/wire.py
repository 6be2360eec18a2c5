"""Many calls over a few kept connections: pipelined where nothing is odd, one by one where something may be."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sameness.calls import Call

CONNECTIONS = 8
IN_FLIGHT = 8
PATIENCE = 30.0  # seconds for one batch


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Status 0: the connection was closed without one."""

    status: int
    type: str = ""


class _Hangup(Exception):  # noqa: N818 - how a connection ends
    """The other end closed."""


class Wires:
    """Asks one server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._host = b"127.0.0.1:%d" % port

    async def ask(self, calls: Sequence[Call]) -> dict[int, Reply]:
        """Every call's answer by its number."""
        batches: list[list[Call]] = [[]]
        for call in calls:
            if call.rows[1:]:  # what is odd may end the connection: nothing is sent behind it
                batches.insert(0, [call])
                continue
            batches[-1].append(call)
            if len(batches[-1]) == IN_FLIGHT:
                batches.append([])
        waiting, found = iter(batches), dict[int, Reply]()
        await asyncio.gather(*(self._work(waiting, found) for _ in range(CONNECTIONS)))
        return found

    async def _work(self, waiting: "object", found: dict[int, Reply]) -> None:
        wire: _Wire | None = None
        for batch in waiting:  # type: ignore[attr-defined]
            left = batch
            while left:
                wire = wire if wire is not None and wire.is_open else await _Wire.connect(self._port)
                async with asyncio.timeout(PATIENCE):
                    answers = await wire.ask([(call.method, call.render(self._host)) for call in left])
                if not answers and len(left) == 1 and wire.is_fresh:
                    answers = [Reply(0)]
                if left[0].is_broken:  # nothing is to be read after it
                    wire.close()
                found.update(zip((call.number for call in left), answers, strict=False))
                left = left[len(answers) :]
        if wire is not None:
            wire.close()


class _Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.is_open = True
        self.is_fresh = True  # nothing was asked over it before the last batch

    @classmethod
    async def connect(cls, port: int) -> "_Wire":
        """A new connection."""
        wire = cls(*await asyncio.open_connection("127.0.0.1", port))
        wire._asked = 0
        return wire

    _asked = 0

    async def ask(self, requests: list[tuple[str, bytes]]) -> list[Reply]:
        """Send all, read as many answers as come before the other end closes."""
        self.is_fresh, self._asked = self._asked == 0, self._asked + len(requests)
        answers: list[Reply] = []
        try:
            self._writer.write(b"".join(raw for _, raw in requests))
            for method, _ in requests:
                answers.append(await self._read(is_head=method == "HEAD"))
                if not self.is_open:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.is_open = False
        if not self.is_open:
            self.close()
        return answers

    async def _read(self, *, is_head: bool) -> Reply:
        status = 100
        while status < 200:
            head = await self._reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
        lines = (line.partition(b":") for line in head.lower().split(b"\r\n")[1:])
        headers = {name: value.strip() for name, _, value in lines}
        if headers.get(b"connection") == b"close" or not head.startswith(b"HTTP/1.1"):
            self.is_open = False
        body = b"" if is_head or status in (204, 304) else await self._read_body(headers)
        return Reply(status, _type_of(body))

    async def _read_body(self, headers: dict[bytes, bytes]) -> bytes:
        if b"chunked" in headers.get(b"transfer-encoding", b""):
            pieces = []
            while size := int(await self._reader.readuntil(b"\r\n"), 16):
                pieces.append((await self._reader.readexactly(size + 2))[:-2])
            await self._reader.readuntil(b"\r\n")
            return b"".join(pieces)
        if b"content-length" in headers:
            return await self._reader.readexactly(int(headers[b"content-length"]))
        self.is_open = False
        return await self._reader.read()

    def close(self) -> None:
        """Hang up."""
        self.is_open = False
        self._writer.close()


def _type_of(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    return str(said.get("type", "")) if isinstance(said, dict) else ""
