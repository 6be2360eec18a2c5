"""`frontdesk sync`: keeping networks, people and roles in step with the API's own database."""

from pathlib import Path

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.lists import open_report, read_list, refuse_plan, tell
from frontdesk.cli.options import Ground, standing
from frontdesk.protocol.moving import PEOPLE
from frontdesk.protocol.moving_plan import Plan


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(allow_dash=True, dir_okay=False))
@click.option("--full/--partial", default=None, help="Whether the list names everything: suspend what it leaves out.")
@click.option(
    "--accept-suspensions",
    "accepted",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Let a full list suspend so many, even if they are a great part.",
)
@click.option("--dry-run", is_flag=True, help="Judge everything, change nothing.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a JSON line for each row."
)
@standing
def sync(ground: Ground, file: str, full: bool | None, accepted: int, dry_run: bool, report: Path | None) -> None:
    """Follow the networks, people and roles in FILE (JSON Lines; - reads standard input), all or nothing."""
    if full is None:
        raise click.UsageError("say whether the list is --full or --partial")
    opened = open_report(report, file)
    rows = read_list(file, kinds=PEOPLE, report=opened)

    async def walk(desk: Desk) -> Plan:
        return await desk.syncer.follow(rows, full=full, accepted=accepted, commit=not dry_run, origin=desk.origin)

    plan = administer(ground, walk, create=True)
    refuse_plan(plan, opened)
    tell(plan, commit=not dry_run, as_json=ground.as_json, done="Everything is as the list says now.")
