"""A network's several Basic pairs over the administration API: made, narrowed, replaced with an overlap, ended."""

from base64 import b64encode

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


async def status(office: Office, pair: dict[str, str], operation: str = "GET /resources/v1") -> int:
    """What a call with a pair gets."""
    basic = b64encode(f"{pair['client_id']}:{pair['client_secret']}".encode()).decode()
    return (await office.story.check(operation, authorization=f"Basic {basic}")).status


async def test_a_pair_from_its_making_to_its_end(office: Office) -> None:
    """What an owner can do on the page, the operator can do here; the owner hears of each by mail."""
    made = await office.gets("POST /networks", {"title": "Northside", "owner": OWNER})
    pairs = f"/networks/{made['id']}/credentials"
    wish = {"name": "Reports", "read_only": True, "operations": ["GET /resources/v1"]}
    first = await office.gets(f"POST {pairs}", wish)
    assert [await status(office, first, one) for one in ("GET /resources/v1", "GET /locations/v1")] == [200, 403]
    second = await office.gets(f"POST {pairs}/{first['client_id']}/regenerate", {"keep": "1h"})
    assert [await status(office, one) for one in (first, second)] == [200, 200]
    listed = (await office.gets(f"GET {pairs}"))["credentials"]
    assert [one["client_id"] for one in listed] == [
        made["credential"]["client_id"],
        second["client_id"],
        first["client_id"],
    ]
    assert listed[2]["replaced_by"] == second["client_id"]
    assert second["client_secret"] not in str(listed)
    await office.gets(f"DELETE {pairs}/{first['client_id']}")
    assert [await status(office, one) for one in (first, second)] == [401, 200]
    letters = [letter.subject for letter in office.story.mail.to(OWNER)]
    assert letters == [
        "Frontdesk: New API credentials for Northside",
        "Frontdesk: API credentials of Northside replaced",
        "Frontdesk: API credentials of Northside ended",
    ]


async def test_a_pair_is_narrowed_wholly(office: Office) -> None:
    """The main one too; what is left out narrows nothing; a name that is left out stays; the owner is told."""
    made = await office.gets("POST /networks", {"title": "Northside", "owner": OWNER})
    main, pairs = made["credential"], f"/networks/{made['id']}/credentials"
    at = f"PUT {pairs}/{main['client_id']}/narrowing"
    told = await office.gets(at, {"operations": ["GET /locations/v1"]})
    assert told["operations"] == ["GET /locations/v1"]
    assert [await status(office, main, one) for one in ("GET /resources/v1", "GET /locations/v1")] == [403, 200]
    assert (await office.gets(at, {"read_only": True}))["operations"] == []
    assert await status(office, main) == 200
    for body in ({"last_day": "2099-01-31"}, {"name": "Mine"}, {"addresses": ["x"]}):
        assert (await office.asks(at, body)).status == 409
    named = await office.gets(f"POST {pairs}", {"name": "Reports"})
    told = await office.gets(f"PUT {pairs}/{named['client_id']}/narrowing", {"last_day": "2027-01-31"})
    assert told["name"] == "Reports"
    assert office.story.mail.to(OWNER)[-1].subject == "Frontdesk: API credentials of Northside changed"


async def test_what_cannot_be_done_is_said_in_words(office: Office) -> None:
    """Every fault at once; the main pair stays, and no other network's pair is touched."""
    north = await office.gets("POST /networks", {"title": "Northside", "owner": OWNER})
    south = await office.gets("POST /networks", {"title": "Southside", "owner": OWNER})
    pairs = f"/networks/{north['id']}/credentials"
    refused = await office.asks(f"POST {pairs}", {"name": " ", "addresses": ["x"], "operations": ["BREW /tea"]})
    assert refused.status == 409
    for words in ("Give it a name", "x is no address", "The API has no operation BREW /tea"):
        assert words in refused.text
    for client in (north["credential"]["client_id"], south["credential"]["client_id"], "nobody"):
        assert (await office.asks(f"DELETE {pairs}/{client}")).status in (404, 409)
    foreign = f"POST {pairs}/{south['credential']['client_id']}/regenerate"
    assert (await office.asks(foreign, {"keep": "now"})).status in (404, 409)
    assert [await status(office, one["credential"]) for one in (north, south)] == [200, 200]
