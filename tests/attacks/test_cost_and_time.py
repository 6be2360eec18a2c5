"""Attack rows about what things cost and when they take effect (rows CA-20, RF-06, RF-13, RV-15, OW-03, UN-01)."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.assemble.front import furnish
from frontdesk.flows.operator import FreshPair, Objection
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OPERATOR, Partner, Story

pytestmark = pytest.mark.anyio


@pytest.fixture
async def neighbours(tmp_path: Path) -> AsyncIterator[tuple[Story, Story]]:
    """Two workers on one database, with the same keys, each with its own memory."""
    path = tmp_path / "frontdesk.db"
    first = await open_sqlite(path, create=True, identity=bytes(16))
    second = await open_sqlite(path, create=False)
    one = await Story.begin(first)
    house = replace(one.house, store=second)
    other = replace(one, house=house, app=furnish(house, worker=1).front)
    yield one, other
    await second.aclose()
    await first.aclose()


def _at(partner: Partner, story: Story) -> Partner:
    """The same partner, calling the other worker."""
    return replace(partner, story=story)


async def test_rf_06_rv_15_a_revocation_holds_at_the_other_worker_s_next_request(
    neighbours: tuple[Story, Story],
) -> None:
    """RF-06, RV-15: call, refresh and check at a worker that holds everything in memory, right after the answer."""
    one, other = neighbours
    for _ in range(20):
        partner = await one.connected_partner()
        there = _at(partner, other)
        assert await there.is_let_in("GET /resources/v1")
        assert (await there.refreshes(partner.held.refresh_token)).status == 200
        assert (await partner.revokes()).status == 200
        assert (await there.calls("GET /resources/v1")).status == 401
        assert (await there.refreshes(partner.held.refresh_token)).json()["error"] == "invalid_grant"
        one.clock.pass_minutes(15)


async def test_ow_03_no_call_is_let_in_after_the_answer(neighbours: tuple[Story, Story]) -> None:
    """OW-03: calls with the old pair run all the while; none that begins after the regeneration's answer passes."""
    one, other = neighbours
    north = await one.network("North")
    there = replace(north, story=other)
    answered = asyncio.Event()
    late: list[int] = []

    async def call_on() -> None:
        for _ in range(200):
            is_late = answered.is_set()
            status = (await there.calls("GET /resources/v1")).status
            if is_late:
                late.append(status)
            await asyncio.sleep(0)
            one.clock.pass_seconds(0.2)

    async def regenerate() -> None:
        await asyncio.sleep(0)
        made = await one.operator.regenerate_credential(north.id, origin=OPERATOR)
        assert isinstance(made, FreshPair)
        answered.set()

    await asyncio.gather(call_on(), regenerate())
    late.append((await there.calls("GET /resources/v1")).status)
    assert set(late) == {401}


async def test_rf_13_the_refresh_token_stays_the_same(story: Story) -> None:
    """RF-13: the answer's shape is the contract's, and its refresh_token never a new one."""
    partner = await story.connected_partner()
    before = partner.held.refresh_token
    for _ in range(3):
        document = (await partner.refreshes()).json()
        assert set(document) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
        assert document["refresh_token"] == before


async def test_ca_20_a_wrong_secret_costs_no_more_than_an_ordinary_call(story: Story) -> None:
    """CA-20: no slow hash on this path: 300 wrong secrets take at most three times what 300 refreshes take."""
    partner = await story.connected_partner()
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token, "client_id": partner.client_id}

    async def spend(secret: str) -> float:
        before = time.process_time()
        for _ in range(300):
            await story.post("/oauth2/token", {**form, "client_secret": secret})
        return time.process_time() - before

    await spend(partner.client_secret)
    right = min([await spend(partner.client_secret) for _ in range(3)])
    wrong = min([await spend("fdcs_" + "x" * 49) for _ in range(3)])
    assert wrong < 3 * right


async def test_un_01_what_looks_alike_is_not_alike(story: Story) -> None:
    """UN-01: ids and addresses are compared byte for byte; compatible characters and other cases are not folded in."""
    partner = await story.connected_partner()
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    for client_id in (
        partner.client_id.upper(),
        partner.client_id.replace("f", "\uff46", 1),
        partner.client_id + "\u200b",
    ):
        reply = await story.post(
            "/oauth2/token", {**form, "client_id": client_id, "client_secret": partner.client_secret}
        )
        assert reply.status == 401
    for address in ("olena\uff20northside.example", "\uff4flena@northside.example"):
        assert isinstance(await story.operator.add_network("X", owner=address, origin=OPERATOR), Objection)
