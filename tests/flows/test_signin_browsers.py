"""Signing in by a code from a mailbox: browsers, what is typed, mails and sessions (rows OT, ST and EM)."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from flows.mailboxes import HERE, mailbox
from frontdesk.flows.needs import StoreUnavailable
from frontdesk.flows.signin import (
    CodeFault,
    CodeRefused,
    Device,
    SignedIn,
)
from frontdesk.flows.spray import WRONG_A_MINUTE, SprayBreaker
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, Email
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OWNER, Story

pytestmark = pytest.mark.anyio


async def test_ot_13_a_stranger_cannot_lock_the_owner_out(story: Story) -> None:
    """A browser that signed in before keeps its own budget of tries and of mails."""
    await story.network("Northside")
    olena = mailbox(story)
    signed_in = await olena.types(await olena.asks(), olena.code())
    assert isinstance(signed_in, SignedIn)
    olena.device = olena.sign_in.unseal_device(olena.sign_in.seal_device(signed_in.device))
    assert olena.device == signed_in.device
    story.clock.pass_micros(HOUR)

    mallory = mailbox(story)
    mallory.browser = "fdbr_mmmmmmmmmmmmmmmmmmmmmm"
    for _ in range(5):
        challenge = await mallory.asks()
        story.clock.pass_minutes(1)
    await mallory.guesses_wrong(challenge, 5)
    blocked = await mallory.types(challenge, mallory.code())
    assert isinstance(blocked, CodeRefused)
    assert blocked.fault is CodeFault.BLOCKED

    assert isinstance(await olena.types(await olena.asks(), olena.code()), SignedIn)


async def test_a_device_is_trusted_for_its_people_only(story: Story) -> None:
    """Somebody else's device cookie buys no second budget."""
    await story.network("Northside")
    await story.network("Southside", owner="sam@south.example")
    sam = mailbox(story)
    signed_in = await sam.types(await sam.asks("sam@south.example"), sam.code("sam@south.example"))
    assert isinstance(signed_in, SignedIn)
    sam.device = signed_in.device
    stranger = await mailbox(story).asks()
    assert (await sam.asks()).budget_key == stranger.budget_key


@pytest.mark.parametrize(("age", "known"), [(365 * DAY - 1, True), (365 * DAY, False)])
async def test_a_device_is_trusted_for_a_year(story: Story, age: int, known: bool) -> None:
    """Half-open, as every time here."""
    olena = mailbox(story)
    sealed = olena.sign_in.seal_device(Device(id="d", people=(), seen_at=story.clock.now()))
    story.clock.pass_micros(age)
    assert (olena.sign_in.unseal_device(sealed) is not None) is known
    assert olena.sign_in.unseal_device("x" + sealed[1:]) is None


@pytest.mark.parametrize(
    "typed", ["٠١٢٣٤٥", "１２３４５６", "1234567", "12345", "", "12 34 5", "12345a", "-12345", "123456;", "²34567"]
)
async def test_ot_16_what_is_not_six_ascii_digits_is_refused_at_no_cost(story: Story, typed: str) -> None:
    """It cannot be right, so it is not counted either."""
    await story.network("Northside")
    olena = mailbox(story)
    challenge = await olena.asks()
    for _ in range(6):
        assert await olena.types(challenge, typed) == CodeRefused(fault=CodeFault.MALFORMED)
    assert isinstance(await olena.types(challenge, olena.code()), SignedIn)


async def test_ot_16_spaces_in_a_code_are_stripped(story: Story) -> None:
    """As people and mail programs write them."""
    await story.network("Northside")
    olena = mailbox(story)
    challenge = await olena.asks()
    code = olena.code()
    assert isinstance(await olena.types(challenge, f" {code[:3]}\u00a0{code[3:]}\n"), SignedIn)


async def test_st_07_a_challenge_opens_in_its_own_browser_only(story: Story) -> None:
    """An attacker's challenge cannot be finished in a victim's browser, nor the other way round."""
    await story.network("Northside")
    olena = mailbox(story)
    sealed = olena.sign_in.seal_challenge(await olena.asks())
    assert olena.sign_in.unseal_challenge(sealed, browser="fdbr_mmmmmmmmmmmmmmmmmmmmmm") is None
    assert olena.sign_in.unseal_challenge(sealed[:-2], browser=olena.browser) is None
    assert olena.sign_in.unseal_challenge(sealed, browser=olena.browser) is not None


async def test_st_07_the_store_judges_the_browser_too(story: Story) -> None:
    """Even with the right code and id, another browser's guess is wrong."""
    await story.network("Northside")
    olena = mailbox(story)
    stolen = replace(await olena.asks(), browser="fdbr_mmmmmmmmmmmmmmmmmmmmmm")
    assert isinstance(await olena.types(stolen, olena.code()), CodeRefused)


async def test_ot_17_a_store_that_is_away_lets_nobody_in(tmp_path: Path) -> None:
    """The counter cannot be read: the guess is not judged, whatever it is."""
    story = await Story.begin(await open_sqlite(tmp_path / "away.db", create=True, identity=bytes(16)))
    await story.network("Northside")
    olena = mailbox(story)
    challenge = await olena.asks()
    code = olena.code()
    await story.house.store.aclose()  # type: ignore[attr-defined]
    with pytest.raises(StoreUnavailable):
        await olena.types(challenge, code)


async def test_ot_07_a_spray_is_slowed_and_reported_but_blocks_nobody(story: Story) -> None:
    """One try on each of many addresses makes later guesses wait; trusted devices do not wait, everybody is judged."""
    await story.network("Northside")
    alarms: list[int] = []
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    olena = mailbox(story, breaker=SprayBreaker(alarm=alarms.append), wait=wait)
    for number in range(WRONG_A_MINUTE + 30):
        await olena.types(await olena.asks(f"n{number}@nowhere.example"), "123456")
    assert len(alarms) == 1
    assert 0 < max(waited) <= 4.0
    count = len(waited)
    challenge = await olena.asks()
    assert isinstance(await olena.types(challenge, olena.code()), SignedIn)
    assert len(waited) == count + 1
    story.clock.pass_minutes(1)
    assert olena.sign_in.breaker.pause(story.clock.now()) == 0


async def test_ot_10_ot_15_the_code_is_only_in_the_mail(story: Story) -> None:
    """Neither the challenge nor what prints of it holds the code."""
    await story.network("Northside")
    olena = mailbox(story)
    challenge = await olena.asks()
    code = olena.code()
    assert code not in repr(challenge)
    assert code not in olena.sign_in.seal_challenge(challenge)


async def test_ot_22_the_mail_says_what_the_code_opens(story: Story) -> None:
    """The subject holds the code; the text names app, place and time, and says not to share it."""
    await story.network("Northside")
    await mailbox(story).asks(app="Door Locks")
    letter = story.mail.to(OWNER)[-1]
    assert re.match(r"^\d{6} is your Frontdesk sign-in code$", letter.subject)
    for said in ('the app "Door Locks"', "192.0.2.7", "UTC", "Do not share", "http://desk.example/"):
        assert said in letter.text


async def test_em_01_a_name_with_line_breaks_cannot_write_into_the_mail(story: Story) -> None:
    """Names are judged at registration; an imported one that was not is flattened here."""
    await story.network("Northside")
    await mailbox(story).asks(app="Door\r\nBcc: x@evil.example\r\n\r\nLocks\0")
    letter = story.mail.to(OWNER)[-1]
    assert "\r" not in letter.text
    assert "\0" not in letter.text
    assert "\nBcc:" not in letter.text


async def test_a_sign_in_is_written_down(story: Story) -> None:
    """Who, from where, by which request."""
    await story.network("Northside")
    olena = mailbox(story)
    signed_in = await olena.types(await olena.asks(), olena.code())
    assert isinstance(signed_in, SignedIn)
    newest = (await story.house.store.list_audit(limit=1))[0]
    assert (newest.action, newest.actor) == ("session.started", f"user:{signed_in.user.id}")
    assert (newest.address, newest.request_id) == ("192.0.2.7", "r-1")


@pytest.mark.parametrize(
    ("seen_every", "lives"),
    [(12 * HOUR - MINUTE, 7 * DAY), (12 * HOUR, 0)],
    ids=["ST-18 seen often, seven days in all", "ST-18 idle for twelve hours"],
)
async def test_st_18_session_limits(story: Story, seen_every: int, lives: int) -> None:
    """Idle 12 hours, absolute 7 days, on the server."""
    await story.network("Northside")
    olena = mailbox(story)
    signed_in = await olena.types(await olena.asks(), olena.code())
    assert isinstance(signed_in, SignedIn)
    start = story.clock.now()
    while story.clock.now() < start + 8 * DAY:
        story.clock.pass_micros(seen_every)
        if await olena.sign_in.sessions.recognise(signed_in.opened.token) is None:
            break
    assert story.clock.now() - start - seen_every <= lives <= story.clock.now() - start


async def test_signing_in_again_ends_the_session_it_replaces(story: Story) -> None:
    """A new id at sign-in, and the old one proves nothing (no fixation)."""
    await story.network("Northside")
    olena = mailbox(story)
    first = await olena.types(await olena.asks(), olena.code())
    assert isinstance(first, SignedIn)
    story.clock.pass_minutes(1)
    second = await olena.sign_in.try_code(
        await olena.asks(), olena.code(), device=None, replaces=first.opened.session, origin=HERE
    )
    assert isinstance(second, SignedIn)
    assert second.opened.session.id != first.opened.session.id
    assert await olena.sign_in.sessions.recognise(first.opened.token) is None
    assert await olena.sign_in.sessions.recognise(second.opened.token) is not None
    await olena.sign_in.sessions.end(second.opened.session)
    assert await olena.sign_in.sessions.recognise(second.opened.token) is None


@pytest.mark.parametrize("typed", ["a＠north.example", "a@north．example", "a@x,b@y", "a@x;b@y", "A <a@x.example>"])
async def test_ot_20_em_03_one_plain_address_or_none(typed: str) -> None:
    """What normalises to an at sign or a dot is refused; a list or a display name is no address."""
    assert read_email(typed) is None


async def test_ot_21_addresses_are_compared_in_one_form(story: Story) -> None:
    """Lower-cased, with the domain as A-label."""
    await story.network("Northside", owner="olena@bücher.example")
    await mailbox(story).asks("OLENA@BÜCHER.example")
    assert [letter.to for letter in story.mail.letters] == [Email("olena@xn--bcher-kva.example")]
