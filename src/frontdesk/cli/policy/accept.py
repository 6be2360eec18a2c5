"""`frontdesk policy accept`: agree to a document although it cuts off clients who call."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from frontdesk.cli import speech
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.policy.cutting import Loss, describe_loss, name_losses, print_losses
from frontdesk.cli.policy.reading import read_policy, settle_with, walk_house
from frontdesk.gateway.policy_impact import find_cut_off, fingerprint_of
from frontdesk.protocol.records import AuditEvent
from frontdesk.settings import Settings, inclusion_of

if TYPE_CHECKING:
    from frontdesk.assemble import House


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@standing
def accept(ground: Ground, file: Path) -> None:
    """Let a server load the document FILE although it cuts off clients who call.

    It counts for seven days and for what the document decides: words in it may change. A running server that has
    refused the file loads it within about a second.
    """
    losses = agree(settle_with(ground, file))
    if ground.as_json:
        speech.print_json({"accepted": bool(losses), "cut_off": [describe_loss(loss) for loss in losses]})
    elif losses:
        print_losses(losses)
        speech.print_next(f"{file} may be loaded in the next 7 days, and will refuse these calls.")
    else:
        click.echo(f"{file} cuts nobody off who called in the last 30 days: there is nothing to agree to.")


def agree(settings: Settings) -> list[Loss]:
    """Agree to the configured document; those whom it will cut off."""
    policy, inclusion = read_policy(settings), inclusion_of(settings)

    async def walk(house: "House") -> list[Loss]:
        from frontdesk.assemble.live_calls import list_live

        losses = await name_losses(house, find_cut_off(policy, await list_live(house), inclusion))
        if losses:
            now, fingerprint = house.clock.now(), fingerprint_of(policy, inclusion)
            calls = sum(loss.cut_off.count.calls for loss in losses)
            callers = len({loss.caller for loss in losses})
            audit = AuditEvent(
                at=now,
                action="policy.accepted",
                actor="operator",
                request_id=f"cli-{house.mint.new_id()}",
                detail=f"{fingerprint.hex()[:16]}: {calls} calls of {callers} callers of 30 days will be refused",
            )
            await house.store.accept_policy(fingerprint=fingerprint, now=now, audit=audit)
        return losses

    return walk_house(settings, walk)
