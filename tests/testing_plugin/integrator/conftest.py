"""A project that integrates with Frontdesk: its tests run with every client, on the fixtures that the plugin brings."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests

from frontdesk.testing import App, Connection, FakeAuthority, Network

CLIENTS = ("httpx2", "httpx2 async", "httpx", "httpx async", "requests", "aiohttp")
BROKEN = (httpx2.TransportError, httpx.TransportError, requests.ConnectionError, aiohttp.ClientError)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a client was told."""

    status: int
    headers: dict[str, str]
    said: Any


Send = Callable[..., Answer]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An authority, and one client of it."""

    authority: FakeAuthority
    send: Send

    def calls(self, connection: Connection, path: str = "/resources/v1", *, network: Network | None = None) -> Answer:
        """With a bearer token."""
        network = network or connection.network
        headers = {"authorization": f"Bearer {connection.access_token}", "spacebring-network-id": network.id}
        return self.send("GET", self.authority.url + path, headers=headers)

    def calls_as(self, network: Network, path: str = "/resources/v1") -> Answer:
        """With the network's Basic pair."""
        return self.send("GET", self.authority.url + path, pair=(network.client_id, network.client_secret))

    def asks_token(self, app: App, **form: str) -> Answer:
        """At the token endpoint."""
        secret = {"client_secret": app.client_secret} if app.client_secret else {}
        form = {"client_id": app.client_id, **secret, **form}
        return self.send("POST", self.authority.url + "/oauth2/token", form=form)

    def refreshes(self, connection: Connection) -> Answer:
        """With its refresh token."""
        return self.asks_token(connection.app, grant_type="refresh_token", refresh_token=connection.refresh_token)


@pytest.fixture(params=CLIENTS)
def desk(request: pytest.FixtureRequest) -> Desk:
    """Each client with the authority that it can reach: those without a transport of their own need a port."""
    name, _, style = request.param.partition(" ")
    needs_port = name in ("requests", "aiohttp")
    authority = request.getfixturevalue("listening_authority" if needs_port else "authority")
    if name == "requests":
        return Desk(authority=authority, send=send_with_requests)
    if name == "aiohttp":
        return Desk(authority=authority, send=lambda *args, **more: asyncio.run(send_with_aiohttp(*args, **more)))
    library = {"httpx": httpx, "httpx2": httpx2}[name]

    def send(method: str, url: str, **more: Any) -> Answer:
        with library.Client(transport=authority.transport()) as client:
            return read(client.request(method, url, **arguments(**more)))

    async def send_async(method: str, url: str, **more: Any) -> Answer:
        async with library.AsyncClient(transport=authority.transport()) as client:
            return read(await client.request(method, url, **arguments(**more)))

    return Desk(authority=authority, send=(lambda *a, **m: asyncio.run(send_async(*a, **m))) if style else send)


def arguments(*, headers: Any = None, pair: Any = None, form: Any = None) -> dict[str, Any]:
    """As all four libraries but aiohttp take them."""
    return {"headers": headers, "auth": pair, "data": form}


def read(response: Any) -> Answer:
    """Of httpx, httpx2 and requests."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=headers, said=response.json())


def send_with_requests(method: str, url: str, **more: Any) -> Answer:
    """A session of its own each time, so that a broken connection breaks nothing else."""
    with requests.Session() as session:
        session.trust_env = False
        return read(session.request(method, url, timeout=10, **arguments(**more)))


async def send_with_aiohttp(
    method: str, url: str, *, headers: Any = None, pair: Any = None, form: Any = None
) -> Answer:
    """aiohttp asks again by itself where a kept connection broke; a session of its own has none."""
    proof = {"authorization": aiohttp.encode_basic_auth(*pair)} if pair else {}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, headers={**(headers or {}), **proof}, data=form) as response,
    ):
        told = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status, headers=told, said=await response.json())


@pytest.fixture
def anyio_backend() -> str:
    """The authority's async transport is for asyncio."""
    return "asyncio"
