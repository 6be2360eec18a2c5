"""Lists that are read from a file, and what is said about each of their rows. Never a secret."""

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click

from frontdesk.cli.speech import Refused, print_json, print_table
from frontdesk.protocol.moving import MAX_LINE, Row, read_rows
from frontdesk.protocol.moving_plan import Outcome, Plan, Verdict

SHOWN = 100  # problems; the report holds them all
_HINT = "nothing was changed; put the list right and run the command again"


def open_report(report: Path | None, source: str) -> TextIO | None:
    """A file for the report, for its maker's eyes only. It is opened before root is given up."""
    if report is None:
        return None
    try:
        if source != "-" and report.exists() and report.samefile(source):
            raise Refused(f"{report} is the list itself", "name another file for the report")
        return os.fdopen(os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w")
    except OSError as fault:
        raise Refused(f"{report} cannot be written: {fault.strerror}") from fault


def read_list(source: str, *, kinds: Collection[str], report: TextIO | None) -> list[Row]:
    """All rows of a file, or of standard input for `-`; `Refused` with all that is wrong."""
    try:
        if source == "-":
            rows, faults = read_rows(_lines(sys.stdin.buffer), kinds=kinds)
        else:
            with open(source, "rb") as file:
                rows, faults = read_rows(_lines(file), kinds=kinds)
    except OSError as fault:
        raise Refused(f"{source} cannot be read: {fault.strerror}") from fault
    if faults:
        _write(report, ({"line": fault.line, "outcome": "fault", "detail": fault.problem} for fault in faults))
        _refuse([f"line {fault.line}: {fault.problem}" for fault in faults])
    if not rows:
        raise Refused("the list is empty", "see docs/moving-in.md for what it may hold")
    return rows


def refuse_plan(plan: Plan, report: TextIO | None) -> None:
    """Write the report; where the plan is refused, say why, and end."""
    _write(report, (_verdict(verdict) for verdict in plan.verdicts))
    conflicts = [verdict for verdict in plan.verdicts if verdict.outcome is Outcome.CONFLICT]
    if conflicts:
        _refuse([f"line {one.line}: {one.kind} {one.name}: {one.detail}" for one in conflicts])
    if plan.objection:
        raise Refused(plan.objection, "look at what would go with --dry-run --report FILE")


def tell(plan: Plan, *, commit: bool, as_json: bool, done: str) -> None:
    """What became of the rows, counted by kind."""
    counts: dict[str, dict[str, int]] = {}
    for verdict in plan.verdicts:
        of_kind = counts.setdefault(verdict.kind, {})
        of_kind[verdict.outcome.value] = of_kind.get(verdict.outcome.value, 0) + 1
    changes = bool(plan.changes)
    if as_json:
        print_json({"applied": commit and changes, "dry_run": not commit, "changes": changes, "rows": counts})
        return
    if not changes:
        click.echo("Nothing to do: everything is as the list says.")
    else:
        click.echo(done if commit else "This is what would be done. Nothing was changed.")
    outcomes = [outcome.value for outcome in Outcome if any(outcome.value in of_kind for of_kind in counts.values())]
    print_table(
        ["KIND", *(outcome.upper() for outcome in outcomes)],
        [[kind, *(f"{of_kind.get(outcome, 0):,}" for outcome in outcomes)] for kind, of_kind in counts.items()],
    )


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 3):  # one byte too many shows, after a CR and a LF
        yield line


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "line": verdict.line,
        "kind": verdict.kind,
        "name": verdict.name,
        "outcome": verdict.outcome.value,
        "detail": verdict.detail,
    }


def _write(report: TextIO | None, lines: Iterable[dict[str, Any]]) -> None:
    if report is None:
        return
    with report:
        for line in lines:
            report.write(json.dumps(line, ensure_ascii=False) + "\n")


def _refuse(problems: Sequence[str]) -> None:
    more = len(problems) - SHOWN
    rest = [f"and {more:,} more: see them all with --report FILE"] if more > 0 else []
    raise Refused("\n".join([*problems[:SHOWN], *rest]), _HINT)
