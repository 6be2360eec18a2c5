"""`frontdesk policy lint`: what is wrong or doubtful in a document, before a server runs under it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from frontdesk.cli import speech
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.policy.reading import read_policy, settle_with
from frontdesk.gateway.document import DocumentError, load_document
from frontdesk.gateway.lint import Code, Finding, Severity, Subject, lint
from frontdesk.settings import Settings, inclusion_of


@click.command("lint")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--strict", is_flag=True, help="End with 1 for warnings too.")
@standing
def lint_(ground: Ground, file: Path, *, strict: bool) -> int:
    """Find what is wrong or doubtful in the document FILE, under the settings in force.

    Each finding has a code, a place (a JSON pointer), and what to do. Ends with 1 where there are errors.
    """
    settings = settle_with(ground, file)
    findings = examine(settings, file)
    bad = [finding for finding in findings if strict or finding.severity is Severity.ERROR]
    if ground.as_json:
        speech.print_json({"ok": not bad, "findings": [_describe(finding) for finding in findings]})
    else:
        _print(findings)
    return speech.EXIT_REFUSED if bad else 0


def examine(settings: Settings, file: Path) -> tuple[Finding, ...]:
    """Every finding; whatever would keep a server from starting is among them."""
    try:
        document = load_document(file)
    except DocumentError as error:
        return (Finding(code=Code.REFUSED, place=error.place or "#", words=error.problem, hint=error.hint),)
    findings = lint(
        Subject(
            document=document,
            inclusion=inclusion_of(settings),
            needs_all=settings.scope_match == "all",
            public=frozenset(settings.public_operations),
            networkless=frozenset(settings.networkless_operations),
            network_header=settings.network_header.lower(),
        )
    )
    if any(finding.severity is Severity.ERROR for finding in findings):
        return findings
    try:
        read_policy(settings)
    except speech.Refused as refused:
        return (Finding(code=Code.REFUSED, place="#", words=refused.problem, hint=refused.hint), *findings)
    return findings


def _describe(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code.word,
        "severity": finding.severity.value,
        "place": finding.place,
        "words": finding.words,
        "hint": finding.hint,
    }


def _print(findings: Sequence[Finding]) -> None:
    for finding in findings:
        click.echo(f"{finding.severity.value}: {finding.words} [{finding.code.word}]")
        click.echo(f"  at {finding.place}")
        click.echo(f"  {finding.hint}")
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if findings:
        click.echo(f"\n{errors} {'error' if errors == 1 else 'errors'}, {len(findings) - errors} to look at.")
    else:
        click.echo("Nothing is wrong.")
