"""Several Basic pairs a network, old ones beside their successors: the contract of both stores."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.call_counts import day_of
from frontdesk.protocol.ids import DAY, HOUR, CredentialId, Micros, NetworkId
from frontdesk.protocol.narrowing import Narrowing
from frontdesk.protocol.records import NetworkCredential
from frontdesk.storage.sqlite import SqliteStore
from frontdesk.storage.suspending import suspend_network
from storage.house import House

pytestmark = pytest.mark.anyio

NARROW = Narrowing(
    read_only=True,
    operations=("GET /v1/rooms", "GET /v1/rooms/{id}"),
    addresses=("192.0.2.0/24", "2001:db8::1/128"),
    expires_at=Micros(2_000_000_000_000_000),
)


async def add(house: House, pair: NetworkCredential, *, most: int = 21) -> bool:
    """The owner makes another pair."""
    added: bool = await house.store.add_credential(
        credential=pair, most=most, audit=house.event("credential.added", network_id=pair.network_id)
    )
    return added


async def regenerate(house: House, new: NetworkCredential, old: NetworkCredential, **changes: Any) -> bool:
    """A pair in the place of another."""
    done: bool = await house.store.regenerate_credential(
        credential=new, replaces_version=old.version, audit=house.event("credential.regenerated"), **changes
    )
    return done


def named(house: House, network: NetworkId, version: int, name: str = "Reports", **changes: Any) -> NetworkCredential:
    """A named pair that is not stored yet."""
    return replace(house.pair(network, version=version), name=name, **changes)


async def ids(house: House, network: NetworkId) -> list[str]:
    """The client ids of a network's pairs, as they are listed."""
    return [pair.client_id for pair in await house.store.list_credentials_of(network)]


async def test_a_named_pair_is_kept_with_all_that_it_is_narrowed_to(house: House) -> None:
    """Beside the main one, which stays the one that the network is shown with."""
    network = await house.network()
    main = await house.store.find_credential_of(network)
    pair = named(house, network, 2, narrowing=NARROW)
    assert await add(house, pair)
    assert await house.store.find_network_credential(pair.client_id) == pair
    assert list(await house.store.list_credentials_of(network)) == [main, pair]
    assert await house.store.find_credential_of(network) == main
    assert [shown for _, _, shown in await house.store.list_networks()] == [main]
    assert (await house.actions())[-1] == "credential.added"


async def test_an_id_a_version_and_a_name_are_one_pairs_alone(house: House) -> None:
    """And no network has more than it may; nothing is written where any of it does not hold."""
    network, other = await house.network(), await house.network("South", "s@example.com")
    pair = named(house, network, 2)
    assert await add(house, pair)
    for refused in (
        replace(named(house, network, 3, "Other"), client_id=pair.client_id),
        named(house, network, 2, "Other"),
        named(house, network, 3, "Reports"),
    ):
        assert not await add(house, refused)
    assert not await add(house, named(house, network, 3, "Other"), most=2)
    assert (await house.actions()).count("credential.added") == 1
    assert await add(house, named(house, other, 2, "Reports"))
    assert await add(house, named(house, network, 3, "Other"), most=3)


async def test_of_two_made_at_once_one_is_there(house: House) -> None:
    """Both were made as the network's second: the other is told."""
    network = await house.network()
    made = [named(house, network, 2, name) for name in ("One", "Two")]
    assert sorted(await asyncio.gather(*(add(house, pair) for pair in made))) == [False, True]
    assert len(await ids(house, network)) == 2


async def test_an_old_pair_goes_on_beside_the_new_one_until_it_retires(house: House) -> None:
    """Both are found; the old one says until when and for whom, and whoever remembered it learns of that at once."""
    network = await house.network()
    old = await house.store.find_credential_of(network)
    assert await house.store.find_network_credential(old.client_id) == old
    new, until = house.pair(network, version=2), Micros(house.now + HOUR)
    assert await regenerate(house, new, old, kept_until=until)
    kept = replace(old, retires_at=until, replaced_by=new.client_id)
    assert await house.store.find_network_credential(old.client_id) == kept
    assert await house.store.find_credential_of(network) == new
    assert list(await house.store.list_credentials_of(network)) == [new, kept]
    house.pass_time(HOUR - 1)
    await house.store.clean(now=house.now, limit=100)
    assert await ids(house, network) == [new.client_id, old.client_id]
    house.pass_time(1)
    assert await house.store.clean(now=house.now, limit=100) == 1
    assert await ids(house, network) == [new.client_id]
    assert await house.store.find_network_credential(old.client_id) is None
    (row,) = [row for row in await house.store.list_audit(network_id=network) if row.action == "credential.retired"]
    assert (row.client_id, row.at) == (old.client_id, until)


async def test_nobody_keeps_three(house: House) -> None:
    """Regenerating again ends what the last time left; doing it at once ends both."""
    network = await house.network()
    first = await house.store.find_credential_of(network)
    second, third, fourth = (house.pair(network, version=version) for version in (2, 3, 4))
    until = Micros(house.now + DAY)
    assert await regenerate(house, second, first, kept_until=until)
    assert await regenerate(house, third, second, kept_until=until)
    assert await ids(house, network) == [third.client_id, second.client_id]
    assert await house.store.find_network_credential(first.client_id) is None
    assert await regenerate(house, fourth, third)
    assert await ids(house, network) == [fourth.client_id]


async def test_a_named_pair_is_replaced_under_its_name(house: House) -> None:
    """Another name's version replaces nothing, a version that is taken neither, and the main pair stays."""
    network = await house.network()
    main = await house.store.find_credential_of(network)
    old = named(house, network, 2)
    assert await add(house, old)
    assert not await regenerate(house, named(house, network, 3), main)
    assert not await regenerate(house, named(house, network, 1), old)
    assert await regenerate(house, named(house, network, 3), old)
    assert not await regenerate(house, named(house, network, 4), old)
    assert await house.store.find_credential_of(network) == main
    assert [pair.version for pair in await house.store.list_credentials_of(network)] == [1, 3]


async def test_of_a_pair_used_elsewhere_one_row_is_written_an_hour(house: House) -> None:
    """Whoever else writes within it writes nothing; at the very hour one more; of a pair that is gone, none."""
    network = await house.network()
    pair = await house.store.find_credential_of(network)

    async def warns() -> bool:
        audit = house.event("credential.misplaced", network_id=network, client_id=pair.client_id)
        since = Micros(house.now - HOUR)
        return await house.store.warn_of_credential(client_id=pair.client_id, since=since, audit=audit)

    assert sum(await asyncio.gather(*(warns() for _ in range(4)))) == 1
    house.pass_time(HOUR - 1)
    assert not await warns()
    house.pass_time(1)
    assert await warns()
    assert (await house.actions()).count("credential.misplaced") == 2
    nobody = CredentialId("fdni_nobody")
    audit = house.event("credential.misplaced")
    assert not await house.store.warn_of_credential(client_id=nobody, since=house.now, audit=audit)


async def test_narrowing_counts_at_the_next_look_and_for_the_old_pair_too(house: House) -> None:
    """What the owner narrows is narrow under both ids of it."""
    network = await house.network()
    old = named(house, network, 2)
    assert await add(house, old)
    new = named(house, network, 3)
    assert await regenerate(house, new, old, kept_until=Micros(house.now + DAY))
    assert await house.store.find_network_credential(new.client_id) == new
    changed = replace(new, name="Renamed", narrowing=NARROW)
    assert await house.store.narrow_credential(credential=changed, audit=house.event("credential.changed"))
    assert await house.store.find_network_credential(new.client_id) == changed
    kept = await house.store.find_network_credential(old.client_id)
    assert (kept.name, kept.narrowing) == ("Renamed", NARROW)
    wide = replace(new, name="Renamed")
    assert await house.store.narrow_credential(credential=wide, audit=house.event("credential.changed"))
    assert await house.store.find_network_credential(new.client_id) == wide


async def test_what_was_replaced_or_takes_anothers_name_is_not_narrowed(house: House) -> None:
    """False, and nothing is written."""
    network = await house.network()
    main, pair = await house.store.find_credential_of(network), named(house, network, 2)
    assert await add(house, pair)
    for refused in (
        replace(pair, name=""),
        replace(pair, version=3),
        replace(pair, network_id=NetworkId(house.new_id())),
        replace(main, name="Reports"),
    ):
        assert not await house.store.narrow_credential(credential=refused, audit=house.event("no"))
    assert "no" not in await house.actions()
    assert list(await house.store.list_credentials_of(network)) == [main, pair]


async def test_a_named_pair_ends_with_the_one_it_replaced_and_the_main_one_never(house: House) -> None:
    """Nor by another network's owner, nor by a page of another version."""
    network, other = await house.network(), await house.network("South", "s@example.com")
    main, old = await house.store.find_credential_of(network), named(house, network, 2)
    assert await add(house, old)
    new = named(house, network, 3)
    assert await regenerate(house, new, old, kept_until=Micros(house.now + DAY))

    async def end(pair: NetworkCredential, **changes: Any) -> bool:
        asked = {"client_id": pair.client_id, "network_id": network, "version": pair.version, **changes}
        ended: bool = await house.store.end_credential(audit=house.event("credential.ended"), **asked)
        return ended

    assert not await end(main)
    assert not await end(new, network_id=other)
    assert not await end(new, version=2)
    assert await house.store.find_network_credential(new.client_id) == new
    assert await end(new)
    assert await ids(house, network) == [main.client_id]
    assert await house.store.find_network_credential(new.client_id) is None
    assert not await end(new)
    assert (await house.actions()).count("credential.ended") == 1


async def test_an_old_main_pair_can_be_ended_before_its_time(house: House) -> None:
    """The one in its place goes on."""
    network = await house.network()
    old, new = await house.store.find_credential_of(network), house.pair(network, version=2)
    assert await regenerate(house, new, old, kept_until=Micros(house.now + DAY))
    asked = {"client_id": old.client_id, "network_id": network, "version": 1}
    assert await house.store.end_credential(audit=house.event("credential.ended"), **asked)
    assert await ids(house, network) == [new.client_id]


async def test_calls_are_counted_by_pair_for_a_week(house: House) -> None:
    """Days add up; another network's are its own, and what is older is forgotten."""
    network, other = await house.network(), await house.network("South", "s@example.com")
    main, pair = await house.store.find_credential_of(network), named(house, network, 2)
    assert await add(house, pair)
    foreign = await house.store.find_credential_of(other)
    today = day_of(house.now)
    for day, calls in ((today - 7, 100), (today - 1, 3), (today, 4), (today, 5)):
        await house.store.count_calls(day=day, counts=[], pairs=[(main.client_id, calls), (foreign.client_id, 1)])
    week = await house.store.count_credential_calls(network, since=today - 6)
    assert week == {main.client_id: 12}
    assert await house.store.clean(now=house.now, limit=100) == 2
    assert await house.store.count_credential_calls(network, since=0) == {main.client_id: 12}


async def test_every_sealed_secret_of_a_network_is_in_one_batch(house: House) -> None:
    """A batch ends between two networks: the next one begins after the last of it."""
    for title in ("North", "South"):
        network = await house.network(title, f"{title}@example.com")
        for version in (2, 3):
            assert await add(house, named(house, network, version, f"n{version}", sealed_secret=f"1.{version}"))
    first = await house.store.list_sealed_under_others(key_id=2, after=None, limit=1)
    assert [version for _, version, _ in first] == [2, 3]
    second = await house.store.list_sealed_under_others(key_id=2, after=first[-1][0], limit=1)
    assert [version for _, version, _ in second] == [2, 3]
    assert not await house.store.list_sealed_under_others(key_id=2, after=second[-1][0], limit=1)


async def test_suspending_a_network_takes_every_pair_of_it_out_of_service(sqlite: SqliteStore) -> None:
    """Those that are remembered, too."""
    house = House(sqlite)
    network = await house.network()
    pair = named(house, network, 2)
    assert await add(house, pair)
    assert await sqlite.find_network_credential(pair.client_id) == pair
    await sqlite._writer.write(suspend_network(network, since=house.now))
    assert await sqlite.find_network_credential(pair.client_id) is None
    await sqlite._writer.write(suspend_network(network, since=None))
    assert await sqlite.find_network_credential(pair.client_id) == pair
