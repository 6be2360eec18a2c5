"""The index of which audit rows concern a network: filled later, right from the first day, and never too large."""

from pathlib import Path

import apsw
import pytest

from frontdesk.protocol.history import END_OF_TIME, HistoryFilter
from frontdesk.protocol.ids import uuid_bytes
from frontdesk.storage.cleaning import AUDIT_KEPT
from frontdesk.storage.migrating import read_migrations
from frontdesk.storage.sqlite import open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio

OURS = "audit_networks"


def places(path: Path) -> int:
    """How many there are in the file's index."""
    connection = apsw.Connection(str(path))
    ((number,),) = connection.execute("SELECT count(*) FROM audit_by_networks").fetchall()
    connection.close()
    return int(number)


async def test_places_go_with_their_rows(tmp_path: Path) -> None:
    """What is cleaned away is taken out of the index, those of several networks as well (D14)."""
    path = tmp_path / "frontdesk.db"
    house = House(await open_sqlite(path, create=True))
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    ada, client = await house.member("ada@example.com", north, south), await house.client()
    for _ in range(3):
        await house.connect(ada.id, client.id, north, south)
    assert places(path) == 0
    assert await house.store.index_audit(limit=1_000) == 0
    assert places(path) == 8  # two networks made, three consents in both
    house.pass_time(AUDIT_KEPT)
    await house.client()
    while await house.store.clean(now=house.now, limit=16):
        pass
    assert places(path) == 0
    await house.store.aclose()


async def test_a_database_from_before_is_indexed_as_it_is_opened(tmp_path: Path) -> None:
    """Rows that were written before there was an index are found by their network."""
    path = tmp_path / "frontdesk.db"
    house = House(await open_sqlite(path, create=True))
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    await house.store.aclose()
    connection = apsw.Connection(str(path))
    connection.execute("DELETE FROM audit_by_networks; UPDATE audit_indexed SET position = 0")
    (ours,) = [migration for migration in read_migrations() if migration.name == OURS]
    connection.execute("DROP TABLE audit_by_networks; DROP TABLE audit_indexed; ALTER TABLE audit DROP COLUMN networks")
    connection.execute("CREATE INDEX audit_by_network ON audit (network_id, position) WHERE network_id IS NOT NULL")
    connection.execute(ours.text)
    rows = connection.execute("SELECT network_id FROM audit_by_networks").fetchall()
    connection.close()
    assert sorted(rows) == sorted([(uuid_bytes(north),), (uuid_bytes(south),)])
    house.store = await open_sqlite(path, create=False)
    found = await house.store.list_history(south, HistoryFilter(), before=END_OF_TIME, limit=10)
    assert [event.action for _, event in found] == ["network.created"]
    await house.store.aclose()
