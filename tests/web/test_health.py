"""What /readyz tells, and to whom."""

import json
from typing import Any

import pytest

from frontdesk.protocol.http import Request
from frontdesk.web.health import Health

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The server runs on asyncio."""
    return "asyncio"


async def asked(health: Health, peer: str) -> tuple[int, Any]:
    """Status and document for a caller at this address."""
    answer = await health.ready(Request(method="GET", target=b"/readyz", headers=[], request_id="r", peer=peer))
    return answer.status, json.loads(answer.body)


async def in_order() -> None:
    """The store can be read."""


@pytest.mark.parametrize(
    ("peer", "told"),
    [
        ("127.0.0.1", "an older document is in force: line 3"),
        ("203.0.113.9", "an older document is in force"),
    ],
)
async def test_gw_21_an_older_policy_is_a_worry_and_no_outage(peer: str, told: str) -> None:
    """Calls are decided, so the worker is ready; why is told on this machine only, since it may quote the document."""
    trouble = ""
    health = Health(worker=1, check_store=in_order, policy_trouble=lambda: trouble)
    assert await asked(health, peer) == (200, {"status": "ready"})
    trouble = "an older document is in force: line 3"
    assert await asked(health, peer) == (200, {"status": "ready", "policy": told})
