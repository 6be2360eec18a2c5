"""Keys of the administration API: the contract of both stores."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.ids import DAY, AdminKeyId, Micros
from frontdesk.protocol.records import AdminKey
from frontdesk.storage.sqlite import SqliteStore, open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio


async def add(house: House, name: str = "deploy", **changes: Any) -> AdminKey:
    """A key that is stored."""
    key = AdminKey(id=AdminKeyId(house.new_id()), name=name, digest=house.digest(), created_at=house.now)
    key = replace(key, **changes)
    assert await house.store.add_admin_key(key=key, most=10, audit=house.event("admin_key.created"))
    return key


async def test_they_are_kept_as_they_were_made_and_listed_by_age(house: House) -> None:
    """Every field; each is found by its id."""
    first = await add(house, expires_at=Micros(house.now + DAY), read_only=True)
    second = await add(house, "a script")
    assert await house.store.list_admin_keys() == [first, second]
    assert await house.store.find_admin_key(first.id) == first
    assert await house.store.find_admin_key(AdminKeyId(house.new_id())) is None


async def test_there_are_no_more_than_so_many(house: House) -> None:
    """The table has a ceiling; one too many changes nothing and leaves no audit row."""
    kept = await add(house)
    late = replace(kept, id=AdminKeyId(house.new_id()), digest=house.digest())
    assert not await house.store.add_admin_key(key=late, most=1, audit=house.event("admin_key.created"))
    assert await house.store.list_admin_keys() == [kept]
    assert (await house.actions()).count("admin_key.created") == 1


async def test_a_use_is_noted_under_the_digest_that_was_proven(house: House) -> None:
    """A use that was proven under another digest than the one in force is not noted."""
    key, newer = await add(house), house.digest()
    house.pass_time(7)
    await house.store.touch_admin_key(key_id=key.id, replaces=house.digest(), digest=newer, now=house.now)
    assert await house.store.find_admin_key(key.id) == key
    await house.store.touch_admin_key(key_id=key.id, replaces=key.digest, digest=newer, now=house.now)
    assert await house.store.find_admin_key(key.id) == replace(key, digest=newer, last_used_at=house.now)


async def test_one_that_is_revoked_is_gone(house: House) -> None:
    """Once; the others stay."""
    key, other = await add(house), await add(house)
    audit = house.event("admin_key.revoked")
    assert await house.store.revoke_admin_key(key_id=key.id, audit=audit)
    assert not await house.store.revoke_admin_key(key_id=key.id, audit=audit)
    assert await house.store.list_admin_keys() == [other]
    assert (await house.actions()).count("admin_key.revoked") == 1


async def test_another_process_refuses_a_revoked_key_at_once(sqlite: SqliteStore, tmp_path: Any) -> None:
    """It had found the key a moment ago."""
    house, other = House(sqlite), await open_sqlite(tmp_path / "frontdesk.db", create=False)
    key = await add(house)
    assert await other.find_admin_key(key.id) == key
    await sqlite.revoke_admin_key(key_id=key.id, audit=house.event("admin_key.revoked"))
    assert await other.find_admin_key(key.id) is None
    await other.aclose()


async def test_what_hangs_on_a_digest_key_counts_them(house: House) -> None:
    """A digest key that an administration key needs is not retired unawares."""
    await add(house)
    uses = await house.store.count_key_uses(now=house.now)
    assert [(use.purpose, use.key_id, use.count) for use in uses if use.kind == "administration keys"] == [
        ("digest", 1, 1)
    ]
