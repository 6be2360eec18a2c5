"""Long lists some rows at a time: which of their pages is asked for, and the links to those beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

_MAX_DIGITS = 6

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Links to the pages before and after the one that is shown; empty where there is none."""

    before: str = ""
    after: str = ""


ONE_PAGE = Pager()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The rows that a page shows: `count` of them, from `start` on."""

    start: int
    count: int
    pager: Pager

    def of(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Those of all rows."""
        return rows[self.start : self.start + self.count]


def slice_of(asked: str, path: str, *, total: int, size: int, **fields: str) -> Slice:
    """What the number `asked` for is of so many rows; the last page where it is beyond, the first where it is none.

    `path` and `fields` are what a link to another page is made of.
    """
    last = max(1, -(-total // size))
    number = min(_read(asked), last)
    before = f"{path}?{urlencode({**fields, 'page': number - 1})}" if number > 1 else ""
    after = f"{path}?{urlencode({**fields, 'page': number + 1})}" if number < last else ""
    return Slice(start=(number - 1) * size, count=size, pager=Pager(before=before, after=after))


def start_of(asked: str, *, size: int) -> int:
    """Where the rows that are asked for would start, before it is known how many there are."""
    return (_read(asked) - 1) * size


def _read(asked: str) -> int:
    is_number = asked.isascii() and asked.isdigit() and len(asked) <= _MAX_DIGITS
    return max(1, int(asked)) if is_number else 1
