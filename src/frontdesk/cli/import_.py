"""`frontdesk import`: moving in with the ids and secrets that are out there already."""

from pathlib import Path

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.lists import open_report, read_list, refuse_plan, tell
from frontdesk.cli.options import Ground, standing
from frontdesk.protocol.moving import KINDS
from frontdesk.protocol.moving_plan import Plan


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(allow_dash=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Judge everything, change nothing.")
@click.option("--update", is_flag=True, help="Take titles, names, redirect URIs and scopes that are different here.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a JSON line for each row."
)
@standing
def import_(ground: Ground, file: str, dry_run: bool, update: bool, report: Path | None) -> None:
    """Take over networks, people, apps and tokens from FILE (JSON Lines; - reads standard input), all or nothing."""
    opened = open_report(report, file)
    rows = read_list(file, kinds=KINDS, report=opened)

    async def walk(desk: Desk) -> Plan:
        return await desk.importer.take_over(rows, update=update, commit=not dry_run, origin=desk.origin)

    plan = administer(ground, walk, create=True, reads_document=True)
    refuse_plan(plan, opened)
    tell(plan, commit=not dry_run, as_json=ground.as_json, done="Everything in the list is here now.")
