"""An app's secrets side by side, and becoming strict, as its makers see them."""

import re
from html import unescape

import pytest

from frontdesk.protocol.ids import DAY, ClientId
from frontdesk.protocol.records import Profile
from frontdesk.testing.browser import Browser, find_form
from frontdesk.testing.story import OWNER, Partner, Story
from frontdesk.testing.wire import Reply
from web.partnering import becomes_partner, makes_app, pair_in, path_in

pytestmark = pytest.mark.anyio


async def an_app(story: Story) -> tuple[Browser, Partner, str]:
    """A partner's browser, the app connected to the partner's network, and its security page."""
    north = await story.network("Northside")
    browser = await becomes_partner(story)
    fresh = await makes_app(browser, redirect_uris="https://partner.example/cb")
    client_id, secret = pair_in(fresh)
    app = Partner(story=story, client_id=client_id, client_secret=secret)
    await app.connects(browser, networks=[north.id])
    return browser, app, f"{path_in(fresh)}/security"


async def presses(browser: Browser, path: str, step: str, **filled: str) -> Reply:
    """One of the page's buttons."""
    return await browser.submit(await browser.open(path), step=step, **filled)


def text_of(page: Reply) -> str:
    """What a page says."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


async def test_a_secret_is_changed_without_an_outage(story: Story) -> None:
    """Both work until the earlier one is ended; the page tells when it is silent, repeated requests included."""
    browser, app, path = await an_app(story)
    older = app.client_secret
    _, app.client_secret = pair_in(await presses(browser, path, "add"))
    newer = app.client_secret
    assert newer != older
    assert "A second secret of an app of yours" in story.mail.to(OWNER)[-1].text

    assert "silent for a day" not in text_of(await browser.open(path)), "nobody has watched for a day yet"

    for secret in (newer, older, older):
        app.client_secret = secret
        assert (await app.refreshes()).status == 200
    await story.secret_uses.flush(everything=True)
    assert "The earlier secret" in text_of(await browser.open(path))
    assert "still used" in text_of(await browser.open(path))

    story.clock.pass_seconds(DAY // 2_000_000)
    browser = await story.signs_in()
    assert (await app.refreshes()).status == 200, "the very bytes of before"
    await story.secret_uses.flush(everything=True)
    story.clock.pass_seconds(DAY // 2_000_000 + 60)
    browser = await story.signs_in()
    assert "still used" in text_of(await browser.open(path))
    story.clock.pass_seconds(DAY // 2_000_000)
    browser = await story.signs_in()
    assert "silent for a day" in text_of(await browser.open(path))

    assert (await presses(browser, path, "end")).status == 200
    assert "still works" not in text_of(await browser.open(path))
    assert "The earlier secret" not in text_of(await browser.open(path))
    assert (await app.refreshes()).status == 401
    app.client_secret = newer
    assert (await app.refreshes()).status == 200


async def test_a_page_that_is_behind_changes_nothing(story: Story) -> None:
    """Two tabs: the second one's button finds the secrets changed, and says so."""
    browser, app, path = await an_app(story)
    stale = await browser.open(path)
    await presses(browser, path, "add")
    for step in ("add", "end"):
        reply = await browser.post(path, [*_hidden(stale), ("step", step)])
        assert reply.status == 409
        assert "The secrets were changed after you opened this page" in reply.text
    assert (await app.refreshes()).status == 200


async def test_a_second_secret_takes_a_fresh_sign_in(story: Story) -> None:
    """Who comes upon a browser that was left open makes no secret."""
    browser, app, path = await an_app(story)
    story.clock.pass_minutes(6)
    page = await presses(browser, path, "add")
    assert browser.at.startswith("/sign-in?next=%2Fpartner")
    assert "fdcs_" not in page.text
    client = await story.house.store.find_client(ClientId(app.client_id))
    assert client is not None
    assert len(client.digests) == 1


async def test_what_is_in_use_is_not_switched_off_by_mistake(story: Story) -> None:
    """The page lists what the app used; strict it becomes only when its makers insist."""
    browser, app, path = await an_app(story)
    await story.weak_forms.flush(everything=True)
    page = await browser.open(path)
    assert "codes without PKCE" in page.text
    assert "in use" in page.text
    refused = await browser.post(path, [*_hidden(page), ("step", "strict")])
    assert refused.status == 409
    assert "would stop working" in refused.text
    client = await story.house.store.find_client(ClientId(app.client_id))
    assert client is not None
    assert client.profile is Profile.COMPAT
    strict = await presses(browser, path, "strict", force="yes")
    assert "Strictly: it sends PKCE" in text_of(strict)
    changed = [row for row in await story.house.store.list_audit() if row.action == "client.profile_changed"]
    assert [row.actor.startswith("user:") for row in changed] == [True]


def _hidden(page: Reply) -> list[tuple[str, str]]:
    """The token and the number that the page was made with."""
    form = find_form(page, fields=frozenset({"step"}))
    number = re.search(r'name="number" value="(\d+)"', page.text)
    assert number is not None
    return [("form_token", dict(form.hidden)["form_token"]), ("number", number.group(1))]
