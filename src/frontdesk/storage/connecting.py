"""How a connection to the database is made. DESIGN D4."""

from pathlib import Path

import apsw

# Of reads and writes made on the event loop: longer waits are made beside it.
HASTE = 1
PATIENCE = 5_000

_STATEMENTS = 256
_WAL_LIMIT = 64 * 1024 * 1024
# The commit that finds so many pages in the log copies them, and its group waits: little and often, not SQLite's 1,000.
_LOG_PAGES = 400
# KiB for each of a worker's three connections: almost three times as much was no faster over 100,000 grants.
_CACHE = 3_072


def connect(path: Path, *, busy: int, writes: bool = False) -> apsw.Connection:
    """A connection to an existing file. `busy`: how many milliseconds a statement may wait for a lock."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, statementcachesize=_STATEMENTS)
    connection.set_busy_timeout(busy)
    # The write-ahead log stays when the last connection closes: a missing one then always means that it was lost.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    # Or each use plans its statement anew, to look at the values that are bound, and that takes longer than most reads.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    for pragma, value in (
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("trusted_schema", "OFF"),
        ("cache_size", -_CACHE),
        ("wal_autocheckpoint", _LOG_PAGES),
        ("journal_size_limit", _WAL_LIMIT),
        ("query_only", "OFF" if writes else "ON"),
    ):
        connection.pragma(pragma, value)
    return connection
