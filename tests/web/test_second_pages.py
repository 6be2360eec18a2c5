"""The second factor, as a browser sees it: set up, asked for, recovered from, switched off (OWASP ASVS 6.3.3, 6.5)."""

import re
from base64 import b32decode

import pytest

from frontdesk.flows.operator import Objection
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.records import User
from frontdesk.protocol.second_factor import code_of
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

SECURITY = "/account/security"
PAGE = f"{SECURITY}/second"
_SECRET = re.compile(r"\?secret=([A-Z2-7]{32})&amp;")
_RECOVERY = re.compile(r"\b[a-z2-7]{5}(?:-[a-z2-7]{5}){3}\b")


class App:
    """An authenticator app, told by the page's link."""

    def __init__(self, story: Story, page: Reply) -> None:
        found = _SECRET.search(page.text)
        assert found is not None, page.text[:300]
        self.story, self.secret = story, b32decode(found.group(1))

    def shows(self) -> str:
        """The code of now."""
        return code_of(self.secret, self.story.clock.now() // (30 * SECOND))


async def set_up(story: Story) -> tuple[Browser, App, list[str]]:
    """Olena has set an app up: her browser, the app and the recovery codes."""
    await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(PAGE)
    app = App(story, page)
    shown = await browser.submit(page, action=PAGE, code=app.shows())
    codes = _RECOVERY.findall(shown.text)
    assert (shown.status, len(codes)) == (200, 10)
    story.clock.pass_minutes(2)
    return browser, app, codes


async def first_step(story: Story, browser: Browser, *, target: str = "/sign-in") -> Reply:
    """The code from the mailbox; the page that follows it."""
    page = await browser.submit(await browser.open(target), email=OWNER)
    return await browser.submit(page, code=story.login_code(OWNER))


async def test_setting_it_up(story: Story) -> None:
    """A picture and a key, a first code, ten recovery codes that are shown once, and a mail."""
    browser, _, codes = await set_up(story)
    page = await browser.open(PAGE)
    assert "10 are left" in page.text
    assert not any(code in page.text for code in codes)
    assert story.mail.to(OWNER)[-1].subject.endswith("your second factor was changed")
    assert "10 recovery codes are left" in (await browser.open(SECURITY)).text


async def test_a_mistyped_first_code_keeps_the_key(story: Story) -> None:
    """So that the app need not be told again; nothing is asked for until a right one came."""
    await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(PAGE)
    app = App(story, page)
    wrong = await browser.submit(page, action=PAGE, code="000000" if app.shows() != "000000" else "000001")
    assert (wrong.status, 'href="#code"' in wrong.text) == (400, True)
    assert App(story, wrong).secret == app.secret
    story.clock.pass_minutes(2)
    assert (await first_step(story, story.browser())).status == 200
    shown = await browser.submit(wrong, action=PAGE, code=app.shows())
    assert len(_RECOVERY.findall(shown.text)) == 10


async def test_it_is_asked_for_after_the_code_from_the_mailbox(story: Story) -> None:
    """No session before; then on to where somebody wanted to go."""
    _, app, _ = await set_up(story)
    browser = story.browser()
    step = await first_step(story, browser, target="/sign-in?next=%2Faccount%2Fsecurity")
    assert browser.at.startswith("/sign-in/second?step=")
    assert "fd_session" not in browser.cookies
    done = await browser.submit(step, code=f" {app.shows()} ")
    assert (done.status, browser.at) == (200, SECURITY)
    assert "fd_session" in browser.cookies


async def test_an_apps_request_travels_along(story: Story) -> None:
    """Through both steps to the consent page; the policy lets the browser go on to the app."""
    _, app, _ = await set_up(story)
    partner = await story.partner()
    browser = story.browser()
    step = await first_step(story, browser, target=partner.authorize_target())
    assert "https://partner.example" in (step.header("content-security-policy") or "")
    done = await browser.submit(step, code=app.shows())
    assert browser.at.startswith("/consent?request=")
    assert "Northside" in done.text


async def test_a_code_works_once(story: Story) -> None:
    """Seen over a shoulder, it is of no use any more; nor is the one before."""
    _, app, _ = await set_up(story)
    code = app.shows()
    browser = story.browser()
    await browser.submit(await first_step(story, browser), code=code)
    assert "fd_session" in browser.cookies
    other = story.browser()
    story.clock.pass_minutes(1)
    step = await first_step(story, other)
    for again in (code, code_of(app.secret, story.clock.now() // (30 * SECOND) - 2)):
        assert (await other.submit(step, code=again)).status == 400
    assert "fd_session" not in other.cookies


async def test_five_wrong_codes_block(story: Story) -> None:
    """With the time at which it ends; a right one is not looked at before."""
    _, app, _ = await set_up(story)
    browser = story.browser()
    step = await first_step(story, browser)
    wrong = "000000" if app.shows() != "000000" else "000001"
    for _ in range(5):
        reply = await browser.submit(step, code=wrong)
    assert reply.status == 429
    blocked = await browser.submit(step, code=app.shows())
    assert (blocked.status, blocked.header("retry-after")) == (429, str(20 * 60))
    assert "fd_session" not in browser.cookies


async def test_a_recovery_code_lets_in_once_and_is_told_of(story: Story) -> None:
    """As it was shown or without its hyphens; a mail counts what is left."""
    _, _, codes = await set_up(story)
    browser = story.browser()
    await browser.submit(await first_step(story, browser), code=codes[3].upper().replace("-", " "))
    assert "fd_session" in browser.cookies
    told = [letter for letter in story.mail.to(OWNER) if "a recovery code was used" in letter.subject]
    assert len(told) == 1
    assert "as you: 9 are left" in told[0].text
    story.clock.pass_minutes(2)
    other = story.browser()
    assert (await other.submit(await first_step(story, other), code=codes[3])).status == 400


async def test_the_step_is_its_browsers_and_of_ten_minutes(story: Story) -> None:
    """ST-07: what one browser began another does not finish; nor anybody after ten minutes."""
    _, app, codes = await set_up(story)
    here, there = story.browser(), story.browser()
    step = await first_step(story, here)
    await there.open("/sign-in")
    assert (await there.get(here.at)).status == 400
    story.clock.pass_minutes(10)
    for code in (app.shows(), codes[0]):
        assert (await here.submit(step, code=code)).status == 400
    assert "fd_session" not in here.cookies


async def test_new_codes_and_switching_off(story: Story) -> None:
    """The earlier codes are dead; then the mailbox's code is enough again; each is mailed."""
    browser, _, codes = await set_up(story)
    shown = await browser.submit(await browser.open(PAGE), action=f"{PAGE}/codes")
    fresh = _RECOVERY.findall(shown.text)
    assert len(set(fresh) - set(codes)) == 10
    other = story.browser()
    step = await first_step(story, other)
    assert (await other.submit(step, code=codes[0])).status == 400
    await browser.submit(await browser.open(PAGE), action=f"{PAGE}/off")
    assert browser.at == SECURITY
    story.clock.pass_minutes(2)
    plain = story.browser()
    await first_step(story, plain)
    assert "fd_session" in plain.cookies
    told = [letter for letter in story.mail.to(OWNER) if "your second factor was changed" in letter.subject]
    assert len(told) == 3


async def test_only_after_a_sign_in_of_the_last_five_minutes(story: Story) -> None:
    """All of it; pages that were open all the time lead to signing in again, and change nothing."""
    browser, _, _ = await set_up(story)
    page = await browser.open(PAGE)
    story.clock.pass_minutes(5)
    for action in (f"{PAGE}/codes", f"{PAGE}/off"):
        await browser.submit(page, action=action)
        assert browser.at == "/sign-in?next=%2Faccount%2Fsecurity%2Fsecond&again=1"
    await browser.open(PAGE)
    assert browser.at.startswith("/sign-in?next=")
    other = story.browser()
    await first_step(story, other)
    assert "fd_session" not in other.cookies


async def test_a_key_of_another_session_sets_nothing_up(story: Story) -> None:
    """A page that somebody else slipped in would make their app count."""
    await story.network("Northside")
    one = await story.signs_in()
    slipped = await one.open(PAGE)
    story.clock.pass_minutes(2)
    two = await story.signs_in()
    mine = await two.open(PAGE)
    sealed = re.search(r'name="set_up" value="([^"]+)"', slipped.text)
    assert sealed is not None
    await two.submit(mine, action=PAGE, set_up=sealed.group(1), code=App(story, slipped).shows())
    assert "Set up an app" in (await two.open(SECURITY)).text


async def test_the_operator_lets_somebody_in_who_lost_everything(story: Story) -> None:
    """By the command line alone; the person is told, and there is nothing to forget a second time."""
    await set_up(story)
    forgotten = await story.operator.forget_second_factor(OWNER, origin=OPERATOR)
    assert isinstance(forgotten, User)
    assert story.mail.to(OWNER)[-1].subject.endswith("your second factor was changed")
    browser = story.browser()
    await first_step(story, browser)
    assert "fd_session" in browser.cookies
    again = await story.operator.forget_second_factor(OWNER, origin=OPERATOR)
    assert isinstance(again, Objection)
    assert again.problem == f"{OWNER} has no second factor"
