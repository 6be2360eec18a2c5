"""Six ways to send one request with a credential: each client, sync and async where it has both."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx
import httpx2
import requests
from frontdesk_client.credentials import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One request. A streamed body can be read once."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    streams: bool = False


@dataclass(frozen=True, slots=True)
class Got:
    """Its answer."""

    status: int
    text: str

    def json(self) -> Any:
        """Read as JSON."""
        return json.loads(self.text)


Send = Callable[[Credentials, Wish], Got]


def by_httpx2(auth: Credentials, wish: Wish) -> Got:
    """httpx2, sync."""
    with httpx2.Client(auth=auth, follow_redirects=True) as client:
        answer = client.request(wish.method, wish.url, headers=dict(wish.headers), content=_content(wish))
        return Got(answer.status_code, answer.text)


def by_httpx(auth: Credentials, wish: Wish) -> Got:
    """httpx, sync."""
    with httpx.Client(auth=auth, follow_redirects=True) as client:
        answer = client.request(wish.method, wish.url, headers=dict(wish.headers), content=_content(wish))
        return Got(answer.status_code, answer.text)


def by_requests(auth: Credentials, wish: Wish) -> Got:
    """requests."""
    answer = requests.request(
        wish.method, wish.url, headers=dict(wish.headers), data=_content(wish), auth=auth, timeout=30
    )
    return Got(answer.status_code, answer.text)


def by_httpx2_async(auth: Credentials, wish: Wish) -> Got:
    """httpx2, async."""

    async def send() -> Got:
        async with httpx2.AsyncClient(auth=auth, follow_redirects=True) as client:
            answer = await client.request(
                wish.method, wish.url, headers=dict(wish.headers), content=_content_async(wish)
            )
            return Got(answer.status_code, answer.text)

    return asyncio.run(send())


def by_httpx_async(auth: Credentials, wish: Wish) -> Got:
    """httpx, async."""

    async def send() -> Got:
        async with httpx.AsyncClient(auth=auth, follow_redirects=True) as client:
            answer = await client.request(
                wish.method, wish.url, headers=dict(wish.headers), content=_content_async(wish)
            )
            return Got(answer.status_code, answer.text)

    return asyncio.run(send())


def by_aiohttp(auth: Credentials, wish: Wish) -> Got:
    """aiohttp."""

    async def send() -> Got:
        async with (
            aiohttp.ClientSession(middlewares=[auth.for_aiohttp()]) as session,
            session.request(wish.method, wish.url, headers=dict(wish.headers), data=_content_async(wish)) as answer,
        ):
            return Got(answer.status, await answer.text())

    return asyncio.run(send())


EVERY = [by_httpx2, by_httpx, by_requests, by_httpx2_async, by_httpx_async, by_aiohttp]


def _content(wish: Wish) -> bytes | Iterator[bytes] | None:
    return iter([wish.body or b""]) if wish.streams else wish.body


def _content_async(wish: Wish) -> bytes | AsyncIterator[bytes] | None:
    async def stream() -> AsyncIterator[bytes]:
        yield wish.body or b""

    return stream() if wish.streams else wish.body
