"""A proxy that loses replies: the server has done its work, and whoever asked never hears of it."""

import asyncio
import random
import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class TokenCalls:
    """What happened at the token endpoint, as the proxy saw it."""

    seen: int = 0
    lost: int = 0
    at_once: int = 0
    most_at_once: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


class LossyProxy:
    """HTTP/1.1 to one server, whole messages with a length or in chunks; `loss` of the replies are lost."""

    def __init__(self, port: int, *, loss: float, seed: int = 6) -> None:
        self._target = port
        self._loss = loss
        self._chance = random.Random(seed)
        self.token_calls = TokenCalls()
        self.lost = 0
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port, and every connection."""
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            while await self._pass_one(reader, writer, up_reader, up_writer):
                pass
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()
            up_writer.close()

    async def _pass_one(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
    ) -> bool:
        """One request and its reply; False: the reply was lost, and with it the connection."""
        request = await _read_message(reader)
        is_token_call = request.startswith(b"POST /oauth2/token")
        if is_token_call:
            self._begin()
        up_writer.write(request)
        reply = await _read_message(up_reader)
        is_lost = self._chance.random() < self._loss
        self.lost += is_lost
        if is_token_call:
            self._end(int(reply[9:12]), is_lost)
        if is_lost:
            return False
        writer.write(reply)
        await writer.drain()
        return True

    def _begin(self) -> None:
        calls = self.token_calls
        calls.seen += 1
        calls.at_once += 1
        calls.most_at_once = max(calls.most_at_once, calls.at_once)

    def _end(self, status: int, is_lost: bool) -> None:
        self.token_calls.at_once -= 1
        self.token_calls.statuses[status] += 1
        self.token_calls.lost += is_lost


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    headers = dict(line.split(b": ", 1) for line in lines[1:] if b": " in line)
    if headers.get(b"transfer-encoding") == b"chunked":
        return head + await reader.readuntil(b"0\r\n\r\n")
    return head + await reader.readexactly(int(headers.get(b"content-length", b"0")))
