"""What a credential costs in each client: microseconds of CPU a request, beside the same request of the same client.

    python bench/sdk.py [REQUESTS] [ROUNDS]

The client's process alone is counted, against a server on the loopback that does nothing. Bare requests and those with
a credential take turns, in short blocks and in an order that is drawn anew, so that a slow moment of the machine meets
both; the least of each counts. What the two more headers cost to send is in it.
"""

import asyncio
import gc
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import httpx
import httpx2
import requests
from frontdesk_client import BasicCredentials, MemoryStore, OAuth, Tokens

LIMIT = 25.0  # microseconds
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
NETWORK = "2f3c8a2e-6d0e-4f6e-9b53-0a4a6c1f7f10"

Block = Callable[[int], Awaitable[None]]
Make = Callable[[str, Any], Block]  # an address and a credential, or None


class Nothing(asyncio.Protocol):
    """Answers every request with the same few bytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Requests without a body come in one piece here."""
        self.transport.write(ANSWER)


async def serve() -> None:
    """Say the port, and answer until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Nothing, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def server() -> Iterator[str]:
    """The same in a process of its own; its address."""
    with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def make_sync(client: Any) -> Make:
    """Blocks of requests by a client that has `get(address, auth=…)`."""

    def make(url: str, auth: Any) -> Block:
        async def block(count: int) -> None:
            for _ in range(count):
                assert client.get(url, auth=auth).status_code == 200

        return block

    return make


def session_of_requests() -> requests.Session:
    """Without the environment: requests looks for a password file on each bare request, and would seem the slower."""
    session = requests.Session()
    session.trust_env = False
    return session


def make_async(client: Any) -> Make:
    """The same for an async one."""

    def make(url: str, auth: Any) -> Block:
        async def block(count: int) -> None:
            for _ in range(count):
                assert (await client.get(url, auth=auth)).status_code == 200

        return block

    return make


def make_aiohttp(session: aiohttp.ClientSession) -> Make:
    """The same for aiohttp's middlewares."""

    def make(url: str, auth: Any) -> Block:
        middlewares = [] if auth is None else [auth.for_aiohttp()]

        async def block(count: int) -> None:
            for _ in range(count):
                async with session.get(url, middlewares=middlewares) as answer:
                    assert answer.status == 200

        return block

    return make


def make_credentials(url: str) -> dict[str, Any]:
    """One of each kind, with a network; the token is fresh."""
    now = datetime.now(UTC)
    store = MemoryStore()
    held = Tokens(access_token="fdat_" + "a" * 90, made_at=now, expires_at=now + timedelta(hours=1))
    store.save("default", held)
    return {
        "OAuth": OAuth("id", "secret", store, endpoints=url, network=NETWORK),
        "Basic": BasicCredentials("id", "secret", api=url, network=NETWORK),
    }


async def measure(make: Make, url: str, requests_a_block: int, rounds: int) -> dict[str, float]:
    """Microseconds of CPU a request, bare and with each credential."""
    blocks = {"bare": make(url, None)} | {name: make(url, auth) for name, auth in make_credentials(url).items()}
    least = dict.fromkeys(blocks, float("inf"))
    for _ in range(rounds):
        for name, block in random.sample(list(blocks.items()), len(blocks)):
            began = time.process_time()
            await block(requests_a_block)
            least[name] = min(least[name], (time.process_time() - began) / requests_a_block * 1e6)
    return least


async def measure_all(requests_a_block: int, rounds: int) -> dict[str, dict[str, float]]:
    """Every client."""
    with server() as url:
        async with (
            httpx2.AsyncClient() as httpx2_async,
            httpx.AsyncClient() as httpx_async,
            aiohttp.ClientSession() as session,
        ):
            makers = {
                "httpx2": make_sync(httpx2.Client()),
                "httpx": make_sync(httpx.Client()),
                "requests": make_sync(session_of_requests()),
                "httpx2 async": make_async(httpx2_async),
                "httpx async": make_async(httpx_async),
                "aiohttp": make_aiohttp(session),
            }
            return {name: await measure(make, url, requests_a_block, rounds) for name, make in makers.items()}


def main() -> None:
    """Measure and print."""
    requests_a_block, rounds = (int(word) for word in [*sys.argv[1:], "10", "400"][:2])
    gc.disable()  # a collection falls on whoever is at it
    found = asyncio.run(measure_all(requests_a_block, rounds))
    print(f"\nthe SDK's credentials: us of CPU a request, and how many more than bare (under {LIMIT:.0f})")
    print(f"{'client':<14}{'bare':>8}{'OAuth':>14}{'Basic':>14}")
    for client, least in found.items():
        bare = least["bare"]
        print(
            f"{client:<14}{bare:>8.0f}"
            + "".join(f"{least[n]:>8.0f}{least[n] - bare:>+6.1f}" for n in ("OAuth", "Basic"))
        )


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        asyncio.run(serve())
    else:
        main()
