"""What apps may do without a user: the contract of both stores."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.ids import ClientId, GrantId
from frontdesk.protocol.own_tokens import ROOM
from frontdesk.protocol.records import Client, OwnGrant
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage.sqlite import SqliteStore, open_sqlite
from storage.house import SCOPES, House

pytestmark = pytest.mark.anyio


def wanted(house: House, client_id: ClientId, stamp: int = 1, **changes: Any) -> OwnGrant:
    """A row that is not stored yet."""
    own = OwnGrant(
        id=GrantId(house.new_id()), client_id=client_id, stamp=stamp, scopes=SCOPES[:2], created_at=house.now
    )
    return replace(own, **changes)


async def put(house: House, own: OwnGrant) -> OwnGrant:
    """The app's row as it then is."""
    return await house.store.put_own_grant(own_grant=own, audit=house.event("own_grant.created", grant_id=own.id))


async def renew(house: House, own: OwnGrant, fresh: int) -> bool:
    """End every token under the stamp."""
    return await house.store.renew_own_grant(
        grant_id=own.id, stamp=own.stamp, fresh_stamp=fresh, audit=house.event("own_grant.revoked", grant_id=own.id)
    )


async def test_an_app_has_one_row_which_the_first_request_makes(house: House) -> None:
    """Whoever asks later is given that one, and nothing is audited again."""
    client = await house.client()
    assert await house.store.find_own_grant_of(client.id) is None
    own = wanted(house, client.id, stamp=-(2**63))
    assert await put(house, own) == own
    assert await house.store.find_own_grant(own.id) == own
    assert await house.store.find_own_grant_of(client.id) == own
    assert await put(house, wanted(house, client.id, stamp=2)) == own
    assert (await house.actions()).count("own_grant.created") == 1


async def test_of_many_first_requests_at_once_one_makes_the_row(house: House) -> None:
    """The database decides; all get the same."""
    client = await house.client()
    rows = await asyncio.gather(*(put(house, wanted(house, client.id, stamp=n)) for n in range(20)))
    assert len({row.id for row in rows}) == len({row.stamp for row in rows}) == 1
    assert (await house.actions()).count("own_grant.created") == 1


async def test_two_apps_have_two_rows(house: House) -> None:
    """None is found by the other."""
    first, second = await house.client(), await house.client()
    rows = [await put(house, wanted(house, client.id)) for client in (first, second)]
    assert [await house.store.find_own_grant_of(client.id) for client in (first, second)] == rows


async def test_no_row_is_made_for_an_app_that_is_not_there(house: House) -> None:
    """A reference to nothing is refused, and leaves nothing."""
    own = wanted(house, ClientId("fdci_nobody"))
    with pytest.raises(StoreUnavailable):
        await put(house, own)
    assert await house.store.find_own_grant(own.id) is None
    assert await house.actions() == []


async def test_the_list_of_scopes_grows_at_its_end(house: House) -> None:
    """Living tokens count along it: nothing moves, nothing is taken off."""
    client = await house.client()
    own = await put(house, wanted(house, client.id, scopes=("a", "b")))
    grown = await put(house, wanted(house, client.id, stamp=9, scopes=("c", "b")))
    assert grown == replace(own, scopes=("a", "b", "c"))
    assert await house.store.find_own_grant(own.id) == grown
    assert await put(house, wanted(house, client.id, stamp=9, scopes=("a",))) == grown


async def test_a_list_without_room_begins_anew_and_earlier_tokens_are_dead(house: House) -> None:
    """No bit may mean two scopes."""
    client = await house.client()
    many = tuple(f"s{n}" for n in range(ROOM))
    own = await put(house, wanted(house, client.id, scopes=many))
    begun = await put(house, wanted(house, client.id, stamp=9, scopes=("new", "s1")))
    assert begun == replace(own, stamp=9, scopes=("new", "s1"))
    assert await house.store.find_own_grant(own.id) == begun


async def test_renewing_ends_what_was_under_the_old_stamp_once(house: House) -> None:
    """The id stays, so that calls go on being counted by it; a second ending finds nothing and writes no audit row."""
    client = await house.client()
    own = await put(house, wanted(house, client.id))
    assert await renew(house, own, 2)
    assert await house.store.find_own_grant(own.id) == replace(own, stamp=2)
    assert not await renew(house, own, 3)
    assert not await renew(house, replace(own, id=GrantId(house.new_id())), 3)
    assert await house.store.find_own_grant_of(client.id) == replace(own, stamp=2)
    assert (await house.actions()).count("own_grant.revoked") == 1


async def test_own_scopes_are_the_apps(house: House) -> None:
    """Set, changed and taken away; nothing else of the app changes."""
    client = await house.client()
    for scopes in (("resources",), ("locations.readonly", "resources"), ()):
        audit = house.event("client.own_scopes_set", client_id=client.id)
        assert await house.store.set_own_scopes(client_id=client.id, own_scopes=scopes, audit=audit)
        assert await house.store.find_client(client.id) == replace(client, own_scopes=scopes)
    nobody = house.event("client.own_scopes_set")
    assert not await house.store.set_own_scopes(client_id=ClientId("fdci_x"), own_scopes=("a",), audit=nobody)
    assert (await house.actions()).count("client.own_scopes_set") == 3


async def test_a_new_secret_ends_the_row_of_this_app_only(house: House) -> None:
    """What was got with the old one is dead; the next request makes a new row."""
    client, other = await house.client(), await house.client()
    own, kept = await put(house, wanted(house, client.id)), await put(house, wanted(house, other.id))
    audit = house.event("client.secret_rotated")
    assert await house.store.set_client_secret(client_id=client.id, digest=house.digest(), now=house.now, audit=audit)
    assert await house.store.find_own_grant(own.id) is None
    assert await house.store.find_own_grant_of(client.id) is None
    assert await house.store.find_own_grant(kept.id) == kept
    again = wanted(house, client.id, stamp=5)
    assert await put(house, again) == again


async def test_another_process_sees_each_ending_at_once(sqlite: SqliteStore, tmp_path: Any) -> None:
    """D5: it had the row in memory a moment ago."""
    house, other = House(sqlite), await open_sqlite(tmp_path / "frontdesk.db", create=False)
    client: Client = await house.client()
    own = await put(house, wanted(house, client.id))
    assert await other.find_own_grant(own.id) == own
    assert other.glance().own_grant(own.id) is other.glance().own_grant(own.id)
    assert await renew(house, own, 2)
    assert other.glance().own_grant(own.id) is None
    assert (await other.find_own_grant(own.id)).stamp == 2
    assert await other.find_client(client.id) == client
    await sqlite.set_own_scopes(client_id=client.id, own_scopes=("a",), audit=house.event("x"))
    assert other.glance().client(client.id) is None
    await sqlite.set_client_secret(client_id=client.id, digest=house.digest(), now=house.now, audit=house.event("x"))
    assert other.glance().own_grant(own.id) is None
    assert await other.find_own_grant(own.id) is None
    await other.aclose()
