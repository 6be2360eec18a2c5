"""Becoming a partner, as a browser sees it: by mail, or with an account that is there."""

import re
from html import unescape

import pytest

from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import ISSUER, Browser, find_form
from frontdesk.testing.story import OWNER, Partner, Story
from frontdesk.testing.wire import Reply
from web.partnering import becomes_partner, makes_app, pair_in, path_in

pytestmark = pytest.mark.anyio

PAT = "pat@partner.example"


class CountingBrowser(Browser):
    """A browser that counts the forms that it sends."""

    submissions = 0

    async def post(self, *told: object, **more: object) -> Reply:
        """Count, and send."""
        self.submissions += 1
        return await super().post(*told, **more)  # type: ignore[arg-type]


async def test_from_sign_up_to_the_first_200_in_at_most_ten_forms() -> None:
    """A new partner, without a server or a network of their own, calls the API with a token of their app."""
    store = MemoryStore()
    first = await Story.begin(store)
    sandbox = await first.network("Sandbox")
    story = await Story.begin(store, partner_sign_up="open", partner_test_network=sandbox.id)
    browser = CountingBrowser(app=story.app)
    page = await browser.open("/partner/sign-up")
    page = await browser.submit(page, email=PAT)
    assert "Look into your mailbox" in page.text
    link = re.search(r"http://desk\.example(/partner/sign-up/confirm\S+)", story.mail.to(PAT)[-1].text)
    assert link is not None
    page = await browser.submit(await browser.open(link.group(1)), action="/partner/sign-up/confirm")
    page = await browser.submit(page, name="Pat's Apps", homepage="")
    fresh = await makes_app(browser)
    client_id, secret = pair_in(fresh)

    tried = await browser.open(f"{path_in(fresh)}/try")
    authorize = re.search(r'class="btn main" href="([^"]+)"', tried.text)
    assert authorize is not None
    consent = await browser.open(unescape(authorize.group(1)).removeprefix(ISSUER))
    landed = await browser.submit(consent, network=[sandbox.id], decision="allow")
    assert landed.status == 200
    code = re.search(r"code=(fdac_[A-Za-z0-9_-]+)", landed.text)
    assert code is not None, landed.text
    assert client_id in landed.text
    assert sandbox.id in landed.text

    app = Partner(story=story, client_id=client_id, client_secret=secret)
    assert (await app.exchanges(code.group(1))).status == 200
    call = re.search(rf"{ISSUER}(/[a-z/0-9]+)\s", unescape(landed.text).rpartition("curl")[2])
    assert call is not None
    assert await app.is_let_in(f"GET {call.group(1)}", network=sandbox.id)
    assert browser.submissions <= 10, browser.submissions
    assert browser.submissions == 5


async def test_signing_up_tells_nobody_who_has_an_account() -> None:
    """The same page for a known and an unknown address; the mailbox alone is told, and mails are few."""
    story = await Story.begin(MemoryStore(), partner_sign_up="open")
    await story.network("Northside")
    pages = []
    for number, address in enumerate((OWNER, PAT)):
        browser = story.browser(peer=f"192.0.2.{number}")
        page = await browser.submit(await browser.open("/partner/sign-up"), email=address)
        pages.append(re.sub(r"Request \S+|value=\"[^\"]*\"", "", page.text).replace(address, "…"))
        assert (await browser.submit(page, action="/partner/sign-up")).status == 200
        assert len(story.mail.to(address)) == 1, "one a minute"
    assert pages[0] == pages[1]
    assert "/partner/sign-up/confirm" not in story.mail.to(OWNER)[0].text
    assert "You have an account already" in story.mail.to(OWNER)[0].text


async def test_a_sign_up_link_works_once_in_its_browser_for_an_hour() -> None:
    """Elsewhere, late or changed it opens nothing; used, it says that there is an account."""
    story = await Story.begin(MemoryStore(), partner_sign_up="open")
    browser = story.browser()
    await browser.submit(await browser.open("/partner/sign-up"), email=PAT)
    link = story.mail.to(PAT)[0].text.partition(ISSUER)[2].split()[0]
    for other in (await story.browser().open(link), await browser.open(link[:-4] + "AAAA")):
        assert other.status == 400
        assert "This link does not work here" in other.text
    page = await browser.open(link)
    assert await story.house.store.find_user_by_email(PAT) is None, "looking changes nothing"
    assert (await browser.submit(page, action="/partner/sign-up/confirm")).status == 200
    assert browser.at == "/partner"
    again = await browser.open(link)
    assert (await browser.submit(again, action="/partner/sign-up/confirm")).status == 409
    story.clock.pass_seconds(3_600)
    assert (await browser.open(link)).status == 400


async def test_strangers_do_not_sign_up_unless_it_is_open(story: Story) -> None:
    """As it comes, only people who have an account make apps: others are sent to sign in, and no mail goes out."""
    browser = story.browser()
    await browser.open("/partner/sign-up")
    assert browser.at.startswith("/sign-in?next=")
    ticketed = await browser.open("/sign-in")
    token = dict(find_form(ticketed, fields=frozenset({"email"})).hidden)["form_token"]
    await browser.post("/partner/sign-up", [("form_token", token), ("email", PAT)])
    assert story.mail.to(PAT) == []


async def test_closed_is_closed_to_people_with_an_account() -> None:
    """They are told whom to write to; posting the form all the same makes nobody a partner."""
    story = await Story.begin(MemoryStore(), partner_sign_up="closed")
    await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open("/partner")
    assert "You cannot make apps yet" in page.text
    assert 'name="homepage"' not in page.text


async def test_after_signing_in_one_is_where_one_wanted_to_be(story: Story) -> None:
    """The way to /partner leads through sign-in and back."""
    await story.network("Northside")
    browser = story.browser()
    page = await browser.submit(await browser.open("/partner"), email=OWNER)
    await browser.submit(page, code=story.login_code(OWNER))
    assert browser.at == "/partner"


@pytest.mark.parametrize(("sign_up", "shown"), [("open", True), ("users", False), ("closed", False)])
async def test_signing_in_leads_to_signing_up_where_that_is_open(sign_up: str, shown: bool) -> None:
    """Nowhere else, and never to somebody on the way from an app, who came to connect it."""
    story = await Story.begin(MemoryStore(), partner_sign_up=sign_up)
    await story.network("Northside")
    app = await story.partner("Door Locks")
    browser = story.browser()
    link = 'href="/partner/sign-up"'
    assert (link in (await browser.open("/sign-in")).text) is shown
    assert link not in (await browser.open(app.authorize_target())).text


async def test_a_partners_mails_are_in_the_partners_language() -> None:
    """The link in that of the page; what happened to an app, and what a reviewer said, in the one that was chosen."""
    story = await Story.begin(MemoryStore(), partner_sign_up="open")
    await story.network("Northside")
    browser = story.browser()
    browser.cookies["fd_language"] = "de"
    await browser.submit(await browser.open("/partner/sign-up"), email=PAT)
    assert "Jemand" in story.mail.to(PAT)[-1].text
    owner = await becomes_partner(story)
    await owner.submit(await owner.open("/language"), action="/language", language="de")
    fresh = await makes_app(owner, redirect_uris="https://lights.example/cb")
    about = {"name": "Room Lights", "redirect_uris": "https://lights.example/other", "scope:resources": "required"}
    path = path_in(fresh)
    await owner.submit(await owner.open(f"{path}/about"), action=f"{path}/about", **about)
    assert "wurde geändert" in story.mail.to(OWNER)[-1].subject
