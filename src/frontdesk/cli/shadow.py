"""`frontdesk shadow`: what would be refused, while nothing is enforced."""

from datetime import UTC, datetime
from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, moment, print_json, print_table
from frontdesk.flows.shadow import ShadowReport, WouldRefuse
from frontdesk.gateway.checker import NEVER_LET_THROUGH
from frontdesk.protocol.errors import Reason, wire

_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


@click.group(no_args_is_help=True)
def shadow() -> None:
    """Say what would be refused, while nothing is enforced."""


@shadow.command()
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="From this day (UTC) on, such as 2026-11-30."
)
@standing
def report(ground: Ground, since: datetime | None) -> None:
    """List what would be refused, by caller and operation, the most frequent first.

    Every call is counted, by each worker within about a second. Counts are kept for 30 days.
    """
    day = (since.replace(tzinfo=UTC) - _OLDEST).days if since is not None else 0

    async def walk(desk: Desk) -> ShadowReport:
        return await desk.shadow.report(since_day=day)

    found = administer(ground, walk)
    if ground.as_json:
        print_json(_document(found))
        return
    if not found.calls:
        click.echo('No call was counted. Set enforcement = "shadow", and let your callers call for a while.')
    elif not found.refused:
        click.echo(
            f"Nothing would be refused: all {found.allowed} calls are allowed. It is safe to enforce the policy."
        )
    else:
        _print(found)


@shadow.command()
@standing
def forget(ground: Ground) -> None:
    """Begin to count anew, after what was found has been put right."""
    gone = administer(ground, lambda desk: desk.shadow.forget())
    if ground.as_json:
        print_json({"forgotten": gone})
    else:
        click.echo("The counts begin anew." if gone else "Nothing was counted.")


def _print(found: ShadowReport) -> None:
    refused = found.calls - found.allowed
    share = 100 * refused / found.calls
    click.echo(f"{refused} of {found.calls} calls would be refused ({share:.2g} %).\n")
    print_table(
        ["CALLS", "TYPE", "CALLER", "OPERATION", "FIRST", "LAST", "EXAMPLE", "NAME"],
        [
            [
                str(one.calls),
                _type(one) + (" (even now)" if _is_refused_now(one) else ""),
                one.caller or "-",
                one.operation or "-",
                moment(one.first_at),
                moment(one.last_at),
                one.example,
                one.name,
            ]
            for one in found.refused
        ],
    )
    click.echo("\nWhy one of them: frontdesk explain EXAMPLE")
    if any(_is_refused_now(one) for one in found.refused):
        click.echo("(even now): what cannot be passed on safely is refused in shadow mode too.")


def _document(found: ShadowReport) -> dict[str, Any]:
    return {
        "calls": found.calls,
        "allowed": found.allowed,
        "safe_to_enforce": bool(found.calls) and not found.refused,
        "would_refuse": [
            {
                "caller": one.caller or None,
                "name": one.name or None,
                "operation": one.operation or None,
                "type": _type(one),
                "reason": one.reason,
                "refused_now": _is_refused_now(one),
                "calls": one.calls,
                "first_at": instant(one.first_at),
                "last_at": instant(one.last_at),
                "example": one.example,
            }
            for one in found.refused
        ],
    }


def _type(one: WouldRefuse) -> str:
    return wire(Reason[one.reason]).code if one.reason in Reason.__members__ else one.reason


def _is_refused_now(one: WouldRefuse) -> bool:
    return one.reason in {reason.name for reason in NEVER_LET_THROUGH}
