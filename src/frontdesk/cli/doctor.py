"""`frontdesk doctor`: looks for what is wrong, and says what to do."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

from frontdesk.cli import examining, speech
from frontdesk.cli.examining import Finding, Verdict
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.ownership import become_owner
from frontdesk.cli.settling import settle


@click.command()
@standing
def doctor(ground: Ground) -> int:
    """Look for what is wrong, and say what to do. Changes nothing; ends with 1 where something fails."""
    findings = []
    for finding in _examine(ground):
        findings.append(finding)
        if not ground.as_json:
            examining.print_finding(finding)
    failed = any(finding.verdict is Verdict.FAIL for finding in findings)
    if ground.as_json:
        speech.print_json({"ok": not failed, "findings": [asdict(finding) for finding in findings]})
    return speech.EXIT_REFUSED if failed else 0


def _examine(ground: Ground) -> Iterator[Finding]:
    yield from examining.examine_versions()
    yield from examining.examine_clock(datetime.fromtimestamp(_seconds(), UTC))
    yield from examining.examine_user()
    try:
        settings = settle(ground)
    except speech.Refused as refused:
        for problem in refused.problem.splitlines():
            yield examining.fail("settings", problem, refused.hint)
        return
    yield examining.ok("settings", "are right")
    yield from examining.examine_document(settings)
    yield from examining.examine_mail(settings)
    yield from examining.examine_address(settings)
    yield from examining.examine_folder(settings.data)
    # The store is opened as its owner: root must leave no file of its own there.
    import frontdesk.assemble  # noqa: F401 - while it can still be read
    from frontdesk.runtime.logs import start_logs

    start_logs("error")  # to stderr: stdout is for the findings
    become_owner(settings.data)
    yield from examining.examine_store(settings)


def _seconds() -> int:
    from frontdesk.runtime.clock import SystemClock

    return SystemClock().now() // 1_000_000
