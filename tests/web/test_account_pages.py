"""The account's pages as a browser sees them (rows OW, TN; the contract's "Only the network's owner")."""

import re

import pytest

from frontdesk.testing.browser import find_form
from frontdesk.testing.story import CALLBACK, OPERATOR, OWNER, Customer, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

ADA = "ada@north.example"
_SECRET = re.compile(r"fdns_[A-Za-z0-9_-]{20,}")


async def regenerate(story: Story, north: Customer, title: str = "Northside") -> Reply:
    """The owner regenerates in a browser."""
    browser = await story.signs_in()
    return await browser.submit(await browser.open(f"/account/networks/{north.id}/api"), title=title)


async def test_the_owner_sees_id_last_four_and_a_curl_line(story: Story) -> None:
    """And no secret, on no page."""
    north = await story.network("Northside")
    page = await (await story.signs_in()).open(f"/account/networks/{north.id}/api")
    assert page.status == 200
    assert north.client_id in page.text
    assert f"<code>{north.client_secret[-4:]}</code>" in page.text
    assert f"curl --user &#39;{north.client_id}&#39; http://desk.example/" in page.text
    assert _SECRET.search(page.text) is None
    assert "never" in page.text


async def test_the_new_secret_is_shown_once(story: Story) -> None:
    """In the answer to the form, which no cache keeps; a reload conflicts, and no other page has it."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(f"/account/networks/{north.id}/api")
    shown = await browser.submit(page, title="Northside")
    assert (shown.status, shown.header("cache-control")) == (200, "no-store")
    found = _SECRET.search(shown.text)
    assert found is not None
    assert found.group() != north.client_secret
    assert "fdns_" not in shown.text.split("<title>")[1].split("</title>")[0]
    again = await browser.submit(page, title="Northside")
    assert again.status == 409
    assert "Somebody regenerated these credentials" in again.text
    for reply in (again, await browser.open(f"/account/networks/{north.id}/api"), await browser.open("/account")):
        assert _SECRET.search(reply.text) is None
        assert found.group()[-4:] in reply.text
    assert not await north.is_let_in("GET /resources/v1")


async def test_a_mistyped_title_does_nothing(story: Story) -> None:
    """The page comes back with the reason, linked to the field, the fold open, and what was typed."""
    north = await story.network("Northside")
    reply = await regenerate(story, north, "Northsid")
    assert reply.status == 400
    assert "<title>Error: " in reply.text
    assert 'href="#title"' in reply.text
    assert 'value="Northsid"' in reply.text
    assert '<details class="end" open>' in reply.text
    assert await north.is_let_in("GET /resources/v1")


@pytest.mark.parametrize("version", ["", "0", "-1", "1e9", "99999999999999999999", "²", "x"])
async def test_a_version_that_was_never_shown_conflicts(story: Story, version: str) -> None:
    """409, never 500, and the old pair lives."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    form = find_form(await browser.open(f"/account/networks/{north.id}/api"), fields=frozenset({"title"}))
    pairs = {**dict(form.hidden), "version": version, "title": "Northside"}
    assert (await browser.post(form.action, list(pairs.items()))).status == 409
    assert await north.is_let_in("GET /resources/v1")


def own_paths(network_id: str) -> list[str]:
    """The pages of one network."""
    return [f"/account/networks/{network_id}/api", f"/account/networks/{network_id}/apps"]


async def test_tn_07_a_strangers_network_is_404(story: Story) -> None:
    """The same page as for one that does not exist."""
    await story.network("Northside")
    south = await story.network("Southside", owner="sam@south.example")
    browser = await story.signs_in()
    for foreign, absent in zip(own_paths(south.id), own_paths("018f6c2a-91aa-7000-8000-000000000000"), strict=True):
        theirs, nobodys = await browser.open(foreign), await browser.open(absent)
        assert (theirs.status, nobodys.status) == (404, 404)
        assert re.sub(r"Request \S+", "", theirs.text) == re.sub(r"Request \S+", "", nobodys.text)
        assert "Southside" not in theirs.text


async def test_tn_14_no_form_reaches_a_foreign_network(story: Story) -> None:
    """Every form of the own network, posted with the token for the foreign address or the foreign id inside."""
    north = await story.network("Northside")
    south = await story.network("Southside", owner="sam@south.example")
    browser = await story.signs_in()
    form = find_form(await browser.open(f"/account/networks/{north.id}/api"), fields=frozenset({"title"}))
    target = form.action.replace(north.id, south.id)
    assert (await browser.post(target, [*form.hidden, ("title", "Southside")])).status == 403
    assert await south.is_let_in("GET /resources/v1")


@pytest.mark.parametrize("role", ["administrator", "member"])
async def test_ow_04_ow_07_who_is_not_the_owner_sees_no_credential(story: Story, role: str) -> None:
    """403 for those who belong, 404 once they do not; client id, last four and secret on none of their pages."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role=role, origin=OPERATOR)
    browser = await story.signs_in(ADA)
    replies = [await browser.open(path) for path in ["/account", "/account/apps", *own_paths(north.id)]]
    assert [reply.status for reply in replies] == [200, 200, 403, 403]
    for reply in replies:
        assert north.client_id not in reply.text
        assert north.client_secret[-4:] not in reply.text
    await story.operator.remove_role(ADA, network_id=north.id, origin=OPERATOR)
    assert [(await browser.open(path)).status for path in own_paths(north.id)] == [404, 404]


async def test_disconnecting_in_a_browser_refuses_the_next_call(story: Story) -> None:
    """From the list to the consequence to the end."""
    partner = await story.connected_partner()
    story.clock.pass_minutes(1)  # one mail a minute
    browser = await story.signs_in()
    page = await browser.open("/account/apps")
    assert "Door Locks" in page.text
    assert "never used" in page.text
    assert "is refused everywhere from its next call on" in page.text
    after = await browser.submit(page, action="/account/apps/disconnect")
    assert "Nothing connected" in after.text
    assert not await partner.is_let_in("GET /resources/v1")
    gone = await browser.submit(page, action="/account/apps/disconnect")
    assert gone.status == 404


async def test_dropping_one_network_in_a_browser(story: Story) -> None:
    """The named network ends, the other stays."""
    north, annex = await story.network("Northside"), await story.network("Annex")
    partner = await story.connected_partner(networks=[north.id, annex.id])
    story.clock.pass_minutes(1)
    browser = await story.signs_in()
    page = await browser.open("/account/apps")
    form = find_form(page, action="/account/apps/drop-network")
    chosen = dict(form.hidden)["network"]
    after = await browser.submit(page, action="/account/apps/drop-network")
    assert "In one network" in after.text
    other = {north.id, annex.id} - {chosen}
    assert not await partner.is_let_in("GET /resources/v1", network=chosen)
    assert await partner.is_let_in("GET /resources/v1", network=other.pop())


async def test_add_a_network_shows_the_consent_page_again(story: Story) -> None:
    """Always, although consent could be skipped; it ends at the app's own address."""
    north, annex = await story.network("Northside"), await story.network("Annex")
    partner = await story.connected_partner(networks=[north.id])
    story.clock.pass_minutes(1)
    browser = await story.signs_in()
    page = await browser.submit(await browser.open("/account/apps"), action="/account/apps/add-network")
    assert "wants to use" in page.text
    boxes = re.findall(r'name="network" value="([^"]+)"( checked)?', page.text)
    assert dict(boxes) == {annex.id: "", north.id: " checked"}
    done = await browser.submit(page, network=[north.id, annex.id], decision="allow")
    assert done.location.startswith(CALLBACK)
    assert (await partner.exchanges(done.location.split("code=")[1].split("&")[0])).status == 200
    assert await partner.is_let_in("GET /resources/v1", network=annex.id)


async def test_the_owner_cuts_an_administrators_app(story: Story) -> None:
    """Seen with who connected it; gone with the next call."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(networks=[north.id], owner=ADA)
    browser = await story.signs_in()
    page = await browser.open(f"/account/networks/{north.id}/apps")
    assert ADA in page.text
    assert "Door Locks" in page.text
    after = await browser.submit(page, action=f"/account/networks/{north.id}/apps/cut")
    assert "No app has access" in after.text
    assert not await partner.is_let_in("GET /resources/v1")


async def test_empty_pages_say_what_will_be_there(story: Story) -> None:
    """And offer the next step."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    assert "Nothing connected" in (await browser.open("/account/apps")).text
    assert "No app has access" in (await browser.open(f"/account/networks/{north.id}/apps")).text
    home = await browser.open("/account")
    assert "You have connected no app." in home.text
    assert "never used" in home.text
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    ada = await story.signs_in(ADA)
    await story.operator.remove_role(ADA, network_id=north.id, origin=OPERATOR)
    assert "No network yet" in (await ada.open("/account")).text


async def test_signing_out_ends_at_a_page_that_says_so(story: Story) -> None:
    """With the way back in; the session's row is gone."""
    await story.network("Northside")
    browser = await story.signs_in()
    kept = browser.cookies["fd_session"]
    page = await browser.submit(await browser.open("/account"), action="/sign-out")
    assert "You are signed out" in page.text
    assert 'href="/sign-in"' in page.text
    browser.cookies["fd_session"] = kept
    assert "E-mail address" in (await browser.open("/account")).text


async def test_last_uses_are_told(story: Story) -> None:
    """Relative, with the exact time beside it."""
    north = await story.network("Northside")
    credential = await story.house.store.find_credential_of(north.id)
    assert credential is not None
    await story.house.store.touch(grants=[], credentials=[(credential.client_id, story.clock.now(), "192.0.2.9")])
    browser = await story.signs_in(OWNER)
    story.clock.pass_minutes(125)
    page = await browser.open(f"/account/networks/{north.id}/api")
    assert re.search(r'<time datetime="20\d\d-[^"]+Z" title="[^"]+ UTC">2 hours ago</time>', page.text)
