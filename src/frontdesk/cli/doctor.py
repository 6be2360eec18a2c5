"""`frontdesk doctor`: looks for what is wrong, and says what to do."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from frontdesk.cli import examining, speech
from frontdesk.cli.examining import Finding, Verdict
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.ownership import become_owner
from frontdesk.cli.policy.examining import examine_callers
from frontdesk.cli.settling import settle


@click.command()
@click.option("--attack", metavar="URL", help="Try the public bypasses on your own set-up, and say which got through.")
@click.option("--path", metavar="PATH", help="With --attack: a GET of the API that needs a credential.")
@click.option("--client-id", metavar="ID", help="With --attack: a network's pair that opens it, for more attacks.")
@click.option(
    "--client-secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Its secret. Also FRONTDESK_ATTACK_SECRET.",
)
@click.option("--network", metavar="UUID", help="With --attack: the network of that pair.")
@click.option("--upstream-echo", is_flag=True, help="With --attack: that GET's answer shows what the API was sent.")
@click.option("--upstream", metavar="ADDR", help="With --attack: the API's own address, to try it past the proxy.")
@click.option("--frontdesk", metavar="ADDR", help="With --attack: Frontdesk's own address, to ask its check from here.")
@standing
def doctor(ground: Ground, /, attack: str | None, **typed: str | bool | Path | None) -> int:
    """Look for what is wrong, and say what to do. Changes nothing; ends with 1 where something fails.

    With --attack it asks a running set-up instead, as strangers and as a caller with a pair would, for what they must
    not get. Only against your own: it sends some hundred and fifty odd requests, none of which changes anything there.
    """
    if attack is not None:
        from frontdesk.cli.attacking.command import attack as besiege

        return besiege(settle(ground), attack, as_json=ground.as_json, **typed)
    if any(typed.values()):
        raise click.UsageError("these options are for --attack URL")
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
    yield from examining.examine_enforcement(settings)
    yield from examining.examine_mail(settings)
    yield from examining.examine_address(settings)
    yield from examining.examine_folder(settings.data)
    # The store is opened as its owner: root must leave no file of its own there.
    import frontdesk.assemble  # noqa: F401 - while it can still be read
    from frontdesk.runtime.logs import start_logs

    start_logs("error")  # to stderr: stdout is for the findings
    become_owner(settings.data)
    yield from examining.examine_store(settings)
    yield from examine_callers(settings)


def _seconds() -> int:
    from frontdesk.runtime.clock import SystemClock

    return SystemClock().now() // 1_000_000
