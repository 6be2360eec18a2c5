"""`frontdesk network`: the tenants of the API."""

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, print_json, print_next, print_pairs, print_table
from frontdesk.flows.listing import follow


@click.group(no_args_is_help=True)
def network() -> None:
    """Add, list, suspend and give networks (the tenants of your API)."""


@network.command()
@click.argument("title")
@click.option("--owner", required=True, metavar="EMAIL", help="Who owns it; the user is made where there is none.")
@click.option("--id", "network_id", metavar="UUID", help="Its id in your API. Without it one is made.")
@standing
def add(ground: Ground, title: str, owner: str, network_id: str | None) -> None:
    """Add the network TITLE with its owner and its Basic pair."""
    fresh = administer(
        ground,
        lambda desk: desk.operator.add_network(title, owner=owner, network_id=network_id, origin=desk.origin),
        create=True,
    )
    if ground.as_json:
        network = {"id": fresh.network.id, "title": fresh.network.title, "owner": fresh.owner}
        pair = {"client_id": fresh.credential.client_id, "client_secret": fresh.secret}
        print_json({"network": network, "credential": pair})
        return
    click.echo(f"Added the network {fresh.network.title}.")
    print_pairs(
        [
            ("id", fresh.network.id),
            ("owner", fresh.owner),
            ("client id", fresh.credential.client_id),
            ("client secret", fresh.secret),
        ]
    )
    print_next(
        "Keep the secret now: it is not shown again. The owner makes a new pair under Account > [network] > API."
    )


@network.command("list")
@standing
def list_(ground: Ground) -> None:
    """List all networks with their owners."""

    async def walk(desk: Desk) -> list[dict[str, str | None]]:
        found = await follow(desk.listing.networks, lambda known: known.network.id)
        return [
            {
                "id": known.network.id,
                "title": known.network.title,
                "owner": known.owner.email,
                "client_id": known.credential.client_id,
                "created_at": instant(known.network.created_at),
                "suspended_at": instant(known.network.suspended_at),
            }
            for known in sorted(found, key=lambda known: (known.network.title, known.network.id))
        ]

    networks = administer(ground, walk)
    if ground.as_json:
        print_json({"networks": networks})
    elif not networks:
        click.echo("There is no network yet. Add one: frontdesk network add TITLE --owner EMAIL")
    else:
        print_table(
            ["ID", "OWNER", "CLIENT ID", "TITLE"],
            [
                [
                    *(str(row[column]) for column in ("id", "owner", "client_id")),
                    f"{row['title']} (suspended)" if row["suspended_at"] else str(row["title"]),
                ]
                for row in networks
            ],
        )
