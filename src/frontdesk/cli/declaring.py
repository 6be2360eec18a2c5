"""`frontdesk export`, `plan` and `apply`: the installation as one file, to be kept beside code and brought back."""

import json
import sys
from pathlib import Path
from typing import Any

import click
import msgspec
import yaml

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import EXIT_REFUSED, Refused, print_json, print_next, print_table
from frontdesk.flows.declaring import Applied
from frontdesk.flows.operator import Objection
from frontdesk.gateway.syntax import UnreadableError, read_values
from frontdesk.protocol.declared import Declared
from frontdesk.protocol.moving_plan import Outcome, Plan
from frontdesk.web.admin.declared import File, read_file, steps_of, write_file

MAX_BYTES = 64 * 1024 * 1024  # of a file: the logos of two thousand apps, were all as large as may be
_SIGNS = {"added": "+", "same": "?", "changed": "~", "suspended": "-", "restored": "+", "ended": "-", "conflict": "!"}

FILE = click.argument("file", metavar="FILE", type=click.Path(allow_dash=True, dir_okay=False))
FULL = click.option("--full", is_flag=True, help="Take out of service what the file does not name.")


@click.command()
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE, not to stdout."
)
@click.option("--no-pictures", is_flag=True, help="Name apps' logos only, for a smaller file.")
@standing
def export(ground: Ground, output: Path | None, no_pictures: bool) -> None:
    """Say what this installation is, as one file.

    It holds networks with their people, credentials and rules, apps with their makers and logos, resource servers,
    partners and who is blocked; never a secret, and nothing of what users granted.
    """

    async def walk(desk: Desk) -> Declared:
        return await desk.declaring.export(pictures=not no_pictures)

    told = msgspec.to_builtins(write_file(administer(ground, walk)))
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n" if ground.as_json else _yaml(told)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise Refused(f"{output} cannot be written: {fault.strerror}") from fault


@click.command()
@FILE
@FULL
@standing
def plan(ground: Ground, file: str, full: bool) -> int:
    """Say what applying FILE (YAML or JSON; - reads standard input) would do. Nothing is changed.

    Ends with 1 where the file could not be applied as it is.
    """
    declared = _read(file)

    async def walk(desk: Desk) -> Plan | Objection:
        return await desk.declaring.plan(declared, full=full)

    planned = administer(ground, walk, reads_document=True)
    if ground.as_json:
        print_json({"changes": bool(planned.changes), "refused": planned.is_refused, "steps": _steps(planned)})
    elif not _tell(planned):
        click.echo("Nothing to do: everything is as the file says.")
    elif planned.is_refused:
        print_next("There are conflicts (!): as it is, the file cannot be applied.")
    elif planned.changes:
        print_next(f"Nothing was changed. To do all of this: frontdesk apply {file}{' --full' if full else ''}")
    return EXIT_REFUSED if planned.is_refused else 0


@click.command()
@FILE
@FULL
@standing
def apply(ground: Ground, file: str, full: bool) -> None:
    """Bring this installation to where FILE is (YAML or JSON; - reads standard input), all or nothing.

    What is new gets secrets of its own, told once. What is there keeps its secrets and everything that users granted.
    """
    declared = _read(file)

    async def walk(desk: Desk) -> Applied | Objection:
        return await desk.declaring.apply(declared, full=full, origin=desk.origin)

    applied = administer(ground, walk, create=True, reads_document=True)
    secrets = [
        {"kind": made.kind, "name": made.name, "client_id": made.client_id, "secret": made.secret}
        for made in applied.secrets
    ]
    if ground.as_json:
        print_json({"changes": bool(applied.plan.changes), "steps": _steps(applied.plan), "secrets": secrets})
        return
    if not _tell(applied.plan):
        click.echo("Nothing to do: everything is as the file says.")
    if secrets:
        click.echo()
        print_table(
            ["FOR", "CLIENT ID", "SECRET"], [[made["kind"], made["client_id"], made["secret"]] for made in secrets]
        )
        print_next("Hand the secrets out now: they are not shown again.")


def _read(file: str) -> Declared:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        values = read_values(raw, is_json=raw.lstrip()[:1] == b"{", most=MAX_BYTES)
        return read_file(msgspec.convert(values, File))
    except OSError as fault:
        raise Refused(f"{file} cannot be read: {fault.strerror}") from fault
    except UnreadableError as fault:
        raise Refused(f"{file}: {fault}") from fault
    except ValueError as fault:
        raise Refused(f"{file}: {str(fault)[:500]}", "see docs/one-file.md for what it may hold") from fault


def _yaml(told: Any) -> str:
    text: str = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=120)
    return text


def _steps(planned: Plan) -> list[dict[str, str]]:
    return [msgspec.to_builtins(step) for step in steps_of(planned)]


def _tell(planned: Plan) -> bool:
    """Show what does not stay as it is; whether there is anything."""
    steps = steps_of(planned)
    for step in steps:
        detail = f" ({step.detail})" if step.detail else ""
        click.echo(f"{_SIGNS[step.outcome]} {step.outcome} {step.kind} {step.name}{detail}")
    same = sum(told.outcome is Outcome.SAME for told in planned.verdicts)
    if steps and same:
        click.echo(f"  {same} more {'stays' if same == 1 else 'stay'} as they are")
    return bool(steps)
