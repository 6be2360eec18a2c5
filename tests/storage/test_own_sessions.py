"""People look after their own sessions: the contract of both stores."""

from dataclasses import replace

import pytest

from frontdesk.protocol.ids import MINUTE, SessionId
from frontdesk.protocol.records import Proof, Session
from storage.house import House

pytestmark = pytest.mark.anyio


async def end_one(house: House, session: Session, user: str | None = None) -> bool:
    """Somebody ends one."""
    owner = user if user is not None else session.user_id
    return await house.store.end_own_session(user_id=owner, session_id=session.id, audit=house.event("session.ended"))


async def test_a_session_keeps_where_and_how_it_began(house: House) -> None:
    """As its owner may recognise it; the list is the user's own, newest first."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    first = await house.sign_in(ada.id)
    await house.sign_in(ben.id)
    house.pass_time(MINUTE)
    told = replace(
        first,
        id=SessionId(house.new_id()),
        signed_in_at=house.now,
        address="192.0.2.9",
        browser="Firefox",
        system="Linux",
        proof=Proof.PASSKEY,
    )
    await house.store.start_session(session=told, replaces=None, audit=house.event("session.started"))
    assert await house.store.find_session(told.id) == told
    assert list(await house.store.list_sessions(ada.id)) == [told, first]


async def test_one_of_the_own_ends_and_nobody_elses(house: House) -> None:
    """With an audit row; a second time there is nothing to end."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    hers, his = await house.sign_in(ada.id), await house.sign_in(ben.id)
    assert not await end_one(house, his, ada.id)
    assert await house.store.find_session(his.id) == his
    assert await end_one(house, hers)
    assert await house.store.find_session(hers.id) is None
    assert not await end_one(house, hers)
    assert (await house.actions()).count("session.ended") == 1


async def test_everywhere_but_here(house: House) -> None:
    """And the codes on their way to the mailbox; other people stay."""
    north = await house.network()
    ada, ben = await house.member("ada@example.com", north), await house.member("ben@example.com", north)
    kept, other, his = await house.sign_in(ada.id), await house.sign_in(ada.id), await house.sign_in(ben.id)
    code = house.login_code(ada.id)
    await house.store.start_login(budget_key=b"key", login_code=code, now=house.now)
    audit = house.event("sessions.ended", user_id=ada.id)
    assert await house.store.end_sessions(user_id=ada.id, keep=kept.id, audit=audit) == 1
    assert list(await house.store.list_sessions(ada.id)) == [kept]
    assert await house.store.find_session(other.id) is None
    assert await house.store.find_session(his.id) == his
    assert (await house.guess(code, code.digest)).user_id is None
    assert await house.store.end_sessions(user_id=ada.id, keep=None, audit=audit) == 1
    assert list(await house.store.list_sessions(ada.id)) == []
    assert (await house.actions()).count("sessions.ended") == 2
