"""The owner of a network, and the note before a secret is shown: the contract of both stores."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import Email, Micros, NetworkId, UserId
from frontdesk.protocol.records import Role
from storage.house import House

pytestmark = pytest.mark.anyio


async def note(
    house: House, network: NetworkId, *, owner: UserId | None = None, version: int = 1, seen_at: Micros | None = None
) -> bool:
    """The owner presses the button of a page that was made from this version and this last time."""
    if owner is None:
        owner = (await house.store.find_owner_of(network)).id
    audit = house.event("credential.revealed", network_id=network, user_id=owner)
    return await house.store.note_reveal(
        owner_id=owner, network_id=network, version=version, seen_at=seen_at, now=house.now, audit=audit
    )


async def test_every_network_has_one_owner_who_can_be_found(house: House) -> None:
    """With roles; not an administrator, and nobody where there is no such network."""
    north = await house.network("North", "olga@example.com")
    await house.member("ada@example.com", north)
    owner = await house.store.find_owner_of(north)
    assert (owner.email, owner.roles) == ("olga@example.com", {north: Role.OWNER})
    assert await house.store.find_owner_of(NetworkId(house.new_id())) is None


async def test_a_reveal_is_noted_with_its_audit_row(house: House) -> None:
    """Time and row are there together, and the next look at the pair knows of it."""
    north = await house.network()
    assert (await house.store.find_credential_of(north)).revealed_at is None
    assert await note(house, north)
    assert (await house.store.find_credential_of(north)).revealed_at == house.now
    assert (await house.actions())[-1] == "credential.revealed"
    assert [pair.revealed_at for _, _, pair in await house.store.list_networks()] == [house.now]


async def test_ow_08_one_page_shows_it_once(house: House) -> None:
    """OW-08: what a page was made from works once, even within one microsecond; a replay writes nothing."""
    north = await house.network()
    assert await note(house, north)
    first = (await house.store.find_credential_of(north)).revealed_at
    assert not await note(house, north)
    assert await note(house, north, seen_at=first)
    assert not await note(house, north, seen_at=first)
    assert (await house.actions()).count("credential.revealed") == 2


async def test_of_two_presses_at_once_one_shows_it(house: House) -> None:
    """The database decides."""
    north = await house.network()
    assert sorted(await asyncio.gather(*(note(house, north) for _ in range(4)))) == [False, False, False, True]


async def test_only_the_owner_of_now_counts(house: House) -> None:
    """An administrator, another network's owner, a stranger and a version that is not in force: nothing is written."""
    north = await house.network("North", "olga@example.com")
    await house.network("South", "sam@example.com")
    ada = await house.member("ada@example.com", north)
    sam = await house.store.find_user_by_email(Email("sam@example.com"))
    for owner in (ada.id, sam.id, UserId(house.new_id())):
        assert not await note(house, north, owner=owner)
    assert not await note(house, north, version=2)
    assert "credential.revealed" not in await house.actions()


async def test_regenerating_begins_anew(house: House) -> None:
    """The new pair was never shown again; a page of the old one shows nothing."""
    north = await house.network()
    assert await note(house, north)
    pair = replace(house.pair(north, version=2), sealed_secret="sealed")
    assert await house.store.regenerate_credential(credential=pair, replaces_version=1, audit=house.event("r"))
    found = await house.store.find_credential_of(north)
    assert (found.sealed_secret, found.revealed_at) == ("sealed", None)
    assert not await note(house, north)
    assert await note(house, north, version=2)
