"""Sign-in by a code from a mailbox (the contract's Login section; rows OT and EM)."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from frontdesk.flows.needs import Origin, StoreUnavailable
from frontdesk.flows.sessions import Sessions
from frontdesk.flows.signin import (
    UNKNOWN_BUDGETS,
    Challenge,
    CodeFault,
    CodeRefused,
    Device,
    SignedIn,
    SignIn,
)
from frontdesk.flows.spray import WRONG_A_MINUTE, SprayBreaker
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, Email
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OWNER, Story

pytestmark = pytest.mark.anyio

HERE = Origin(address="192.0.2.7", request_id="r-1")


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """A person before a browser: asks for codes and types them."""

    story: Story
    sign_in: SignIn
    browser: str = "fdbr_aaaaaaaaaaaaaaaaaaaaaa"
    device: Device | None = None

    async def asks(self, address: str = OWNER, *, app: str | None = None) -> Challenge:
        """Ask for a code."""
        email = read_email(address)
        assert email is not None
        return await self.sign_in.start(email, browser=self.browser, device=self.device, app=app, origin=HERE)

    async def types(self, challenge: Challenge, code: str) -> SignedIn | CodeRefused:
        """Type a code."""
        return await self.sign_in.try_code(challenge, code, device=self.device, replaces=None, origin=HERE)

    def code(self, address: str = OWNER) -> str:
        """The code of the newest mail."""
        return self.story.login_code(address)

    async def guesses_wrong(self, challenge: Challenge, times: int) -> list[SignedIn | CodeRefused]:
        """Type a wrong code again and again."""
        wrong = "000000" if self.code() != "000000" else "000001"
        return [await self.types(challenge, wrong) for _ in range(times)]


def mailbox(story: Story, **changed: object) -> Mailbox:
    """Somebody before a browser that was never here."""
    house = story.house
    sessions = Sessions(store=house.store, clock=story.clock, mint=house.mint)
    sign_in = SignIn(
        store=house.store,
        clock=story.clock,
        mint=house.mint,
        post=story.mail,
        sessions=sessions,
        notices=house.open_notices(),
    )
    return Mailbox(story=story, sign_in=replace(sign_in, **changed))  # type: ignore[arg-type]


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
