"""Numbered migrations, each known by its checksum, applied all or nothing under the writers' lock."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from frontdesk.storage.opening import APPLICATION_ID, DatabaseRefused

FOLDER = Path(__file__).with_name("migrations")
MAKE_TABLE = """
CREATE TABLE migrations (
    number INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum BLOB NOT NULL
) WITHOUT ROWID, STRICT
"""
APPLIED = "SELECT number, name, checksum FROM migrations ORDER BY number"
NOTE = "INSERT INTO migrations (number, name, checksum) VALUES (?, ?, ?)"
PUT_FACT = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
IDENTIFY = "INSERT INTO meta (key, value) VALUES ('identity', coalesce(?, randomblob(16)))"

_NAME = re.compile(r"(\d{4})_([a-z_]+)\.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> bytes:
        """What tells whether the file is still the one that was applied."""
        return hashlib.sha256(self.text.encode()).digest()


def read_migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """All migrations in order; ValueError where a number is twice there."""
    found: list[Migration] = []
    for file in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(file.name)
        before = found[-1].number if found else 0
        if match is None or int(match[1]) <= before:
            raise ValueError(f"{file.name} does not follow migration {before}")
        found.append(Migration(number=int(match[1]), name=match[2], text=file.read_text(encoding="utf-8")))
    return tuple(found)


def migrate(connection: apsw.Connection, known: tuple[Migration, ...], *, blank: bool, identity: bytes | None) -> None:
    """Bring the schema up to date in one transaction. The caller holds the writers' lock."""
    with connection:
        if blank:
            connection.pragma("application_id", APPLICATION_ID)
            connection.execute(MAKE_TABLE).fetchall()
        applied: list[tuple[Any, ...]] = connection.execute(APPLIED).fetchall()
        _refuse_strangers(applied, known)
        for migration in known[len(applied) :]:
            connection.execute(migration.text).fetchall()
            connection.execute(NOTE, (migration.number, migration.name, migration.checksum)).fetchall()
        if blank:
            connection.execute(IDENTIFY, (identity,)).fetchall()
        if len(applied) < len(known):
            connection.execute(PUT_FACT, ("schema_version", str(len(known)).encode())).fetchall()


def _refuse_strangers(applied: list[tuple[Any, ...]], known: tuple[Migration, ...]) -> None:
    if len(applied) > len(known):
        raise DatabaseRefused(
            f"the database has migration {applied[-1][0]}, this Frontdesk knows {len(known)} only",
            "run the newer Frontdesk that made it, or restore a backup from before",
        )
    for (number, name, checksum), migration in zip(applied, known, strict=False):
        if (number, checksum) != (migration.number, migration.checksum):
            raise DatabaseRefused(
                f"migration {number} ({name}) is not the one that this database was made with",
                "install an unchanged Frontdesk",
            )
