"""How the command line talks: errors with a hint, times, tables and JSON. Never a secret that was not just made."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import click

EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class Refused(Exception):  # noqa: N818 - a no to a person, not a bug
    """A command that was refused or failed: what happened, then what to do. Ends the process with 1."""

    def __init__(self, problem: str, hint: str = "") -> None:
        """One line each, without a full stop; several problems are several lines of `problem`."""
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


def complain(problem: str, hint: str = "") -> None:
    """Write an error and its hint to stderr."""
    for line in problem.splitlines() or [""]:
        say(f"error: {line}")
    if hint:
        say(f"hint: {hint}")


def say(text: str) -> None:
    """One line to stderr, so that stdout keeps holding only the answer."""
    try:
        click.echo(f"frontdesk: {text}", err=True)
    except OSError:  # stderr is closed: there is nobody to tell
        return


def print_json(answer: dict[str, Any]) -> None:
    """The whole answer as one JSON object."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Names and values, aligned."""
    width = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        click.echo(f"  {name.ljust(width)}  {value}")


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under titles, aligned; the last column may be of any width."""
    widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(len(titles))]
    for row in (titles, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def print_next(text: str) -> None:
    """What to do now, after an answer for people."""
    click.echo(f"\n{text}")


def moment(at: int | None, *, absent: Literal["never", "-"] = "never") -> str:
    """Microseconds UTC as people read them."""
    if at is None:
        return absent
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def instant(at: int | None) -> str | None:
    """Microseconds UTC as RFC 3339, for JSON."""
    if at is None:
        return None
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
