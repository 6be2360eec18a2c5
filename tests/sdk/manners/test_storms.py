"""Many clients at a server in trouble, in real time over real connections: what reaches the server is counted there."""

import asyncio
import contextlib
import time
from collections import Counter, defaultdict

import httpx2
import pytest
from frontdesk_client.manners import Manners

from sdk.manners.senders import KINDS, opened
from sdk.plain_server import Asked, Said, say, serve

CLIENTS = 200
GOOD = say(fine=True)


class Trouble:
    """A lean server in the loop that asks it: 503 while `is_down`, else 200; it counts what comes meanwhile."""

    def __init__(self) -> None:
        self.is_down = False
        self.came: Counter[bool] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                self.came[self.is_down] += 1
                status = b"503 Service Unavailable\r\nRetry-After: 0" if self.is_down else b"200 OK"
                writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()


async def _call_on(clients: list[httpx2.AsyncBaseTransport], address: str, *, rounds: int) -> Counter[int]:
    """Each client calls so many times, one call after the other; the statuses that they saw."""

    async def one(client: httpx2.AsyncBaseTransport) -> list[int]:
        statuses = []
        for _ in range(rounds):
            answer = await client.handle_async_request(httpx2.Request("GET", address))
            await answer.aread()
            statuses.append(answer.status_code)
        return statuses

    return Counter(status for statuses in await asyncio.gather(*map(one, clients)) for status in statuses)


@pytest.mark.parametrize(("good_before", "rounds"), [(0, 10), (20, 25)])
def test_an_outage_meets_less_than_a_tenth_more(good_before: int, rounds: int) -> None:
    """FT-65: 200 clients with budgets of their own: under 1.1 requests for each call of the outage, as it counts them.

    Fresh ones send each call once. Those that saved two tries spend them, then send each call once.
    """

    async def go() -> tuple[Counter[int], Counter[int]]:
        server = await asyncio.start_server(trouble.serve, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, contextlib.AsyncExitStack() as stack:
            # A pool's bookkeeping grows with its connections: many small ones, each lent to some clients.
            pools = [await stack.enter_async_context(httpx2.AsyncHTTPTransport()) for _ in range(CLIENTS // 10)]
            clients = [Manners().over(pools[number // 10]) for number in range(CLIENTS)]
            await _call_on(clients, address, rounds=good_before)
            trouble.is_down = True
            during = await _call_on(clients, address, rounds=rounds)
            trouble.is_down = False
            return during, await _call_on(clients, address, rounds=1)

    trouble = Trouble()
    during, after = asyncio.run(go())
    amplification = trouble.came[True] / during.total()
    print(f"{trouble.came[True]} requests for {during.total()} calls of the outage: {amplification:.4f}")
    assert during == {503: CLIENTS * rounds}
    assert after == {200: CLIENTS}
    assert amplification == pytest.approx(1 + (2 / rounds if good_before else 0), abs=0.001)
    assert amplification < 1.1


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_is_limited_waits_as_asked_and_succeeds(kind: str) -> None:
    """Thirty callers of one client are told one second each: none comes early, all end well, not all at once."""
    told: dict[str, float] = {}
    early: list[str] = []
    came_back: dict[str, float] = {}
    tries: defaultdict[str, int] = defaultdict(int)

    def answer(asked: Asked) -> Said:
        who, now = asked.query["who"], time.monotonic()
        tries[who] += 1
        if who not in told:
            told[who] = now
            return say(429, {"Retry-After": "1"}, message="slower", type="rateLimited")
        came_back[who] = now - told[who]
        if came_back[who] < 1.0:
            early.append(who)
        return GOOD

    async def go(address: str) -> list[int]:
        async with opened(kind, Manners()) as send:
            return [one.status for one in await asyncio.gather(*(send("GET", f"{address}?who={n}") for n in range(30)))]

    with serve(answer) as address:
        statuses = asyncio.run(go(address))
    assert statuses == [200] * 30
    assert early == []
    assert set(tries.values()) == {2}
    assert max(came_back.values()) - min(came_back.values()) > 0.3  # spread over a second


def test_two_hundred_clients_that_are_limited_all_succeed() -> None:
    """Each is its own credential, told one second by a 429: each waits right and succeeds at its second try."""
    told: dict[str, float] = {}
    waited: list[float] = []

    def answer(asked: Asked) -> Said:
        who, now = asked.headers["authorization"], time.monotonic()
        if who in told:
            waited.append(now - told[who])
            return GOOD
        told[who] = now
        return say(429, {"Retry-After": "1"}, message="slower", type="rateLimited")

    async def go(address: str) -> Counter[int]:
        async with httpx2.AsyncHTTPTransport(limits=httpx2.Limits(max_connections=50)) as shared:

            async def one(number: int) -> int:
                request = httpx2.Request("POST", address, content=b"x", headers={"authorization": f"Bearer {number}"})
                answer = await Manners().over(shared).handle_async_request(request)
                await answer.aread()
                return answer.status_code

            return Counter(await asyncio.gather(*map(one, range(CLIENTS))))

    with serve(answer) as address:
        statuses = asyncio.run(go(address))
    print(f"waited {min(waited):.2f} s to {max(waited):.2f} s")
    assert statuses == {200: CLIENTS}
    assert len(waited) == CLIENTS
    assert min(waited) >= 1.0
