"""What pages read is found along an index, however many networks and people there are. https://sqlite.org/eqp.html"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from frontdesk.storage import (
    audit,
    connections,
    grants,
    inspecting,
    invitations,
    members,
    partners,
    searching,
    standing,
    users,
)
from frontdesk.storage.sqlite import open_sqlite

pytestmark = pytest.mark.anyio

# Statements whose cost grows with what is shown, or with one network's or person's own, and with nothing else.
STATEMENTS: Mapping[str, str] = {
    "a network's history": audit.OF_NETWORK,
    "an app's last events": audit.PAGE_OF_CLIENT,
    "connections of a person": connections.LIST_OF_USER,
    "how many connections": connections.COUNT_OF_USER,
    "live grants of a person": grants.LIVE_OF_USER,
    "grants that reach a network": grants.LIVE_OF_MEMBERS,
    "who reaches a network": grants.GUESTS,
    "live grants of a connection": grants.LIVE_OF_CONNECTION,
    "calls of an app": inspecting.OF_CLIENT,
    "calls that concern a network": inspecting.OF_NETWORK,
    "invitations into a network": invitations.LIST,
    "people of a network, some": members.LIST,
    "people of a network, all": users.PEOPLE,
    "a person": users.FIND,
    "apps of a partner": partners.APPS_OF,
    "apps of a partner alone": partners.SOLE_APPS_OF,
    "makers of an app": partners.OWNERS_OF,
    "people by address": searching.USERS,
    "networks by title": searching.NETWORKS,
    "apps by name": searching.CLIENTS,
    "browsers seen lately": standing.VISITORS,
    "codes under way": standing.CODES,
}


async def test_no_page_looks_through_a_table(tmp_path: Path) -> None:
    """Every table and every subquery is searched, none is scanned."""
    store = await open_sqlite(tmp_path / "frontdesk.db", create=True, identity=bytes(16))
    try:
        for name, sql in STATEMENTS.items():
            values = (None,) * max(map(int, re.findall(r"\$(\d+)", sql)))
            plan = [row[3] for row in store._reader._execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
            assert any(step.startswith("SEARCH") for step in plan), f"{name}: {plan}"
            assert not [step for step in plan if step.startswith("SCAN")], f"{name}: {plan}"
    finally:
        await store.aclose()
