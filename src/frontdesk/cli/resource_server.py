"""`frontdesk resource-server`: the provider's own APIs that may ask what a token is worth."""

from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, print_json, print_next, print_pairs, print_table
from frontdesk.flows.resource_servers import FreshServer
from frontdesk.protocol.records import ResourceServer


@click.group("resource-server", no_args_is_help=True)
def resource_server() -> None:
    """Let APIs of yours ask what a token is worth (introspection)."""


@resource_server.command()
@click.argument("name")
@standing
def add(ground: Ground, name: str) -> None:
    """Let the API called NAME ask about tokens."""
    fresh = administer(ground, lambda desk: desk.resource_servers.add(name, origin=desk.origin), create=True)
    _print_fresh(ground, fresh, f"{fresh.server.name} may ask at /oauth2/introspect, with this id and secret.")


@resource_server.command("list")
@standing
def list_(ground: Ground) -> None:
    """List all of them."""

    async def walk(desk: Desk) -> list[ResourceServer]:
        return await desk.resource_servers.list_all()

    servers = administer(ground, walk)
    if ground.as_json:
        print_json({"resource_servers": [_server(server) for server in servers]})
    elif not servers:
        click.echo("No API asks about tokens yet. Let one: frontdesk resource-server add NAME")
    else:
        print_table(
            ["ID", "STATE", "NAME"],
            [[server.id, "disabled" if server.disabled_at else "enabled", server.name] for server in servers],
        )


@resource_server.command("rotate-secret")
@click.argument("id")
@standing
def rotate_secret(ground: Ground, id: str) -> None:  # noqa: A002 - the word in the help
    """Make a new secret for the resource server ID; the old one is refused at once."""
    fresh = administer(ground, lambda desk: desk.resource_servers.rotate_secret(id, origin=desk.origin))
    _print_fresh(ground, fresh, f"A new secret for {fresh.server.name}. The old one is refused from now on.")


@resource_server.command()
@click.argument("id")
@standing
def disable(ground: Ground, id: str) -> None:  # noqa: A002 - the word in the help
    """Answer the resource server ID nothing, until it is enabled again."""
    server = administer(ground, lambda desk: desk.resource_servers.disable(id, disabled=True, origin=desk.origin))
    _print_state(ground, server, f"{server.name} is disabled: it is told nothing.")


@resource_server.command()
@click.argument("id")
@standing
def enable(ground: Ground, id: str) -> None:  # noqa: A002 - the word in the help
    """Answer the resource server ID again."""
    server = administer(ground, lambda desk: desk.resource_servers.disable(id, disabled=False, origin=desk.origin))
    _print_state(ground, server, f"{server.name} is enabled: its secret works as before.")


@resource_server.command()
@click.argument("id")
@standing
def remove(ground: Ground, id: str) -> None:  # noqa: A002 - the word in the help
    """Forget the resource server ID for good."""
    server = administer(ground, lambda desk: desk.resource_servers.remove(id, origin=desk.origin))
    if ground.as_json:
        print_json({"resource_server": {"id": server.id, "name": server.name}, "removed": True})
    else:
        click.echo(f"{server.name} is removed: its secret is refused for good.")


def _print_fresh(ground: Ground, fresh: FreshServer, sentence: str) -> None:
    if ground.as_json:
        print_json({"resource_server": {"id": fresh.server.id, "name": fresh.server.name}, "secret": fresh.secret})
        return
    click.echo(sentence)
    print_pairs([("id", fresh.server.id), ("secret", fresh.secret)])
    print_next("Give both to that API now: the secret is not shown again ('rotate-secret' makes a new one).")


def _print_state(ground: Ground, server: ResourceServer, sentence: str) -> None:
    if ground.as_json:
        print_json({"resource_server": _server(server)})
    else:
        click.echo(sentence)


def _server(server: ResourceServer) -> dict[str, Any]:
    return {
        "id": server.id,
        "name": server.name,
        "disabled": server.disabled_at is not None,
        "created_at": instant(server.created_at),
    }
