"""Passkeys and spent challenges: the contract of both stores."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import HOUR, Digest, Micros, UserId
from frontdesk.protocol.passkeys import Passkey
from frontdesk.protocol.records import User
from storage.house import House

pytestmark = pytest.mark.anyio


async def ada_of(house: House) -> User:
    """Somebody who may sign in."""
    return await house.member("ada@example.com", await house.network())


def new_passkey(house: House, user: UserId, passkey_id: bytes = b"p1") -> Passkey:
    """One that is not stored yet."""
    return Passkey(
        id=passkey_id,
        user_id=user,
        name="Laptop",
        public_key=b"public",
        sign_count=0,
        synced=True,
        created_at=house.now,
    )


async def add(house: House, passkey: Passkey, limit: int = 20) -> bool:
    """Somebody keeps one."""
    return await house.store.add_passkey(passkey=passkey, limit=limit, audit=house.event("passkey.added"))


async def use(house: House, passkey: Passkey, challenge: bytes = b"c1", sign_count: int = 0) -> bool:
    """Somebody signs a challenge."""
    return await house.store.use_passkey(
        passkey=passkey,
        challenge=Digest(challenge),
        expires_at=Micros(house.now + HOUR),
        sign_count=sign_count,
        now=house.now,
    )


async def test_they_are_kept_as_they_came(house: House) -> None:
    """Found by id, listed oldest first, the user's own alone."""
    ada = await ada_of(house)
    ben = await house.member("ben@example.com", *ada.roles)
    first = new_passkey(house, ada.id)
    house.pass_time(1)
    second, his = new_passkey(house, ada.id, b"a2"), new_passkey(house, ben.id, b"b1")
    for passkey in (second, first, his):
        assert await add(house, passkey)
    assert await house.store.find_passkey(b"p1") == first
    assert await house.store.find_passkey(b"p9") is None
    assert list(await house.store.list_passkeys(ada.id)) == [first, second]
    assert (await house.actions()).count("passkey.added") == 3


async def test_an_id_is_taken_once_and_twenty_are_enough(house: House) -> None:
    """Whoever asks; a blocked user gets none; nothing is written."""
    ada = await ada_of(house)
    ben = await house.member("ben@example.com", *ada.roles)
    assert await add(house, new_passkey(house, ada.id))
    assert not await add(house, new_passkey(house, ben.id))
    assert not await add(house, new_passkey(house, ada.id, b"p2"), limit=1)
    await house.store.set_user_blocked(user_id=ben.id, blocked=True, now=house.now, audit=house.event("user.blocked"))
    assert not await add(house, new_passkey(house, ben.id, b"b1"))
    assert (await house.actions()).count("passkey.added") == 1


async def test_a_challenge_is_spent_once(house: House) -> None:
    """Of several at once one wins; another challenge goes on; it is forgotten at its end."""
    passkey = new_passkey(house, (await ada_of(house)).id)
    await add(house, passkey)
    assert sorted(await asyncio.gather(*(use(house, passkey) for _ in range(4)))) == [False, False, False, True]
    assert await use(house, passkey, b"c2")
    assert (await house.store.find_passkey(b"p1")).last_used_at == house.now
    await house.store.clean(now=Micros(house.now + HOUR - 1), limit=100)
    assert not await use(house, passkey)
    await house.store.clean(now=Micros(house.now + HOUR), limit=100)
    assert await use(house, passkey)


async def test_a_counter_only_moves_on(house: House) -> None:
    """What stands still or goes back is refused, and spends nothing; one that never counts says 0 for ever."""
    passkey = replace(new_passkey(house, (await ada_of(house)).id), sign_count=4)
    await add(house, passkey)
    for said in (4, 3, 0):
        assert not await use(house, passkey, sign_count=said)
    assert await use(house, passkey, sign_count=5)
    assert (await house.store.find_passkey(b"p1")).sign_count == 5


async def test_one_that_was_removed_is_not_used(house: House) -> None:
    """By its owner alone, once."""
    ada = await ada_of(house)
    ben = await house.member("ben@example.com", *ada.roles)
    passkey = new_passkey(house, ada.id)
    await add(house, passkey)
    audit = house.event("passkey.removed")
    assert not await house.store.remove_passkey(user_id=ben.id, passkey_id=b"p1", audit=audit)
    assert await house.store.remove_passkey(user_id=ada.id, passkey_id=b"p1", audit=audit)
    assert not await house.store.remove_passkey(user_id=ada.id, passkey_id=b"p1", audit=audit)
    assert not await use(house, passkey)
    assert (await house.actions()).count("passkey.removed") == 1


async def test_they_go_with_the_account(house: House) -> None:
    """Nothing signs in to an account that was deleted."""
    ada = await ada_of(house)
    await add(house, new_passkey(house, ada.id))
    assert await house.store.delete_user(user_id=ada.id, audit=house.event("user.deleted"))
    assert await house.store.find_passkey(b"p1") is None


async def test_a_passkey_is_renamed_by_its_own_user_alone(house: House) -> None:
    """It is the same otherwise; where it is another's or gone, nothing is written."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    passkey = new_passkey(house, ada.id)
    assert await add(house, passkey)

    async def rename(user: UserId, passkey_id: bytes) -> bool:
        audit = house.event("passkey.renamed", user_id=user)
        return await house.store.rename_passkey(user_id=user, passkey_id=passkey_id, name="Old", audit=audit)

    assert not await rename(ben.id, passkey.id)
    assert not await rename(ada.id, b"gone")
    assert await rename(ada.id, passkey.id)
    assert await house.store.find_passkey(passkey.id) == replace(passkey, name="Old")
    assert (await house.actions()).count("passkey.renamed") == 1
