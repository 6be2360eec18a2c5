"""The owner sees the network's secret again: the API page, a fresh sign-in, a minute, and what is left of it. D8."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.assemble.front import furnish
from frontdesk.protocol.ids import MINUTE
from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Story
from frontdesk.testing.wire import Reply
from storage.ready import open_new

pytestmark = pytest.mark.anyio

_SECRET = re.compile(r"fdns_[A-Za-z0-9_-]{20,}")


@pytest.fixture(params=["memory", "sqlite"])
async def forgetful(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Story]:
    """A house that tells secrets once and keeps none."""
    store = MemoryStore() if request.param == "memory" else await open_new(tmp_path)
    yield await Story.begin(store, secrets="once")
    await store.aclose()


def api_of(north: Customer) -> str:
    """The address of a network's API page."""
    return f"/account/networks/{north.id}/api"


async def presses(browser: Browser, north: Customer, page: Reply | None = None) -> Reply:
    """Press "Show secret" on the API page, or on one that was opened before."""
    page = page or await browser.open(api_of(north))
    return await browser.submit(page, action=f"{api_of(north)}/reveal")


async def test_the_owner_sees_the_secret_again(story: Story) -> None:
    """The very secret that opens the API; written down, mailed, and gone from every other page."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(api_of(north))
    assert "Show secret" in page.text
    assert _SECRET.search(page.text) is None
    shown = await presses(browser, north, page)
    found = _SECRET.search(shown.text)
    assert (shown.status, found and found.group()) == (200, north.client_secret)
    newest = (await story.house.store.list_audit(limit=1))[0]
    assert (newest.action, newest.network_id, newest.address) == ("credential.revealed", north.id, "192.0.2.7")
    assert newest.actor == f"user:{newest.user_id}"
    letter = story.mail.to(OWNER)[-1]
    assert letter.subject == "Frontdesk: API secret of Northside was shown"
    assert north.client_secret not in letter.text + repr(newest)
    after = await browser.open(api_of(north))
    assert "Secret last shown" in after.text
    assert _SECRET.search(after.text) is None
    assert await north.is_let_in("GET /resources/v1")


async def test_a_regenerated_secret_can_be_seen_too(story: Story) -> None:
    """By the owner or the operator: each new pair is kept, and the old one is not shown any more."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    fresh = await browser.submit(await browser.open(api_of(north)), title="Northside")
    assert "see it again" in fresh.text.replace("\n    ", " ")
    by_owner = _SECRET.search(fresh.text)
    seen = _SECRET.search((await presses(browser, north)).text)
    assert by_owner is not None
    assert seen is not None
    assert by_owner.group() == seen.group() != north.client_secret
    made = await story.operator.regenerate_credential(north.id, origin=OPERATOR)
    again = _SECRET.search((await presses(browser, north)).text)
    assert again is not None
    assert again.group() == made.secret  # type: ignore[union-attr]


@pytest.mark.parametrize(("age", "shows"), [(5 * MINUTE - 1, True), (5 * MINUTE, False)])
async def test_fresh_is_five_minutes(story: Story, age: int, shows: bool) -> None:
    """Half-open: the very instant is too late."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    story.clock.pass_micros(age)
    reply = await presses(browser, north)
    assert bool(_SECRET.search(reply.text)) is shows


async def test_step_up_by_code_and_back_to_the_page(story: Story) -> None:
    """Sign in again, with the address filled in, return to the same page, press again; the old session is over."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    story.clock.pass_minutes(30)
    page = await browser.open(api_of(north))
    assert "You sign in again first" in page.text
    old = browser.cookies["fd_session"]
    step_up = await presses(browser, north, page)
    assert "<h1>Sign in again</h1>" in step_up.text
    assert f'value="{OWNER}"' in step_up.text
    code_page = await browser.submit(step_up, email=OWNER)
    wrong = await browser.submit(code_page, code="000000" if story.login_code(OWNER) != "000000" else "000001")
    assert wrong.status == 400
    assert "again=1" in wrong.text
    back = await browser.submit(wrong, code=story.login_code(OWNER))
    assert browser.at == api_of(north)
    assert "You sign in again first" not in back.text
    assert _SECRET.search(back.text) is None
    shown = await presses(browser, north, back)
    assert north.client_secret in shown.text
    browser.cookies["fd_session"] = old
    assert "E-mail address" in (await browser.open(api_of(north))).text


async def test_the_step_up_answers_with_303(story: Story) -> None:
    """After a form, so that no browser repeats it elsewhere (RU-33)."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(api_of(north))
    story.clock.pass_minutes(5)
    form = next(form for form in re.findall(r"<form\b.*?</form>", page.text, re.S) if "/reveal" in form)
    pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    reply = await browser._call("POST", f"{api_of(north)}/reveal", (), pairs)
    assert reply.status == 303
    assert reply.location == f"/sign-in?next=%2Faccount%2Fnetworks%2F{north.id}%2Fapi&again=1"


async def test_whoever_is_fresh_is_not_asked_again(story: Story) -> None:
    """Coming back to the step-up by the browser's history leads on, and to our own pages only."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    await browser.open(f"/sign-in?next={api_of(north)}&again=1")
    assert browser.at == api_of(north)
    await browser.open("/sign-in?next=https://evil.example/&again=1")
    assert browser.at == "/account"


async def test_a_stranger_signs_in_anew_where_nobody_is(story: Story) -> None:
    """`again` without a session is plain signing in."""
    await story.network("Northside")
    page = await story.browser().open("/sign-in?again=1")
    assert "<h1>Sign in</h1>" in page.text


async def test_it_hides_by_itself(story: Story) -> None:
    """A minute, told to browsers with and without scripts; the script comes from one address and no other."""
    north = await story.network("Northside")
    shown = await presses(await story.signs_in(), north)
    assert shown.header("refresh") == f"60; url={api_of(north)}"
    source = re.search(r'<script src="([^"]+)" defer></script>', shown.text)
    assert source is not None
    assert f"script-src http://desk.example{source.group(1)};" in (shown.header("content-security-policy") or "")
    script = await story.browser().get(source.group(1))
    assert (script.status, script.header("content-type")) == (200, "text/javascript; charset=utf-8")
    story.clock.pass_minutes(2)  # one mail a minute
    page = await (await story.signs_in(browser=story.browser(peer="192.0.2.8"))).open("/account")
    assert "script" not in (page.header("content-security-policy") or "")


async def test_a_house_that_tells_once_keeps_and_shows_nothing(forgetful: Story) -> None:
    """Only the digest is there; the page says so and offers to regenerate, whose secret is told once as well."""
    north = await forgetful.network("Northside")
    pair = await forgetful.house.store.find_credential_of(north.id)
    assert pair is not None
    assert pair.sealed_secret is None
    browser = await forgetful.signs_in()
    page = await browser.open(api_of(north))
    assert "told once, when it was made, and not kept" in page.text
    assert "Show secret" not in page.text
    fresh = await browser.submit(page, title="Northside")
    assert "The secret is shown this once" in fresh.text
    pair = await forgetful.house.store.find_credential_of(north.id)
    assert pair is not None
    assert pair.sealed_secret is None


async def test_changing_to_once_hides_what_was_kept(story: Story) -> None:
    """A house that keeps no secrets shows none, whatever it kept before."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(api_of(north))
    later = await Story.begin(story.house.store, secrets="once")
    later.clock.at = story.clock.at
    house = replace(story.house, settings=later.house.settings)
    browser.app = furnish(house, worker=0).front
    refused = await presses(browser, north, page)
    assert refused.status == 409
    assert "told once and not kept" in refused.text
    assert _SECRET.search(refused.text) is None


async def test_a_secret_whose_key_is_gone_is_not_shown(story: Story) -> None:
    """The page says that it was not kept, with regenerating at hand; nothing is written down."""
    north = await story.network("Northside")
    pair = await story.house.store.find_credential_of(north.id)
    assert pair is not None
    assert pair.sealed_secret is not None
    other = replace(pair, version=2, sealed_secret=pair.sealed_secret[:-4] + "AAAA")
    audit = story.an_audit_row("credential.regenerated")
    assert await story.house.store.regenerate_credential(credential=other, replaces_version=1, audit=audit)
    reply = await presses(await story.signs_in(), north)
    assert reply.status == 409
    assert "told once and not kept" in reply.text
    assert '<details class="end" open>' in reply.text
    actions = [event.action for event in await story.house.store.list_audit()]
    assert "credential.revealed" not in actions
