"""Sign-in codes, budgets and sessions: the contract of both stores."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros
from frontdesk.protocol.records import User
from frontdesk.protocol.signin import Budget
from frontdesk.protocol.store import LoginOutcome
from storage.house import House

pytestmark = pytest.mark.anyio


async def a_user(house: House) -> User:
    """Somebody who may sign in."""
    return await house.member("ada@example.com", await house.network())


async def test_a_right_code_works_once(house: House) -> None:
    """In the browser that asked for it, within ten minutes (OT-08)."""
    user = await a_user(house)
    code = house.login_code(user.id)
    assert await house.store.start_login(budget_key=b"key", login_code=code, now=house.now)
    first = await house.guess(code, code.digest)
    assert (first.outcome, first.user_id) == (LoginOutcome.RIGHT, user.id)
    assert (await house.guess(code, code.digest)).outcome is LoginOutcome.WRONG


async def test_any_of_the_digest_keys_may_prove_the_code(house: House) -> None:
    """Keys rotate while codes are on their way."""
    user = await a_user(house)
    code = house.login_code(user.id)
    await house.store.start_login(budget_key=b"key", login_code=code, now=house.now)
    tried = await house.store.try_login_code(
        challenge_id=code.id,
        browser=code.browser,
        digests=[house.digest(), code.digest],
        budget_key=b"key",
        now=house.now,
    )
    assert tried.outcome is LoginOutcome.RIGHT


async def test_a_code_is_only_good_in_its_browser_and_its_time(house: House) -> None:
    """The right digits from elsewhere (ST-07), or at the very end of ten minutes, are a wrong code and counted."""
    user = await a_user(house)
    code = house.login_code(user.id)
    await house.store.start_login(budget_key=b"key", login_code=code, now=house.now)
    assert (await house.guess(code, code.digest, browser="b2")).outcome is LoginOutcome.WRONG
    assert (await house.guess(replace(code, id=house.new_id()), code.digest)).outcome is LoginOutcome.WRONG
    house.pass_time(10 * MINUTE)
    assert (await house.guess(code, code.digest)).outcome is LoginOutcome.WRONG
    assert len((await house.store.find_budget(b"key")).wrong) == 3
    house.pass_time(-1)
    assert (await house.guess(code, code.digest)).outcome is LoginOutcome.RIGHT


async def test_a_newer_code_ends_the_older_of_the_same_browser(house: House) -> None:
    """Another browser's stays (OT-08)."""
    user = await a_user(house)
    older, newer = house.login_code(user.id), house.login_code(user.id)
    elsewhere = house.login_code(user.id, browser="b2")
    for code in (older, elsewhere, newer):
        assert await house.store.start_login(budget_key=b"key", login_code=code, now=house.now)
        house.pass_time(MINUTE)
    assert (await house.guess(older, older.digest)).outcome is LoginOutcome.WRONG
    assert (await house.guess(newer, newer.digest)).outcome is LoginOutcome.RIGHT
    assert (await house.guess(elsewhere, elsewhere.digest)).outcome is LoginOutcome.RIGHT


async def test_the_fifth_wrong_code_blocks_for_twenty_minutes_from_the_first(house: House) -> None:
    """At the very instant the next guess is judged again (OT-01, OT-02); the right code is not looked at before."""
    user = await a_user(house)
    code = house.login_code(user.id)
    await house.store.start_login(budget_key=b"key", login_code=code, now=house.now)
    first = house.now
    for tried in range(5):
        outcome = await house.guess(code)
        assert outcome.outcome is LoginOutcome.WRONG
        assert outcome.blocked_until == (first + 20 * MINUTE if tried == 4 else None)
        house.pass_time(SECOND)
    assert (await house.guess(code, code.digest)).outcome is LoginOutcome.BLOCKED
    house.now = Micros(first + 20 * MINUTE - 1)
    blocked = await house.guess(code, code.digest)
    assert (blocked.outcome, blocked.blocked_until) == (LoginOutcome.BLOCKED, first + 20 * MINUTE)
    assert (await house.store.find_budget(b"key")).wrong[-1] < first + MINUTE
    house.pass_time(1)
    fresh = house.login_code(user.id)
    await house.store.start_login(budget_key=b"key", login_code=fresh, now=house.now)
    assert (await house.guess(fresh, fresh.digest)).outcome is LoginOutcome.RIGHT


async def test_of_two_hundred_guesses_at_once_five_are_judged(house: House) -> None:
    """A burst passes no more than a queue would (OT-05)."""
    user = await a_user(house)
    code = house.login_code(user.id)
    await house.store.start_login(budget_key=b"key", login_code=code, now=house.now)
    outcomes = [tried.outcome for tried in await asyncio.gather(*(house.guess(code) for _ in range(200)))]
    assert outcomes.count(LoginOutcome.WRONG) == 5
    assert outcomes.count(LoginOutcome.BLOCKED) == 195
    assert (await house.guess(code, code.digest)).outcome is LoginOutcome.BLOCKED
    assert (await house.guess(code, code.digest, budget_key=b"other")).outcome is LoginOutcome.RIGHT


async def test_twenty_wrong_codes_a_day_are_the_end(house: House) -> None:
    """In any 24 hours, however they are spread; the first one's time gives the next try back."""
    user = await a_user(house)
    code = house.login_code(user.id)
    first = house.now
    for _ in range(20):
        assert (await house.guess(code)).outcome is LoginOutcome.WRONG
        house.pass_time(21 * MINUTE)
    assert await house.guess(code) == replace(await house.guess(code), blocked_until=first + DAY)
    house.now = Micros(first + DAY - 1)
    assert (await house.guess(code)).outcome is LoginOutcome.BLOCKED
    house.pass_time(1)
    assert (await house.guess(code)).outcome is LoginOutcome.WRONG
    assert len((await house.store.find_budget(b"key")).wrong) == 20


async def test_a_mail_a_minute_and_five_an_hour(house: House) -> None:
    """What is beyond stores nothing, and does not end the code that was sent before."""
    user = await a_user(house)
    first = house.now
    for _ in range(5):
        code = house.login_code(user.id)
        assert await house.store.start_login(budget_key=b"key", login_code=code, now=house.now)
        house.pass_time(MINUTE - 1)
        late = house.login_code(user.id)
        assert not await house.store.start_login(budget_key=b"key", login_code=late, now=house.now)
        house.pass_time(1)
    sixth = house.login_code(user.id)
    assert not await house.store.start_login(budget_key=b"key", login_code=sixth, now=house.now)
    assert (await house.guess(sixth, sixth.digest)).outcome is LoginOutcome.WRONG
    assert (await house.guess(code, code.digest)).outcome is LoginOutcome.RIGHT
    house.now = Micros(first + HOUR - 1)
    assert not await house.store.start_login(budget_key=b"key", login_code=sixth, now=house.now)
    house.pass_time(1)
    assert await house.store.start_login(budget_key=b"key", login_code=sixth, now=house.now)


async def test_of_many_mails_asked_for_at_once_one_goes_out(house: House) -> None:
    """The database decides, also for an address that nobody has."""
    asked = [house.store.start_login(budget_key=b"key", login_code=None, now=house.now) for _ in range(20)]
    assert (await asyncio.gather(*asked)).count(True) == 1
    assert await house.store.find_budget(b"key") == Budget(mails=(house.now,))
    assert await house.store.find_budget(b"other") == Budget()


async def test_a_session_takes_the_place_of_another(house: House) -> None:
    """New id at sign-in; the old row ends in the same transaction (ST-05)."""
    user = await a_user(house)
    first = await house.sign_in(user.id)
    second = await house.sign_in(user.id, replaces=first.id)
    assert await house.store.find_session(first.id) is None
    assert await house.store.find_session(second.id) == second
    house.pass_time(MINUTE)
    await house.store.touch_session(session_id=second.id, now=house.now)
    await house.store.touch_session(session_id=second.id, now=Micros(house.now - 1))
    assert await house.store.find_session(second.id) == replace(second, last_seen_at=house.now)
    await house.store.end_session(session_id=second.id)
    assert await house.store.find_session(second.id) is None
    assert (await house.actions()).count("session.started") == 2


async def test_a_user_has_twenty_sessions_at_most(house: House) -> None:
    """The oldest goes; another user's stay."""
    user = await a_user(house)
    other = await house.sign_in((await house.member("bob@example.com", await house.network("South"))).id)
    sessions = []
    for _ in range(21):
        sessions.append(await house.sign_in(user.id))
        house.pass_time(SECOND)
    there = [await house.store.find_session(session.id) for session in (*sessions, other)]
    assert there == [None, *sessions[1:], other]
