"""Network > Rules as its owner sees them, and what they do to consents."""

import re
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import DAY, MINUTE
from frontdesk.protocol.passkeys import Passkey
from frontdesk.protocol.records import Proof
from frontdesk.storage.memory import MemoryStore
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

ADA, MIA = "ada@north.example", "mia@north.example"


async def save(story: Story, north: Customer, **filled: str) -> Reply:
    """The owner saves rules in a browser."""
    story.clock.pass_minutes(1)
    browser = await story.signs_in()
    return await browser.submit(await browser.open(f"/account/networks/{north.id}/rules"), **filled)


def offered(page: Reply) -> list[str]:
    """The networks of a consent page."""
    return re.findall(r'name="network" value="([^"]+)"', page.text)


async def test_an_app_that_is_not_listed_cannot_be_connected(story: Story) -> None:
    """Not by its page, not by a forged form, not by a skipped page; where nothing is left, it says so."""
    north = await story.network("Northside")
    listed, other = await story.partner("Listed"), await story.partner("Other")
    browser = await story.signs_in()
    page = await browser.open(other.authorize_target())
    assert offered(page) == [north.id]
    saved = await save(story, north, apps="listed", another=listed.client_id)
    assert "Saved. These rules are in force." in saved.text
    assert re.search(r'value="1" checked><span>Listed', saved.text)
    forged = await browser.submit(page, network=[north.id], decision="allow")
    assert (forged.status, offered(forged)) == (400, [])
    empty = await browser.open(other.authorize_target())
    assert "You have no network to connect" in empty.text
    assert offered(await browser.open(listed.authorize_target())) == [north.id]


async def test_what_was_connected_before_goes_on_and_is_not_renewed(story: Story) -> None:
    """The tokens work; the next authorize request is not waved through any more."""
    north = await story.network("Northside")
    partner = await story.connected_partner(networks=[north.id])
    await save(story, north, apps="listed")
    assert await partner.is_let_in("GET /resources/v1")
    story.clock.pass_minutes(1)
    page = await (await story.signs_in()).open(partner.authorize_target())
    assert (page.status, offered(page)) == (200, [])


async def test_only_administrators_connect_apps_where_the_rules_say_so(story: Story) -> None:
    """A member may where the service lets members; not here any more."""
    story = await Story.begin(story.house.store, picker_roles=("owner", "administrator", "member"))
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    await story.operator.give_role(MIA, network_id=north.id, role="member", origin=OPERATOR)
    partner = await story.partner()
    ada, mia = await story.signs_in(ADA), await story.signs_in(MIA)
    assert offered(await mia.open(partner.authorize_target())) == [north.id]
    await save(story, north, apps="any", administrators_only="1")
    assert offered(await mia.open(partner.authorize_target())) == []
    assert offered(await ada.open(partner.authorize_target())) == [north.id]


async def test_a_connection_ends_after_its_days(story: Story) -> None:
    """Its next call is refused, and its person is asked anew."""
    north = await story.network("Northside")
    partner = await story.connected_partner(networks=[north.id])
    await save(story, north, days="30", apps="any")
    story.clock.pass_minutes(30 * DAY // MINUTE - 2)
    await story.house.store.clean(now=story.clock.now(), limit=100)
    assert (await partner.refreshes()).status == 200
    story.clock.pass_minutes(120)
    await story.house.store.clean(now=story.clock.now(), limit=100)
    assert (await partner.refreshes()).status == 400
    assert "wants to use" in (await (await story.signs_in()).open(partner.authorize_target())).text


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"days": "0"}, "days"),
        ({"days": "3651"}, "days"),
        ({"days": "-1"}, "days"),
        ({"days": "²"}, "days"),
        ({"days": "many"}, "days"),
        ({"apps": "listed", "another": "fdci_nobody"}, "another"),
        ({"apps": "listed", "another": "' OR 1=1 --"}, "another"),
    ],
)
async def test_what_cannot_be_is_said_at_its_field(story: Story, filled: dict[str, str], field: str) -> None:
    """Nothing is saved, and what was typed stays."""
    north = await story.network("Northside")
    reply = await save(story, north, **{"apps": "any", **filled})
    assert reply.status == 400
    assert f'href="#{field}"' in reply.text
    assert await story.house.store.find_network_rules(north.id) is None
    if field == "days":
        assert f'value="{filled[field]}"' in reply.text


async def test_of_two_pages_the_second_is_told(story: Story) -> None:
    """409, with what is in force."""
    north = await story.network("Northside")
    browser = await story.signs_in()
    first = await browser.open(f"/account/networks/{north.id}/rules")
    assert "Saved." in (await browser.submit(first, days="10", apps="any")).text
    late = await browser.submit(first, days="20", apps="any")
    assert late.status == 409
    assert 'value="10"' in late.text
    history = await browser.open(f"/account/networks/{north.id}/history")
    assert "apps=any people=any days=10" in history.text


READ, WRITE = "GET /resources/v1", "POST /resources/v1"


async def test_a_new_connection_only_reads_until_the_owner_lets_it_write(story: Story) -> None:
    """The consent page says so; a call that writes gets 403; letting it write holds for later tokens too."""
    north, south = await story.network("Northside"), await story.network("Southside")
    await save(story, north, read_only_first="1")
    story.clock.pass_minutes(1)
    partner, browser = await story.partner(), await story.signs_in()
    page = await browser.open(partner.authorize_target())
    assert page.text.count("Here it only reads at first") == 1
    await partner.connects(browser, networks=[north.id, south.id])
    for network, written in ((north, 403), (south, 200)):
        assert (await partner.calls(READ, network=network.id)).status == 200
        assert (await partner.calls(WRITE, network=network.id)).status == written
    refused = await partner.calls(WRITE, network=north.id)
    assert refused.json()["type"] == "insufficientScope"
    apps = f"/account/networks/{north.id}/apps"
    listed = await browser.open(apps)
    assert "only reads here" in listed.text
    after = await browser.submit(listed, action=f"{apps}/let-write")
    assert "only reads here" not in after.text
    assert (await partner.calls(WRITE, network=north.id)).status == 200
    rows = [row.action for row in await story.house.store.list_audit(network_id=north.id)]
    assert "network.let_write" in rows
    story.clock.pass_minutes(1)
    await partner.connects(browser, networks=[north.id, south.id])
    assert (await partner.calls(WRITE, network=north.id)).status == 200
    page = await browser.open(partner.authorize_target(prompt="consent"))
    assert "Here it only reads at first" not in page.text


async def test_the_rule_holds_for_what_is_connected_from_then_on(story: Story) -> None:
    """Who wrote before goes on, with new tokens too; who was cut and comes back begins anew; an app that only reads
    is told nothing of it."""
    north = await story.network("Northside")
    partner = await story.connected_partner(networks=[north.id])
    await save(story, north, read_only_first="1")
    assert (await partner.calls(WRITE, network=north.id)).status == 200
    story.clock.pass_minutes(1)
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    assert (await partner.calls(WRITE, network=north.id)).status == 200
    reader = await story.partner("Reader")
    page = await browser.open(reader.authorize_target(scope="resources.readonly"))
    assert "Here it only reads at first" not in page.text
    apps = f"/account/networks/{north.id}/apps"
    await browser.submit(await browser.open(apps), action=f"{apps}/cut")
    await partner.connects(browser, networks=[north.id])
    assert (await partner.calls(WRITE, network=north.id)).status == 403
    assert (await partner.calls(READ, network=north.id)).status == 200


def proven_by(story: Story, proof: Proof) -> None:
    """Everybody who is signed in did so by this."""
    sessions = story.house.store.sessions  # type: ignore[attr-defined]
    sessions.update({key: replace(session, proof=proof) for key, session in sessions.items()})


@pytest.mark.parametrize("page", ["api", "api/new", "apps", "history", "history/export", "rules", "owner", "requests"])
async def test_an_owner_who_signed_in_by_mail_is_led_to_a_passkey_first(page: str) -> None:
    """Made first where there is none yet, so that nobody is locked out; signed in with where there is one."""
    story = await Story.begin(MemoryStore())
    north, south = await story.network("Northside"), await story.network("Southside")
    await save(story, north, owner_passkey="1")
    story.clock.pass_minutes(1)
    browser = await story.signs_in()
    path = f"/account/networks/{north.id}/{page}"
    shown = await browser.open(path)
    assert (shown.status, "You have no passkey yet" in shown.text) == (403, True)
    assert 'href="/account/security/passkeys"' in shown.text
    assert (await browser.open("/account/security/passkeys")).status == 200
    assert (await browser.open(f"/account/networks/{south.id}/{page}")).status == 200
    await has_passkey(story)
    shown = await browser.open(path)
    assert shown.status == 403
    assert "/sign-in?next=" in shown.text
    proven_by(story, Proof.PASSKEY)
    assert (await browser.open(path)).status == 200


async def has_passkey(story: Story) -> None:
    """The owner made one."""
    owner = await story.house.store.find_user_by_email(OWNER)
    now = story.clock.now()
    passkey = Passkey(
        id=b"one", user_id=owner.id, name="Phone", public_key=b"key", sign_count=0, synced=False, created_at=now
    )
    story.house.store.passkeys[passkey.id] = passkey


async def test_no_form_passes_either_and_others_are_told_nothing() -> None:
    """A page that was open before changes nothing; who is not the owner gets what they got."""
    story = await Story.begin(MemoryStore())
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    stale: Browser = await story.signs_in()
    rules = await stale.open(f"/account/networks/{north.id}/rules")
    await save(story, north, owner_passkey="1")
    off = await stale.submit(rules, action=f"/account/networks/{north.id}/rules")
    assert off.status == 403
    assert (await story.house.store.find_network_rules(north.id)).owner_passkey
    story.clock.pass_minutes(1)
    ada = await story.signs_in(ADA)
    told = await ada.open(f"/account/networks/{north.id}/rules")
    assert (told.status, "passkey" in told.text) == (403, False)
