"""Where an old server's tables are read from: its SQLite file, or a folder with one export a table.

An export is `TABLE.csv` with a line of column names (what psql's `\\copy … CSV HEADER` writes) or `TABLE.jsonl` with
one object a line. Nothing is ever written there.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from frontdesk.cli.speech import Refused
from frontdesk.protocol.ids import Micros

Row: TypeAlias = Mapping[str, Any]
_SQLITE = b"SQLite format 3\0"
_FALSE = frozenset({"", "0", "f", "false", "n", "no"})
_TRUE = frozenset({"1", "t", "true", "y", "yes"})
_MAX_FIELD = 16 * 1024 * 1024


class Source(Protocol):
    """The tables of an old server."""

    def rows(self, table: str, *needed: str) -> Iterator[Row]:
        """A table's rows by column name; refused where the table or one of the `needed` columns is missing."""


def open_source(path: Path) -> Source:
    """A SQLite file or a folder of exports, told apart by what is there."""
    if path.is_dir():
        return Folder(path)
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) == _SQLITE:
            return SqliteFile(path)
    raise Refused(
        f"{path} is neither a SQLite database nor a folder",
        "export the tables as the document about moving says, one CSV file each, and name their folder",
    )


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A SQLite database, opened for reading only."""

    path: Path

    def rows(self, table: str, *needed: str) -> Iterator[Row]:
        """The rows of a table, one by one."""
        import apsw

        try:
            with closing(apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
                columns = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
                _judge_columns(f"{self.path}: {table}", columns, needed)
                for row in connection.execute(f"SELECT * FROM {_quoted(table)}"):  # noqa: S608 - a quoted name
                    yield dict(zip(columns, row, strict=True))
        except apsw.Error as fault:
            raise Refused(f"{self.path} cannot be read: {fault}", "is it a whole copy of the database?") from fault


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with `TABLE.csv` or `TABLE.jsonl` for each table."""

    path: Path

    def rows(self, table: str, *needed: str) -> Iterator[Row]:
        """The rows of a table, one by one."""
        lines, sheet = self.path / f"{table}.jsonl", self.path / f"{table}.csv"
        if lines.exists():
            for number, row in enumerate(_read_lines(lines), start=1):
                if number == 1:
                    _judge_columns(str(lines), [*row], needed)
                yield row
        elif sheet.exists():
            yield from read_sheet(sheet, *needed)
        else:
            raise Refused(f"{self.path} holds neither {sheet.name} nor {lines.name}", "export that table too")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A source some of whose tables have other names than usual."""

    source: Source
    names: Mapping[str, str]

    def rows(self, table: str, *needed: str) -> Iterator[Row]:
        """The rows of a table by its usual name."""
        return self.source.rows(self.names.get(table, table), *needed)


def read_sheet(path: Path, *needed: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file by the names in its first line; an empty field and a missing one are the same."""
    csv.field_size_limit(_MAX_FIELD)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            _judge_columns(str(path), list(reader.fieldnames or ()), needed)
            for row in reader:
                if None in row or None in row.values():
                    raise Refused(f"{path}, line {reader.line_num}: not as many fields as the first line names")
                yield row
    except (csv.Error, UnicodeDecodeError) as fault:
        raise Refused(f"{path} is no CSV file in UTF-8: {type(fault).__name__}") from fault


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as fault:
                raise Refused(f"{path}, line {number}: this is not JSON") from fault
            if not isinstance(row, dict):
                raise Refused(f"{path}, line {number}: this is not a JSON object")
            yield row


def _judge_columns(where: str, columns: list[str], needed: tuple[str, ...]) -> None:
    if not columns:
        raise Refused(f"{where}: there is no such table, or it has no columns")
    missing = [column for column in needed if column not in columns]
    if missing:
        raise Refused(f"{where} has no column {missing[0]}", f"its columns are {', '.join(columns)}"[:400])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# -- how databases and their exports write values
def text_of(row: Row, column: str) -> str:
    """A text; empty where it is NULL or the column is missing."""
    value = row.get(column)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def truth_of(row: Row, column: str) -> bool:
    """A truth value, however it is written; NULL and a missing column are false."""
    text = text_of(row, column).strip().lower()
    if text in _FALSE:
        return False
    if text in _TRUE:
        return True
    raise Refused(f'the column {column} holds "{text[:20]}", which is neither true nor false')


def moment_of(row: Row, column: str) -> Micros | None:
    """A point in time, in microseconds UTC; without an offset it is UTC. None: NULL, or not a time."""
    text = text_of(row, column).strip()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    since = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return Micros((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def list_of(row: Row, column: str, *, separator: str | None = None) -> list[str]:
    """A list: a JSON array, or texts between separators (None: white space)."""
    value = row.get(column)
    if isinstance(value, list):
        return [str(item) for item in value]
    text = text_of(row, column).strip()
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            return []
        return [str(item) for item in found]
    return [part for part in text.split(separator) if part]
