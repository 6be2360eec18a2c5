"""Network > Apps with access, as a browser sees it: who connected what, and taking over what somebody left behind."""

import re
from html import unescape

import pytest

from frontdesk.testing.browser import find_form
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Partner, Story

pytestmark = pytest.mark.anyio

ADA = "ada@north.example"


async def left_behind(story: Story) -> tuple[Customer, Partner]:
    """Ada, an administrator, connected an app and lost her role since."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(networks=[north.id], owner=ADA)
    assert await partner.is_let_in("GET /resources/v1")
    await story.operator.remove_role(ADA, network_id=north.id, origin=OPERATOR)
    return north, partner


async def test_the_owner_adopts_a_connection_whose_person_left(story: Story) -> None:
    """The very tokens that were refused are let in again; it is the owner's under Connected apps; Ada is told."""
    north, partner = await left_behind(story)
    assert not await partner.is_let_in("GET /resources/v1")
    browser = await story.signs_in()
    page = await browser.open(f"/account/networks/{north.id}/apps")
    assert "Stopped because somebody left" in page.text
    assert ADA in page.text
    after = await browser.submit(page, action=f"/account/networks/{north.id}/apps/adopt")
    assert "Stopped because somebody left" not in after.text
    assert f"<strong>{OWNER}</strong>" in after.text
    assert "taken over" in after.text
    assert await partner.is_let_in("GET /resources/v1")
    assert (await partner.refreshes()).status == 200
    mine = await browser.open("/account/apps")
    assert "Door Locks" in mine.text
    told = story.mail.to(ADA)[-1]
    assert "took the connection over" in " ".join(told.text.split())
    assert OWNER in told.text
    await browser.submit(mine, action="/account/apps/disconnect")
    assert not await partner.is_let_in("GET /resources/v1")


async def test_adopting_is_no_consent_of_the_owners(story: Story) -> None:
    """The app's next authorize request asks the owner."""
    north, partner = await left_behind(story)
    browser = await story.signs_in()
    await browser.submit(
        await browser.open(f"/account/networks/{north.id}/apps"), action=f"/account/networks/{north.id}/apps/adopt"
    )
    page = await browser.open(partner.authorize_target())
    assert (page.status, "wants to use" in page.text) == (200, True)


async def test_what_also_opens_other_networks_cannot_be_adopted(story: Story) -> None:
    """The page says why and has no button; a forged form gets the same words and changes nothing."""
    north, south = await story.network("Northside"), await story.network("Southside", owner="sam@south.example")
    for network in (north, south):
        await story.operator.give_role(ADA, network_id=network.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(networks=[north.id, south.id], owner=ADA)
    await story.operator.remove_role(ADA, network_id=north.id, origin=OPERATOR)
    browser = await story.signs_in()
    path = f"/account/networks/{north.id}/apps"
    page = await browser.open(path)
    assert "also opens other networks" in page.text
    assert f'action="{path}/adopt"' not in page.text
    owner = await story.house.store.find_owner_of(north.id)
    (grant,) = await story.house.store.list_left_grants(north.id)
    assert owner is not None
    assert grant.user_id != owner.id
    assert "Southside" not in page.text
    assert await partner.is_let_in("GET /resources/v1", network=south.id)
    assert not await partner.is_let_in("GET /resources/v1", network=north.id)


async def test_tn_14_nobody_adopts_in_a_network_that_is_not_theirs(story: Story) -> None:
    """Another owner, with the token of the own page and the foreign connection's id: 404, and nothing works again."""
    north, partner = await left_behind(story)
    sams = await story.network("Southside", owner="sam@south.example")
    eva = await story.connected_partner(networks=[sams.id], owner="sam@south.example")
    assert await eva.is_let_in("GET /resources/v1")
    await story.operator.give_role("eva@south.example", network_id=sams.id, role="administrator", origin=OPERATOR)
    second = await story.connected_partner(networks=[sams.id], owner="eva@south.example")
    assert await second.is_let_in("GET /resources/v1")
    await story.operator.remove_role("eva@south.example", network_id=sams.id, origin=OPERATOR)
    (foreign,) = await story.house.store.list_left_grants(north.id)
    story.clock.pass_minutes(1)
    browser = await story.signs_in("sam@south.example")
    form = find_form(
        await browser.open(f"/account/networks/{sams.id}/apps"), action=f"/account/networks/{sams.id}/apps/adopt"
    )
    forged = [(name, foreign.id if name == "connection" else value) for name, value in form.hidden]
    assert (await browser.post(form.action, forged)).status == 404
    assert (await browser.post(form.action.replace(sams.id, north.id), form.hidden)).status == 403
    for nonsense in ("", "x", "'; DROP TABLE grants;--"):
        broken = [(name, nonsense if name == "connection" else value) for name, value in form.hidden]
        assert (await browser.post(form.action, broken)).status == 404
    assert not await partner.is_let_in("GET /resources/v1")


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("blocked", "refused: this person is blocked"),
        ("demoted", "refused: this person's role here does not allow it any more"),
        ("app off", "refused: the app is switched off"),
    ],
)
async def test_a_connection_that_is_refused_says_why(story: Story, why: str, words: str) -> None:
    """The owner need not guess which of them still work."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(networks=[north.id], owner=ADA)
    browser = await story.signs_in()
    assert "refused:" not in (await browser.open(f"/account/networks/{north.id}/apps")).text
    if why == "blocked":
        await story.operator.block_user(ADA, blocked=True, origin=OPERATOR)
    elif why == "demoted":
        await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    else:
        await story.house.store.set_client_disabled(
            client_id=partner.client_id, disabled=True, now=story.clock.now(), audit=story.an_audit_row("off")
        )
    page = await browser.open(f"/account/networks/{north.id}/apps")
    assert words in re.sub(r"\s+", " ", unescape(page.text))
    assert not await partner.is_let_in("GET /resources/v1")
