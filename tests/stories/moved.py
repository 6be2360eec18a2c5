"""Moving in within a story: rows as a file for `frontdesk import` has them, and partners who come along."""

import json
from typing import Any

from frontdesk.flows.moving import Importer
from frontdesk.protocol.moving import Fault, read_row
from frontdesk.protocol.moving_plan import Outcome, Plan
from frontdesk.testing.story import OPERATOR, OWNER, Partner, Story

REDIRECT = "https://partner.example/cb"
NORTH = "0192f0c1-0000-7000-8000-000000000001"


async def move_in(story: Story, *rows: dict[str, Any]) -> Plan:
    """Import rows, all of which must be right."""
    read = []
    for number, row in enumerate(rows, start=1):
        found = read_row(number, json.dumps(row).encode())
        assert not isinstance(found, tuple), found
        read.append(found)
    house = story.house
    importer = Importer(store=house.store, clock=story.clock, mint=house.mint, pairs=house.pairs, cap=50)
    plan = await importer.take_over(read, update=False, commit=True, origin=OPERATOR)
    assert isinstance(plan, Plan), [fault for fault in plan if isinstance(fault, Fault)]
    assert not plan.is_refused, [verdict for verdict in plan.verdicts if verdict.outcome is Outcome.CONFLICT]
    return plan


def network() -> dict[str, Any]:
    """Northside, which Olena owns."""
    return {"kind": "network", "id": NORTH, "title": "Northside", "owner": OWNER}


def app(client_id: str = "old-app", **proof: Any) -> dict[str, Any]:
    """An app of the old server."""
    return {
        "kind": "app",
        "client_id": client_id,
        "name": "Old App",
        "redirect_uris": [REDIRECT],
        "scopes": ["resources", "locations"],
        **proof,
    }


def refresh_token(client_id: str = "old-app", **known_by: str) -> dict[str, Any]:
    """What Olena gave the app there."""
    return {
        "kind": "refresh_token",
        "client_id": client_id,
        "email": OWNER,
        "networks": [NORTH],
        "scopes": ["resources"],
        **known_by,
    }


def partner(story: Story, secret: str, client_id: str = "old-app") -> Partner:
    """The partner with what it always had."""
    return Partner(story=story, client_id=client_id, client_secret=secret, redirect_uri=REDIRECT, scope="resources")
