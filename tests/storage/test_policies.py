"""Counts of calls, and policies that were agreed to: the contract of both stores."""

from dataclasses import replace

import pytest

from frontdesk.protocol.call_counts import ACCEPTED_FOR, MOST_SETS, CallCount, CallKind, day_of, oldest_day
from frontdesk.protocol.ids import DAY, Micros
from storage.house import House

pytestmark = pytest.mark.anyio

KIND = CallKind(scheme="oauth2", client_id="fdci_1", operation="GET /v1/rooms/{id}", scopes="rooms")


def count(calls: int, at: int, **changes: str) -> CallCount:
    """So many calls, the last one at a moment."""
    return CallCount(kind=replace(KIND, **changes), calls=calls, last_at=Micros(at))


async def counted(house: House, *counts: CallCount) -> None:
    """Count them on the house's day."""
    await house.store.count_calls(day=day_of(house.now), counts=counts)


async def calls(house: House) -> list[CallCount]:
    """What counts today."""
    return list(await house.store.list_calls(since=oldest_day(house.now)))


async def test_calls_are_added_up_over_batches_workers_and_days(house: House) -> None:
    """The last one is the latest, whoever wrote it first."""
    await counted(house, count(2, 700), count(1, 10, scheme="basic", client_id="n"))
    await counted(house, count(3, 500))
    house.pass_time(DAY)
    await counted(house, count(1, 900), count(5, 900, operation="PUT /v1/rooms/{id}"))
    assert await calls(house) == [
        count(1, 10, scheme="basic", client_id="n"),
        count(6, 900),
        count(5, 900, operation="PUT /v1/rooms/{id}"),
    ]


async def test_sets_of_scopes_are_told_apart_up_to_a_bound(house: House) -> None:
    """An app that asks for other scopes each time makes no table grow: what is beyond is counted together."""
    await counted(house, *(count(1, number, scopes=f"s{number}") for number in range(MOST_SETS + 3)))
    await counted(house, count(1, 99, scopes="s0"), count(1, 98, scopes="s9"), count(4, 1, operation="GET /other"))
    found = {each.kind.scopes: each.calls for each in await calls(house) if each.kind.operation == KIND.operation}
    assert found == {"s0": 2, **{f"s{number}": 1 for number in range(1, MOST_SETS)}, "*": 4}
    house.pass_time(DAY)
    await counted(house, count(1, 5, scopes="s9"))
    assert count(1, 5, scopes="s9") in await calls(house)


async def test_a_day_counts_for_thirty_days(house: House) -> None:
    """Today is the last of them; what is older is not told, and is swept a few at a time."""
    await counted(house, *(count(1, house.now, client_id=f"c{number}") for number in range(5)))
    house.pass_time(29 * DAY)
    await counted(house, count(1, house.now))
    assert len(await calls(house)) == 6
    assert await house.store.clean(now=house.now, limit=100) == 0
    house.pass_time(DAY)
    assert await calls(house) == [count(1, house.now - DAY)]
    gone = 0
    while (swept := await house.store.clean(now=house.now, limit=2)) > 0:
        assert swept <= 2
        gone += swept
    assert gone == 5
    assert await house.store.list_calls(since=0) == [count(1, house.now - DAY)]


async def test_calls_that_nobody_may_make_any_more_are_forgotten(house: House) -> None:
    """On every day; other scopes, clients and operations stay."""
    await counted(house, count(1, 1), count(1, 1, scopes="rooms.readonly"))
    house.pass_time(DAY)
    await counted(house, count(1, 2), count(1, 2, client_id="fdci_2"))
    await house.store.forget_calls(kinds=[KIND])
    assert await calls(house) == [count(1, 1, scopes="rooms.readonly"), count(1, 2, client_id="fdci_2")]


async def test_an_accepted_policy_stays_so_for_a_week(house: House) -> None:
    """By its fingerprint only; said again, it counts from then on. It is audited, and swept."""
    audit = house.event("policy.accepted")
    assert not await house.store.is_policy_accepted(b"one", house.now)
    await house.store.accept_policy(fingerprint=b"one", now=house.now, audit=audit)
    assert await house.store.is_policy_accepted(b"one", house.now)
    assert not await house.store.is_policy_accepted(b"two", house.now)
    assert await house.actions() == ["policy.accepted"]
    house.pass_time(ACCEPTED_FOR - 1)
    assert await house.store.is_policy_accepted(b"one", house.now)
    house.pass_time(1)
    assert not await house.store.is_policy_accepted(b"one", house.now)
    assert await house.store.clean(now=house.now, limit=100) == 1
    await house.store.accept_policy(fingerprint=b"one", now=house.now, audit=audit)
    house.pass_time(ACCEPTED_FOR - 1)
    await house.store.accept_policy(fingerprint=b"one", now=house.now, audit=audit)
    house.pass_time(1)
    assert await house.store.is_policy_accepted(b"one", house.now)


async def test_counting_tells_no_cache_to_forget(house: House) -> None:
    """Calls are counted all the time: what a check remembers must outlive it."""
    client = await house.client()
    before = house.store.glance().client(client.id)
    found = before or await house.store.find_client(client.id)
    await counted(house, count(1, 1, client_id=client.id))
    assert house.store.glance().client(client.id) is found
