"""A database is judged before it is trusted: what is refused at start, in which words, and what is left unharmed."""

import asyncio
import fcntl
import os
import shutil
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from frontdesk.storage import sqlite as sqlite_store
from frontdesk.storage.migrating import FOLDER, Migration, migrate, read_migrations
from frontdesk.storage.opening import DatabaseRefused, file_system, quick_check, refuse_far_folder, refuse_old_engine
from frontdesk.storage.sqlite import SqliteStore, open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio


async def made(path: Path) -> None:
    """A database with a network in it, closed cleanly."""
    store = await open_sqlite(path, create=True)
    await House(store).network()
    await store.aclose()


def raw(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What a shell would do to the file."""
    connection = apsw.Connection(str(path))
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


async def refusal(path: Path, *, create: bool = False) -> str:
    """The problem and the hint that a start ends with."""
    with pytest.raises(DatabaseRefused) as refused:
        await open_sqlite(path, create=create)
    assert refused.value.hint
    return f"{refused.value} / {refused.value.hint}"


async def test_a_new_database_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    """And keeps the identity it was given; a later opening is not the one that made it."""
    path = tmp_path / "frontdesk.db"
    store = await open_sqlite(path, create=True, identity=b"0123456789abcdef")
    assert (store.database_id, store.is_new) == (b"0123456789abcdef", True)
    await store.aclose()
    for name in ("frontdesk.db", "writer.lock", "open.lock"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    store = await open_sqlite(path, create=True, identity=b"another identity")
    assert (store.database_id, store.is_new) == (b"0123456789abcdef", False)
    await store.aclose()


async def test_two_new_databases_are_told_apart(tmp_path: Path) -> None:
    """Without a given identity each draws its own."""
    drawn = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        store = await open_sqlite(tmp_path / name / "frontdesk.db", create=True)
        drawn.append(store.database_id)
        await store.aclose()
    assert len(set(drawn)) == 2
    assert {len(identity) for identity in drawn} == {16}


async def test_a_missing_database_is_not_made_unless_asked(tmp_path: Path) -> None:
    """A mistyped folder must not look like an empty house; nothing is left behind."""
    assert "there is no database" in await refusal(tmp_path / "frontdesk.db")
    assert "there is no folder" in await refusal(tmp_path / "nowhere" / "frontdesk.db", create=True)
    assert not os.listdir(tmp_path)


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """Text, and a database whose header is gone."""
    path = tmp_path / "frontdesk.db"
    path.write_text("shopping list\n" * 1_000)
    path.chmod(0o600)
    assert "is not a database" in await refusal(path, create=True)
    assert path.read_text().startswith("shopping list")


async def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """Neither migrated nor turned to another journal."""
    path = tmp_path / "frontdesk.db"
    raw(path, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')")
    path.chmod(0o600)
    before = path.read_bytes()
    assert "not one of Frontdesk's" in await refusal(path, create=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("at", [1, 3, 8])
async def test_a_damaged_page_is_found_at_start(tmp_path: Path, at: int) -> None:
    """FT-20: never started silently."""
    path = tmp_path / "frontdesk.db"
    await made(path)
    with path.open("r+b") as file:
        file.seek(at * 4096)
        file.write(b"\xa5" * 4096)
    assert "is damaged" in await refusal(path)


async def test_the_look_at_a_big_file_ends_in_time(tmp_path: Path) -> None:
    """After so many rounds what was not read is believed: a start may not take minutes."""
    path = tmp_path / "frontdesk.db"
    await made(path)
    raw(path, "CREATE TABLE big (a TEXT)")
    first_page = path.stat().st_size
    raw(
        path,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
        "INSERT INTO big SELECT hex(zeroblob(1000)) FROM n",
    )
    with path.open("r+b") as file:
        file.seek(first_page)
        file.write(b"\xa5" * 4096)
    connection = apsw.Connection(str(path))
    assert quick_check(connection)
    assert quick_check(connection, 0) == ""
    connection.close()


async def test_a_second_opening_does_not_read_the_whole_file_again(tmp_path: Path) -> None:
    """A worker that comes back while the others write must not keep them waiting."""
    path = tmp_path / "frontdesk.db"
    await made(path)
    first = await open_sqlite(path, create=False)
    with path.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xa5" * 4096)
    await (await open_sqlite(path, create=False)).aclose()
    await first.aclose()
    assert "is damaged" in await refusal(path)


async def test_a_lock_that_is_never_let_go_ends_the_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start beside a process that was stopped in its turn says so, and one that waits gets its turn."""
    path = tmp_path / "frontdesk.db"
    await made(path)
    monkeypatch.setattr(sqlite_store, "LOCK_PATIENCE", 0.1)
    lock = os.open(tmp_path / "writer.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert "another process keeps" in await refusal(path)
    monkeypatch.setattr(sqlite_store, "LOCK_PATIENCE", 10)
    opening = asyncio.create_task(open_sqlite(path, create=False))
    await asyncio.sleep(0.05)
    os.close(lock)
    await (await opening).aclose()


async def test_a_truncated_file_is_found_at_start(tmp_path: Path) -> None:
    """Half a copy is no copy."""
    path = tmp_path / "frontdesk.db"
    await made(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // 4096 * 4096)
    assert "is damaged" in await refusal(path)


async def test_an_empty_file_is_a_new_database_only_when_one_may_be_made(tmp_path: Path) -> None:
    """It is what a start that died at once leaves behind."""
    path = tmp_path / "frontdesk.db"
    path.touch(mode=0o600)
    assert "there is no database" in await refusal(path)
    store = await open_sqlite(path, create=True)
    assert store.is_new
    await store.aclose()


async def test_a_database_whose_log_was_taken_away_is_refused(tmp_path: Path) -> None:
    """FT-24: it was copied, or swept, without the log that held its last commits."""
    path, copy = tmp_path / "frontdesk.db", tmp_path / "copy" / "frontdesk.db"
    copy.parent.mkdir(mode=0o700)
    store = await open_sqlite(path, create=True)
    await House(store).network()
    shutil.copy(path, copy)
    await store.aclose()
    before = copy.read_bytes()
    problem = await refusal(copy)
    assert "frontdesk.db-wal is missing" in problem
    assert copy.read_bytes() == before
    assert "frontdesk.db-wal is missing" in await refusal(copy)
    copy.with_name("frontdesk.db-wal").touch(mode=0o600)
    store = await open_sqlite(copy, create=False)
    assert not await store.list_networks()
    await store.aclose()


async def test_a_database_that_was_closed_needs_no_log(tmp_path: Path) -> None:
    """The last to close puts the log's content into the file, which is whole then."""
    path, copy = tmp_path / "frontdesk.db", tmp_path / "copy.db"
    first = await open_sqlite(path, create=True)
    second = await open_sqlite(path, create=False)
    await House(first).network()
    await first.aclose()
    await House(second).client()
    await second.aclose()
    shutil.copy(path, copy)
    store = await open_sqlite(copy, create=False)
    assert len(await store.list_networks()) == len(await store.list_clients()) == 1
    await store.aclose()


async def test_a_crashed_database_is_read_with_its_log(tmp_path: Path) -> None:
    """Nothing that was answered is lost, whoever opens it next."""
    path, copy = tmp_path / "frontdesk.db", tmp_path / "copy" / "frontdesk.db"
    copy.parent.mkdir(mode=0o700)
    store = await open_sqlite(path, create=True)
    network = await House(store).network()
    for name in ("frontdesk.db", "frontdesk.db-wal"):
        shutil.copy(tmp_path / name, copy.with_name(name))
    await store.aclose()
    store = await open_sqlite(copy, create=False)
    assert await store.find_network(network) is not None
    await store.aclose()


async def test_a_migration_of_the_future_is_refused(tmp_path: Path) -> None:
    """A newer Frontdesk's database is not touched by an older one."""
    path = tmp_path / "frontdesk.db"
    await made(path)
    raw(path, "INSERT INTO migrations VALUES (99, 'of_tomorrow', x'00')")
    assert "newer Frontdesk" in await refusal(path)


async def test_a_changed_migration_is_refused(tmp_path: Path) -> None:
    """What made the database is not what is installed."""
    path = tmp_path / "frontdesk.db"
    await made(path)
    raw(path, "UPDATE migrations SET checksum = x'00' WHERE number = 2")
    assert "migration 2 (people) is not the one" in await refusal(path)


async def test_a_ready_database_notices_another_versions_migration(tmp_path: Path) -> None:
    """Readiness goes while a newer version has changed the schema under us."""
    store = await open_sqlite(tmp_path / "frontdesk.db", create=True)
    await store.check()
    raw(store._opened.path, "INSERT INTO migrations VALUES (99, 'of_tomorrow', x'00')")
    with pytest.raises(Exception, match="another version"):
        await store.check()
    await store.aclose()


async def test_a_replaced_file_is_noticed(tmp_path: Path) -> None:
    """FT-28: an older copy moved into place while we run is not what we read."""
    path = tmp_path / "frontdesk.db"
    store = await open_sqlite(path, create=True)
    shutil.copy(path, tmp_path / "older.db")
    (tmp_path / "older.db").rename(path)
    with pytest.raises(Exception, match="replaced"):
        await store.check()
    path.unlink()
    with pytest.raises(Exception, match="gone"):
        await store.check()
    await store.aclose()


def test_a_migration_is_applied_whole_or_not_at_all(tmp_path: Path) -> None:
    """FT-71: one that fails halfway leaves the database as it was, and the next start can go on."""
    connection = apsw.Connection(str(tmp_path / "x.db"))
    known = read_migrations()
    migrate(connection, known, blank=True, identity=None)
    text = "CREATE TABLE new_thing (a INTEGER); INSERT INTO nowhere VALUES (1)"
    broken = Migration(number=known[-1].number + 1, name="broken", text=text)
    with pytest.raises(apsw.SQLError):
        migrate(connection, (*known, broken), blank=False, identity=None)
    assert not connection.table_exists(None, "new_thing")
    fixed = replace(broken, text="CREATE TABLE new_thing (a INTEGER)")
    migrate(connection, (*known, fixed), blank=False, identity=None)
    assert connection.table_exists(None, "new_thing")
    version = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchall()
    assert version == [(str(len(known) + 1).encode(),)]
    connection.close()


def test_a_number_that_two_migrations_have_is_a_mistake(tmp_path: Path) -> None:
    """Numbers follow one another; what is not a migration does not lie among them."""
    shutil.copy(FOLDER / "0001_journal.sql", tmp_path)
    shutil.copy(FOLDER / "0002_people.sql", tmp_path / "0001_people.sql")
    with pytest.raises(ValueError, match=r"0001_people\.sql does not follow migration 1"):
        read_migrations(tmp_path)


@pytest.mark.parametrize(
    ("version", "good"), [("3.51.3", True), ("3.54.1", True), ("3.51.2", False), ("3.7.17", False)]
)
def test_an_old_engine_is_refused(version: str, good: bool) -> None:
    """FT-25: SQLite below 3.51.3 can lose a commit when the log is reset."""
    if good:
        refuse_old_engine(version)
        return
    with pytest.raises(DatabaseRefused, match=r"3\.51\.3 or newer is needed"):
        refuse_old_engine(version)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "virtiofs"])
def test_a_network_file_system_is_refused(tmp_path: Path, kind: str) -> None:
    """Its locks do not hold (D4); a local one mounted below a far one is local."""
    mounts = tmp_path / "mountinfo"
    far, near = tmp_path / "far", tmp_path / "far" / "near"
    near.mkdir(parents=True)
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"23 22 0:45 / {far} rw,relatime shared:7 - {kind} server:/x rw\n"
        f"24 23 8:2 / {near} rw - xfs /dev/sdb1 rw\n"
    )
    with pytest.raises(DatabaseRefused, match=f"is on a {kind} file system"):
        refuse_far_folder(far, mounts)
    refuse_far_folder(near, mounts)
    refuse_far_folder(tmp_path, mounts)
    assert file_system(far, tmp_path / "not there") == ""


async def test_a_store_that_was_closed_answers_nothing(sqlite: SqliteStore, tmp_path: Path) -> None:
    """Neither reads nor writes, and it says so as a store's fault."""
    other = await open_sqlite(tmp_path / "frontdesk.db", create=False)
    house = House(other)
    network = await house.network()
    await other.aclose()
    with pytest.raises(Exception, match="cannot be read"):
        await other.find_network(network)
    with pytest.raises(Exception, match="closed"):
        await house.client()
    assert await sqlite.find_network(network) is not None
