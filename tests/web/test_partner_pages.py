"""The partner's pages as a browser sees them: making an app, connecting it, handing it in."""

import re
from html import unescape

import pytest

from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.partners import MAX_APPS
from frontdesk.protocol.records import Review
from frontdesk.testing.browser import ISSUER
from frontdesk.testing.story import OWNER, Partner, Story
from web.partnering import NEW, SECRET, becomes_partner, makes_app, pair_in, path_in

pytestmark = pytest.mark.anyio


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
        assert SECRET.search(shown.text) is None
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
    assert SECRET.search(fresh.text) is None
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
