"""Operators take a network, an app or a person out of service: the next call is refused, and nothing is lost by it."""

import pytest

from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Story

pytestmark = pytest.mark.anyio

OPS, ADA = "ops@desk.example", "ada@north.example"
CALL = "GET /resources/v1"


async def operator(story: Story) -> Browser:
    """An operator, signed in."""
    await story.operators.appoint(OPS, origin=OPERATOR)
    return await story.signs_in(OPS)


async def put(browser: Browser, page: str, to: str, reason: str = "") -> str:
    """Press the button of a page; what the page then shows."""
    shown = await browser.open(page)
    assert f'name="to" value="{to}"' in shown.text
    return (await browser.submit(shown, action=f"{page}/service", reason=reason)).text


async def test_a_network_out_of_service_is_refused_on_its_next_call(story: Story) -> None:
    """Its pair and every app; its owner sees it no more, is told why, and finds everything as it was afterwards."""
    north, south = await story.network("Northside"), await story.network("Southside")
    partner = await story.connected_partner(networks=[north.id, south.id])
    story.clock.pass_minutes(1)
    owner, ops = await story.signs_in(), await operator(story)
    page = f"/operator/networks/{north.id}"
    assert await north.is_let_in(CALL)
    assert "Out of service" in await put(ops, page, "stop", "unpaid since <May>")
    assert not await north.is_let_in(CALL)
    assert not await partner.is_let_in(CALL, network=north.id)
    assert await partner.is_let_in(CALL, network=south.id)
    assert "Northside" not in (await owner.open("/account")).text
    letter = story.mail.to(OWNER)[-1]
    assert "Northside was taken out of service" in letter.subject
    assert "They wrote: unpaid since <May>" in letter.text
    assert "192.0.2." not in letter.text
    assert "unpaid since &lt;May&gt;" in (await ops.open(page)).text
    assert "In service" in await put(ops, page, "resume")
    assert await north.is_let_in(CALL)
    assert await partner.is_let_in(CALL, network=north.id)
    assert "Northside" in (await owner.open("/account")).text


async def test_an_app_out_of_service_is_refused_on_its_next_call(story: Story) -> None:
    """With everything that was allowed to it, and let in again as it was."""
    partner = await story.connected_partner()
    ops = await operator(story)
    page = f"/operator/apps/{partner.client_id}"
    await put(ops, page, "stop")
    assert not await partner.is_let_in(CALL)
    assert (await partner.refreshes()).status == 401
    await put(ops, page, "resume")
    assert await partner.is_let_in(CALL)
    assert (await partner.refreshes()).status == 200


async def test_a_person_who_is_shut_out_is_signed_out_with_their_apps(story: Story) -> None:
    """At once; the audit names the operator who did it, and the reason."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(networks=[north.id], owner=ADA)
    story.clock.pass_minutes(1)
    ada, ops = await story.signs_in(ADA), await operator(story)
    user = await story.house.store.find_user_by_email(ADA)
    assert user is not None
    await put(ops, f"/operator/people/{user.id}", "stop", "left")
    assert "E-mail address" in (await ada.open("/account")).text
    assert not await partner.is_let_in(CALL)
    row = next(row for row in await story.house.store.list_audit() if row.action == "user.blocked")
    assert (row.actor.startswith("operator:"), row.detail, row.user_id) == (True, "left", user.id)
    await put(ops, f"/operator/people/{user.id}", "resume")
    assert await partner.is_let_in(CALL)


async def test_owners_and_operators_are_not_shut_out(story: Story) -> None:
    """OW-13: a network never loses its owner so; the page says what to do, and keeps the reason that was typed."""
    await story.network("Northside")
    ops = await operator(story)
    for address, says in ((OWNER, "owns a network"), (OPS, "is an operator")):
        user = await story.house.store.find_user_by_email(address)
        assert user is not None
        text = await put(ops, f"/operator/people/{user.id}", "stop", "typed")
        assert says in text
        assert 'value="typed"' in text
        known = await story.house.store.find_user(user.id)
        assert known is not None
        assert known.blocked_at is None


async def test_a_search_finds_by_beginning_and_by_id(story: Story) -> None:
    """Networks, people and apps; what is found by its whole id stands alone, and nothing is said plainly."""
    north = await story.network("Northside")
    partner = await story.partner("Northern Lights")
    ops = await operator(story)
    page = await ops.open("/operator/search?q=north")
    assert f'href="/operator/networks/{north.id}"' in page.text
    assert f'href="/operator/apps/{partner.client_id}"' in page.text
    assert "Found 2" in page.text
    for query, count in ((north.id, 1), (partner.client_id, 1), (OWNER[:4], 1)):
        assert (await ops.open(f"/operator/search?q={query}")).text.count('<li><div class="lead">') == count
    assert "Nothing begins like that" in (await ops.open("/operator/search?q=%25")).text
    assert "Nothing begins like that" not in (await ops.open("/operator/search")).text
    script = await ops.open("/operator/search?q=%3Cscript%3E")
    assert "<script>" not in script.text
