"""Nothing is enforced: all calls pass, each is counted once, and the report says what would be refused."""

from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.flows.shadow import ShadowReport, ShadowReports
from frontdesk.protocol.ids import DAY
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import Story
from storage.ready import open_new

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "sqlite"])
async def shadow(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Story]:
    """A house in shadow mode, on each store."""
    store = MemoryStore() if request.param == "memory" else await open_new(tmp_path)
    try:
        yield await Story.begin(store, enforcement="shadow")
    finally:
        await store.aclose()


async def report(story: Story, since_day: int = 0) -> ShadowReport:
    """What the operator sees now."""
    await story.explaining.flush()
    return await ShadowReports(store=story.house.store, clock=story.clock).report(since_day=since_day)


async def test_before_any_call_nothing_is_said_to_be_safe(shadow: Story) -> None:
    """An empty report is no proof."""
    found = await report(shadow)
    assert (found.calls, found.refused) == (0, ())


async def test_when_all_calls_are_allowed_it_is_safe_to_enforce(shadow: Story) -> None:
    """And it says how many calls that is known from."""
    partner = await shadow.connected_partner()
    for _ in range(7):
        assert await partner.is_let_in("GET /resources/v1")
    found = await report(shadow)
    assert (found.calls, found.allowed, found.refused) == (7, 7, ())


async def test_what_would_be_refused_is_told_by_caller_and_operation(shadow: Story) -> None:
    """Apps and networks by their names, others together; path parameters are no operations of their own."""
    partner = await shadow.connected_partner(scope="resources.readonly")
    customer = await shadow.network("Southside", owner="s@south.example")
    for number in range(3):
        reply = await partner.calls("POST /resources/v1")
        assert (reply.status, reply.header("x-frontdesk-shadow")) == (200, "insufficientScope")
        assert (await partner.calls(f"DELETE /resources/v1/{number}")).status == 200
        assert (await customer.calls(f"DELETE /resources/v1/{number}")).status == 200
        assert (await shadow.check(f"GET /nothing/{number}")).status == 200
        made_up = b64encode(f"fdni_{number:022d}:x".encode()).decode()
        assert (await shadow.check("GET /resources/v1", authorization=f"Basic {made_up}")).status == 200
    found = await report(shadow)
    assert {(one.caller, one.name, one.operation, one.reason, one.calls) for one in found.refused} == {
        (partner.client_id, "Door Locks", "POST /resources/v1", "INSUFFICIENT_SCOPE", 3),
        (partner.client_id, "Door Locks", "DELETE /resources/v1/{id}", "INSUFFICIENT_SCOPE", 3),
        (customer.client_id, "Southside", "DELETE /resources/v1/{id}", "SCHEME_FORBIDDEN", 3),
        ("", "", "", "UNKNOWN_OPERATION", 3),
        ("", "", "GET /resources/v1", "BAD_CREDENTIAL", 3),
    }


async def test_an_example_can_be_explained(shadow: Story) -> None:
    """It is the newest call, and says that it was let through."""
    partner = await shadow.connected_partner(scope="locations")
    replies = [await partner.calls("GET /resources/v1") for _ in range(3)]
    (row,) = (await report(shadow)).refused
    assert row.example == replies[-1].header("x-request-id")
    noted = await shadow.house.store.find_decision(row.example)
    assert noted is not None
    assert (noted.outcome.value, noted.reason, noted.held) == ("let_through", "INSUFFICIENT_SCOPE", ("locations",))


async def test_a_limit_is_counted_and_lets_pass(shadow: Story) -> None:
    """The eleventh call of a second would be refused, and is not."""
    customer = await shadow.network("North")
    statuses = {(await customer.calls("GET /resources/v1")).status for _ in range(15)}
    found = await report(shadow)
    assert statuses == {200}
    assert (found.allowed, [(one.reason, one.calls) for one in found.refused]) == (10, [("RATE_LIMITED", 5)])


async def test_days_are_told_apart_and_joined(shadow: Story) -> None:
    """From a day on; first and last over all of its days."""
    partner = await shadow.connected_partner(scope="locations")
    begun = shadow.clock.now()
    for _ in range(3):
        await partner.refreshes()
        await partner.calls("GET /resources/v1")
        await report(shadow)
        shadow.clock.pass_days(1)
    today = begun // DAY
    (whole,) = (await report(shadow)).refused
    assert (whole.calls, whole.first_at, whole.last_at) == (3, begun, begun + 2 * DAY)
    (later,) = (await report(shadow, today + 1)).refused
    assert (later.calls, later.first_at) == (2, begun + DAY)
    assert (await report(shadow, today + 3)).calls == 0


async def test_enforced_nothing_is_counted(story: Story) -> None:
    """The table stays empty: what is refused is refused."""
    await story.check("GET /resources/v1")
    assert (await report(story)).calls == 0
    assert story.explaining.shadow is None
