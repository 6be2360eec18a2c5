"""Signing in by a code from a mailbox: codes, budgets and limits (the contract's Login section; rows OT)."""

import pytest

from flows.mailboxes import HERE, mailbox
from frontdesk.flows.signin import (
    UNKNOWN_BUDGETS,
    CodeFault,
    CodeRefused,
    SignedIn,
)
from frontdesk.protocol.ids import MINUTE
from frontdesk.testing.story import OWNER, Story

pytestmark = pytest.mark.anyio


async def test_a_right_code_signs_in(story: Story) -> None:
    """A code from the mail opens a session that its cookie proves, and makes the browser a trusted device."""
    await story.network("Northside")
    olena = mailbox(story)
    signed_in = await olena.types(await olena.asks(), olena.code())
    assert isinstance(signed_in, SignedIn)
    assert signed_in.user.email == OWNER
    found = await olena.sign_in.sessions.recognise(signed_in.opened.token)
    assert found is not None
    assert found[1].email == OWNER
    assert signed_in.device.people == (signed_in.user.id,)


async def test_ot_01_the_sixth_try_is_blocked_even_with_the_right_code(story: Story) -> None:
    """Five wrong codes within 20 minutes block for 20 minutes from the first; the very end opens again."""
    await story.network("Northside")
    olena = mailbox(story)
    challenge = await olena.asks()
    code = olena.code()
    tried = await olena.guesses_wrong(challenge, 5)
    first = story.clock.now()
    assert [one.fault for one in tried if isinstance(one, CodeRefused)] == [CodeFault.WRONG] * 5
    assert await olena.types(challenge, code) == CodeRefused(fault=CodeFault.BLOCKED, blocked_until=first + 20 * MINUTE)
    story.clock.pass_micros(20 * MINUTE - 1)
    later = await olena.asks()
    blocked = await olena.types(later, olena.code())
    assert isinstance(blocked, CodeRefused)
    assert blocked.fault is CodeFault.BLOCKED
    story.clock.pass_micros(1)
    assert isinstance(await olena.types(later, olena.code()), SignedIn)


async def test_ot_02_a_new_code_does_not_reset_the_counter(story: Story) -> None:
    """The counter is the address's, not the code's."""
    await story.network("Northside")
    olena = mailbox(story)
    await olena.guesses_wrong(await olena.asks(), 4)
    story.clock.pass_minutes(1)
    again = await olena.asks()
    await olena.guesses_wrong(again, 1)
    blocked = await olena.types(again, olena.code())
    assert isinstance(blocked, CodeRefused)
    assert blocked.fault is CodeFault.BLOCKED


async def test_ot_02_other_browsers_share_the_address_budget(story: Story) -> None:
    """Five wrong codes over five browsers are five wrong codes."""
    await story.network("Northside")
    olena = mailbox(story)
    for number in range(5):
        olena.browser = f"fdbr_{number:022d}"
        challenge = await olena.asks()
        await olena.guesses_wrong(challenge, 1)
        story.clock.pass_minutes(1)
    blocked = await olena.types(challenge, olena.code())
    assert isinstance(blocked, CodeRefused)
    assert blocked.fault is CodeFault.BLOCKED


async def test_ot_06_a_day_holds_twenty_wrong_codes(story: Story) -> None:
    """Waiting each block out, an address is still guessed at twenty times in 24 hours at most."""
    await story.network("Northside")
    olena = mailbox(story)
    judged = 0
    for _ in range(8):
        challenge = await olena.asks()
        for one in await olena.guesses_wrong(challenge, 5):
            judged += isinstance(one, CodeRefused) and one.fault is CodeFault.WRONG
        story.clock.pass_minutes(21)
    assert judged == 20


async def test_ot_08_a_code_works_once(story: Story) -> None:
    """The same code a second time is wrong."""
    await story.network("Northside")
    olena = mailbox(story)
    challenge = await olena.asks()
    assert isinstance(await olena.types(challenge, olena.code()), SignedIn)
    again = await olena.types(challenge, olena.code())
    assert isinstance(again, CodeRefused)
    assert again.fault is CodeFault.WRONG


async def test_ot_08_a_newer_code_ends_the_older(story: Story) -> None:
    """Of two codes only the newest works, on either page."""
    await story.network("Northside")
    olena = mailbox(story)
    first = await olena.asks()
    old = olena.code()
    story.clock.pass_minutes(1)
    second = await olena.asks()
    new = olena.code()
    if old != new:
        assert isinstance(await olena.types(second, old), CodeRefused)
    assert isinstance(await olena.types(first, new), SignedIn)


@pytest.mark.parametrize(("age", "works"), [(10 * MINUTE - 1, True), (10 * MINUTE, False)])
async def test_ot_08_a_code_lives_ten_minutes(story: Story, age: int, works: bool) -> None:
    """Alive while now < made + 10 minutes; the very instant is too late."""
    await story.network("Northside")
    olena = mailbox(story)
    challenge = await olena.asks()
    story.clock.pass_micros(age)
    assert isinstance(await olena.types(challenge, olena.code()), SignedIn) is works


async def test_ot_11_an_unknown_address_gets_a_challenge_and_no_mail(story: Story) -> None:
    """A stranger's address walks the same way: a challenge, wrong codes that are counted, a block; nothing is sent."""
    nobody = mailbox(story)
    challenge = await nobody.asks("nobody@nowhere.example")
    assert story.mail.letters == []
    tried = [await nobody.types(challenge, "123456") for _ in range(6)]
    faults = [one.fault for one in tried if isinstance(one, CodeRefused)]
    assert faults == [CodeFault.WRONG] * 5 + [CodeFault.BLOCKED]


async def test_ot_11_known_and_unknown_addresses_look_alike(story: Story) -> None:
    """What the browser carries on has the same length and shape for both."""
    await story.network("Northside", owner="olena@north.example")
    both = mailbox(story)
    known = both.sign_in.seal_challenge(await both.asks("olena@north.example"))
    unknown = both.sign_in.seal_challenge(await both.asks("oleni@north.example"))
    assert len(known) == len(unknown)


async def test_unknown_addresses_share_a_bounded_number_of_budgets(story: Story) -> None:
    """Asking for made-up addresses cannot fill the store (D14)."""
    nobody = mailbox(story)
    keys = {(await nobody.asks(f"n{number}@nowhere.example")).budget_key for number in range(50)}
    buckets = {story.house.mint.mac("login-budget", f"bucket\n{number}").encode() for number in range(UNKNOWN_BUDGETS)}
    assert keys <= buckets


async def test_a_blocked_person_gets_no_mail(story: Story) -> None:
    """A blocked user is a stranger to the sign-in."""
    north = await story.network("Northside")
    await story.operator.give_role("ada@north.example", network_id=north.id, role="administrator", origin=HERE)
    await story.operator.block_user("ada@north.example", blocked=True, origin=HERE)
    await mailbox(story).asks("ada@north.example")
    assert story.mail.to("ada@north.example") == []


async def test_one_mail_a_minute_and_five_an_hour(story: Story) -> None:
    """The very minute later a mail may go; the sixth within the hour may not."""
    await story.network("Northside")
    olena = mailbox(story)
    await olena.asks()
    story.clock.pass_micros(MINUTE - 1)
    await olena.asks()
    assert len(story.mail.to(OWNER)) == 1
    story.clock.pass_micros(1)
    for _ in range(6):
        await olena.asks()
        story.clock.pass_minutes(2)
    assert len(story.mail.to(OWNER)) == 5


async def test_a_page_that_was_refused_a_mail_still_takes_the_code_in_force(story: Story) -> None:
    """Asking twice within a minute sends one mail; its code works on both pages."""
    await story.network("Northside")
    olena = mailbox(story)
    await olena.asks()
    second = await olena.asks()
    assert isinstance(await olena.types(second, olena.code()), SignedIn)
