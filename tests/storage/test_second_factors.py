"""Authenticator apps and recovery codes: the contract of both stores."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import MINUTE
from frontdesk.protocol.records import User
from frontdesk.protocol.second_factor import SecondFactor, SecondTry
from frontdesk.protocol.store import LoginOutcome
from storage.house import House

pytestmark = pytest.mark.anyio

CODES = [b"one", b"two"]


async def ada_with_app(house: House) -> tuple[User, SecondFactor]:
    """Somebody who is asked for a second factor."""
    ada = await house.member("ada@example.com", await house.network())
    factor = SecondFactor(user_id=ada.id, sealed="s1", last_step=100, created_at=house.now, codes_left=2)
    assert await enable(house, factor)
    return ada, factor


async def enable(house: House, factor: SecondFactor) -> bool:
    """Somebody sets an app up."""
    audit = house.event("second_factor.enabled")
    return await house.store.enable_second_factor(factor=factor, recovery=CODES, audit=audit)


async def tries(house: House, ada: User, *, step: int | None = None, recovery: bytes | None = None) -> SecondTry:
    """Somebody types a code."""
    return await house.store.try_second_factor(
        user_id=ada.id,
        step=step,
        sealed="s2",
        recovery=recovery,
        budget_key=b"key",
        now=house.now,
        audit=house.event("second_factor.recovered"),
    )


async def test_it_is_set_up_once(house: House) -> None:
    """A second one does not take its place; a blocked user gets none."""
    ada, factor = await ada_with_app(house)
    assert await house.store.find_second_factor(ada.id) == factor
    assert not await enable(house, replace(factor, sealed="other"))
    assert await house.store.find_second_factor(ada.id) == factor
    ben = await house.member("ben@example.com", *ada.roles)
    await house.store.set_user_blocked(user_id=ben.id, blocked=True, now=house.now, audit=house.event("user.blocked"))
    assert not await enable(house, replace(factor, user_id=ben.id))
    assert (await house.actions()).count("second_factor.enabled") == 1


async def test_a_step_counts_once_and_none_before_it(house: House) -> None:
    """The secret is kept as it was sealed last; of two at once one is right."""
    ada, factor = await ada_with_app(house)
    both = await asyncio.gather(tries(house, ada, step=105), tries(house, ada, step=105))
    assert sorted(one.outcome.name for one in both) == ["RIGHT", "WRONG"]
    assert (await tries(house, ada, step=104)).outcome is LoginOutcome.WRONG
    assert await house.store.find_second_factor(ada.id) == replace(factor, last_step=105, sealed="s2")
    assert "second_factor.recovered" not in await house.actions()


async def test_a_recovery_code_works_once(house: House) -> None:
    """With an audit row; one that never was does not."""
    ada, _ = await ada_with_app(house)
    assert await tries(house, ada, recovery=b"one") == SecondTry(outcome=LoginOutcome.RIGHT, recovered=True)
    for wrong in (b"one", b"three"):
        assert (await tries(house, ada, recovery=wrong)).outcome is LoginOutcome.WRONG
    assert (await house.store.find_second_factor(ada.id)).codes_left == 1
    assert (await house.actions()).count("second_factor.recovered") == 1


async def test_five_wrong_codes_block_right_ones_too(house: House) -> None:
    """Of both kinds, counted together; a blocked try uses nothing up."""
    ada, _ = await ada_with_app(house)
    for _ in range(5):
        assert (await tries(house, ada, recovery=b"three")).outcome is LoginOutcome.WRONG
    for right in ({"step": 105}, {"recovery": b"one"}):
        blocked = await tries(house, ada, **right)
        assert (blocked.outcome, blocked.blocked_until) == (LoginOutcome.BLOCKED, house.now + 20 * MINUTE)
    house.pass_time(20 * MINUTE)
    assert (await tries(house, ada, recovery=b"one")).outcome is LoginOutcome.RIGHT


async def test_new_recovery_codes_end_the_earlier_ones(house: House) -> None:
    """All of them; without a second factor there are none."""
    ada, _ = await ada_with_app(house)
    audit = house.event("second_factor.codes_renewed")
    assert await house.store.replace_recovery_codes(user_id=ada.id, recovery=[b"nine"], audit=audit)
    assert (await house.store.find_second_factor(ada.id)).codes_left == 1
    assert (await tries(house, ada, recovery=b"one")).outcome is LoginOutcome.WRONG
    assert (await tries(house, ada, recovery=b"nine")).outcome is LoginOutcome.RIGHT
    ben = await house.member("ben@example.com", *ada.roles)
    assert not await house.store.replace_recovery_codes(user_id=ben.id, recovery=[b"nine"], audit=audit)


async def test_switching_it_off_forgets_everything(house: House) -> None:
    """And so does leaving."""
    ada, factor = await ada_with_app(house)
    audit = house.event("second_factor.disabled")
    assert await house.store.disable_second_factor(user_id=ada.id, audit=audit)
    assert not await house.store.disable_second_factor(user_id=ada.id, audit=audit)
    assert await house.store.find_second_factor(ada.id) is None
    assert (await tries(house, ada, recovery=b"one")).outcome is LoginOutcome.WRONG
    assert await enable(house, factor)
    assert await house.store.delete_user(user_id=ada.id, audit=house.event("user.deleted"))
    assert await house.store.find_second_factor(ada.id) is None
