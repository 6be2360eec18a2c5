"""Callers who take their time, hundreds of them on one loop: heads, bodies and answers, a little each second."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from servers.wires import basic

ROOMS = "/resources/v1"
Pair = tuple[str, str]


@dataclass
class Crowd:
    """`count` callers of each kind at one server, each with one of these credentials."""

    port: int
    pairs: Sequence[Pair]
    count: int
    held: dict[str, int] = field(default_factory=dict)  # how many are at it, by kind
    served: int = 0  # answers that have begun

    async def run(self) -> None:
        """All of them, until cancelled; who is turned away comes again."""
        kinds = (self._send_head, self._send_body, self._read_answer)
        async with asyncio.TaskGroup() as group:
            for number in range(self.count):
                for kind in kinds:
                    group.create_task(self._again(kind, self.pairs[number % len(self.pairs)]))

    async def _again(self, kind: "Kind", pair: Pair) -> None:
        name = kind.__name__
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1_024)
                self.held[name] = self.held.get(name, 0) + 1
                try:
                    await kind(reader, writer, pair)
                finally:
                    self.held[name] -= 1
                    writer.close()
            await asyncio.sleep(1)

    async def _send_head(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: Pair) -> None:
        writer.write(f"GET {ROOMS} HTTP/1.1\r\nHost: a\r\nX-A: ".encode())
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(1)

    async def _send_body(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: Pair) -> None:
        writer.write(_head("POST", ROOMS, pair, "Content-Length: 1000000") + b"x" * 70_000)
        while True:
            writer.write(b"x" * 600)  # just what is not too slow to be borne
            await writer.drain()
            await asyncio.sleep(1)

    async def _read_answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: Pair) -> None:
        writer.write(_head("GET", f"{ROOMS}/large", pair))
        status = await reader.readline()
        if b" 200 " not in status:
            return
        self.served += 1
        while True:
            await reader.readexactly(1_000)
            await asyncio.sleep(1)


Kind = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Pair], Awaitable[None]]


def _head(method: str, target: str, pair: Pair, *headers: str) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: a", f"Authorization: {basic(*pair)}", *headers, "", ""]
    return "\r\n".join(lines).encode()


@contextlib.contextmanager
def at_the_door(crowd: Crowd) -> Iterator[Crowd]:
    """A crowd at its work, on a loop of its own."""
    loop = asyncio.new_event_loop()
    running = loop.create_task(crowd.run())

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(running)
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield crowd
    finally:
        loop.call_soon_threadsafe(running.cancel)
        thread.join(30)
