"""What may be left out on the consent page, what is new there, what a scope opens, and finding a network among many."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.protocol.ids import ClientId, UserId
from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import Browser, find_form
from frontdesk.testing.story import OWNER, Partner, Story, tokens_of
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

NOTHING, READ, WRITE = "", "locations.readonly", "locations"


async def choosy(story: Story, *, scope: str = "resources locations", optional: str = "locations") -> Partner:
    """An app that can do without some of its scopes."""
    partner = await story.partner(scope=scope)
    client = await story.house.store.find_client(ClientId(partner.client_id))
    assert client is not None
    changed = replace(client, optional_scopes=tuple(optional.split()), homepage="https://locks.example/")
    assert await story.house.store.change_app(client=changed, before=client, audit=story.an_audit_row("app.changed"))
    return partner


async def granted(partner: Partner, page: Reply, browser: Browser, **filled: str) -> Partner:
    """Allow with this choice, and fetch the tokens."""
    answer = await browser.submit(page, decision="allow", **filled)
    code = re.search(r"[?&]code=([^&]+)", answer.location)
    assert code is not None, answer.text
    assert (await partner.exchanges(code[1])).status == 200
    return partner


@pytest.mark.parametrize(
    ("chosen", "scope", "sees"),
    [
        (NOTHING, "resources", False),
        (READ, "resources locations.readonly", True),
        (WRITE, "resources locations", True),
        ("resources.readonly", "resources", False),
        ("invented", "resources", False),
    ],
)
async def test_sc_15_only_what_was_chosen_is_given(story: Story, chosen: str, scope: str, sees: bool) -> None:
    """SC-15: the answer lists what was granted, the API opens no more, and so does every refresh."""
    north = await story.network("Northside")
    partner = await choosy(story)
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    await granted(partner, page, browser, network=north.id, **{"scope.locations": chosen})
    assert partner.held.scope == scope
    for _ in range(2):
        assert await partner.is_let_in("GET /resources/v1", network=north.id)
        assert await partner.is_let_in("GET /locations/v1", network=north.id) is sees
        assert tokens_of(await partner.refreshes()).scope == scope
    wide = await partner.refreshes(scope="resources locations")
    assert wide.json()["scope"] == scope


async def test_a_refresh_for_what_was_given_in_part_gets_that_part(story: Story) -> None:
    """Asked for at authorize and given in part: cut silently to the part, as the contract cuts what was not given."""
    north = await story.network("Northside")
    partner = await choosy(story)
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    await granted(partner, page, browser, network=north.id, **{"scope.locations": READ})
    assert (await partner.refreshes(scope="locations")).json()["scope"] == READ
    assert (await partner.refreshes(scope="resources.readonly")).json()["error"] == "invalid_scope"


async def test_nothing_optional_is_chosen_beforehand(story: Story) -> None:
    """Somebody who only presses Allow gives the least that the app needs."""
    north = await story.network("Northside")
    partner = await choosy(story)
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    assert re.search(r'name="scope.locations" value="" checked', page.text)
    assert page.text.count('name="scope.locations"') == 3
    assert 'name="scope.resources"' not in page.text
    await granted(partner, page, browser, network=north.id)
    assert partner.held.scope == "resources"


async def test_allowing_nothing_at_all_asks_again_and_keeps_the_networks(story: Story) -> None:
    """A token without scopes would still open what needs none; the problem leads to the choices."""
    north = await story.network("Northside")
    await story.network("Annex")
    partner = await choosy(story, optional="resources locations")
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    again = await browser.submit(page, network=north.id, decision="allow")
    assert (again.status, again.header("location")) == (400, None)
    assert 'href="#choices"' in again.text
    assert 'id="choices"' in again.text
    assert f'value="{north.id}" checked' in again.text


async def test_a_choice_is_kept_where_the_page_is_shown_again(story: Story) -> None:
    """Without a network: the reason, and the level that was chosen."""
    await story.network("Northside")
    partner = await choosy(story)
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    again = await browser.submit(page, decision="allow", **{"scope.locations": READ})
    assert again.status == 400
    assert re.search(r'name="scope.locations" value="locations.readonly" checked', again.text)


async def test_again_only_what_is_new_is_told_as_new(story: Story) -> None:
    """What was given is folded away and chosen as before; the connection then holds both."""
    north = await story.network("Northside")
    partner = await choosy(story)
    browser = await story.signs_in()
    first = await browser.open(partner.authorize_target(scope="locations"))
    assert "asks for more than before" not in first.text
    await granted(partner, first, browser, network=north.id, **{"scope.locations": WRITE})
    page = await browser.open(partner.authorize_target())
    assert "Door Locks asks for more than before" in page.text
    new, old = page.text.split("What it may do already")
    assert "See and change resources" in new
    assert "locations" not in new.split("What is new?")[1]
    assert re.search(r'name="scope.locations" value="locations" checked', old)
    assert f'value="{north.id}" checked' in page.text


async def test_again_with_nothing_new_says_so(story: Story) -> None:
    """Where the app insists on the page."""
    north = await story.network("Northside")
    partner = await choosy(story)
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    await granted(partner, page, browser, network=north.id, **{"scope.locations": READ})
    assert "more than before" in (await browser.open(partner.authorize_target())).text
    narrow = await browser.open(partner.authorize_target(scope="resources", prompt="consent"))
    assert "Nothing of this is new" in narrow.text
    assert "more than before" not in narrow.text


async def test_the_page_says_what_each_scope_opens(story: Story) -> None:
    """By the document, and with what it includes; what changes data is told apart by more than its colour."""
    await story.network("Northside")
    partner = await story.partner()
    page = await (await story.signs_in()).open(partner.authorize_target())
    opened = page.text.split('<details class="opens">')[1].split("</details>")[0]
    assert "4 operations" in opened
    assert opened.count("Changes:") == 2
    assert opened.count("Reads:") == 2
    assert "DELETE /resources/v1/{id}" in opened


async def test_ad_04_a_summary_of_the_document_is_text(tmp_path: Path) -> None:
    """AD-04: script in the API's own texts is inert, and long ones are cut."""
    document = json.loads((Path(__file__).parents[2] / "src/frontdesk/testing/api.json").read_text())
    document["paths"]["/resources/v1"]["post"]["summary"] = "<script>alert(1)</script> Book '\"&" + "x" * 500
    (tmp_path / "api.json").write_text(json.dumps(document))
    story = await Story.begin(MemoryStore(), openapi=tmp_path / "api.json")
    await story.network("Northside")
    partner = await story.partner()
    page = await (await story.signs_in()).open(partner.authorize_target())
    assert "<script>alert" not in page.text
    assert "alert(1)" in page.text
    assert "x" * 201 not in page.text


async def test_who_asks_and_whether_somebody_has_checked(story: Story) -> None:
    """The publisher's site, verified or not."""
    await story.network("Northside")
    partner = await choosy(story)
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    assert "By <strong>locks.example</strong>" in page.text
    assert "not verified" in page.text
    client = await story.house.store.find_client(ClientId(partner.client_id))
    assert client is not None
    assert await story.house.store.set_client_review(
        client_id=client.id,
        seen=client.review,
        seen_at=client.review_at,
        review=client.review,
        note="",
        verified_at=story.clock.now(),
        now=story.clock.now(),
        audit=story.an_audit_row("app.verified"),
    )
    page = await browser.open(partner.authorize_target())
    assert "not verified" not in page.text
    assert "verified</span>" in page.text


async def test_among_many_networks_one_is_found_and_ticks_are_kept(story: Story) -> None:
    """Few are shown, words of the title find others, what is ticked stays in sight, and Enter allows nothing."""
    networks = {
        title: (await story.network(title)).id
        for title in (f"Place {n:03d} {'North' if n % 2 else 'South'}" for n in range(60))
    }
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    assert page.text.count('type="checkbox"') == 12
    assert "48 more are not shown" in page.text
    assert page.text.index('value="search"') < page.text.index('value="deny"') < page.text.index('value="allow"')
    chosen = networks["Place 003 North"]
    found = await browser.submit(page, decision="search", sought="south 05", network=chosen)
    assert found.status == 200
    assert f'value="{chosen}" checked' in found.text
    titles = re.findall(r"<span>(Place [^<]+)</span>", found.text)
    assert titles == ["Place 003 North", *(f"Place {n:03d} South" for n in range(50, 60, 2))]
    none = await browser.submit(found, decision="search", sought="<b>", network=chosen)
    assert "No network of yours is called “&lt;b&gt;”" in none.text
    await granted(partner, none, browser, network=chosen)
    assert await partner.is_let_in("GET /resources/v1", network=chosen)
    assert (await partner.calls("GET /resources/v1", network=networks["Place 050 South"])).status == 403


async def test_enter_presses_neither_allow_nor_deny(story: Story) -> None:
    """The form's first button is what Enter presses: it gives the page back as it was filled in."""
    north = await story.network("Northside")
    await story.network("Annex")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    buttons = re.findall(r'<button[^>]* value="(\w+)"', page.text)
    assert buttons == ["search", "deny", "allow"]
    again = await browser.submit(page, decision="search", network=north.id)
    assert again.status == 200
    assert f'value="{north.id}" checked' in again.text


async def test_a_search_is_no_decision(story: Story) -> None:
    """Nothing is stored, whatever is ticked."""
    north = await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    form = find_form(page, fields=frozenset({"decision"}))
    await browser.post(form.action, [*form.hidden, ("network", north.id), ("decision", "search")])
    user = await story.house.store.find_user_by_email(OWNER)  # type: ignore[arg-type]
    assert user is not None
    assert await story.house.store.find_connection(UserId(user.id), ClientId(partner.client_id)) is None
