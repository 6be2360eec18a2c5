"""A proxy before a server that gets one thing wrong at a time: what a server must not do, done on purpose."""

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from servers.house import House
from servers.processes import free_port

_HOP = {"transfer-encoding", "content-length", "connection", "content-encoding"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came to the proxy."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def header(self, name: str) -> str:
        """A header's value; empty where there is none."""
        return next((value for found, value in self.headers if found.lower() == name), "")

    def field(self, name: str) -> str:
        """A field of the posted form; empty where there is none."""
        return parse_qs(self.body.decode()).get(name, [""])[0]


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer on its way."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object; empty where there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def without(self, name: str) -> "Said":
        """The answer less a header."""
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0].lower() != name))

    def with_header(self, name: str, value: str) -> "Said":
        """The answer with a header changed."""
        kept = self.without(name)
        return replace(kept, headers=(*kept.headers, (name, value)))

    def with_document(self, **changes: Any) -> "Said":
        """The answer with members of its JSON object changed."""
        return replace(self, body=json.dumps({**self.document, **changes}).encode())


Mutation = Callable[[Asked, Said], Said]


def unchanged(_: Asked, said: Said) -> Said:
    """A proxy that does nothing wrong."""
    return said


@dataclass(kw_only=True)
class Mutator:
    """The proxy; `mutation` may be changed at any time. `answer_first` answers without asking the server."""

    house: House
    port: int = field(default_factory=free_port)
    mutation: Mutation = unchanged
    answer_first: Callable[[Asked], Said | None] = lambda _: None
    runs: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def url(self) -> str:
        """The address that callers use; the server must know it as its public one."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Mutator":
        """Serve on a thread of its own."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = web.Server(self._pass_on)
        runner = web.ServerRunner(server)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=("Accept", "User-Agent", "Content-Type")
        ) as self._session:
            ready.set()
            await self._end.wait()
        await runner.cleanup()

    async def _pass_on(self, request: web.BaseRequest) -> web.Response:
        sent = tuple((name.decode(), value.decode("latin-1")) for name, value in request.raw_headers)
        asked = Asked(method=request.method, target=request.raw_path, headers=sent, body=await request.read())
        said = self.answer_first(asked)
        if said is None:
            headers = CIMultiDict((name, value) for name, value in sent if name.lower() not in (*_HOP, "host"))
            url = URL(f"http://127.0.0.1:{self.house.port}{asked.target}", encoded=True)
            async with self._session.request(
                asked.method, url, headers=headers, data=asked.body or None, allow_redirects=False
            ) as reply:
                found = tuple(pair for pair in reply.headers.items() if pair[0].lower() not in _HOP)
                said = self.mutation(asked, Said(status=reply.status, headers=found, body=await reply.read()))
        return web.Response(status=said.status, headers=CIMultiDict(said.headers), body=said.body)
