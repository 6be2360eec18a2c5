"""What the attacks came to, for people and for scripts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

import click

from frontdesk.cli import speech
from frontdesk.cli.attacking.judging import Outcome, Verdict


def tell(outcomes: Iterable[Outcome], url: str, *, as_json: bool) -> int:
    """Print them, and give the exit code: 1 where one got through."""
    found = list(outcomes)
    counted = Counter(outcome.verdict for outcome in found)
    if as_json:
        speech.print_json({
            "ok": not counted[Verdict.THROUGH],
            "url": url,
            **{verdict.value: counted[verdict] for verdict in Verdict},
            "attacks": [asdict(outcome) for outcome in found],
        })  # fmt: skip
        return speech.EXIT_REFUSED if counted[Verdict.THROUGH] else 0
    rows = [(one.verdict.value, one.row, one.attack, one.evidence) for one in found]
    speech.print_table(("VERDICT", "ROW", "ATTACK", "ANSWER"), rows)
    for outcome in found:
        if outcome.verdict is Verdict.THROUGH:
            click.echo(f"\n{outcome.row} {outcome.attack}: {outcome.evidence}\n  → {outcome.advice}")
    summary = f"{len(found)} attacks: {counted[Verdict.HELD]} held, {counted[Verdict.THROUGH]} got through"
    unclear = f", {counted[Verdict.UNCLEAR]} unclear" if counted[Verdict.UNCLEAR] else ""
    speech.print_next(summary + unclear)
    return speech.EXIT_REFUSED if counted[Verdict.THROUGH] else 0
