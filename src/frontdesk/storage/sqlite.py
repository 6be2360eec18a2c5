"""The store on SQLite: opening it, and closing it so that the next start can tell. DESIGN D4."""

import asyncio
import fcntl
import os
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import apsw

from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage.connecting import PATIENCE, connect
from frontdesk.storage.custody import narrow, refuse_wide
from frontdesk.storage.migrating import PUT_FACT, migrate, read_migrations
from frontdesk.storage.opening import (
    DatabaseRefused,
    judge,
    make_owned,
    refusal,
    refuse_far_folder,
    refuse_lost_log,
    refuse_old_engine,
)
from frontdesk.storage.reader import Reader
from frontdesk.storage.store import FAILPOINTS, VerbStore
from frontdesk.storage.verbs import Verb
from frontdesk.storage.writer import Failpoint, Writer

__all__ = ["FAILPOINTS", "DatabaseRefused", "SqliteStore", "open_sqlite"]

WRITER_LOCK = "writer.lock"
OPEN_LOCK = "open.lock"  # shared by every process that has the database open
MIGRATIONS = "SELECT count(*) FROM migrations"

LOCK_PATIENCE = 10.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A database that was judged and brought up to date."""

    path: Path
    identity: bytes
    is_new: bool
    migrations: int
    writer_lock: int
    open_lock: int
    inode: int


class SqliteStore(VerbStore):
    """One process's view of the database; any number of processes of one host share a file."""

    def __init__(self, opened: Opened, *, failpoint: Failpoint | None) -> None:
        """Use `open_sqlite`."""
        self._opened = opened
        super().__init__(Reader(opened.path), Writer(opened.path, lock=opened.writer_lock, failpoint=failpoint))

    @property
    def database_id(self) -> bytes:
        """Which database this is: 16 bytes that were drawn when it was made, and that its key file names too."""
        return self._opened.identity

    @property
    def is_new(self) -> bool:
        """Whether this very opening made the database."""
        return self._opened.is_new

    async def check(self) -> None:
        """Raise StoreUnavailable unless it can be read, is the file we opened, and its migrations are all ours."""
        try:
            inode = self._opened.path.stat().st_ino
        except OSError as fault:
            raise StoreUnavailable("the database file is gone") from fault
        if inode != self._opened.inode:
            raise StoreUnavailable("the database file was replaced while it was open")
        if await self._reader.read(_count_migrations) != self._opened.migrations:
            raise StoreUnavailable("the database was changed by another version of Frontdesk")

    async def aclose(self) -> None:
        """Finish what waits and close; the last process to do so notes that nothing is left in the log."""
        await self._writer.close()
        self._reader.close()
        await asyncio.to_thread(_leave, self._opened)


async def open_sqlite(
    path: Path, *, failpoint: Failpoint | None = None, create: bool, identity: bytes | None = None
) -> SqliteStore:
    """Open a database, bringing its schema up to date; with `create` make one where there is none.

    `identity`: 16 bytes for a new one (None: drawn by SQLite). Raises DatabaseRefused, in words for the operator.
    """
    opened = await asyncio.to_thread(partial(_open, path, create=create, identity=identity))
    try:
        return SqliteStore(opened, failpoint=failpoint)
    except apsw.Error as fault:
        raise refusal(path, fault) from fault


def _open(path: Path, *, create: bool, identity: bytes | None) -> Opened:
    refuse_old_engine(apsw.sqlite_lib_version())
    is_there = path.exists() and path.stat().st_size > 0
    if not is_there and not create:
        raise DatabaseRefused(f"there is no database at {path}", "look at --data, or make one with 'frontdesk serve'")
    if not path.parent.is_dir():
        raise DatabaseRefused(f"there is no folder {path.parent}", "make it first")
    refuse_far_folder(path.parent)
    with ExitStack() as undo:
        try:
            if not is_there:
                narrow(path.parent)
            writer_lock = make_owned(path.with_name(WRITER_LOCK))
            undo.callback(os.close, writer_lock)
            open_lock = make_owned(path.with_name(OPEN_LOCK))
            undo.callback(os.close, open_lock)
            _wait_for(writer_lock, path)
            if not path.exists():
                os.close(make_owned(path))
            is_new, found = _prepare(path, open_lock, create=create, identity=identity)
            fcntl.flock(writer_lock, fcntl.LOCK_UN)
            inode = path.stat().st_ino
        except (OSError, apsw.Error) as fault:
            raise refusal(path, fault) from fault
        undo.pop_all()
    return Opened(
        path=path,
        identity=found,
        is_new=is_new,
        migrations=len(read_migrations()),
        writer_lock=writer_lock,
        open_lock=open_lock,
        inode=inode,
    )


def _prepare(path: Path, open_lock: int, *, create: bool, identity: bytes | None) -> tuple[bool, bytes]:
    """Judge and migrate, alone among those who know the writers' lock; whether it is new, and its identity."""
    alone = _is_alone(open_lock)
    if alone:
        refuse_lost_log(path)
    fcntl.flock(open_lock, fcntl.LOCK_SH)
    refuse_wide(path)  # before connecting, which makes log and index with the file's own mode
    connection = connect(path, busy=PATIENCE, writes=True)
    try:
        # Where others have it open it was checked before, and a long look would keep them from writing.
        blank = not judge(connection, path, whole=alone)
        if blank and not create:
            raise DatabaseRefused(f"{path} is empty", "remove it, or restore a backup")
        if connection.pragma("journal_mode", "wal") != "wal":
            raise DatabaseRefused(f"{path} cannot keep a write-ahead log", "put it on an ordinary disk")
        migrate(connection, read_migrations(), blank=blank, identity=identity)
        facts: dict[Any, Any] = {row[0]: row[1] for row in connection.execute("SELECT key, value FROM meta")}
        if facts.get("open") != b"1":
            _note_open(connection, is_open=True)
        return blank, bytes(facts["identity"])
    finally:
        connection.close()


def _is_alone(open_lock: int) -> bool:
    try:
        fcntl.flock(open_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note_open(connection: apsw.Connection, *, is_open: bool) -> None:
    """Write into the file itself, not only into its log, whether somebody has it open."""
    connection.execute(PUT_FACT, ("open", b"1" if is_open else b"0")).fetchall()
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _wait_for(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # Queue up like the writers do: one that only looks in now and then would find busy workers' lock always taken.
        turn = threading.Thread(target=fcntl.flock, args=(lock, fcntl.LOCK_EX), daemon=True)
        turn.start()
        turn.join(LOCK_PATIENCE)
        if turn.is_alive():
            raise DatabaseRefused(f"another process keeps {path} locked", "end it, then try again") from None


def _leave(opened: Opened) -> None:
    """Give the shared lock up; whoever holds it last puts the log's content into the file."""
    lock = os.open(opened.path.with_name(WRITER_LOCK), os.O_RDWR | os.O_CLOEXEC)
    try:
        _wait_for(lock, opened.path)
        if _is_alone(opened.open_lock):
            connection = connect(opened.path, busy=PATIENCE, writes=True)
            try:
                _note_open(connection, is_open=False)
            finally:
                connection.close()
    except (OSError, apsw.Error, DatabaseRefused):
        pass  # left as after a crash: the log stays beside the file, and the next start reads it
    finally:
        os.close(lock)
        os.close(opened.open_lock)


def _count_migrations() -> Verb[int]:
    rows = yield MIGRATIONS, ()
    return int(rows[0][0])
