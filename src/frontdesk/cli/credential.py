"""`frontdesk credential`: a network's Basic pairs."""

from collections.abc import Callable
from typing import Any

import click

from frontdesk.cli.administration import administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, moment, print_json, print_next, print_pairs, print_table
from frontdesk.protocol.credential_wishes import Wish
from frontdesk.protocol.records import NetworkCredential
from frontdesk.protocol.retiring import OVERLAPS


def _narrowing(command: Callable[..., None]) -> Callable[..., None]:
    """What a pair may be narrowed to, each an option."""
    for option in (
        click.option("--last-day", default="", help="Refused after this day (UTC), written 2027-01-31."),
        click.option("--address", "addresses", multiple=True, help="From this address or range only; may be repeated."),
        click.option("--operation", "operations", multiple=True, help='Such as "GET /rooms/v1"; may be repeated.'),
        click.option("--read-only", is_flag=True, help="Only operations that read."),
    ):
        command = option(command)
    return command


@click.group(no_args_is_help=True)
def credential() -> None:
    """Show, make, narrow, regenerate and end a network's Basic pairs."""


@credential.command("list")
@click.argument("network_id")
@standing
def list_(ground: Ground, network_id: str) -> None:
    """Show every pair of NETWORK_ID: its main one, named ones, and old ones that go on for a while."""
    opened = administer(ground, lambda desk: desk.pairs.list(network_id, origin=desk.origin))
    if ground.as_json:
        print_json({"credentials": [_as_json(pair, opened.calls.get(pair.client_id, 0)) for pair in opened.pairs]})
        return
    print_table(
        ("name", "client id", "last used", "calls this week", "ends"),
        [
            (
                pair.name or "(main)",
                pair.client_id,
                moment(pair.last_used_at),
                str(opened.calls.get(pair.client_id, 0)),
                moment(pair.retires_at or pair.narrowing.expires_at, absent="-"),
            )
            for pair in opened.pairs
        ],
    )


@credential.command()
@click.argument("network_id")
@click.option("--name", required=True, help="For the owner, to tell the pairs apart.")
@_narrowing
@standing
def add(ground: Ground, /, network_id: str, name: str, **narrowing: Any) -> None:
    """Make another pair for NETWORK_ID, beside its main one; the owner is told by mail."""
    wish = _wish(name, **narrowing)
    fresh = administer(
        ground,
        lambda desk: desk.pairs.add(network_id, wish, origin=desk.origin),
        reads_document=bool(wish.operations),
    )
    if ground.as_json:
        print_json({"credential": {"client_id": fresh.credential.client_id, "client_secret": fresh.secret}})
        return
    click.echo(f"Another Basic pair for {fresh.network.title}: {fresh.credential.name}.")
    print_pairs([("client id", fresh.credential.client_id), ("client secret", fresh.secret)])
    print_next("Keep the secret now: it is not shown here again.")


@credential.command()
@click.argument("network_id")
@click.option("--pair", default="", help="The client id of the pair; without it, the main one.")
@click.option("--name", default="", help="Another name for a named pair.")
@_narrowing
@standing
def narrow(ground: Ground, /, network_id: str, pair: str, name: str, **narrowing: Any) -> None:
    """Say what a pair of NETWORK_ID may from its next call on; without options it may everything again."""
    wish = _wish(name, **narrowing)
    narrowed = administer(
        ground,
        lambda desk: desk.pairs.narrow(network_id, wish, client_id=pair, origin=desk.origin),
        reads_document=bool(wish.operations),
    )
    if ground.as_json:
        print_json({"credential": _as_json(narrowed, 0)})
        return
    limits = narrowed.narrowing
    click.echo(f"What {narrowed.client_id} may from its next call on:")
    print_pairs(
        [
            ("reads only", "yes" if limits.read_only else "no"),
            ("operations", ", ".join(limits.operations) or "all"),
            ("addresses", ", ".join(limits.addresses) or "all"),
            ("ends", moment(limits.expires_at, absent="-")),
        ]
    )


@credential.command()
@click.argument("network_id")
@click.option("--pair", default="", help="The client id of the pair; without it, the main one.")
@click.option(
    "--keep", type=click.Choice(tuple(OVERLAPS)), default="now", help="How long the old one goes on beside the new one."
)
@standing
def regenerate(ground: Ground, network_id: str, pair: str, keep: str) -> None:
    """Make a new pair for NETWORK_ID; the old one is refused at once, or after --keep."""
    fresh = administer(
        ground, lambda desk: desk.pairs.regenerate(network_id, client_id=pair, overlap=keep, origin=desk.origin)
    )
    if ground.as_json:
        print_json({"credential": {"client_id": fresh.credential.client_id, "client_secret": fresh.secret}})
        return
    until = "is refused from now on" if OVERLAPS[keep] is None else f"goes on for {keep}"
    click.echo(f"A new Basic pair for {fresh.network.title}. The old one {until}.")
    print_pairs([("client id", fresh.credential.client_id), ("client secret", fresh.secret)])
    print_next("Keep the secret now: it is not shown here again.")


@credential.command()
@click.argument("network_id")
@click.argument("client_id")
@standing
def end(ground: Ground, network_id: str, client_id: str) -> None:
    """Refuse the named or old pair CLIENT_ID of NETWORK_ID from now on."""
    ended = administer(ground, lambda desk: desk.pairs.end(network_id, client_id=client_id, origin=desk.origin))
    if ground.as_json:
        print_json({"ended": ended.client_id})
        return
    click.echo(f"{ended.client_id} is refused from now on.")


@credential.command()
@click.argument("network_id")
@standing
def show(ground: Ground, network_id: str) -> None:
    """Show the pair of NETWORK_ID: its id, the secret's last four characters and its dates."""
    known = administer(ground, lambda desk: desk.operator.find_network(network_id))
    pair = known.credential
    if ground.as_json:
        print_json(
            {
                "credential": {
                    "client_id": pair.client_id,
                    "network_id": pair.network_id,
                    "last_four": pair.last_four,
                    "created_at": instant(pair.created_at),
                    "last_used_at": instant(pair.last_used_at),
                }
            }
        )
        return
    click.echo(f"The Basic pair of {known.network.title}:")
    print_pairs(
        [
            ("client id", pair.client_id),
            ("client secret", f"ends in {pair.last_four}"),
            ("made", moment(pair.created_at)),
            ("last used", moment(pair.last_used_at)),
        ]
    )


def _wish(
    name: str, *, read_only: bool, operations: tuple[str, ...], addresses: tuple[str, ...], last_day: str
) -> Wish:
    return Wish(
        name=name,
        read_only=read_only,
        operations="\n".join(operations),
        addresses="\n".join(addresses),
        last_day=last_day,
    )


def _as_json(pair: NetworkCredential, calls: int) -> dict[str, object]:
    narrowing = pair.narrowing
    return {
        "client_id": pair.client_id,
        "name": pair.name,
        "last_four": pair.last_four,
        "created_at": instant(pair.created_at),
        "last_used_at": instant(pair.last_used_at),
        "last_used_from": pair.last_used_from,
        "calls_this_week": calls,
        "read_only": narrowing.read_only,
        "operations": list(narrowing.operations),
        "addresses": list(narrowing.addresses),
        "expires_at": instant(narrowing.expires_at),
        "retires_at": instant(pair.retires_at),
        "replaced_by": pair.replaced_by,
    }
