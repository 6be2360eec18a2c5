"""Who is who at the provider's own sign-in: the contract of both stores."""

import asyncio

import pytest

from frontdesk.protocol.ids import UserId
from frontdesk.protocol.provider import Identity, Unlinked
from storage.house import House

pytestmark = pytest.mark.anyio


def identity(subject: str = "u-1", issuer: str = "https://accounts.example") -> Identity:
    """Somebody as a provider knows them."""
    return Identity(issuer=issuer, subject=subject, email=None)


async def link(house: House, user: UserId, one: Identity) -> bool:
    """Let it stand for this user."""
    audit = house.event("identity.linked", user_id=user)
    return await house.store.link_identity(identity=one, user_id=user, now=house.now, audit=audit)


async def test_an_identity_stands_for_one_user_and_a_user_has_one_of_an_issuer(house: House) -> None:
    """Whoever was first; another issuer's is another one. Nothing is written where it is refused."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    assert await house.store.find_identity(identity()) is None
    assert await link(house, ada.id, identity())
    assert await house.store.find_identity(identity()) == ada.id
    for user, one in ((ben, identity()), (ada, identity()), (ada, identity("u-2"))):
        assert not await link(house, user.id, one)
    assert await link(house, ada.id, identity("u-2", "https://other.example"))
    assert (await house.actions()).count("identity.linked") == 2


async def test_of_two_at_once_one_wins(house: House) -> None:
    """The database decides."""
    north = await house.network()
    people = [await house.member(f"{name}@example.com", north) for name in ("ada", "ben", "cas")]
    linked = await asyncio.gather(*(link(house, user.id, identity()) for user in people))
    assert sorted(linked) == [False, False, True]


async def test_a_blocked_user_is_not_linked_and_a_deleted_one_is_forgotten(house: House) -> None:
    """So that the name at the provider is free again."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    await house.store.set_user_blocked(user_id=ben.id, blocked=True, now=house.now, audit=house.event("user.blocked"))
    assert not await link(house, ben.id, identity())
    assert await link(house, ada.id, identity())
    assert await house.store.delete_user(user_id=ada.id, audit=house.event("user.deleted"))
    assert await house.store.find_identity(identity()) is None


async def unlink(house: House, user: UserId, one: Identity) -> Unlinked:
    """It signs them in no more."""
    audit = house.event("identity.unlinked", user_id=user)
    return await house.store.unlink_identity(
        user_id=user, issuer=one.issuer, subject=one.subject, now=house.now, audit=audit
    )


async def forget(house: House, user: UserId, one: Identity) -> bool:
    """It may be linked again."""
    audit = house.event("identity.allowed", user_id=user)
    return await house.store.forget_identity(user_id=user, issuer=one.issuer, subject=one.subject, audit=audit)


async def test_one_that_was_unlinked_stands_for_nobody_and_is_not_linked_again(house: House) -> None:
    """Until its user forgets it; nobody else can do either, and nothing can be done twice."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    assert await link(house, ada.id, identity())
    assert await unlink(house, ben.id, identity()) is Unlinked.GONE
    assert not await forget(house, ada.id, identity())
    assert await unlink(house, ada.id, identity()) is Unlinked.DONE
    assert await unlink(house, ada.id, identity()) is Unlinked.GONE
    assert await house.store.find_identity(identity()) is None
    assert not await link(house, ada.id, identity())
    assert not await link(house, ben.id, identity())
    (kept,) = await house.store.list_identities(ada.id)
    assert (kept.issuer, kept.subject, kept.linked_at, kept.unlinked_at) == (
        "https://accounts.example",
        "u-1",
        house.now,
        house.now,
    )
    assert not await forget(house, ben.id, identity())
    assert await forget(house, ada.id, identity())
    assert await house.store.list_identities(ada.id) == []
    assert await link(house, ada.id, identity())
    assert (await house.actions()).count("identity.unlinked") == 1


async def test_the_last_way_in_is_not_unlinked(house: House) -> None:
    """Of two accounts elsewhere one may go; the other one stays where no mail can reach its person."""
    north = await house.network()
    nobody = await house.member("imported@moved.invalid", north)
    other = identity("u-9", "https://other.example")
    assert await link(house, nobody.id, identity())
    assert await unlink(house, nobody.id, identity()) is Unlinked.LAST
    assert await link(house, nobody.id, other)
    assert await unlink(house, nobody.id, identity()) is Unlinked.DONE
    assert await unlink(house, nobody.id, other) is Unlinked.LAST
    assert await house.store.find_identity(other) == nobody.id
