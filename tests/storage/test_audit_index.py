"""The index of which audit rows concern a network: filled later, right from the first day, and never too large."""

from pathlib import Path

import apsw
import pytest

from frontdesk.protocol.history import END_OF_TIME, HistoryFilter
from frontdesk.protocol.ids import uuid_bytes
from frontdesk.storage.audit_places import end_pass, find_places, put_places
from frontdesk.storage.cleaning import AUDIT_KEPT
from frontdesk.storage.migrating import read_migrations
from frontdesk.storage.sqlite import open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio

OURS = "audit_networks"
ALL = HistoryFilter()


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


async def test_a_pass_that_is_given_up_is_not_seen(tmp_path: Path) -> None:
    """Places that were written without the others of their pass are not believed, and are written once all the same."""
    path = tmp_path / "frontdesk.db"
    house = House(await open_sqlite(path, create=True))
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    ada, client = await house.member("ada@example.com", north, south), await house.client()
    await house.connect(ada.id, client.id, north, south)
    found = await house.store._reader.read_long(find_places(limit=100))
    assert await house.store._writer.write(put_places(found.start, found.places[:3]))
    told = [event.action for _, event in await house.store.list_history(south, ALL, before=END_OF_TIME, limit=10)]
    assert told == ["consent.given", "network.created"]
    assert await house.store.index_audit(limit=100) == 0
    assert places(path) == len(found.places) == 4
    again = [event.action for _, event in await house.store.list_history(south, ALL, before=END_OF_TIME, limit=10)]
    assert again == told
    await house.store.aclose()


async def test_a_pass_that_another_worker_has_ended_is_given_up(tmp_path: Path) -> None:
    """Two workers may begin the same pass: after the first has ended it, the other writes nothing more of it."""
    path = tmp_path / "frontdesk.db"
    house = House(await open_sqlite(path, create=True))
    await house.network("North")
    found = await house.store._reader.read_long(find_places(limit=100))
    assert await house.store.index_audit(limit=100) == 0
    assert not await house.store._writer.write(put_places(found.start, found.places))
    await house.store._writer.write(end_pass(found.start, found.start))
    assert await house.store.index_audit(limit=100) == 0
    assert places(path) == 1
    await house.store.aclose()


async def test_a_row_that_is_not_in_the_index_yet_is_not_cleaned_away(tmp_path: Path) -> None:
    """However old: its places would otherwise come after it had gone, and stay for ever (D14)."""
    path = tmp_path / "frontdesk.db"
    house = House(await open_sqlite(path, create=True))
    north = await house.network("North")
    await house.network("South", "sam@example.com")
    house.pass_time(AUDIT_KEPT)
    while await house.store.clean(now=house.now, limit=16):
        pass
    assert len(await house.store.list_history(north, ALL, before=END_OF_TIME, limit=10)) == 1
    await house.store.index_audit(limit=100)
    while await house.store.clean(now=house.now, limit=16):
        pass
    assert not await house.store.list_history(north, ALL, before=END_OF_TIME, limit=10)
    assert places(path) == 1
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
