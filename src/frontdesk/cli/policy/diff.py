"""`frontdesk policy diff`: what another document would allow and refuse, and whom it would cut off."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from frontdesk.cli import speech
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.policy.cutting import Loss, describe_loss, name_losses, print_losses
from frontdesk.cli.policy.reading import has_calls, read_policy, settle_with, walk_house
from frontdesk.gateway.policy import Policy
from frontdesk.gateway.policy_diff import Change, compare
from frontdesk.gateway.policy_impact import find_cut_off, judge_kind
from frontdesk.settings import Settings, inclusion_of

if TYPE_CHECKING:
    from frontdesk.assemble import House


@click.command()
@click.argument("old", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("new", type=click.Path(path_type=Path, dir_okay=False))
@standing
def diff(ground: Ground, old: Path, new: Path) -> int:
    """Say what becomes allowed and refused when the document NEW takes the place of OLD.

    With a data folder, also which clients called in the last 30 days what would then be refused to them: if there are
    any, it ends with 1.
    """
    settings = settle_with(ground, new)
    before, after = read_policy(settle_with(ground, old)), read_policy(settings)
    changes = compare(before, after, inclusion_of(settings))
    losses = _find_losses(settings, before, after) if has_calls(settings) else None
    if ground.as_json:
        told = {
            "changes": [_describe(change) for change in changes],
            "counted": losses is not None,
            "cut_off": [describe_loss(loss) for loss in losses or ()],
        }
        speech.print_json(told)
    else:
        _print(changes, losses)
    return speech.EXIT_REFUSED if losses else 0


def _find_losses(settings: Settings, before: Policy, after: Policy) -> list[Loss]:
    async def walk(house: "House") -> list[Loss]:
        from frontdesk.assemble.live_calls import list_live

        inclusion = inclusion_of(settings)
        allowed = [count for count in await list_live(house) if not judge_kind(before, count.kind, inclusion)]
        return await name_losses(house, find_cut_off(after, allowed, inclusion))

    return walk_house(settings, walk)


def _describe(change: Change) -> dict[str, object]:
    return {
        "operation": change.operation,
        "kind": change.kind,
        "allowed": list(change.allowed),
        "refused": list(change.refused),
    }


def _print(changes: Sequence[Change], losses: list[Loss] | None) -> None:
    for change in changes:
        click.echo(f"{change.operation} ({change.kind})")
        for sentence in change.allowed:
            click.echo(f"  + {sentence}")
        for sentence in change.refused:
            click.echo(f"  - {sentence}")
    if not changes:
        click.echo("Both documents decide every call alike.")
    if losses is None:
        speech.print_next("To see whom it would cut off, name the server's data folder with --data DIR.")
    elif losses:
        click.echo()
        print_losses(losses)
    else:
        speech.print_next("Nobody who called in the last 30 days would be cut off.")
