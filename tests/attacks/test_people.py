"""Attacks on sign-in and sessions (rows OT, ST)."""

import asyncio
import re

import pytest

from attacks.people import code_page, is_signed_in, words, wrong
from frontdesk.testing.browser import ISSUER, find_form
from frontdesk.testing.story import OPERATOR, OWNER, Story, answer_of
from frontdesk.testing.wire import call

pytestmark = pytest.mark.anyio


async def test_ot_01_the_sixth_try_is_blocked_even_when_right(story: Story) -> None:
    """OT-01: five wrong codes block; the right one is refused with the same text, until 20 minutes after the first."""
    await story.network("North")
    browser = story.browser()
    page = await code_page(story, browser)
    code = story.login_code(OWNER)
    for _ in range(5):
        page = await browser.submit(page, code=wrong(code))
    blocked = await browser.submit(page, code=code)
    assert not is_signed_in(browser)
    again = await browser.submit(blocked, code=wrong(code))
    assert re.sub(r"\s+", " ", words(blocked)) == re.sub(r"\s+", " ", words(again))
    story.clock.pass_minutes(20)
    await story.signs_in(browser=browser)
    assert is_signed_in(browser)


async def test_ot_02_a_new_code_does_not_reset_the_counter(story: Story) -> None:
    """OT-02: the counter is the address's, not the code's."""
    await story.network("North")
    browser = story.browser()
    for _ in range(5):
        page = await code_page(story, browser)
        await browser.submit(page, code=wrong(story.login_code(OWNER)))
        story.clock.pass_minutes(1)
    page = await code_page(story, browser)
    await browser.submit(page, code=story.login_code(OWNER))
    assert not is_signed_in(browser)


async def test_ot_03_ot_04_more_addresses_give_no_more_tries(story: Story) -> None:
    """OT-03, OT-04: other peers, browsers and forged forwarded headers share the one budget of the account."""
    await story.network("North")
    browser = story.browser()
    await code_page(story, browser)
    for n in range(5):
        other = story.browser(peer=f"198.51.100.{n}")
        page = await code_page(story, other)
        await other.submit(page, code="123456")
    page = await code_page(story, browser)
    await browser.submit(page, code=story.login_code(OWNER))
    assert not is_signed_in(browser)


async def test_ot_05_a_burst_of_200_tries_is_judged_five_times(story: Story) -> None:
    """OT-05: in one burst that holds the right code among 199 others after the first five, nobody gets in."""
    await story.network("North")
    browser = story.browser()
    page = await code_page(story, browser)
    code = story.login_code(OWNER)
    wrong = [f"{n:06d}" for n in range(1_000) if f"{n:06d}" != code][:199]
    guesses = [*wrong[:100], code, *wrong[100:]]
    form = find_form(page, fields=frozenset({"code"}))
    target = form.action or browser.at
    await asyncio.gather(*(browser.post(target, [*form.hidden, ("code", guess)]) for guess in guesses))
    assert not is_signed_in(browser)


async def test_ot_08_a_code_works_once_and_the_newest_only(story: Story) -> None:
    """OT-08: used, older than the newest, or ten minutes old: refused."""
    await story.network("North")
    browser = story.browser()
    page = await code_page(story, browser)
    first = story.login_code(OWNER)
    story.clock.pass_minutes(1)
    newer = await code_page(story, browser)
    second = story.login_code(OWNER)
    if first != second:
        await browser.submit(page, code=first)
        assert not is_signed_in(browser)
    await browser.submit(newer, code=second)
    assert is_signed_in(browser)
    other = story.browser()
    stale = await code_page(story, other)
    await other.submit(stale, code=second)
    assert not is_signed_in(other)
    story.clock.pass_minutes(1)
    late = await code_page(story, other)
    code = story.login_code(OWNER)
    story.clock.pass_minutes(10)
    await other.submit(late, code=code)
    assert not is_signed_in(other)


async def test_ot_10_the_code_is_in_the_mail_and_nowhere_else(story: Story) -> None:
    """OT-10: no response, header or cookie holds it."""
    await story.network("North")
    browser = story.browser()
    page = await code_page(story, browser)
    code = story.login_code(OWNER)
    assert code not in page.text
    assert all(code not in value for _, value in page.headers)
    assert all(code not in value for value in browser.cookies.values())
    assert len(story.mail.letters) == 1


async def test_ot_11_an_unknown_address_gets_the_same_page_and_no_mail(story: Story) -> None:
    """OT-11: same status, same words, same headers; five wrong codes block it just the same."""
    await story.network("North")
    known, unknown = story.browser(), story.browser()
    known_page = await code_page(story, known)
    unknown_page = await code_page(story, unknown, "nobody@nowhere.example")
    assert known_page.status == unknown_page.status
    assert words(known_page).replace(OWNER, "") == words(unknown_page).replace("nobody@nowhere.example", "")
    assert not story.mail.to("nobody@nowhere.example")
    for _ in range(6):
        unknown_page = await unknown.submit(unknown_page, code="123456")
    for _ in range(6):
        known_page = await known.submit(known_page, code=wrong(story.login_code(OWNER)))
    assert known_page.status == unknown_page.status
    assert words(known_page).replace(OWNER, "") == words(unknown_page).replace("nobody@nowhere.example", "")


async def test_ot_13_a_stranger_cannot_lock_the_owner_out(story: Story) -> None:
    """OT-13: a browser that signed in before keeps its own budget of tries and mails."""
    await story.network("North")
    mine = await story.signs_in()
    await mine.submit(await mine.open("/account"), action="/sign-out")
    stranger = story.browser(peer="198.51.100.66")
    for _ in range(6):
        page = await code_page(story, stranger)
        await stranger.submit(page, code="000000")
        story.clock.pass_minutes(1)
    await story.signs_in(browser=mine)
    assert is_signed_in(mine)


async def test_one_mail_a_minute_and_five_an_hour(story: Story) -> None:
    """Contract: asking again shows the same page and sends nothing more."""
    await story.network("North")
    browser = story.browser()
    for _ in range(3):
        await code_page(story, browser)
    assert len(story.mail.letters) == 1
    for _ in range(10):
        story.clock.pass_minutes(1)
        await code_page(story, browser)
    assert len(story.mail.letters) == 5


async def test_st_04_a_form_from_elsewhere_is_refused(story: Story) -> None:
    """ST-04: no token, a foreign Origin or Sec-Fetch-Site: 403 and no code."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    form = find_form(page, fields=frozenset({"decision"}))
    target = form.action or browser.at
    filled = [*form.hidden, ("network", north.id), ("decision", "allow")]
    attempts = (
        (filled, (("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"))),
        (filled, (("origin", ISSUER), ("sec-fetch-site", "cross-site"))),
        (filled, (("origin", "https://evil.example"),)),
        (filled, (("origin", "null"),)),
        ([("network", north.id), ("decision", "allow")], (("origin", ISSUER), ("sec-fetch-site", "same-origin"))),
    )
    for pairs, headers in attempts:
        reply = await browser.post(target, list(pairs), headers=headers)
        assert reply.status in (400, 403)
        assert reply.header("location") is None
    assert "code" in answer_of(await browser.post(target, filled))


async def test_st_06_method_overrides_are_ignored(story: Story) -> None:
    """ST-06: a GET that says it is a POST is a GET."""
    await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    consent = (await browser.get(partner.authorize_target())).location
    cookie = ("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
    reply = await call(
        story.app,
        "GET",
        consent + "&_method=POST&decision=allow",
        headers=[cookie, ("x-http-method-override", "POST"), ("x-method-override", "POST")],
    )
    assert (reply.status, reply.header("location")) == (200, None)


async def test_st_07_a_challenge_belongs_to_the_browser_that_asked(story: Story) -> None:
    """ST-07: the attacker's code page finished in the victim's browser signs nobody in."""
    await story.network("North")
    attacker, victim = story.browser(), story.browser()
    page = await code_page(story, attacker)
    await victim.open("/sign-in")
    await victim.submit(page, code=story.login_code(OWNER))
    assert not is_signed_in(victim)
    await attacker.submit(page, code=story.login_code(OWNER))
    assert is_signed_in(attacker)


async def test_st_13_a_session_ends_with_its_user_s_block(story: Story) -> None:
    """ST-13: refused at the next request, and not revived by unblocking."""
    north = await story.network("North", owner="boss@north.example")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    browser = await story.signs_in()
    assert (await browser.get("/account")).status == 200
    await story.operator.block_user(OWNER, blocked=True, origin=OPERATOR)
    assert (await browser.get("/account")).status == 303
    await story.operator.block_user(OWNER, blocked=False, origin=OPERATOR)
    assert (await browser.get("/account")).status == 303


async def test_st_18_sessions_end_idle_and_in_any_case(story: Story) -> None:
    """ST-18: twelve hours idle, seven days in all, judged on the server."""
    await story.network("North")
    browser = await story.signs_in()
    story.clock.pass_minutes(12 * 60 - 1)
    assert (await browser.get("/account")).status == 200
    for _ in range(14):
        story.clock.pass_minutes(11 * 60)
        await browser.get("/account")
    story.clock.pass_minutes(11 * 60)
    assert (await browser.get("/account")).status == 303
