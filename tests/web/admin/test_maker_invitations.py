"""An operator invites in the place of an app's makers: what the console's page can do, over the administration API."""

import re

import pytest

from frontdesk.protocol.ids import ClientId
from frontdesk.testing.browser import ISSUER
from frontdesk.testing.story import OWNER
from web.admin.office import Office

pytestmark = pytest.mark.anyio

QUINN = "quinn@south.example"


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


async def a_registered_app(office: Office) -> str:
    """One that the operator registered: nobody's so far."""
    await office.story.network("South", owner=QUINN)
    return (await office.story.partner("Door Locks")).client_id


async def test_whoever_is_invited_makes_the_app() -> None:
    """The mail speaks in the installation's name; only its reader gets in; the rows say that an operator asked."""
    office = await Office.open()
    client = await a_registered_app(office)
    at = f"/apps/{client}/invitations"
    made = await office.gets(f"POST {at}", {"email": QUINN.upper()})
    assert (made["email"], made["inviter_id"]) == (QUINN, None)
    assert (await office.gets(f"GET {at}"))["invitations"] == [made]
    letter = office.story.mail.to(QUINN)[-1].text
    assert "Frontdesk wants you to be one of the makers of Door Locks" in " ".join(letter.split())
    found = re.search(rf"{ISSUER}(/partner/invitations/\S+)", letter)
    assert found is not None
    await office.story.network("North", owner=OWNER)
    stranger = await (await office.story.signs_in(OWNER)).open(found[1])
    assert "for another address" in stranger.text
    office.story.clock.pass_minutes(2)
    quinn = await office.story.signs_in(QUINN)
    page = await quinn.open(found[1])
    assert "Frontdesk wants you" in page.text
    await quinn.submit(page, answer="accept", name="Quinn")
    assert [one["email"] for one in (await office.gets(f"GET /apps/{client}/makers"))["makers"]] == [QUINN]
    assert (await office.gets(f"GET {at}"))["invitations"] == []
    rows = await office.story.house.store.list_audit(client_id=ClientId(client))
    (invited,) = [row for row in rows if row.action == "client.maker_invited"]
    assert (invited.actor.startswith("operator"), invited.user_id, invited.detail) == (True, None, QUINN)


async def test_an_invitation_is_withdrawn_by_its_id_or_address() -> None:
    """Its link opens nothing any more; a second time there is none."""
    office = await Office.open()
    client = await a_registered_app(office)
    at = f"/apps/{client}/invitations"
    first = await office.gets(f"POST {at}", {"email": QUINN})
    await office.gets(f"DELETE {at}/{first['id']}")
    assert await office.is_refused(f"DELETE {at}/{QUINN}") == (404, "notFound")
    quinn = await office.story.signs_in(QUINN)
    assert (await quinn.get(f"/partner/invitations/{first['id']}")).status == 404
    office.story.clock.pass_minutes(2)
    await office.gets(f"POST {at}", {"email": QUINN})
    await office.gets(f"DELETE {at}/{QUINN}")
    assert (await office.gets(f"GET {at}"))["invitations"] == []


async def test_what_cannot_be_is_refused() -> None:
    """Another app, no address, one who makes it already, and a second mail at once."""
    office = await Office.open()
    client = await a_registered_app(office)
    at = f"/apps/{client}/invitations"
    assert await office.is_refused("POST /apps/fdci_nobody/invitations", {"email": QUINN}) == (404, "notFound")
    assert await office.is_refused("GET /apps/fdci_nobody/invitations") == (404, "notFound")
    assert await office.is_refused(f"POST {at}", {"email": "quinn"}) == (409, "refused")
    await office.gets(f"POST {at}", {"email": QUINN})
    assert await office.is_refused(f"POST {at}", {"email": QUINN}) == (409, "refused")
    await office.gets(f"PUT /users/{QUINN}/partner", {"name": "Quinn"})
    await office.gets(f"PUT /apps/{client}/makers/{QUINN}")
    office.story.clock.pass_minutes(2)
    refused = await office.asks(f"POST {at}", {"email": QUINN})
    assert (refused.status, "makers already" in refused.text) == (409, True)
