"""A network's people and invitations over the administration API: what the console's page can do."""

import re

import pytest

from frontdesk.testing.story import OWNER
from web.admin.office import Office

pytestmark = pytest.mark.anyio

ADA, NEW = "ada@north.example", "new@north.example"


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@pytest.fixture
async def office() -> Office:
    """An office with a key that may change things."""
    return await Office.open()


async def north_of(office: Office) -> str:
    """A network with its owner and an administrator."""
    made = await office.gets("POST /networks", {"title": "Northside", "owner": OWNER})
    await office.gets(f"PUT /networks/{made['id']}/members/{ADA}", {"role": "administrator"})
    return f"/networks/{made['id']}"


async def test_people_are_listed_page_by_page(office: Office) -> None:
    """With role, since and last sign-in; a read-only key may look."""
    north = await north_of(office)
    await office.story.signs_in(ADA)
    first = await office.gets(f"GET {north}/members?limit=1")
    assert [one["email"] for one in first["members"]] == [ADA]
    assert first["members"][0]["last_sign_in_at"] is not None
    rest = await office.gets(f"GET {north}/members?nextPageToken={first['nextPageToken']}")
    assert [(one["email"], one["role"]) for one in rest["members"]] == [(OWNER, "owner")]
    assert rest["nextPageToken"] is None
    assert rest["members"][0]["since"] is not None


async def test_an_invitation_from_its_sending_to_its_end(office: Office) -> None:
    """The link is in the mail alone; the audit row names the key; once withdrawn it opens nothing."""
    north = await north_of(office)
    for named in ("id", "email"):
        sent = await office.gets(f"POST {north}/invitations", {"email": NEW, "role": "administrator"})
        letter = office.story.mail.to(NEW)[-1].text
        link = re.search(r"/account/invitations/\S+", letter)
        assert link is not None
        assert "You are invited to join Northside" in letter
        assert link[0].rpartition("/")[2] not in str(sent)
        assert (await office.gets(f"GET {north}/invitations"))["invitations"] == [sent]
        assert "those who run this service" in (await office.story.browser().open(link[0])).text
        await office.gets(f"DELETE {north}/invitations/{sent[named]}")
        assert (await office.gets(f"GET {north}/invitations"))["invitations"] == []
        assert (await office.story.browser().get(link[0])).status == 404
        assert await office.is_refused(f"DELETE {north}/invitations/{sent[named]}") == (404, "notFound")
    rows = [row for row in (await office.gets("GET /audit"))["rows"] if row["action"].startswith("invitation.")]
    assert [row["action"] for row in rows] == ["invitation.ended", "invitation.sent"] * 2
    assert all(row["actor"].startswith("operator:") for row in rows)


async def test_what_cannot_be_invited_is_said_in_words(office: Office) -> None:
    """A bad address, somebody who is there, too many, a network that is not there, a role that is none."""
    north = await north_of(office)
    nowhere = "/networks/01900000-0000-7000-8000-000000000009"
    for path, body, refused in (
        (north, {"email": "a..b", "role": "member"}, (409, "refused")),
        (north, {"email": ADA, "role": "member"}, (409, "refused")),
        (nowhere, {"email": NEW, "role": "member"}, (404, "notFound")),
        (north, {"email": NEW, "role": "owner"}, (400, "invalidRequest")),
    ):
        assert await office.is_refused(f"POST {path}/invitations", body) == refused, body
    assert await office.is_refused(f"GET {nowhere}/members") == (404, "notFound")
    for _ in range(3):
        await office.gets(f"POST {north}/invitations", {"email": NEW, "role": "member"})
    assert await office.is_refused(f"POST {north}/invitations", {"email": NEW, "role": "member"}) == (409, "refused")
