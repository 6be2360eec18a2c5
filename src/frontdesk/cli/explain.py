"""`frontdesk explain`: why a call was refused, by the request id in its answer."""

import asyncio
from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.explained import render
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import Refused, moment, print_json, print_table
from frontdesk.flows.operator import Objection
from frontdesk.protocol.checks import check_of
from frontdesk.protocol.errors import Reason, Refusal, wire
from frontdesk.protocol.explanations import NotedDecision
from frontdesk.protocol.sight import Operator, describe

# A worker writes about once a second: whoever pastes an id right after the refusal is answered all the same.
TRIES = 4
PAUSE = 0.5  # seconds
MOST = 1_000


@click.command()
@click.argument("request_id", required=False)
@click.option("--recent", is_flag=True, help="List the newest decisions instead.")
@click.option("--client", default="", metavar="ID", help="With --recent: of this app or Basic pair.")
@click.option("--network", default="", metavar="ID", help="With --recent: that concern this network.")
@click.option("--reason", default="", metavar="TYPE", help="With --recent: of this type, such as insufficientScope.")
@click.option("--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="With --recent: so many.")
@standing
def explain(ground: Ground, /, request_id: str | None, recent: bool, **wanted: Any) -> None:
    """Say why the call with this REQUEST_ID was refused: which check failed, and what would have passed.

    The id is the X-Request-Id of the answer. Decisions are kept for a week, and written about a second after the call.
    """
    if recent == (request_id is not None):
        raise click.UsageError("give a request id, or --recent")
    if request_id is None:
        _list(ground, **wanted)
    else:
        _tell(ground, request_id.strip())


def _tell(ground: Ground, request_id: str) -> None:
    async def walk(desk: Desk) -> dict[str, Any] | Objection:
        for _ in range(TRIES):
            found = await desk.explanations.find(request_id, Operator())
            if not isinstance(found, Refusal):
                return found
            await asyncio.sleep(PAUSE)
        return Objection(
            problem=f'no decision is kept under "{request_id}"',
            hint="copy the whole X-Request-Id; refusals are kept for some days, and few of the calls that were let in",
        )

    found = administer(ground, walk)
    if ground.as_json:
        print_json({"decision": found})
    else:
        click.echo("\n".join(render(found)))


def _list(ground: Ground, *, client: str, network: str, reason: str, limit: int) -> None:
    names = _reasons(reason)

    async def walk(desk: Desk) -> tuple[list[NotedDecision], int]:
        found = [
            noted
            for name in names
            for noted in await desk.explanations.list_recent(client=client, network=network, reason=name, limit=limit)
        ]
        newest = sorted(found, key=lambda noted: -noted.at)[:limit]
        return newest, await desk.explanations.count_dropped()

    found, dropped = administer(ground, walk)
    if ground.as_json:
        told = [describe(noted, Operator()) for noted in found]
        print_json({"decisions": told, "refusals_not_kept": dropped})
        return
    if not found:
        click.echo("No decision is kept that fits.")
    else:
        print_table(["ID", "AT", "WHAT", "CALLER", "CALL"], [_row(noted) for noted in found])
    if dropped:
        click.echo(f"\n{dropped} more refusals were not kept: too many came at once.")


def _reasons(typed: str) -> list[str]:
    """The names of the reasons that a type on the wire stands for; all where none was typed."""
    if not typed:
        return [""]
    names = [reason.name for reason in Reason if check_of(reason) and typed in (wire(reason).code, reason.name)]
    if not names:
        known = sorted({wire(reason).code for reason in Reason if check_of(reason)})
        raise Refused(f'no call is refused as "{typed}"', f"one of: {' '.join(known)}")
    return names


def _row(noted: NotedDecision) -> list[str]:
    what = wire(Reason[noted.reason]).code if noted.reason in Reason.__members__ else noted.outcome.value
    call = " | ".join(noted.operations) or f"{noted.method} {noted.path}"
    return [noted.request_id, moment(noted.at), what, noted.client_id or noted.credential or "-", call]
