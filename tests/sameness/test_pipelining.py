"""HT-13: calls that are sent one behind the other are decided alone, run once, and never behind a farewell."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sameness.api import Api
from sameness.street import open_street
from sameness.ways import Served
from servers.house import API

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


@dataclass
class Door:
    """The built-in proxy's port, the API behind it, and a pair that opens it."""

    port: int
    api: Api
    pair: bytes

    async def send(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """Everything that comes back until the server hangs up, or says nothing for a second."""
        self.api.arrivals.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answer = b""
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            while more := await asyncio.wait_for(reader.read(65_536), 1):
                answer += more
        except (TimeoutError, ConnectionError):
            pass
        writer.close()
        return answer

    def call(self, number: int, *, body: bytes = b"", declared: int | None = None, allowed: bool = True) -> bytes:
        """A POST that may or may not pass."""
        key = b"Basic " + self.pair if allowed else b"Basic " + b64encode(b"nobody:nothing")
        length = len(body) if declared is None else declared
        lines = b"POST /resources/v1 HTTP/1.1\r\nHost: a\r\nX-Case: %d\r\nAuthorization: %b\r\n" % (number, key)
        return lines + b"Content-Length: %d\r\n\r\n%b" % (length, body)

    @property
    def reached(self) -> list[int]:
        """The calls that reached the API, in order."""
        return [arrival.number for arrival in self.api.arrivals]


@pytest.fixture(scope="session")
async def door() -> AsyncIterator[Door]:
    """One server under the small document."""
    async with open_street(API, fronts=()) as street:
        proxy = street.ways["proxy"]
        assert isinstance(proxy, Served)
        pair = next(secret for scheme, secret in street.oracle.holders if scheme == "basic")
        yield Door(proxy.port, proxy.api, b64encode(pair.encode()))


async def test_ht_13_a_hundred_pipelined_calls_are_each_decided_alone(door: Door) -> None:
    """Right and wrong credentials in turn, in one write: a hundred answers in order, fifty calls run, none twice."""
    calls = [door.call(number, body=b"{}", allowed=number % 2 == 0) for number in range(100)]
    answer = await door.send(b"".join(calls))
    statuses = [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 401] * 50
    assert door.reached == list(range(0, 100, 2))


async def test_ht_13_nothing_is_run_behind_a_farewell(door: Door) -> None:
    """A refused call whose body never ends is answered with a farewell; what comes later is never taken for a call."""
    begun = door.call(1, body=b"x" * 10, declared=10_000, allowed=False)
    answer = await door.send(begun, door.call(2, body=b"{}"), pause=0.3)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer.lower()
    assert door.reached == []


async def test_ht_06_a_body_is_never_read_as_a_call(door: Door) -> None:
    """Whether its call passes or not: what a body holds that looks like a call is not one."""
    hidden = door.call(9, body=b"{}")
    for allowed in (True, False):
        answer = await door.send(door.call(1, body=hidden, allowed=allowed) + door.call(2, body=b"{}"))
        assert [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]] == [200 if allowed else 401, 200]
        assert door.reached == ([1, 2] if allowed else [2])


async def test_a_faulty_call_does_not_take_the_answer_of_the_one_before_it(door: Door) -> None:
    """What cannot be parsed ends the connection once everything before it has its own answer."""
    answer = await door.send(door.call(1, body=b"{}") + b"GET /resources/v1 HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n")
    statuses = [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200]
    assert door.reached == [1]
