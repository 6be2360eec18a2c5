"""`frontdesk app`: partners' apps."""

from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, print_json, print_next, print_pairs, print_table
from frontdesk.flows.registration import FreshClient
from frontdesk.protocol.records import Client


@click.group(no_args_is_help=True)
def app() -> None:
    """Register partners' apps; enable, disable, give a new secret."""


@app.command()
@click.argument("name")
@click.option("--redirect-uri", "redirect_uris", multiple=True, required=True, metavar="URI", help="May be repeated.")
@click.option("--scope", required=True, metavar='"A B"', help="What it may ask for, separated by spaces or commas.")
@click.option("--own-scope", default="", metavar='"A B"', help="What it may do without a user (client credentials).")
@standing
def add(ground: Ground, name: str, redirect_uris: tuple[str, ...], scope: str, own_scope: str) -> None:
    """Register the app NAME of a partner."""
    fresh = administer(
        ground,
        lambda desk: desk.registration.add_client(
            name, redirect_uris=redirect_uris, scope=scope, own_scope=own_scope, origin=desk.origin
        ),
        create=True,
        reads_document=True,
    )
    if ground.as_json:
        client = fresh.client
        print_json(
            {
                "client_id": client.id,
                "client_secret": fresh.secret,
                "redirect_uris": list(client.redirect_uris),
                "scopes": list(client.scopes),
                "own_scopes": list(client.own_scopes),
            }
        )
        return
    click.echo(f"Registered the app {fresh.client.name}.")
    _print_fresh(fresh)
    print_next(
        "Give both to the partner now: the secret is not shown again ('frontdesk app rotate-secret' makes a new one)."
    )


@app.command("list")
@standing
def list_(ground: Ground) -> None:
    """List all apps."""

    async def walk(desk: Desk) -> list[Client]:
        return await desk.registration.list_clients()

    clients = administer(ground, walk)
    if ground.as_json:
        print_json({"apps": [_client(client) for client in clients]})
    elif not clients:
        click.echo('There is no app yet. Register one: frontdesk app add NAME --redirect-uri URI --scope "a b"')
    else:
        print_table(
            ["CLIENT ID", "STATE", "SCOPES", "NAME"],
            [
                [client.id, "disabled" if client.disabled_at else "enabled", " ".join(client.scopes), client.name]
                for client in clients
            ],
        )


@app.command()
@click.argument("client_id")
@standing
def disable(ground: Ground, client_id: str) -> None:
    """Refuse everything that the app CLIENT_ID holds, until it is enabled again."""
    client = administer(
        ground, lambda desk: desk.registration.disable_client(client_id, disabled=True, origin=desk.origin)
    )
    _print_state(ground, client, f"{client.name} is disabled: its secret and all its tokens are refused.")


@app.command()
@click.argument("client_id")
@standing
def enable(ground: Ground, client_id: str) -> None:
    """Accept the app CLIENT_ID again, with what users granted before."""
    client = administer(
        ground, lambda desk: desk.registration.disable_client(client_id, disabled=False, origin=desk.origin)
    )
    _print_state(ground, client, f"{client.name} is enabled: what users granted works again.")


@app.command("rotate-secret")
@click.argument("client_id")
@standing
def rotate_secret(ground: Ground, client_id: str) -> None:
    """Make a new secret for the app CLIENT_ID; the old one is refused at once, grants stay."""
    fresh = administer(ground, lambda desk: desk.registration.rotate_secret(client_id, origin=desk.origin))
    if ground.as_json:
        print_json({"client_id": fresh.client.id, "client_secret": fresh.secret})
        return
    click.echo(f"A new secret for {fresh.client.name}. The old one is refused from now on; what users granted stays.")
    print_pairs([("client id", fresh.client.id), ("client secret", fresh.secret)])
    print_next("Give it to the partner now: it is not shown again.")


@app.command("own-scopes")
@click.argument("client_id")
@click.argument("scopes", metavar='"A B"')
@standing
def own_scopes(ground: Ground, client_id: str, scopes: str) -> None:
    """Say what the app CLIENT_ID may do without a user ("" for nothing); its living tokens are cut at once."""
    client = administer(
        ground,
        lambda desk: desk.registration.set_own_scopes(client_id, scopes, origin=desk.origin),
        reads_document=True,
    )
    said = " ".join(client.own_scopes)
    _print_state(ground, client, f"On its own, {client.name} may do {said if said else 'nothing'} from now on.")


def _print_fresh(fresh: FreshClient) -> None:
    print_pairs(
        [
            ("client id", fresh.client.id),
            ("client secret", fresh.secret),
            *(("redirect URI", uri) for uri in fresh.client.redirect_uris),
            ("scopes", " ".join(fresh.client.scopes)),
            *([("own scopes", " ".join(fresh.client.own_scopes))] if fresh.client.own_scopes else []),
        ]
    )


def _print_state(ground: Ground, client: Client, sentence: str) -> None:
    if ground.as_json:
        print_json({"app": _client(client)})
    else:
        click.echo(sentence)


def _client(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.id,
        "name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "scopes": list(client.scopes),
        "own_scopes": list(client.own_scopes),
        "disabled": client.disabled_at is not None,
        "created_at": instant(client.created_at),
        "secret_changed_at": instant(client.secret_changed_at),
    }
