"""A new address on its way, and leaving for good: the contract of both stores."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.protocol.email_changes import EmailChange, EmailTry
from frontdesk.protocol.ids import MINUTE, Email, Micros, SessionId
from frontdesk.protocol.partners import Partner
from frontdesk.protocol.records import Role, Session, User
from frontdesk.protocol.store import LoginOutcome
from storage.house import House

pytestmark = pytest.mark.anyio

NEW = Email("ada@new.example")


async def ada_and_change(house: House) -> tuple[User, Session, EmailChange]:
    """Ada, signed in, has asked for a new address."""
    ada = await house.member("ada@example.com", await house.network())
    session = await house.sign_in(ada.id)
    change = EmailChange(
        user_id=ada.id,
        session_id=session.id,
        email=NEW,
        old_digest=house.digest(),
        new_digest=house.digest(),
        expires_at=Micros(house.now + 10 * MINUTE),
    )
    assert await house.store.start_email_change(budget_key=b"key", change=change, now=house.now)
    return ada, session, change


async def tries(house: House, change: EmailChange, **changed: object) -> EmailTry:
    """Somebody types both codes: the right ones unless told otherwise."""
    asked = {
        "user_id": change.user_id,
        "session_id": change.session_id,
        "old_digests": [house.digest(), change.old_digest],
        "new_digests": [change.new_digest],
        "budget_key": b"key",
        **changed,
    }
    audit = house.event("user.address_changed", user_id=change.user_id)
    return await house.store.try_email_change(now=house.now, audit=audit, **asked)


async def test_both_codes_move_the_user(house: House) -> None:
    """Once; all other sessions end, this one goes on, and the old address is nobody's."""
    ada, session, change = await ada_and_change(house)
    other = await house.sign_in(ada.id)
    assert await house.store.find_email_change(ada.id) == change
    assert (await tries(house, change)).outcome is LoginOutcome.RIGHT
    found = await house.store.find_user_by_email(NEW)
    assert found is not None
    assert found.id == ada.id
    assert (await house.store.find_user(ada.id)).email == NEW
    assert await house.store.find_user_by_email(ada.email) is None
    assert await house.store.find_session(other.id) is None
    assert await house.store.find_session(session.id) == session
    assert await house.store.find_email_change(ada.id) is None
    assert (await tries(house, change)).outcome is LoginOutcome.WRONG
    assert (await house.actions()).count("user.address_changed") == 1


@pytest.mark.parametrize("wrong", ["old", "new", "session", "late"])
async def test_anything_else_is_wrong_and_counted(house: House, wrong: str) -> None:
    """One right code is not enough, nor both in another session, nor both at the very end."""
    ada, _, change = await ada_and_change(house)
    if wrong == "late":
        house.now = change.expires_at
    changed = {
        "old": {"old_digests": [change.new_digest]},
        "new": {"new_digests": [change.old_digest]},
        "session": {"session_id": SessionId(house.new_id())},
        "late": {},
    }[wrong]
    assert (await tries(house, change, **changed)).outcome is LoginOutcome.WRONG
    assert len((await house.store.find_budget(b"key")).wrong) == 1
    assert (await house.store.find_user(ada.id)).email == ada.email


async def test_five_wrong_tries_block_even_the_right_codes(house: House) -> None:
    """The budget is looked at first."""
    _, _, change = await ada_and_change(house)
    for _ in range(5):
        assert (await tries(house, change, old_digests=[])).outcome is LoginOutcome.WRONG
    blocked = await tries(house, change)
    assert (blocked.outcome, blocked.blocked_until) == (LoginOutcome.BLOCKED, house.now + 20 * MINUTE)


async def test_an_address_that_somebody_took_meanwhile_stays_theirs(house: House) -> None:
    """Of two who ask for one address one gets it; for the other the codes were wrong."""
    _, _, change = await ada_and_change(house)
    ben = await house.member("ben@example.com", await house.network("South", "sam@example.com"))
    his = replace(change, user_id=ben.id, session_id=(await house.sign_in(ben.id)).id)
    assert await house.store.start_email_change(budget_key=b"ben", change=his, now=house.now)
    both = await asyncio.gather(tries(house, change), tries(house, his, budget_key=b"ben"))
    assert sorted(one.outcome.name for one in both) == ["RIGHT", "WRONG"]


async def test_a_new_request_takes_the_place_of_the_old_one(house: House) -> None:
    """One a user; its mails count, and there is no second one within the minute."""
    _, _, change = await ada_and_change(house)
    again = replace(change, email=Email("ada@third.example"), old_digest=house.digest())
    assert not await house.store.start_email_change(budget_key=b"key", change=again, now=house.now)
    house.pass_time(MINUTE)
    assert await house.store.start_email_change(budget_key=b"key", change=again, now=house.now)
    assert (await tries(house, change)).outcome is LoginOutcome.WRONG
    assert await house.store.find_email_change(change.user_id) == again


async def test_what_nobody_came_for_is_cleaned_away(house: House) -> None:
    """At the end of its ten minutes."""
    ada, _, change = await ada_and_change(house)
    await house.store.clean(now=Micros(change.expires_at - 1), limit=100)
    assert await house.store.find_email_change(ada.id) == change
    await house.store.clean(now=change.expires_at, limit=100)
    assert await house.store.find_email_change(ada.id) is None


async def test_ow_06_deleting_ends_everything(house: House) -> None:
    """OW-06: sessions, codes and edges of a deleted user are dead, and everybody else's live."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    client = await house.client()
    hers, his = await house.connect(ada.id, client.id, north), await house.connect(ben.id, client.id, north)
    revoked = await house.connect(ada.id, client.id, north)
    await house.revoke(revoked.id)
    pending = await house.consent(ada.id, client.id, north)
    session = await house.sign_in(ada.id)
    await house.store.start_login(budget_key=b"key", login_code=house.login_code(ada.id), now=house.now)
    audit = house.event("user.deleted", user_id=ada.id)
    assert await house.store.delete_user(user_id=ada.id, audit=audit)
    assert await house.store.find_user(ada.id) is None
    assert await house.store.find_user_by_email(ada.email) is None
    assert await house.store.find_session(session.id) is None
    assert await house.store.find_code(pending.id) is None
    assert [await house.store.find_grant(grant.id) for grant in (hers, revoked)] == [None, None]
    assert await house.store.find_connection(ada.id, client.id) is None
    assert await house.store.find_grant(his.id) == his
    assert not await house.store.delete_user(user_id=ada.id, audit=audit)
    assert (await house.actions()).count("user.deleted") == 1
    again = await house.member("ada@example.com", north)
    assert again.id != ada.id
    assert again.roles == {north: Role.ADMINISTRATOR}


async def test_an_owner_does_not_leave(house: House) -> None:
    """Exactly one owner each network, always (OW-13)."""
    await house.network("North", "olga@example.com")
    olga = await house.store.find_user_by_email(Email("olga@example.com"))
    assert not await house.store.delete_user(user_id=olga.id, audit=house.event("user.deleted"))
    assert await house.store.find_user(olga.id) == olga


async def test_an_app_is_never_left_to_nobody(house: House) -> None:
    """The last one of its people stays; of two, one may go, and the app is the other's."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    for user in (ada, ben):
        partner = Partner(user_id=user.id, name="Locks", website="", created_at=house.now)
        assert await house.store.add_partner(partner=partner, audit=house.event("partner.added"))
    client = house.new_client()
    assert await house.store.add_partner_app(client=client, owner_id=ada.id, limit=9, audit=house.event("app.added"))
    assert not await house.store.delete_user(user_id=ada.id, audit=house.event("user.deleted"))
    assert await house.store.give_app(
        client_id=client.id, user_id=ben.id, now=house.now, audit=house.event("app.given")
    )
    assert await house.store.delete_user(user_id=ada.id, audit=house.event("user.deleted"))
    assert list(await house.store.list_app_owners(client.id)) == [ben.id]
    assert await house.store.find_partner(ada.id) is None


async def test_the_last_operator_stays(house: House) -> None:
    """Nobody may lock everybody out of the console; of two, one may go."""
    ada = await house.store.add_operator(
        new_user=house.person("ada@example.com"), now=house.now, audit=house.event("operator.made")
    )
    assert not await house.store.delete_user(user_id=ada.id, audit=house.event("user.deleted"))
    await house.store.add_operator(
        new_user=house.person("ben@example.com"), now=house.now, audit=house.event("operator.made")
    )
    assert await house.store.delete_user(user_id=ada.id, audit=house.event("user.deleted"))
    assert [one.user.email for one in await house.store.list_operators()] == ["ben@example.com"]


async def test_an_operator_gives_somebody_another_address(house: House) -> None:
    """Sessions, sign-in codes and a change on its way end with the old one; a taken address changes nothing."""
    ada, session, _ = await ada_and_change(house)
    ben = await house.member("ben@example.com", await house.network("South"))
    login = house.login_code(ada.id)
    assert await house.store.start_login(budget_key=b"mail", login_code=login, now=house.now)
    audit = house.event("user.address_changed", user_id=ada.id)
    assert not await house.store.set_user_address(user_id=ada.id, email=ben.email, audit=audit)
    assert await house.store.find_session(session.id) == session
    assert await house.store.set_user_address(user_id=ada.id, email=NEW, audit=audit)
    moved = await house.store.find_user(ada.id)
    assert (moved.email, moved.roles) == (NEW, ada.roles)
    assert await house.store.find_session(session.id) is None
    assert await house.store.find_email_change(ada.id) is None
    assert (await house.guess(login, login.digest)).outcome is not LoginOutcome.RIGHT
    assert (await house.actions()).count("user.address_changed") == 1
    nobody = house.person("x@example.com").id
    assert not await house.store.set_user_address(user_id=nobody, email=Email("y@example.com"), audit=audit)
