"""Connected apps: what an app made of its scopes, and taking them back (RFC 9700 §2.3)."""

import re

import pytest

from frontdesk.testing.browser import Browser
from frontdesk.testing.story import Partner, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

APPS = "/account/apps"
TAKE = "/account/apps/take-scope"
SCOPE = "resources locations.readonly"


async def connected(story: Story, scope: str = SCOPE) -> tuple[Partner, Browser]:
    """An app with two scopes, and its user's browser."""
    north = await story.network("Northside")
    partner = await story.partner(scope=scope)
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    return partner, browser


async def written(story: Story) -> None:
    """What was noted beside the calls is stored, the grants' last uses too."""
    await story.scope_uses.flush()
    grants = [(grant.id, story.clock.now()) for grant in await story.house.store.list_grants()]
    await story.house.store.touch(grants=grants, credentials=[])


def tags(page: Reply) -> list[str]:
    """What is said of unused scopes, in the order of the page."""
    return re.findall(r'class="tag unused"[^>]*>([^<]+)<', page.text)


async def take(browser: Browser, partner: Partner, scope: str, leave: str = "") -> Reply:
    """Press one of the two buttons."""
    page = await browser.open(APPS)
    token = re.search(rf'action="{TAKE}">.*?name="form_token" value="([^"]+)"', page.text, re.DOTALL)
    assert token is not None
    fields = [("form_token", token[1]), ("client", partner.client_id), ("scope", scope), ("leave", leave)]
    return await browser.post(TAKE, fields)


async def test_what_was_never_used_is_told_with_how_long_anybody_watched(story: Story) -> None:
    """Nothing before the first call, then what is left; reading alone counts as changing nothing."""
    partner, browser = await connected(story)
    assert tags(await browser.open(APPS)) == []
    await partner.calls("GET /resources/v1")
    await written(story)
    said = tags(await browser.open(APPS))
    assert [text.split(" since ")[0] for text in said] == ["has changed nothing", "not used"]
    await partner.calls("POST /resources/v1")
    await written(story)
    assert [text.split(" since ")[0] for text in tags(await browser.open(APPS))] == ["not used"]
    await partner.calls("GET /locations/v1")
    await written(story)
    assert tags(await browser.open(APPS)) == []


async def test_a_refused_call_uses_nothing(story: Story) -> None:
    """Only what was let in counts."""
    partner, browser = await connected(story, scope="resources.readonly locations.readonly")
    await partner.calls("POST /resources/v1")
    await partner.calls("GET /locations/v1")
    await written(story)
    assert len(tags(await browser.open(APPS))) == 1


async def test_what_is_taken_away_is_refused_from_the_next_call_on(story: Story) -> None:
    """With the token that the app holds; the rest goes on, refreshes bring nothing back, and the page asks again."""
    partner, browser = await connected(story)
    assert await partner.is_let_in("GET /locations/v1")
    after = await take(browser, partner, "locations.readonly")
    assert after.status == 200
    assert "See locations" not in after.text
    assert (await partner.calls("GET /locations/v1")).status == 403
    assert await partner.is_let_in("POST /resources/v1")
    assert (await partner.refreshes()).json()["scope"] == "resources"
    assert (await partner.calls("GET /locations/v1")).status == 403
    asked = await browser.open(partner.authorize_target())
    assert "asks for more than before" in asked.text


async def test_an_app_can_be_left_to_only_read(story: Story) -> None:
    """At once, without a new token; a refresh says what is left."""
    partner, browser = await connected(story)
    assert await partner.is_let_in("POST /resources/v1")
    assert (await take(browser, partner, "resources", "resources.readonly")).status == 200
    assert (await partner.calls("POST /resources/v1")).status == 403
    assert await partner.is_let_in("GET /resources/v1")
    assert (await partner.refreshes()).json()["scope"] == "resources.readonly locations.readonly"
    assert await partner.is_let_in("GET /resources/v1")
    assert (await partner.calls("POST /resources/v1")).status == 403


async def test_what_a_scope_includes_goes_with_it(story: Story) -> None:
    """Where it was given beside it, it would still be there under another name."""
    partner, browser = await connected(story, scope="resources resources.readonly locations.readonly")
    assert (await take(browser, partner, "resources")).status == 200
    assert (await partner.calls("GET /resources/v1")).status == 403
    assert await partner.is_let_in("GET /locations/v1")


@pytest.mark.parametrize(
    ("scope", "leave"),
    [
        ("invented", ""),
        ("", ""),
        ("resources", "locations"),
        ("resources", "resources"),
        ("locations.readonly", "locations"),
        ("resources.readonly", ""),
    ],
)
async def test_nothing_is_widened_or_invented(story: Story, scope: str, leave: str) -> None:
    """Neither a scope that was not given, nor more than there was."""
    partner, browser = await connected(story)
    assert (await take(browser, partner, scope, leave)).status == 404
    assert (await partner.refreshes()).json()["scope"] == SCOPE


async def test_the_last_thing_goes_only_with_the_connection(story: Story) -> None:
    """One scope alone is not offered to be taken; reading is, where it changes data."""
    _, browser = await connected(story, scope="resources")
    page = await browser.open(APPS)
    assert "Let it only read" in page.text
    assert "Take all of it away" not in page.text
