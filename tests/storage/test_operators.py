"""Operators, the set-up link, and networks taken out of service: the contract of both stores."""

import asyncio

import pytest

from frontdesk.protocol.ids import Micros, NetworkId, UserId
from frontdesk.protocol.operators import SETUP_LIFETIME, SetupLink
from frontdesk.protocol.records import Role, User
from storage.house import House

pytestmark = pytest.mark.anyio


async def appoint(house: House, email: str) -> User | None:
    """Somebody is made an operator."""
    person = house.person(email)
    audit = house.event("operator.added", user_id=person.id)
    return await house.store.add_operator(new_user=person, now=house.now, audit=audit)


async def new_link(house: House) -> SetupLink:
    """A link of thirty minutes."""
    link = SetupLink(digest=house.digest(), expires_at=Micros(house.now + SETUP_LIFETIME))
    await house.store.put_setup_link(link=link, audit=house.event("operator.link_made"))
    return link


async def take(house: House, link: SetupLink, user: User) -> bool:
    """Somebody uses it."""
    audit = house.event("operator.added", user_id=user.id)
    return await house.store.take_setup_link(digest=link.digest, user_id=user.id, now=house.now, audit=audit)


async def stop(house: House, network: NetworkId, *, stopped: bool = True) -> bool:
    """An operator takes a network out of service, or puts it back."""
    audit = house.event("network.stopped" if stopped else "network.resumed", network_id=network)
    return await house.store.set_network_stopped(network_id=network, stopped=stopped, now=house.now, audit=audit)


async def test_nobody_is_an_operator_until_made_one(house: House) -> None:
    """An owner is none; a new address gets an account; a second time says no and writes no row."""
    network = await house.network()
    owner = await house.store.find_owner_of(network)
    assert not await house.store.is_operator(owner.id)
    made = await appoint(house, "ops@example.com")
    assert made is not None
    assert await house.store.is_operator(made.id)
    assert await house.store.find_user(made.id) == made
    assert await appoint(house, "ops@example.com") is None
    assert (await house.actions()).count("operator.added") == 1
    again = await appoint(house, owner.email)
    assert again is not None
    assert (again.id, again.roles) == (owner.id, {network: Role.OWNER})
    assert [one.user.id for one in await house.store.list_operators()] == sorted([made.id, owner.id])
    rows = [row for row in await house.store.list_audit() if row.action == "operator.added"]
    assert [row.user_id for row in rows] == [owner.id, made.id]


async def test_a_blocked_person_is_made_none(house: House) -> None:
    """And no row tells that they were."""
    ada = await house.member("ada@example.com", await house.network())
    audit = house.event("user.blocked")
    assert await house.store.set_user_blocked(user_id=ada.id, blocked=True, now=house.now, audit=audit)
    assert await appoint(house, "ada@example.com") is None
    assert not await take(house, await new_link(house), ada)
    assert not await house.store.is_operator(ada.id)


async def test_the_last_operator_stays(house: House) -> None:
    """Of two who remove each other at once, one is left."""
    one, two = await appoint(house, "one@example.com"), await appoint(house, "two@example.com")
    assert one is not None
    assert two is not None

    async def remove(user: UserId) -> bool:
        return await house.store.remove_operator(user_id=user, audit=house.event("operator.removed", user_id=user))

    assert not await remove(UserId(house.new_id()))
    assert sorted(await asyncio.gather(remove(one.id), remove(two.id))) == [False, True]
    left = await house.store.list_operators()
    assert len(left) == 1
    assert not await remove(left[0].user.id)
    assert (await house.actions()).count("operator.removed") == 1


async def test_ad_01_a_setup_link_works_once_and_for_thirty_minutes(house: House) -> None:
    """AD-01: the second use, the very end of its time, another digest and a replaced link open nothing."""
    link = await new_link(house)
    person = house.person("first@example.com")
    user = await house.store.open_setup_link(digest=link.digest, new_user=person, now=house.now)
    assert user is not None
    again = await house.store.open_setup_link(
        digest=link.digest, new_user=house.person("first@example.com"), now=house.now
    )
    assert again == user
    house.pass_time(SETUP_LIFETIME)
    assert await house.store.open_setup_link(digest=link.digest, new_user=person, now=house.now) is None
    assert not await take(house, link, user)
    replaced, fresh = await new_link(house), await new_link(house)
    assert await house.store.find_setup_link() == fresh
    assert not await take(house, replaced, user)
    house.pass_time(SETUP_LIFETIME - 1)
    assert sorted(await asyncio.gather(*(take(house, fresh, user) for _ in range(3)))) == [False, False, True]
    assert await house.store.is_operator(user.id)
    assert await house.store.find_setup_link() is None
    assert (await house.actions()).count("operator.added") == 1


async def test_a_stopped_network_is_out_of_service_until_it_is_put_back(house: House) -> None:
    """Its pair and every role in it, one given meanwhile too; other networks and all grants stay."""
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    ada = await house.member("ada@example.com", north, south)
    client = await house.client()
    grant = await house.connect(ada.id, client.id, north)
    pair = await house.store.find_credential_of(north)
    assert await house.store.find_network_credential(pair.client_id) == pair
    assert await house.store.find_user(ada.id) == ada
    assert await stop(house, north)
    assert await house.store.find_network_credential(pair.client_id) is None
    assert (await house.store.find_network(north)).suspended_at == house.now
    assert (await house.store.find_user(ada.id)).roles == {south: Role.ADMINISTRATOR}
    mia = await house.member("mia@example.com", north, role=Role.MEMBER)
    assert mia.roles == {}
    house.pass_time(1)
    assert await stop(house, north)
    assert (await house.store.find_network(north)).suspended_at == house.now - 1
    assert await stop(house, north, stopped=False)
    assert (await house.store.find_network(north)).suspended_at is None
    assert await house.store.find_network_credential(pair.client_id) == pair
    assert await house.store.find_user(ada.id) == ada
    assert (await house.store.find_user(mia.id)).roles == {north: Role.MEMBER}
    assert (await house.store.find_grant(grant.id)).revoked_at is None
    assert not await stop(house, NetworkId(house.new_id()))
    assert [action for action in await house.actions() if action.startswith("network.s")] == ["network.stopped"] * 2


async def test_a_search_finds_what_begins_so(house: House) -> None:
    """Whatever the case, in any script; at most so many of each kind, and it says when there were more."""
    for title in ("Harbour", "harbour view", "Харків", "South"):
        await house.network(title, f"{title.split()[0].lower()}@example.com")
    await house.client(name="Harbour Locks")
    found = await house.store.search("HARB", limit=5)
    assert [network.title for network in found.networks] == ["Harbour", "harbour view"]
    assert [client.name for client in found.clients] == ["Harbour Locks"]
    assert [user.email for user in found.users] == ["harbour@example.com"]
    assert not found.more
    assert [network.title for network in (await house.store.search("хар", limit=5)).networks] == ["Харків"]
    few = await house.store.search("har", limit=1)
    assert (len(few.networks), few.more) == (1, True)
    assert (await house.store.search("outh", limit=5)).networks == ()
    percent = await house.store.search("%", limit=5)
    assert (percent.users, percent.networks, percent.clients) == ((), (), ())
