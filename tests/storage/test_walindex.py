"""Whether anybody committed, read from the memory that SQLite shares between processes. docs/decisions/0009."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from frontdesk.storage.connecting import HASTE, connect
from frontdesk.storage.sqlite import SqliteStore, open_sqlite
from frontdesk.storage.walindex import HEADERS, WalIndex, watch
from storage.house import House

pytestmark = pytest.mark.anyio

ELSEWHERE = "import apsw, sys; apsw.Connection(sys.argv[1]).execute(sys.argv[2]).fetchall()"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a write-ahead log and a row."""
    path = tmp_path / "some.db"
    made = apsw.Connection(str(path))
    made.pragma("journal_mode", "wal")
    made.execute("CREATE TABLE things (name TEXT)")
    return path


@pytest.fixture
def reader(file: Path) -> Iterator[apsw.Connection]:
    """A connection that has read."""
    connection = connect(file, busy=HASTE)
    connection.execute("SELECT * FROM things").fetchall()
    yield connection
    connection.close()


def index_of(connection: apsw.Connection) -> WalIndex:
    """What the connection has mapped."""
    index = watch(connection)
    assert index is not None
    return index


def test_a_commit_of_another_process_shows_at_once(file: Path, reader: apsw.Connection) -> None:
    """Before the other process says that it is done, the header is another; each commit makes a new one."""
    index, seen = index_of(reader), set()
    for number in range(5):
        seen.add(index.read())
        sql = f"INSERT INTO things VALUES ('{number}')"
        subprocess.run([sys.executable, "-c", ELSEWHERE, str(file), sql], check=True)
    assert len(seen | {index.read()}) == 6
    assert all(len(headers) == HEADERS for headers in seen)


def test_reading_and_undoing_change_nothing(file: Path, reader: apsw.Connection) -> None:
    """Only a commit makes memory doubtful: a header that changed with each look would make every check slow."""
    index = index_of(reader)
    before = index.read()
    writer = connect(file, busy=HASTE, writes=True)
    reader.execute("SELECT count(*) FROM things").fetchall()
    writer.execute("BEGIN IMMEDIATE; INSERT INTO things VALUES ('x'); ROLLBACK").fetchall()
    assert index.read() == before
    writer.execute("INSERT INTO things VALUES ('x')").fetchall()
    assert index.read() != before
    writer.close()


def test_a_log_begun_anew_shows_too(file: Path, reader: apsw.Connection) -> None:
    """After a checkpoint the log starts over; a commit into it must not look like the one of before."""
    index, seen = index_of(reader), []
    writer = connect(file, busy=HASTE, writes=True)
    for _ in range(4):
        writer.execute("INSERT INTO things VALUES ('same')").fetchall()
        seen.append(index.read())
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert len(set(seen)) == len(seen)
    writer.close()


def test_a_database_without_a_log_has_nothing_to_watch(tmp_path: Path) -> None:
    """Then SQLite is asked each time."""
    plain = apsw.Connection(str(tmp_path / "plain.db"))
    plain.execute("CREATE TABLE things (name TEXT)")
    assert watch(plain) is None


@pytest.mark.parametrize("watched", [True, False])
async def test_both_ways_of_knowing_see_every_change(sqlite: SqliteStore, tmp_path: Path, watched: bool) -> None:
    """A revocation by one store is seen by another of the same file on its next look, watched or asked."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    other = await open_sqlite(tmp_path / "frontdesk.db", create=False)
    assert other._reader._index is not None
    if not watched:
        other._reader._index = None
    for _ in range(20):
        grant = await house.connect(user.id, client.id, network)
        assert (await other.find_grant(grant.id)).revoked_at is None
        assert other.glance().grant(grant.id) is not None
        await house.revoke(grant.id)
        assert other.glance().grant(grant.id) is None
        assert (await other.find_grant(grant.id)).revoked_at is not None
    await other.aclose()
