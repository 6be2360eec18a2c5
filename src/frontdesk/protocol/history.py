"""Which audit rows of a network somebody asks for, and the groups that people sort them into."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from frontdesk.protocol.ids import SECOND, Micros, UserId

BEGINNING = Micros(0)
END_OF_TIME = Micros(2**62)
NEWEST = 2**62  # no position of a row is as great


class Topic(StrEnum):
    """What a change of a network is about."""

    APPS = "apps"
    CREDENTIALS = "credentials"
    PEOPLE = "people"
    NETWORK = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Rows from `since` until before `until`; of these actions (none named: all); by or about `person`."""

    since: Micros = BEGINNING
    until: Micros = END_OF_TIME
    actions: tuple[str, ...] = ()
    person: UserId | None = None


def read_day(typed: str) -> date | None:
    """A day as 2026-03-31; None where it is none."""
    if len(typed) != len("2026-03-31") or not typed.isascii():
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 1970 <= day.year < 9999 else None


def start_of(day: date) -> Micros:
    """Its first instant, UTC."""
    return Micros(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND)
