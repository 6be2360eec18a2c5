"""Running the service over the administration API: search, suspension, operators, the review of apps."""

import pytest

from frontdesk.protocol.habits import EXPLAINED
from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.records import Review
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


async def test_a_suspended_network_is_refused_until_it_is_resumed(office: Office) -> None:
    """From the next call on; the reason and the key are written down."""
    north = await office.story.network("Northside")
    assert await north.is_let_in("GET /resources/v1")
    shown = await office.gets(f"POST /networks/{north.id}/suspend", {"reason": "unpaid"})
    assert shown["suspended_at"]
    assert not await north.is_let_in("GET /resources/v1")
    (row, *_) = (await office.gets(f"GET /audit?network={north.id}"))["rows"]
    assert (row["action"], row["detail"], row["actor"].partition(":")[0]) == ("network.stopped", "unpaid", "operator")
    assert (await office.gets(f"POST /networks/{north.id}/resume", {}))["suspended_at"] is None
    assert await north.is_let_in("GET /resources/v1")
    nowhere = "01900000-0000-7000-8000-00000000ffff"
    assert await office.is_refused(f"POST /networks/{nowhere}/suspend", {}) == (404, "notFound")


async def test_a_search_finds_people_networks_and_apps(office: Office) -> None:
    """By a part of what they are called."""
    north = await office.story.network("Northside")
    partner = await office.story.partner("Door Locks")
    found = await office.gets("GET /search?text=north")
    assert [one["id"] for one in found["networks"]] == [north.id]
    assert [one["email"] for one in (await office.gets("GET /search?text=olena"))["users"]] == [OWNER]
    assert [one["id"] for one in (await office.gets("GET /search?text=Door"))["apps"]] == [partner.client_id]
    assert await office.is_refused("GET /search") == (400, "invalidRequest")


async def test_operators_are_appointed_and_dismissed_but_the_last(office: Office) -> None:
    """By address; the last one stays."""
    await office.gets("POST /operators", {"email": "ruth@desk.example"})
    assert await office.is_refused("POST /operators", {"email": "ruth@desk.example"}) == (409, "refused")
    assert await office.is_refused("POST /operators", {"email": "nobody"}) == (409, "refused")
    assert await office.is_refused("DELETE /operators/ruth@desk.example") == (409, "refused")
    await office.gets("POST /operators", {"email": "max@desk.example"})
    await office.gets("DELETE /operators/ruth@desk.example")
    assert [one["email"] for one in (await office.gets("GET /operators"))["operators"]] == ["max@desk.example"]
    assert await office.is_refused("DELETE /operators/ruth@desk.example") == (404, "notFound")


async def test_an_app_that_was_handed_in_is_decided_as_it_was_seen(office: Office) -> None:
    """Another version is refused; one that is returned needs a note; one that is approved leaves the queue."""
    story = office.story
    partner = await story.partner("Room Lights")
    store, client_id = story.house.store, ClientId(partner.client_id)
    client = await store.find_client(client_id)
    assert client is not None
    await store.set_client_review(
        client_id=client_id,
        seen=client.review,
        seen_at=client.review_at,
        review=Review.SUBMITTED,
        note="please",
        verified_at=None,
        now=story.clock.now(),
        audit=story.an_audit_row("client.submitted"),
    )
    (waiting,) = (await office.gets("GET /reviews"))["apps"]
    assert (waiting["app"]["name"], waiting["note"]) == ("Room Lights", "please")
    path, version = f"POST /reviews/{client_id}/decide", waiting["version"]
    assert await office.is_refused(path, {"version": version - 1, "approved": True}) == (409, "refused")
    assert await office.is_refused(path, {"version": version, "approved": False}) == (409, "refused")
    await office.gets(path, {"version": version, "approved": True, "verified": True})
    assert (await office.gets("GET /reviews"))["apps"] == []
    approved = await store.find_client(client_id)
    assert approved is not None
    assert (approved.review, approved.verified_at) == (Review.APPROVED, story.clock.now())


async def test_what_was_seen_of_an_app_is_told(office: Office) -> None:
    """Its codes with and without care, its refreshes, its weak forms; of an app that is not there, nothing."""
    story = office.story
    north = await story.network("Northside")
    partner = await story.partner("Room Lights")
    await partner.connects(await story.signs_in(), networks=[north.id])
    for _ in range(EXPLAINED + 1):
        await partner.refreshes()
    await story.habits.flush()
    await story.weak_forms.flush()
    seen = await office.gets(f"GET /reviews/{partner.client_id}/observed")
    assert (seen["codes"], seen["codes_with_pkce"], seen["limited"], seen["pressed"]) == (1, 0, 0, 0)
    assert (seen["refreshes_too_many"], seen["refreshes_most"]) == (1, EXPLAINED + 1)
    assert "no_pkce" in [form["form"] for form in seen["weak_forms"]]
    assert await office.is_refused("GET /reviews/nobody/observed") == (404, "notFound")


async def test_mail_and_sign_ins_are_told(office: Office) -> None:
    """Of the last 24 hours, by hour."""
    await office.story.network("Northside")
    await office.story.signs_in(OWNER)
    seen = await office.gets("GET /health")
    assert (seen["mail"]["lost"], seen["mail"]["waiting"], seen["mail"]["last_failure"]) == (0, 0, "")
    assert seen["mail"]["sent"] >= 1
    (hour,) = seen["signing_in"]["hours"]
    assert (hour["signed_in"], hour["codes_sent"], hour["failures"]) == (1, 1, {})
