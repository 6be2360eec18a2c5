"""The request inspector: who may look, what may be asked for, what a call opens to; ATTACKS BK-07 and TN-17."""

import re
from base64 import b64encode
from html import unescape

import pytest

from frontdesk.protocol.ids import ClientId, Email
from frontdesk.protocol.partners import Partner as PartnerRecord
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OWNER, Partner, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

PAT = "pat@partner.example"
HOSTILE = ("' OR 1=1 --", "%", "_", "'; DROP TABLE decisions; --", "*", "GET /%", " ", "\\")


def words(page: Reply) -> str:
    """The text of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page.text)))


def calls(page: Reply) -> list[str]:
    """The ids of the calls that a list shows."""
    return re.findall(r'href="[^"]*/requests/([0-9A-Za-z]+)"', page.text)


async def makes_app(story: Story, address: str, app: Partner) -> Browser:
    """Somebody who makes an app, signed in."""
    network = await story.network("Workshop", owner=address)
    user = await story.house.store.find_user_by_email(Email(address))
    assert user is not None
    assert network.id in user.roles
    store, now = story.house.store, story.clock.now()
    partner = PartnerRecord(user_id=user.id, name="Pat", website="", created_at=now)
    await store.add_partner(partner=partner, audit=story.an_audit_row("partner.joined"))
    audit = story.an_audit_row("app.given")
    assert await store.give_app(client_id=ClientId(app.client_id), user_id=user.id, now=now, audit=audit)
    return await story.signs_in(address)


async def test_a_partner_sees_why_a_call_of_the_app_was_refused(story: Story) -> None:
    """The row opens to its checks, its cause and what would pass; the network by its id, never who its people are."""
    north = await story.network("Northside")
    partner = await story.connected_partner(scope="locations", networks=[north.id])
    browser = await makes_app(story, PAT, partner)
    refused = await partner.calls("GET /resources/v1", network=north.id)
    assert refused.status == 403
    listed = await browser.open(f"/partner/apps/{partner.client_id}/requests")
    (call,) = calls(listed)
    assert call == refused.header("x-request-id")
    assert "403 insufficientScope" in words(listed)
    opened = words(await browser.open(f"/partner/apps/{partner.client_id}/requests/{call}"))
    assert "A scope that is needed is held failed" in opened
    assert "The credential opens the network passed" in opened
    assert "A token with resources" in opened
    assert "The token held locations" in opened
    assert north.id in opened
    assert OWNER not in opened


async def test_an_owner_sees_refusals_that_concern_the_network_and_no_machine_of_a_partner(story: Story) -> None:
    """Calls with its pair with their address, an app's without; and nothing of a network of somebody else."""
    north, south = await story.network("Northside"), await story.network("Southside", owner="sam@south.example")
    partner = await story.connected_partner(scope="locations", networks=[north.id])
    of_app = (await partner.calls("GET /resources/v1", network=north.id)).header("x-request-id")
    of_pair = (await north.calls("GET /resources/v1", network=south.id)).header("x-request-id")
    elsewhere = (await south.calls("GET /resources/v1", network=north.id)).header("x-request-id")
    story.clock.pass_minutes(2)  # until the next mail
    browser = await story.signs_in()
    base = f"/account/networks/{north.id}/requests"
    listed = await browser.open(base)
    assert calls(listed) == [of_pair, of_app]
    assert "Door Locks" in words(listed)
    assert "Address" in words(await browser.open(f"{base}/{of_pair}"))
    assert "Address" not in words(await browser.open(f"{base}/{of_app}"))
    for foreign in (elsewhere, "A" * 22, "x", "..", "%00"):
        assert (await browser.get(f"{base}/{foreign}")).status == 404
    assert (await browser.get(f"/account/networks/{south.id}/requests")).status == 404


async def test_what_is_asked_for_is_what_is_shown(story: Story) -> None:
    """By answer, method, operation and network or app; together, too."""
    north = await story.network("Northside")
    base = f"/account/networks/{north.id}/requests"
    partner = await story.connected_partner(scope="locations", networks=[north.id])
    scope = (await partner.calls("GET /resources/v1", network=north.id)).header("x-request-id")
    method = (await north.calls("DELETE /resources/v1")).header("x-request-id")
    other = (await north.calls("GET /resources/v1", network="01900000-0000-7000-8000-00000000ffff")).header(
        "x-request-id"
    )
    story.clock.pass_minutes(2)  # until the next mail
    browser = await story.signs_in()

    async def shown(query: str) -> list[str]:
        return calls(await browser.open(f"{base}?{query}"))

    everything = await shown("")
    assert set(everything) >= {scope, other}
    assert set(await shown("status=403&method=&operation=&other=")) == {scope, other}
    assert await shown("status=405") == ([method] if method in everything else [])
    assert await shown(f"other={partner.client_id}") == [scope]
    assert await shown(f"other={north.client_id}&status=403") == [other]
    assert set(await shown("operation=GET+/resources/v1")) == {scope, other}
    assert await shown("operation=GET+/resources") == []
    assert await shown("method=PUT") == []
    assert await shown("status=ok") == []
    for hostile in HOSTILE:
        assert await shown(f"operation={hostile.replace(' ', '+').replace('%', '%25')}") in ([], everything)
        assert await shown(f"other={hostile.replace(' ', '+').replace('%', '%25')}") in ([], everything)
    assert set(await shown("status=%27&method=%27")) == set(everything)


async def test_long_lists_come_in_pages_whose_links_are_bound_to_them(story: Story) -> None:
    """TN-17: a link of another network or filter shows the newest, with 400 and a word about it."""
    north, south = await story.network("Northside"), await story.network("Southside")
    for _ in range(25):
        await north.calls("GET /resources/v1", network=south.id)
    browser = await story.signs_in()
    base = f"/account/networks/{north.id}/requests"
    first = await browser.open(base)
    (older,) = re.findall(r'href="([^"]*page=[^"]*)"', first.text)
    second = await browser.open(unescape(older))
    assert (len(calls(first)), len(calls(second))) == (20, 5)
    assert not set(calls(first)) & set(calls(second))
    token = unescape(older).split("page=")[1]
    for forged in (f"{base}?page=5.x", f"{base}?status=403&page={token}", f"{base}?page=1.{token.split('.')[1]}"):
        reply = await browser.get(forged)
        assert reply.status == 400
        assert "This link to older calls is broken" in words(reply)
    assert (await browser.get(f"/account/networks/{south.id}/requests?page={token}")).status == 400


async def test_a_network_that_is_none_is_said_beside_its_field(story: Story) -> None:
    """What was typed stays, and the summary leads to the field."""
    partner = await story.partner()
    browser = await makes_app(story, PAT, partner)
    page = await browser.get(f"/partner/apps/{partner.client_id}/requests?other=north")
    assert page.status == 400
    assert '<a href="#other">' in page.text
    assert 'value="north"' in page.text
    assert "Nothing to show" in words(page)


async def test_an_app_that_nobody_calls_with_says_what_will_be_here(story: Story) -> None:
    """The empty state; and a call with the app's own secret is one of its calls."""
    partner = await story.partner()
    browser = await makes_app(story, PAT, partner)
    base = f"/partner/apps/{partner.client_id}/requests"
    assert "When a call of the API is refused" in words(await browser.open(base))
    pair = b64encode(f"{partner.client_id}:{partner.client_secret}".encode()).decode()
    refused = await story.check("GET /resources/v1", authorization=f"Basic {pair}")
    listed = await browser.open(base)
    assert calls(listed) == [refused.header("x-request-id")]
    opened = words(await browser.open(f"{base}/{calls(listed)[0]}"))
    assert "An app's own id and secret open nothing at the API" in opened
