"""The same call made by each HTTP client, so that one test asks all of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
import httpx2
import requests
from frontdesk_client.manners import Manners

KINDS = ("httpx2", "httpx2 async", "httpx", "httpx async", "requests", "aiohttp")
Send = Callable[..., Awaitable["Reply"]]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back, whoever asked; `response` is the client's own, read to its end."""

    status: int
    body: bytes
    response: Any


@asynccontextmanager
async def opened(kind: str, manners: Manners, *, auth: Any = None) -> AsyncIterator[Send]:
    """`send(method, url, body=None, headers=None)`, over one client with manners.

    Sync clients run in threads, one for each call. `auth` is what this client takes.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    if kind == "requests":
        with requests.Session() as session:
            session.auth = auth
            session.mount("http://", manners.for_requests())
            yield _in_threads(lambda method, url, **rest: _of_requests(session, method, url, **rest))
    elif kind == "aiohttp":
        middlewares = (*([auth] if auth is not None else []), manners.for_aiohttp())
        async with aiohttp.ClientSession(middlewares=middlewares, connector=aiohttp.TCPConnector(limit=0)) as aio:

            async def send(method: str, url: str, *, body: Any = None, headers: Any = None) -> Reply:
                async with aio.request(method, url, data=body, headers=headers) as answer:
                    return Reply(status=answer.status, body=await answer.read(), response=answer)

            yield send
    elif kind.endswith("async"):
        library: Any = httpx2 if kind.startswith("httpx2") else httpx
        transport = manners.over(library.AsyncHTTPTransport(limits=library.Limits(max_connections=None)))
        async with library.AsyncClient(transport=transport, auth=auth, timeout=30) as client:

            async def send_async(method: str, url: str, *, body: Any = None, headers: Any = None) -> Reply:
                answer = await client.request(method, url, content=body, headers=headers)
                return Reply(status=answer.status_code, body=answer.content, response=answer)

            yield send_async
    else:
        library = httpx2 if kind == "httpx2" else httpx
        with library.Client(transport=manners.over(library.HTTPTransport()), auth=auth, timeout=30) as sync:
            yield _in_threads(lambda method, url, **rest: _of_httpx(sync, method, url, **rest))


def streamed(kind: str, *pieces: bytes) -> Any:
    """A body that is made while it is sent, as this client takes it; it cannot be sent twice."""

    async def asynchronous() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    def synchronous() -> Iterator[bytes]:
        yield from pieces

    return asynchronous() if kind == "aiohttp" or kind.endswith("async") else synchronous()


def _in_threads(send: Callable[..., Reply]) -> Send:
    async def threaded(method: str, url: str, **rest: Any) -> Reply:
        return await asyncio.to_thread(send, method, url, **rest)

    return threaded


def _of_requests(session: requests.Session, method: str, url: str, *, body: Any = None, headers: Any = None) -> Reply:
    answer = session.request(method, url, data=body, headers=headers, timeout=30)
    return Reply(status=answer.status_code, body=answer.content, response=answer)


def _of_httpx(client: Any, method: str, url: str, *, body: Any = None, headers: Any = None) -> Reply:
    answer = client.request(method, url, content=body, headers=headers)
    return Reply(status=answer.status_code, body=answer.content, response=answer)
