"""Printing a run: the table as it goes, and what to do at its end."""

import unicodedata
from collections.abc import Sequence
from itertools import groupby

import click

from frontdesk.cli.speech import print_json
from frontdesk.cli.trying.driver import MISMATCH, OK, SKIPPED, Result
from frontdesk.protocol.trials import Removed

_WIDTHS = (8, 28, 76, 60)
_TITLES = ("RESULT", "STEP", "ASKED", "THE CONTRACT SAYS", "ANSWERED")


class Teller:
    """Prints each step as soon as it is judged, under its group's title; nothing where the answer is JSON."""

    def __init__(self, *, as_json: bool) -> None:
        """The table's head comes with the first step."""
        self._as_json = as_json
        self._group = ""

    def hear(self, result: Result) -> None:
        """Print one step."""
        if self._as_json:
            return
        if not self._group:
            _row(_TITLES)
        if result.group != self._group:
            self._group = result.group
            click.echo(f"\n{result.group}")
        _row((result.outcome, result.name, result.asked, result.says, result.answered))


def conclude(
    url: str, results: Sequence[Result], *, seconds: float, removed: Removed | None, as_json: bool, has_town: bool
) -> bool:
    """Say how it went and what to do; whether nothing was wrong."""
    count = {outcome: sum(result.outcome == outcome for result in results) for outcome in (OK, MISMATCH, SKIPPED)}
    advice = _advice(results, has_town=has_town)
    if as_json:
        print_json(
            {
                "url": url,
                "seconds": round(seconds, 2),
                "ok": count[OK],
                "mismatches": count[MISMATCH],
                "skipped": count[SKIPPED],
                "removed": None
                if removed is None
                else {"networks": removed.networks, "users": removed.users, "apps": removed.clients},
                "steps": [_as_object(result) for result in results],
                "next": advice,
            }
        )
        return not count[MISMATCH]
    click.echo(
        f"\n{len(results)} steps in {seconds:.1f} s: "
        f"{count[OK]} ok, {count[MISMATCH]} MISMATCH, {count[SKIPPED]} skipped"
    )
    if removed is not None:
        click.echo(f"Removed again: {removed.networks} networks, {removed.users} users, {removed.clients} apps")
    _left_out(results)
    click.echo(advice)
    return not count[MISMATCH]


def _left_out(results: Sequence[Result]) -> None:
    """What was skipped and why, each reason once."""
    skipped = sorted((result.answered, result.name) for result in results if result.outcome == SKIPPED)
    for reason, of_it in groupby(skipped, key=lambda pair: pair[0]):
        names = [name for _, name in of_it]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        click.echo(f"Left out, because {reason}: {shown}")


def _advice(results: Sequence[Result], *, has_town: bool) -> str:
    wrong = [result.name for result in results if result.outcome == MISMATCH]
    if wrong:
        return f"Compare {', '.join(wrong[:5])} with docs/contract.md, correct the server, and run this again."
    if not any(result.outcome == OK for result in results):
        return "Nothing could be asked: give --data DIR, or --basic-id and --client-id."
    if not has_town:
        return "What was asked is as the contract says. For the rest, run it on the server's machine with --data DIR."
    if any(result.name == "owner-mail" and result.outcome == SKIPPED for result in results):
        return "What was asked is as the contract says. To sign in too, let mails go to a folder: --mail DIR."
    return "This server keeps the contract. Run it again after every change of settings, document or proxy."


def _as_object(result: Result) -> dict[str, str]:
    return {
        "group": result.group,
        "name": result.name,
        "asked": result.asked,
        "says": result.says,
        "answered": result.answered,
        "outcome": result.outcome,
    }


def _row(cells: Sequence[str]) -> None:
    *some, last = [_plain(cell) for cell in cells]
    shown = [cell.ljust(width) for cell, width in zip(some, _WIDTHS, strict=True)]
    click.echo("  ".join([*shown, last]).rstrip())


def _plain(text: str) -> str:
    """A cell's text, without anything that moves a terminal's cursor."""
    return "".join("?" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character for character in text)
