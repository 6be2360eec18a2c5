"""Owners' rules about connecting apps: the contract of both stores."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.ids import DAY, ClientId, Email, NetworkId, UserId
from frontdesk.protocol.network_rules import NetworkRules
from storage.house import House

pytestmark = pytest.mark.anyio


async def put(house: House, rules: NetworkRules, owner: UserId | None = None) -> bool:
    """The owner, or another, saves rules."""
    by = owner if owner is not None else (await house.store.find_owner_of(rules.network_id)).id
    audit = house.event("network.rules_changed", network_id=rules.network_id)
    return await house.store.put_network_rules(rules=rules, owner_id=by, now=house.now, audit=audit)


async def clean(house: House) -> None:
    """What each worker does every half minute."""
    await house.store.clean(now=house.now, limit=1000)


async def test_rules_come_back_as_they_were_given(house: House) -> None:
    """With everything and with nothing said, of one network, and of all in which somebody has a role."""
    assert not await house.store.has_network_rules()
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    ada = await house.member("ada@example.com", north)
    assert await house.store.find_network_rules(north) is None
    full = NetworkRules(
        network_id=north,
        version=1,
        apps=(ClientId("door locks"), ClientId("fdci_2")),
        administrators_only=True,
        connection_days=30,
    )
    assert await put(house, full)
    assert await house.store.has_network_rules()
    assert await house.store.find_network_rules(north) == full
    nothing = NetworkRules(network_id=south, version=1, apps=())
    assert await put(house, nothing)
    assert await house.store.find_network_rules(south) == nothing
    assert list(await house.store.list_rules_of(ada.id)) == [full]
    assert (await house.actions())[-1] == "network.rules_changed"


async def test_of_two_owners_pages_one_is_saved(house: House) -> None:
    """The version that was seen must be the one in force; the other is told, and nothing of it is written."""
    north = await house.network()
    rules = NetworkRules(network_id=north, version=1, connection_days=1)
    outcomes = await asyncio.gather(*(put(house, replace(rules, connection_days=days)) for days in (1, 2, 3)))
    assert sorted(outcomes) == [False, False, True]
    assert not await put(house, rules)
    assert not await put(house, replace(rules, version=3))
    assert await put(house, replace(rules, version=2, connection_days=None))
    assert (await house.actions()).count("network.rules_changed") == 2


async def test_only_the_owner_of_now_makes_rules(house: House) -> None:
    """Not an administrator, not another's owner, nobody unknown."""
    north = await house.network("North", "olga@example.com")
    await house.network("South", "sam@example.com")
    sam = await house.store.find_user_by_email(Email("sam@example.com"))
    ada = await house.member("ada@example.com", north)
    for person in (ada.id, sam.id, UserId(house.new_id())):
        assert not await put(house, NetworkRules(network_id=north, version=1), person)
    assert await house.store.find_network_rules(north) is None


async def test_connections_end_when_they_outlived_the_rules(house: House) -> None:
    """At the very instant: the edge is dropped, an only one ends its grant and the consent; younger ones go on."""
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    ada, client, other = await house.member("ada@example.com", north, south), await house.client(), await house.client()
    old = await house.connect(ada.id, client.id, north)
    wide = await house.connect(ada.id, other.id, north, south)
    house.pass_time(DAY)
    young = await house.connect(ada.id, client.id, north)
    assert await put(house, NetworkRules(network_id=north, version=1, connection_days=2))
    house.pass_time(DAY - 1)
    await clean(house)
    assert (await house.store.find_grant(old.id)).revoked_at is None
    house.pass_time(DAY // 24)
    await clean(house)

    async def seen(grant: Any) -> tuple[bool, list[bool]]:
        found = await house.store.find_grant(grant.id)
        return found.revoked_at is not None, [edge.dropped_at is not None for edge in found.edges]

    assert await seen(old) == (True, [True])
    assert await seen(wide) == (False, [True, False])
    assert await seen(young) == (False, [False])
    assert (await house.store.find_connection(ada.id, client.id)).networks_given == (north,)
    assert (await house.store.find_connection(ada.id, other.id)).networks_given == (south,)
    house.pass_time(DAY)
    await clean(house)
    assert await seen(young) == (True, [True])
    assert await house.store.find_connection(ada.id, client.id) is None
    history = [
        event for event in await house.store.list_audit(network_id=north) if event.action == "connection.expired"
    ]
    assert {(event.user_id, event.actor) for event in history} == {(ada.id, "rules")}
    assert len(history) == 3
    assert await house.store.list_left_grants(north) == []


async def test_what_was_taken_over_is_as_old_as_the_taking_over(house: House) -> None:
    """Its owner agreed to it then; when it was connected stays written."""
    north = await house.network()
    ada, client = await house.member("ada@example.com", north), await house.client()
    grant = await house.connect(ada.id, client.id, north)
    await house.store.remove_membership(
        user_id=ada.id, network_id=north, now=house.now, audit=house.event("membership.removed")
    )
    house.pass_time(3 * DAY)
    owner = (await house.store.find_owner_of(north)).id
    adopted = house.event("connection.adopted", network_id=north, grant_id=grant.id)
    await house.store.adopt_grant(
        grant_id=grant.id, network_id=north, owner_id=owner, cap=50, now=house.now, audit=adopted
    )
    assert await put(house, NetworkRules(network_id=north, version=1, connection_days=2))
    house.pass_time(2 * DAY - 1)
    await clean(house)
    found = await house.store.find_grant(grant.id)
    assert (found.created_at, found.revoked_at) == (grant.created_at, None)
    house.pass_time(DAY // 24)
    await clean(house)
    assert (await house.store.find_grant(grant.id)).revoked_at is not None


async def test_what_is_connected_only_reads_until_it_is_let_write(house: House) -> None:
    """In the networks whose rules say so; who writes already goes on writing; what was dropped is not revived by it."""
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    ada, client, other = await house.member("ada@example.com", north, south), await house.client(), await house.client()
    before = await house.connect(ada.id, other.id, north)
    full = NetworkRules(network_id=north, version=1, read_only_first=True, owner_passkey=True)
    assert await put(house, full)
    assert await house.store.find_network_rules(north) == full

    async def reading(grant: Any) -> list[bool]:
        found = await house.store.find_grant(grant.id)
        return [edge.reads_only for edge in found.edges]

    async def lets_write(person: UserId, network: NetworkId = north) -> bool:
        audit = house.event("network.let_write", network_id=network)
        return await house.store.let_write(user_id=person, client_id=client.id, network_id=network, audit=audit)

    first, second = [await house.connect(ada.id, client.id, north, south) for _ in range(2)]
    again = await house.connect(ada.id, other.id, north)
    assert [await reading(one) for one in (before, again)] == [[False], [False]]
    assert [await reading(one) for one in (first, second)] == [[True, False]] * 2
    assert first.id in [grant.id for grant in await house.store.list_network_grants(north)]
    owner = (await house.store.find_owner_of(north)).id
    assert not await lets_write(owner)
    assert not await lets_write(ada.id, south)
    assert await lets_write(ada.id)
    assert not await lets_write(ada.id)
    assert [await reading(one) for one in (first, second)] == [[False, False]] * 2
    assert (await house.actions()).count("network.let_write") == 1
    third = await house.connect(ada.id, client.id, north)
    assert await reading(third) == [False]
    left = {"user_id": ada.id, "network_id": north, "now": house.now, "audit": house.event("membership.removed")}
    await house.store.remove_membership(**left)
    assert not await lets_write(ada.id)
    adopted = house.event("connection.adopted", network_id=north, grant_id=third.id)
    await house.store.adopt_grant(
        grant_id=third.id, network_id=north, owner_id=owner, cap=50, now=house.now, audit=adopted
    )
    assert await reading(third) == [True]


async def test_without_a_limit_nothing_ends(house: House) -> None:
    """However old it is, and whatever else the rules say."""
    north = await house.network()
    ada, client = await house.member("ada@example.com", north), await house.client()
    grant = await house.connect(ada.id, client.id, north)
    assert await put(house, NetworkRules(network_id=north, version=1, apps=(), administrators_only=True))
    house.pass_time(399 * DAY)
    await clean(house)
    assert (await house.store.find_grant(grant.id)).revoked_at is None
