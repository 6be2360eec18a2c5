"""The same manners in every HTTP client, against a real server that refuses first."""

import asyncio
import io
import itertools
import pickle
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import requests
from frontdesk_client.manners import Manners, Pace, RetryBudget
from frontdesk_client.manners.surroundings import Surroundings

from sdk.manners.senders import KINDS, Reply, opened, streamed
from sdk.plain_server import Asked, Said, say, serve

BUSY = say(503, {"Retry-After": "2"}, message="later", type="temporarilyUnavailable")
LIMITED = say(429, {"Retry-After": "3"}, message="slower", type="rateLimited")
GOOD = say(fine=True)


class Waits(list[float]):
    """Keeps how long somebody waited, and lets nobody wait; chance always draws 0."""

    def surroundings(self) -> Surroundings:
        """To put in place of the real ones."""

        async def sleep_async(seconds: float) -> None:
            self.append(seconds)

        return Surroundings(chance=lambda: 0.0, sleep=self.append, sleep_async=sleep_async)


def first(*answers: Said) -> tuple[Callable[[Asked], Said], list[Asked]]:
    """Answer with these, one after the other, then well; and what was asked."""
    asked: list[Asked] = []
    coming = itertools.chain(answers, itertools.repeat(GOOD))

    def answer(one: Asked) -> Said:
        asked.append(one)
        return next(coming)

    return answer, asked


def send(kind: str, manners: Manners, url: str, method: str = "GET", **rest: Any) -> Reply:
    """One call by one client."""

    async def go() -> Reply:
        async with opened(kind, manners) as sender:
            return await sender(method, url, **rest)

    return asyncio.run(go())


@pytest.mark.parametrize("kind", KINDS)
def test_a_503_is_tried_again_after_what_it_asked(kind: str) -> None:
    """The caller sees the good answer only; each wait is what the refusal said."""
    waits, (answer, asked) = Waits(), first(BUSY, LIMITED)
    with serve(answer) as address:
        reply = send(
            kind, Manners(surroundings=waits.surroundings(), budget=RetryBudget(reserve=1)), f"{address}/resources/v1"
        )
    assert (reply.status, len(asked), waits) == (200, 3, [2.0, 3.0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_503_without_budget_is_the_callers(kind: str) -> None:
    """A fresh budget has nothing to give: the refusal comes back at once, whole."""
    waits, (answer, asked) = Waits(), first(BUSY)
    with serve(answer) as address:
        reply = send(kind, Manners(surroundings=waits.surroundings()), address)
    assert (reply.status, reply.body, len(asked), waits) == (503, BUSY.body, 1, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_post_is_repeated_after_a_429_with_the_same_body(kind: str) -> None:
    """Nothing was done, so nothing is done twice; the last refusal is the caller's after four tries."""
    waits, (answer, asked) = Waits(), first(*[LIMITED] * 6)
    with serve(answer) as address:
        reply = send(kind, Manners(surroundings=waits.surroundings()), address, "POST", body=b"book it")
    assert (reply.status, reply.body, waits) == (429, LIMITED.body, [3.0] * 3)
    assert [one.body for one in asked] == [b"book it"] * 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_post_is_not_repeated_after_a_503(kind: str) -> None:
    """It may have been done."""
    waits, (answer, asked) = Waits(), first(BUSY)
    manners = Manners(surroundings=waits.surroundings(), budget=RetryBudget(reserve=5))
    with serve(answer) as address:
        reply = send(kind, manners, address, "POST", body=b"book it")
    assert (reply.status, len(asked)) == (503, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_that_is_gone_is_not_sent_again(kind: str) -> None:
    """A stream was used up by the first try: an empty or broken second one would be worse than the refusal."""
    waits, (answer, asked) = Waits(), first(LIMITED)
    headers = {"content-length": "7"}
    with serve(answer) as address:
        body = streamed(kind, b"book", b" it")
        reply = send(kind, Manners(surroundings=waits.surroundings()), address, "PUT", body=body, headers=headers)
    assert (reply.status, len(asked), waits) == (429, 1, [])


def test_a_file_is_sent_again_from_where_it_stood() -> None:
    """What requests can rewind is no stream that is gone."""
    waits, (answer, asked) = Waits(), first(LIMITED)
    file = io.BytesIO(b"skip this, book it")
    file.seek(11)
    with serve(answer) as address:
        reply = send("requests", Manners(surroundings=waits.surroundings()), address, "PUT", body=file)
    assert (reply.status, [one.body for one in asked]) == (200, [b"book it"] * 2)


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_asked_for_too_long_a_wait_gets_the_answer(kind: str) -> None:
    """An hour is the caller's to plan: no early second try instead."""
    waits, (answer, asked) = Waits(), first(say(429, {"Retry-After": "3600"}))
    with serve(answer) as address:
        reply = send(kind, Manners(surroundings=waits.surroundings()), address)
    assert (reply.status, len(asked), waits) == (429, 1, [])


@pytest.mark.parametrize("kind", KINDS)
def test_refusals_do_not_cost_a_connection_each(kind: str) -> None:
    """A refusal is read to its end, so that the second try leaves on the connection of the first."""
    waits, (answer, _), opened_by = Waits(), first(LIMITED, LIMITED), set()
    with serve(answer, on_connection=opened_by.add) as address:
        send(kind, Manners(surroundings=waits.surroundings()), address)
    assert len(opened_by) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_refusal_is_not_read(kind: str) -> None:
    """Megabytes of an error page are left, with their connection; the second try is good."""
    waits, (answer, asked) = Waits(), first(Said(status=429, headers={"Retry-After": "1"}, body=b"x" * 5_000_000))
    with serve(answer) as address:
        reply = send(kind, Manners(surroundings=waits.surroundings()), address)
    assert (reply.status, len(asked)) == (200, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pace_holds_for_threads_and_tasks(kind: str) -> None:
    """Twelve calls made at once by a credential that may make ten in half a second: they leave one after the other."""
    came: list[float] = []

    def answer(_: Asked) -> Said:
        came.append(time.monotonic())
        return GOOD

    async def go(address: str) -> None:
        async with opened(kind, Manners(pace=Pace(10, seconds=0.5))) as sender:
            await asyncio.gather(*(sender("GET", address) for _ in range(12)))

    with serve(answer) as address:
        asyncio.run(go(address))
    assert len(came) == 12
    assert max(came) - min(came) >= 0.4  # 0.55 between the first and last to leave; without a pace, hundredths


def test_an_adapter_that_is_pickled_says_that_it_cannot_be() -> None:
    """Half an adapter, without its manners, would fail at its first call instead."""
    session = requests.Session()
    session.mount("https://", Manners().for_requests())
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(session)


def test_the_transport_inside_is_entered_and_closed() -> None:
    """Closing the client closes what it was given to send over."""
    inside, done = httpx2.HTTPTransport(), []
    original = inside.close
    inside.close = lambda: (done.append("closed"), original())[1]  # type: ignore[method-assign]
    with httpx2.Client(transport=Manners().over(inside)):
        pass
    client = httpx2.Client(transport=Manners().over(inside))
    client.close()
    assert done == ["closed"]
