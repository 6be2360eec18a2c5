"""Account > network > API: several pairs, each narrowed and ended for itself; an old one beside the new one."""

import re
from dataclasses import replace

import pytest

from frontdesk.testing.browser import Browser, find_form
from frontdesk.testing.story import OWNER, Customer, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

READ, WRITE, OTHER = "GET /resources/v1", "POST /resources/v1", "GET /locations/v1"
_SECRET = re.compile(r"fdns_[A-Za-z0-9_-]{20,}")
_ID = re.compile(r'id="client-id"[^>]*>(fdni_[0-9A-Za-z]{22})<')


def api_of(north: Customer) -> str:
    """The address of a network's API page."""
    return f"/account/networks/{north.id}/api"


def told(north: Customer, page: Reply) -> Customer:
    """The pair that a page has just told."""
    (secret,) = set(_SECRET.findall(page.text))
    client_id = _ID.search(page.text)
    assert client_id is not None
    return replace(north, client_id=client_id[1], client_secret=secret)


async def makes(browser: Browser, north: Customer, **wish: str) -> Customer:
    """The owner makes another pair."""
    return await makes_on(browser, north, await browser.open(f"{api_of(north)}/new"), **wish)


async def makes_on(browser: Browser, north: Customer, page: Reply, name: str, **wish: str) -> Customer:
    """The owner fills in the form that is open."""
    told_on = await browser.submit(page, action=f"{api_of(north)}/new", name=name, **wish)
    assert told_on.status == 200
    return told(north, told_on)


async def regenerates(browser: Browser, north: Customer, at: str, overlap: str) -> Customer:
    """The owner regenerates the pair whose page is there, and keeps the old one for a while."""
    page = await browser.submit(await browser.open(at), action=f"{at}/regenerate", title="Northside", overlap=overlap)
    assert page.status == 200
    return told(north, page)


async def test_an_owner_makes_another_pair_and_narrows_it(story: Story) -> None:
    """It works as far as was said and no further; the main one goes on; the owner hears of both by mail."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    reports = await makes(browser, north, name="Reports", read_only="1")
    assert await reports.is_let_in(READ)
    assert (await reports.calls(WRITE)).json()["type"] == "operationForbidden"
    assert await north.is_let_in(WRITE)
    assert "API credentials named Reports were made for Northside" in story.mail.to(OWNER)[-1].text
    listed = await browser.open(api_of(north))
    assert "Reports" in listed.text
    assert "Reads only." in listed.text
    at = f"{api_of(north)}/credentials/{reports.client_id}"
    assert f'href="{at}"' in listed.text

    one = await browser.open(at)
    changed = await browser.submit(one, action=f"{at}/change", name="Locations", read_only="1", operations=OTHER)
    assert "<h1>Locations</h1>" in changed.text
    assert not await reports.is_let_in(READ)
    assert await reports.is_let_in(OTHER)
    assert OTHER in changed.text
    assert "named Locations of Northside may be used for was changed" in story.mail.to(OWNER)[-1].text
    actions = [row.action for row in await story.house.store.list_audit(network_id=north.id)]  # type: ignore[arg-type]
    assert actions[:2] == ["credential.changed", "credential.added"]


async def test_ending_a_named_pair_ends_it_alone(story: Story) -> None:
    """Its page is gone, and the next call gets 401."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    reports = await makes(browser, north, name="Reports")
    at = f"{api_of(north)}/credentials/{reports.client_id}"
    after = await browser.submit(await browser.open(at), action=f"{at}/end")
    assert "Reports" not in after.text
    assert (await reports.calls(READ)).status == 401
    assert await north.is_let_in(READ)
    assert (await browser.open(at)).status == 404


async def test_the_main_pair_can_be_narrowed_too(story: Story) -> None:
    """By name, nothing and no last day: reading, operations and addresses, from the next call on; and widened again."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(api_of(north))
    assert "They open the whole API for this network" in page.text
    assert not {"name", "last_day"} & set(find_form(page, action=f"{api_of(north)}/change").fields)
    changed = await browser.submit(page, action=f"{api_of(north)}/change", read_only="1", operations=OTHER)
    assert changed.status == 200
    assert "Reads only." in changed.text
    assert "They open the API for this network, as far as you let them" in changed.text
    assert await north.is_let_in(OTHER)
    assert (await north.calls(WRITE)).json()["type"] == "operationForbidden"
    assert "may be used for was changed" in story.mail.to(OWNER)[-1].text
    after = await regenerates(browser, north, api_of(north), "now")
    assert not await after.is_let_in(READ)
    page = await browser.open(api_of(north))
    form = find_form(page, action=f"{api_of(north)}/change")
    kept = [(name, value) for name, value in form.hidden if name != "read_only"]
    wide = await browser.post(form.action, [*kept, ("operations", ""), ("addresses", "")])
    assert wide.status == 200
    assert await after.is_let_in(WRITE)


async def test_what_cannot_be_meant_of_the_main_pair_is_said_on_its_page(story: Story) -> None:
    """With what was typed, the fold open; a last day that is forged into the form is refused."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(api_of(north))
    wrong = await browser.submit(page, action=f"{api_of(north)}/change", addresses="192.0.2.300", read_only="1")
    assert (wrong.status, "192.0.2.300 is no address" in wrong.text) == (400, True)
    assert '<a href="#addresses">' in wrong.text
    assert "<details open>" in wrong.text
    form = find_form(page, action=f"{api_of(north)}/change")
    forged = await browser.post(form.action, [*form.hidden, ("last_day", "2099-01-31"), ("name", "Mine")])
    assert (forged.status, "have no last day" in forged.text) == (400, True)
    assert await north.is_let_in(WRITE)


@pytest.mark.parametrize(
    ("wish", "field", "words"),
    [
        ({"name": " "}, "name", "Give it a name"),
        ({"name": "x" * 61}, "name", "Give it a name"),
        ({"name": "Taken"}, "name", "Other credentials of this network have that name"),
        ({"name": "N", "operations": "GET /resource/v1"}, "operations", "Did you mean GET /resources/v1?"),
        ({"name": "N", "operations": "BREW /tea"}, "operations", "The API has no operation BREW /tea"),
        ({"name": "N", "addresses": "192.0.2.300"}, "addresses", "192.0.2.300 is no address"),
        ({"name": "N", "addresses": "192.0.2.7/24"}, "addresses", "all 256 addresses of 192.0.2.0/24"),
        ({"name": "N", "addresses": "0.0.0.0/0"}, "addresses", "That is every address"),
        ({"name": "N", "last_day": "2020-01-31"}, "last_day", "That day is over"),
        ({"name": "N", "last_day": "31.1.2027"}, "last_day", "Write the last day as year, month and day"),
    ],
)
async def test_what_cannot_be_meant_is_said_at_its_field(
    story: Story, wish: dict[str, str], field: str, words: str
) -> None:
    """With a link to it; what was typed stays, the title says so, and nothing is made."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    await makes(browser, north, name="Taken")
    page = await browser.open(f"{api_of(north)}/new")
    reply = await browser.submit(page, action=f"{api_of(north)}/new", **{"addresses": "", "read_only": "1", **wish})
    assert reply.status == 400
    assert f'<a href="#{field}">' in reply.text
    assert words in reply.text
    assert "<title>Error:" in reply.text
    assert re.search(rf'id="{field}"[^>]* aria-invalid="true"', reply.text)
    assert re.search(r'name="read_only"[^>]* checked', reply.text)
    for typed in wish.values():
        assert typed in reply.text
    assert len(await story.house.store.list_credentials_of(north.id)) == 2


async def test_several_faults_are_told_at_once(story: Story) -> None:
    """One link each."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(f"{api_of(north)}/new")
    reply = await browser.submit(page, action=f"{api_of(north)}/new", name="", addresses="x", last_day="y")
    assert re.findall(r'<a href="#([a-z_]+)">', reply.text)[-3:] == ["name", "addresses", "last_day"]


async def test_making_one_asks_for_a_sign_in_of_a_moment_ago(story: Story) -> None:
    """ASVS 7.5: as showing one does, when the form is opened; filling it in may take half an hour."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(f"{api_of(north)}/new")
    story.clock.pass_minutes(29)
    assert await (await makes_on(browser, north, page, "Night shift")).is_let_in(READ)
    away = await browser.open(f"{api_of(north)}/new")
    assert "You sign in again first" in away.text
    assert 'name="addresses"' not in away.text
    story.clock.pass_minutes(1)
    late = await browser.submit(page, action=f"{api_of(north)}/new", name="Day shift")
    assert "Sign in again" in late.text
    assert len(await story.house.store.list_credentials_of(north.id)) == 2
    again = await browser.submit(late, email=OWNER)
    back = await browser.submit(again, code=story.login_code(OWNER))
    assert await (await makes_on(browser, north, back, "Day shift")).is_let_in(READ)


async def test_what_a_form_says_of_its_opening_is_not_believed(story: Story) -> None:
    """Its token covers that: another moment in its place is no form of ours."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    form = find_form(await browser.open(f"{api_of(north)}/new"), action=f"{api_of(north)}/new")
    story.clock.pass_minutes(31)
    forged = [(name, str(story.clock.now()) if name == "request" else value) for name, value in form.hidden]
    assert (await browser.post(form.action, [*forged, ("name", "Backdoor")])).status == 403
    assert len(await story.house.store.list_credentials_of(north.id)) == 1


@pytest.mark.parametrize(("overlap", "minutes"), [("1h", 60), ("24h", 24 * 60), ("7d", 7 * 24 * 60)])
async def test_an_old_pair_goes_on_for_as_long_as_was_chosen(story: Story, overlap: str, minutes: int) -> None:
    """Then it is refused without anybody's doing, and the page says nothing of it any more."""
    old = await story.network("Northside")
    browser = await story.signs_in()
    new = await regenerates(browser, old, api_of(old), overlap)
    assert "go on until" in story.mail.to(OWNER)[-1].text
    assert await old.is_let_in(READ)
    assert await new.is_let_in(READ)
    assert "The former pair" in (await browser.open(api_of(old))).text
    story.clock.pass_minutes(minutes)
    assert (await old.calls(READ)).status == 401
    assert await new.is_let_in(READ)
    browser = await story.signs_in()
    assert "The former pair" not in (await browser.open(api_of(old))).text


@pytest.mark.parametrize("overlap", ["", "now", "forever"])
async def test_without_an_overlap_the_old_pair_is_refused_at_once(story: Story, overlap: str) -> None:
    """That is the rule: whatever else the form may say."""
    old = await story.network("Northside")
    browser = await story.signs_in()
    await regenerates(browser, old, api_of(old), overlap)
    assert (await old.calls(READ)).status == 401


async def test_the_light_goes_on_when_the_old_pair_has_fallen_silent(story: Story) -> None:
    """A quarter of its time without a call; a call puts it out again; then the owner ends it by hand."""
    old = await story.network("Northside")
    browser = await story.signs_in()
    new = await regenerates(browser, old, api_of(old), "1h")
    page = await browser.open(api_of(old))
    assert "Perhaps still in use" in page.text
    story.clock.pass_minutes(15)
    assert "Silent: nothing has used it" in (await browser.open(api_of(old))).text
    assert await old.is_let_in(READ)
    await story.uses.flush()
    page = await browser.open(api_of(old))
    assert "Perhaps still in use" in page.text
    after = await browser.submit(page, action=f"{api_of(old)}/end-old")
    assert "The former pair" not in after.text
    assert (await old.calls(READ)).status == 401
    assert await new.is_let_in(READ)


async def test_a_named_pair_is_regenerated_and_ended_on_its_own_page(story: Story) -> None:
    """With its limits; the new one has a page of its own, and the old one's leads nowhere."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    old = await makes(browser, north, name="Reports", read_only="1")
    new = await regenerates(browser, north, f"{api_of(north)}/credentials/{old.client_id}", "24h")
    assert not await new.is_let_in(WRITE)
    assert "The API credentials named Reports of Northside were regenerated" in story.mail.to(OWNER)[-1].text
    at = f"{api_of(north)}/credentials/{new.client_id}"
    page = await browser.open(at)
    assert "The former pair" in page.text
    assert (await browser.open(f"{api_of(north)}/credentials/{old.client_id}")).status == 404
    after = await browser.submit(page, action=f"{api_of(north)}/end-old")
    assert "<h1>Reports</h1>" in after.text
    assert (await old.calls(READ)).status == 401
    shown = await browser.submit(await browser.open(at), action=f"{at}/reveal")
    assert new.client_secret in shown.text


async def test_the_page_tells_use_and_the_ready_made_line(story: Story) -> None:
    """When, from where, how often this week; the line names an operation that the pair may call."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    one = await makes(browser, north, name="Locations", operations=f"{WRITE}\n{OTHER}")
    at = f"{api_of(north)}/credentials/{one.client_id}"
    fresh = await browser.open(at)
    assert "never" in fresh.text
    for _ in range(3):
        assert await one.is_let_in(OTHER)
    await story.uses.flush()
    await story.calls.flush(everything=True)
    page = await browser.open(at)
    assert re.search(r"Calls this week</dt><dd>3<", page.text)
    assert re.search(r"Last used</dt><dd><time[^>]*>just now</time> from \d", page.text)
    assert f"curl --user &#39;{one.client_id}&#39; http://desk.example/locations/v1" in page.text


async def test_ow_02_two_pages_of_one_pair(story: Story) -> None:
    """What one did is not done by the other too: 409, and the pair that is in force is shown."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    reports = await makes(browser, north, name="Reports")
    at = f"{api_of(north)}/credentials/{reports.client_id}"
    stale, main = await browser.open(at), await browser.open(api_of(north))
    await regenerates(browser, north, at, "now")
    for action, filled in (("regenerate", {"title": "Northside"}), ("change", {"name": "Reports"}), ("end", {})):
        refused = await browser.submit(stale, action=f"{at}/{action}", **filled)
        assert refused.status == (409 if action == "regenerate" else 404)
    await regenerates(browser, north, api_of(north), "24h")
    late = await browser.submit(main, action=f"{api_of(north)}/regenerate", title="Northside")
    assert late.status == 409
    assert len(await story.house.store.list_credentials_of(north.id)) == 3


async def test_a_network_has_twenty_named_pairs_at_most(story: Story) -> None:
    """The page says so instead of a button, and a form that comes late does nothing."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(f"{api_of(north)}/new")
    for number in range(20):
        await makes(browser, north, name=f"n{number}")
    full = await browser.open(api_of(north))
    assert "as many credentials as it can have" in full.text
    assert f'href="{api_of(north)}/new"' not in full.text
    late = await browser.submit(page, action=f"{api_of(north)}/new", name="one more")
    assert late.status == 409
    assert len(await story.house.store.list_credentials_of(north.id)) == 21


async def test_tn_07_another_networks_pair_by_its_id(story: Story) -> None:
    """TN-07: under the own network's address it is no page, and no form of the own page does anything to it."""
    north = await story.network("Northside")
    south = await story.network("Southside", owner="sam@south.example")
    sam = await story.signs_in("sam@south.example")
    foreign = await makes_on(sam, south, await sam.open(f"{api_of(south)}/new"), "Reports")
    olena = await story.signs_in()
    await makes(olena, north, name="Reports")
    at = f"{api_of(north)}/credentials/{foreign.client_id}"
    assert (await olena.open(at)).status == 404
    assert (await olena.open(f"{api_of(south)}/credentials/{foreign.client_id}")).status == 404
    mine = await olena.open(api_of(north))
    for action in ("regenerate", "change", "end", "reveal"):
        form = find_form(mine, action=f"{api_of(north)}/regenerate")
        sent = await olena.post(f"{at}/{action}", [*form.hidden, ("title", "Northside"), ("name", "Mine")])
        assert sent.status in (403, 404)
    old = await regenerates(olena, north, api_of(north), "1h")
    page = await olena.open(api_of(north))
    form = find_form(page, action=f"{api_of(north)}/end-old")
    forged = [(name, foreign.client_id if name == "credential" else value) for name, value in form.hidden]
    assert (await olena.post(form.action, forged)).status == 404
    assert await foreign.is_let_in(READ)
    assert await old.is_let_in(READ)
