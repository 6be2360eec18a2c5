"""Those whom a document would cut off, for people and for scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli import speech
from frontdesk.gateway.policy_impact import CutOff

if TYPE_CHECKING:
    from frontdesk.assemble import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Calls of somebody that would be refused."""

    caller: str
    cut_off: CutOff


async def name_losses(house: "House", found: Sequence[CutOff]) -> list[Loss]:
    """Each with the name of who makes the calls, the busiest first."""
    from frontdesk.assemble.live_calls import name_caller

    worst = sorted(found, key=lambda one: -one.count.calls)
    return [Loss(caller=await name_caller(house, one.count.kind), cut_off=one) for one in worst]


def print_losses(losses: Sequence[Loss]) -> None:
    """A table of them."""
    rows = [
        [
            loss.caller,
            loss.cut_off.count.kind.operation,
            str(loss.cut_off.count.calls),
            speech.moment(loss.cut_off.count.last_at)[:10],
            loss.cut_off.why,
        ]
        for loss in losses
    ]
    click.echo("Calls of the last 30 days that would be refused:")
    speech.print_table(["CALLER", "OPERATION", "CALLS", "LAST", "WHY"], rows)


def describe_loss(loss: Loss) -> dict[str, Any]:
    """One for JSON."""
    count = loss.cut_off.count
    return {
        "caller": loss.caller,
        "scheme": count.kind.scheme,
        "client_id": count.kind.client_id,
        "operation": count.kind.operation,
        "scopes": count.kind.scopes.split(),
        "calls": count.calls,
        "last_at": speech.instant(count.last_at),
        "why": loss.cut_off.why,
    }
