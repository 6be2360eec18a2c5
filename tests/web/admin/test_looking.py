"""Looking through calls and history, and how the installation stands, over the administration API."""

import pytest

from frontdesk.testing.story import OWNER
from web.admin.office import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@pytest.fixture
async def office() -> Office:
    """An office with a key that may change things."""
    return await Office.open()


async def test_calls_of_a_network_and_of_an_app_are_listed_by_what_they_were(office: Office) -> None:
    """By status, reason, method, operation and caller, page by page; of nobody else's calls."""
    story = office.story
    north = await story.network("North")
    partner = await story.connected_partner(networks=[north.id])
    for _ in range(2):
        await partner.calls("GET /resources/v1", network=north.id)
        await partner.calls("POST /nothing/v1", network=north.id)
    path = f"GET /apps/{partner.client_id}/requests"
    everything = (await office.gets(path))["decisions"]
    unknown = (await office.gets(f"{path}?status=404"))["decisions"]
    assert len(unknown) == 2
    assert (await office.gets(f"{path}?reason=UNKNOWN_OPERATION&method=POST"))["decisions"] == unknown
    assert (await office.gets(f"{path}?method=DELETE"))["decisions"] == []
    page = await office.gets(f"{path}?status=404&limit=1")
    following = await office.gets(f"{path}?status=404&limit=1&nextPageToken={page['nextPageToken']}")
    assert [*page["decisions"], *following["decisions"]] == unknown
    assert await office.is_refused(f"{path}?limit=1&nextPageToken={page['nextPageToken']}") == (400, "invalidRequest")
    assert await office.is_refused(f"{path}?status=299") == (400, "invalidRequest")
    everybody = (await office.gets("GET /decisions"))["decisions"]
    assert {one["id"] for one in everything} <= {one["id"] for one in everybody}
    assert (await office.gets(f"GET /decisions?client={partner.client_id}&status=404"))["decisions"] == unknown
    other = await story.network("South")
    assert (await office.gets(f"GET /networks/{other.id}/requests"))["decisions"] == []
    for nowhere in ("/networks/01900000-0000-7000-8000-00000000ffff/requests", "/apps/fdci_nobody/requests"):
        assert await office.is_refused(f"GET {nowhere}") == (404, "notFound")


async def test_a_networks_history_is_chosen_by_days_subject_and_person(office: Office) -> None:
    """And comes as a file with people by address, whose cells no spreadsheet runs."""
    network = (await office.gets("POST /networks", {"title": "North", "owner": OWNER}))["id"]
    await office.gets(f"PUT /networks/{network}/members/ann@north.example", {"role": "member"})
    path = f"/networks/{network}/history"

    async def actions(query: str = "") -> list[str]:
        return [row["action"] for row in (await office.gets(f"GET {path}?{query}"))["rows"]]

    assert await actions() == ["membership.given", "network.created"]
    assert await actions("about=people") == ["membership.given"]
    assert await actions("person=ann@north.example") == ["membership.given"]
    assert await actions("person=nobody@north.example") == []
    assert await actions("until=2001-01-01") == []
    for wrong in ("about=rain", "since=yesterday", "until=2026-13-01"):
        assert await office.is_refused(f"GET {path}?{wrong}") == (400, "invalidRequest")
    sheet = await office.asks(f"GET {path}/export?about=people")
    assert sheet.status == 200
    assert (sheet.header("content-type") or "").startswith("text/csv")
    assert "attachment" in (sheet.header("content-disposition") or "")
    assert '"ann@north.example"' in sheet.text
    rows = (await office.asks(f"GET {path}/export?format=json")).json()["rows"]
    assert [row["action"] for row in rows] == ["membership.given", "network.created"]
    assert await office.is_refused(f"GET {path}/export?format=pdf") == (400, "invalidRequest")
    nowhere = "/networks/01900000-0000-7000-8000-00000000ffff/history"
    assert await office.is_refused(f"GET {nowhere}") == (404, "notFound")
    assert await office.is_refused(f"GET {nowhere}/export") == (404, "notFound")


async def test_a_scope_is_taken_from_somebodys_app(office: Office) -> None:
    """From the very next call; what was never given cannot be taken."""
    partner = await office.story.connected_partner()
    (network,) = (await office.gets("GET /networks"))["networks"]
    path = f"POST /users/{OWNER}/connections/{partner.client_id}/take-scope"
    assert await partner.is_let_in("GET /resources/v1", network=network["id"])
    assert await office.is_refused(path, {"scope": "bookings"}) == (409, "refused")
    await office.gets(path, {"scope": "resources"})
    assert not await partner.is_let_in("GET /resources/v1", network=network["id"])
    (connection,) = (await office.gets(f"GET /users/{OWNER}/connections"))["connections"]
    assert connection["scopes"] == ["locations"]
    unknown = f"POST /users/{OWNER}/connections/fdci_nobody/take-scope"
    assert await office.is_refused(unknown, {"scope": "resources"}) == (404, "notFound")


async def test_how_the_installation_stands_and_a_letter_to_see_that_mail_arrives(office: Office) -> None:
    """What is wrong with the document and what waits; the letter goes to somebody who has an account."""
    await office.story.network("North")
    stands = await office.gets("GET /standing")
    assert (stands["trouble"], stands["apps_in_review"]) == ("", 0)
    assert await office.is_refused("POST /standing/test-letter", {"user": "nobody@north.example"}) == (404, "notFound")
    await office.gets("POST /standing/test-letter", {"user": OWNER})
    assert "test" in str(office.story.mail.to(OWNER)[-1].subject)
