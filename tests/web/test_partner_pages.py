"""The partner's pages as a browser sees them: signing up, making an app, connecting it, handing it in."""

import re
from html import unescape

import pytest

from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.partners import MAX_APPS
from frontdesk.protocol.records import Review
from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import ISSUER, Browser, find_form
from frontdesk.testing.story import OWNER, Partner, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

PAT = "pat@partner.example"
NEW = "/partner/apps/new"
_CLIENT = re.compile(r"fdci_[A-Za-z0-9_-]{16,}")
_SECRET = re.compile(r"fdcs_[A-Za-z0-9_-]{20,}")


class CountingBrowser(Browser):
    """A browser that counts the forms that it sends."""

    submissions = 0

    async def post(self, *told: object, **more: object) -> Reply:
        """Count, and send."""
        self.submissions += 1
        return await super().post(*told, **more)  # type: ignore[arg-type]


async def becomes_partner(story: Story, address: str = OWNER) -> Browser:
    """Somebody with an account signs in and signs up."""
    browser = await story.signs_in(address)
    page = await browser.open("/partner")
    assert page.status == 200
    assert (await browser.submit(page, name="Pat's Apps", homepage="")).status == 200
    assert browser.at == NEW
    return browser


async def makes_app(browser: Browser, **filled: str) -> Reply:
    """Fill the form of a new app."""
    asked = {"name": "Room Lights", "scope:resources": "required", "scope:locations": "optional", **filled}
    return await browser.submit(await browser.open(NEW), action=NEW, **asked)


def path_in(page: Reply) -> str:
    """The app's own page, which this one leads to."""
    found = re.search(r'href="(/partner/apps/fdci_[A-Za-z0-9_-]+)"', page.text)
    assert found is not None, page.text
    return found.group(1)


def pair_in(page: Reply) -> tuple[str, str]:
    """The client id and the secret that a page tells."""
    client, secret = _CLIENT.search(page.text), _SECRET.search(page.text)
    assert client is not None, page.text
    assert secret is not None, page.text
    return client.group(), secret.group()


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


async def test_a_secret_is_told_once(story: Story) -> None:
    """On the page that follows making the app, and on no other."""
    await story.network("Northside")
    browser = await becomes_partner(story)
    fresh = await makes_app(browser)
    _, secret = pair_in(fresh)
    path = path_in(fresh)
    for page in ("/partner", path, f"{path}/about", f"{path}/try", f"{path}/review"):
        shown = await browser.open(page)
        assert shown.status == 200
        assert _SECRET.search(shown.text) is None
        assert secret not in shown.text
        assert "Room Lights" in shown.text


async def test_a_form_with_mistakes_says_all_of_them_and_keeps_what_was_typed(story: Story) -> None:
    """Each beside its field; nothing is made."""
    await story.network("Northside")
    browser = await becomes_partner(story)
    reply = await makes_app(
        browser,
        name=" ",
        homepage="ftp://lights.example",
        redirect_uris="http://lights.example/cb\nhttps://*.lights.example/cb",
        **{"scope:resources": "", "scope:locations": ""},
    )
    assert reply.status == 400
    assert "<title>Error: " in reply.text
    for field in ("name", "homepage", "redirect_uris", "scopes"):
        assert f'href="#{field}"' in reply.text
        assert f'id="{field}"' in reply.text
    assert "http:// is allowed for 127.0.0.1" in unescape(reply.text)
    assert "wildcards are not allowed" in reply.text
    assert "http://lights.example/cb\nhttps://*.lights.example/cb</textarea>" in reply.text
    assert list(await story.house.store.list_clients()) == []


async def test_addresses_are_checked_before_they_count(story: Story) -> None:
    """What is refused and why, what would not be the same, and what the app sends that is nearly right."""
    await story.network("Northside")
    browser = await becomes_partner(story)
    checked = await makes_app(
        browser,
        redirect_uris="https://lights.example/cb\nhttp://lights.example/cb",
        probe="https://lights.example/cb/",
        step="check",
    )
    text = unescape(re.sub(r"<[^>]+>", "", checked.text))
    assert checked.status == 200
    assert "http://lights.example/cb is refused: http:// is allowed for" in text
    assert "https://lights.example/cb is good." in text
    assert "https://lights.example/cb/: a slash at the end makes it another address" in text
    assert "Nearest to it is https://lights.example/cb: a slash at the end makes it another address." in text
    assert list(await story.house.store.list_clients()) == []


async def test_an_unreviewed_app_asks_nobody_but_its_makers(story: Story) -> None:
    """CS: a stranger's app is no page for anybody else, signed in before or on the way; approved, it is."""
    north = await story.network("Northside")
    south = await story.network("Southside", owner="sam@south.example")
    browser = await becomes_partner(story)
    client_id, secret = pair_in(await makes_app(browser, redirect_uris="https://partner.example/cb"))
    app = Partner(story=story, client_id=client_id, client_secret=secret, scope="resources")
    assert (await app.exchanges(await app.obtains_code(browser, networks=[north.id]))).status == 200

    sam = await story.signs_in("sam@south.example")
    for prompt in (None, "consent"):
        refused = await sam.open(app.authorize_target(prompt=prompt))
        assert refused.status == 403
        assert "only the people who make it can connect it" in refused.text
    story.clock.pass_seconds(60)
    on_the_way = story.browser()
    page = await on_the_way.submit(await on_the_way.open(app.authorize_target()), email="sam@south.example")
    assert (await on_the_way.submit(page, code=story.login_code("sam@south.example"))).status == 403

    await approve(story, client_id)
    assert await app.obtains_code(sam, networks=[south.id])


async def approve(story: Story, client_id: str, review: Review = Review.APPROVED) -> None:
    """A reviewer's decision."""
    client = await story.house.store.find_client(ClientId(client_id))
    assert client is not None
    assert await story.house.store.set_client_review(
        client_id=client.id,
        seen=client.review,
        seen_at=client.review_at,
        review=review,
        note="Say more about yourself." if review is Review.RETURNED else "",
        verified_at=None,
        now=story.clock.now(),
        audit=story.an_audit_row("client.reviewed"),
    )


async def test_an_app_is_handed_in_when_it_says_what_people_must_know(story: Story) -> None:
    """Before that it says what is missing; handed in, it can be taken back; returned, the reviewer's word is shown."""
    await story.network("Northside")
    browser = await becomes_partner(story)
    fresh = await makes_app(browser)
    client_id, path = pair_in(fresh)[0], path_in(fresh)
    review = await browser.open(f"{path}/review")
    lacking = await browser.submit(review, note="Please", step="submit")
    assert lacking.status == 400
    for field in ("homepage", "privacy_url", "redirect_uris"):
        assert f'href="{path}/about#{field}"' in lacking.text
    assert ">Please</textarea>" in lacking.text

    about = {
        "name": "Room Lights",
        "homepage": "https://lights.example",
        "privacy_url": "https://lights.example/privacy",
        "redirect_uris": "https://lights.example/cb",
        "scope:resources": "required",
    }
    await browser.submit(await browser.open(f"{path}/about"), action=f"{path}/about", **about)
    assert "addresses that an app of yours" in story.mail.to(OWNER)[-1].text
    handed_in = await browser.submit(await browser.open(f"{path}/review"), note="Please", step="submit")
    assert "It waits for a reviewer" in handed_in.text
    assert [app.id for app in await story.house.store.list_in_review(limit=9)] == [client_id]
    assert "Hand it in" in (await browser.submit(handed_in, step="withdraw")).text
    await browser.submit(await browser.open(f"{path}/review"), note="", step="submit")
    await approve(story, client_id, Review.RETURNED)
    assert "Say more about yourself." in (await browser.open(path)).text


async def test_an_approved_app_that_becomes_another_is_reviewed_again(story: Story) -> None:
    """A new name, a new scope, a new origin; taking away is free, and the page says so before."""
    await story.network("Northside")
    browser = await becomes_partner(story)
    fresh = await makes_app(browser, redirect_uris="https://lights.example/cb")
    client_id, path = pair_in(fresh)[0], path_in(fresh)
    about = {"name": "Room Lights", "redirect_uris": "https://lights.example/cb", "scope:resources": "required"}
    for changed, review in (
        ({}, Review.APPROVED),
        ({"scope:resources": "optional"}, Review.APPROVED),
        ({"redirect_uris": "https://lights.example/other"}, Review.APPROVED),
        ({"name": "Frontdesk"}, Review.DRAFT),
        ({"scope:locations": "required", "name": "Frontdesk"}, Review.DRAFT),
        ({"redirect_uris": "https://evil.example/cb", "name": "Frontdesk"}, Review.DRAFT),
    ):
        await approve(story, client_id)
        page = await browser.open(f"{path}/about")
        assert "bring the app back to a draft" in page.text
        await browser.submit(page, action=f"{path}/about", **{**about, **changed})
        client = await story.house.store.find_client(ClientId(client_id))
        assert client is not None
        assert client.review is review, changed
        about = {**about, **changed}


async def test_a_code_lands_only_where_it_was_asked_for(story: Story) -> None:
    """Our test page shows nothing to another browser, or without a state of ours."""
    north = await story.network("Northside")
    browser = await becomes_partner(story)
    fresh = await makes_app(browser)
    tried = await browser.open(f"{path_in(fresh)}/try")
    authorize = re.search(r'class="btn main" href="([^"]+)"', tried.text)
    assert authorize is not None
    consent = await browser.open(unescape(authorize.group(1)).removeprefix(ISSUER))
    landed = await browser.submit(consent, network=[north.id], decision="allow")
    assert "1. Exchange the code" in landed.text
    landing = browser.at
    story.clock.pass_seconds(60)
    other = await story.signs_in()
    assert (await other.open(landing)).status == 400
    assert (await browser.open("/partner/try?code=fdac_x&state=x.y")).status == 400
    denied = await browser.submit(consent, network=[north.id], decision="deny")
    assert "access_denied" in denied.text


async def test_an_app_on_devices_proves_itself_by_pkce(story: Story) -> None:
    """It has no secret, and what the test page says to type works."""
    north = await story.network("Northside")
    browser = await becomes_partner(story)
    fresh = await makes_app(browser, kind="devices")
    assert _SECRET.search(fresh.text) is None
    tried = await browser.open(f"{path_in(fresh)}/try")
    authorize = re.search(r'class="btn main" href="([^"]+)"', tried.text)
    assert authorize is not None
    consent = await browser.open(unescape(authorize.group(1)).removeprefix(ISSUER))
    landed = await browser.submit(consent, network=[north.id], decision="allow")
    said = dict(re.findall(r"--data-urlencode '?([a-z_]+)=([A-Za-z0-9_-]+)", unescape(landed.text)))
    reply = await story.post("/oauth2/token", said)
    assert reply.status == 200, reply.text


async def test_a_partner_may_have_so_many_apps(story: Story) -> None:
    """The next one is refused in words."""
    await story.network("Northside")
    browser = await becomes_partner(story)
    for _ in range(MAX_APPS):
        assert (await makes_app(browser)).status == 200
    assert (await makes_app(browser)).status == 409
    assert len(await story.house.store.list_clients()) == MAX_APPS


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


async def test_addresses_are_checked_while_they_are_typed(story: Story) -> None:
    """What the script asks says the same as the button, as a part of a page; the page may ask nothing else."""
    await story.network("Northside")
    browser = await becomes_partner(story)
    page = await browser.open(NEW)
    policy = page.header("content-security-policy") or ""
    assert f"connect-src {ISSUER}/partner/redirects;" in policy
    assert re.search(rf"script-src {ISSUER}/_frontdesk/static/redirects\.[0-9a-f]+\.js;", policy)
    token = re.search(r'data-action="/partner/redirects" data-token="([^"]+)"', page.text)
    assert token is not None
    typed = "http://lights.example/cb\nhttps://lights.example/cb"
    pairs = [("form_token", token[1]), ("redirect_uris", typed), ("probe", "https://lights.example/cb/<b>")]
    said = await browser.post("/partner/redirects", pairs)
    assert said.status == 200
    text = unescape(re.sub(r"<[^>]+>", "", said.text))
    assert "http://lights.example/cb is refused: http:// is allowed for" in text
    assert "https://lights.example/cb is good." in text
    assert "What your app sends is refused" in text
    assert "<b>" not in said.text
    assert "<html" not in said.text
    assert (await browser.post("/partner/redirects", [*pairs[1:], ("form_token", "x")])).status == 403
