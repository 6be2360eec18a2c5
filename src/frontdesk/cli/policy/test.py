"""`frontdesk policy test`: a table of calls that a document must let in or refuse."""

from pathlib import Path

import click

from frontdesk.cli import speech
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.policy.expectations import Expectation, read_expectations
from frontdesk.cli.policy.reading import read_policy, settle_with
from frontdesk.gateway.policy_trial import Trial
from frontdesk.protocol.errors import Refusal, wire
from frontdesk.protocol.records import Role
from frontdesk.settings import inclusion_of, role_scopes_of


@click.command("test")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False))
@standing
def test_(ground: Ground, file: Path, table: Path) -> int:
    """Decide the calls of TABLE by the document FILE, and compare with what the table expects.

    TABLE is a YAML list of 'call: GET /rooms/v1/7', 'with: {scheme, scopes, role, network}' and 'expect: allow' or a
    refusal such as '403 insufficientScope'. Ends with 1 where anything differs.
    """
    settings = settle_with(ground, file)
    expectations = read_expectations(table)
    inclusion = inclusion_of(settings)
    trial = Trial(
        policy=read_policy(settings),
        inclusion=inclusion,
        role_scopes=role_scopes_of(settings, inclusion),
        offered_roles=frozenset(Role(role) for role in settings.picker_roles),
    )
    failed: list[tuple[Expectation, str]] = []
    for each in expectations:
        outcome = trial.judge(each.method, each.target, each.holder)
        if not _is_expected(each, outcome):
            failed.append((each, _words(outcome)))
    if ground.as_json:
        told = [{"number": one.number, "call": one.call, "expected": one.expected, "got": got} for one, got in failed]
        speech.print_json({"ok": not failed, "expectations": len(expectations), "failed": told})
    elif failed:
        rows = [[str(one.number), one.call, _with(one), one.expected, got] for one, got in failed]
        speech.print_table(["NO", "CALL", "WITH", "EXPECTED", "GOT"], rows)
        click.echo(f"\n{len(failed)} of {len(expectations)} expectations are not met.")
    else:
        click.echo(f"All {len(expectations)} expectations are met.")
    return speech.EXIT_REFUSED if failed else 0


def _is_expected(expectation: Expectation, outcome: Refusal | None) -> bool:
    if outcome is None:
        return not expectation.status
    found = wire(outcome.reason)
    return found.status == expectation.status and expectation.type in ("", found.code)


def _words(outcome: Refusal | None) -> str:
    if outcome is None:
        return "allow"
    found = wire(outcome.reason)
    return f"{found.status} {found.code}"


def _with(expectation: Expectation) -> str:
    holder = expectation.holder
    if holder.scheme != "oauth2":
        return holder.scheme if holder.scheme == "none" else f"basic, network {holder.network}"
    scopes = " ".join(holder.scopes) or "no scope"
    return f"{scopes}, {holder.role or 'no user'}, network {holder.network}"
