"""`frontdesk app`: partners' apps."""

from pathlib import Path
from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, reason_option, standing
from frontdesk.cli.speech import instant, print_json, print_next, print_pairs, print_table
from frontdesk.flows.hardening import Treatment
from frontdesk.flows.listing import follow
from frontdesk.flows.registration import FreshClient
from frontdesk.protocol.records import Client, Profile

PROFILE = click.Choice([profile.value for profile in Profile])


@click.group(no_args_is_help=True)
def app() -> None:
    """Register partners' apps; enable, disable, review, give a new secret."""


@app.command()
@click.argument("name")
@click.option("--redirect-uri", "redirect_uris", multiple=True, required=True, metavar="URI", help="May be repeated.")
@click.option("--scope", required=True, metavar='"A B"', help="What it may ask for, separated by spaces or commas.")
@click.option("--own-scope", default="", metavar='"A B"', help="What it may do without a user (client credentials).")
@click.option("--profile", type=PROFILE, help="compat: as the contract says (default). strict: as RFC 9700 says.")
@click.option("--public", is_flag=True, help="It can keep no secret (a browser's app): it gets none, and is strict.")
@click.option("--native", is_flag=True, help="It runs on people's devices: public, its loopback addresses on any port.")
@click.option("--require-pkce", is_flag=True, help="Refuse its authorize requests without PKCE; strict implies it.")
@standing
def add(
    ground: Ground,
    name: str,
    redirect_uris: tuple[str, ...],
    scope: str,
    own_scope: str,
    profile: str | None,
    public: bool,
    native: bool,
    require_pkce: bool,
) -> None:
    """Register the app NAME of a partner."""
    treatment = Treatment(profile=_profile(profile), public=public, native=native, require_pkce=require_pkce)
    fresh = administer(
        ground,
        lambda desk: desk.registration.add_client(
            name,
            redirect_uris=redirect_uris,
            scope=scope,
            own_scope=own_scope,
            treatment=treatment,
            origin=desk.origin,
        ),
        create=True,
        reads_document=True,
    )
    if ground.as_json:
        client = fresh.client
        print_json(
            {
                "client_id": client.id,
                **({"client_secret": fresh.secret} if fresh.secret else {}),
                "redirect_uris": list(client.redirect_uris),
                "scopes": list(client.scopes),
                "own_scopes": list(client.own_scopes),
                **_manner(client),
            }
        )
        return
    click.echo(f"Registered the app {fresh.client.name}.")
    _print_fresh(fresh)
    if fresh.secret:
        print_next(
            "Give both to the partner now: the secret is not shown again"
            " ('frontdesk app rotate-secret' makes a new one)."
        )
    else:
        print_next(
            "Give it to the partner. It has no secret: it proves itself by PKCE and by refresh tokens that rotate."
        )


@app.command("list")
@standing
def list_(ground: Ground) -> None:
    """List all apps."""

    async def walk(desk: Desk) -> list[Client]:
        return sorted(
            await follow(desk.listing.clients, lambda client: client.id), key=lambda client: (client.name, client.id)
        )

    clients = administer(ground, walk)
    if ground.as_json:
        print_json({"apps": [client_shape(client) for client in clients]})
    elif not clients:
        click.echo('There is no app yet. Register one: frontdesk app add NAME --redirect-uri URI --scope "a b"')
    else:
        print_table(
            ["CLIENT ID", "STATE", "KIND", "PROFILE", "SCOPES", "NAME"],
            [
                [
                    client.id,
                    "disabled" if client.disabled_at else "enabled",
                    _kind(client),
                    client.profile.value,
                    " ".join(client.scopes),
                    client.name,
                ]
                for client in clients
            ],
        )


@app.command()
@click.argument("client_id")
@reason_option
@standing
def disable(ground: Ground, client_id: str, reason: str) -> None:
    """Refuse everything that the app CLIENT_ID holds, until it is enabled again."""
    client = administer(
        ground, lambda desk: desk.makers.stop(client_id, stopped=True, reason=reason, origin=desk.origin)
    )
    print_state(ground, client, f"{client.name} is disabled: its secret and all its tokens are refused.")


@app.command()
@click.argument("client_id")
@reason_option
@standing
def enable(ground: Ground, client_id: str, reason: str) -> None:
    """Accept the app CLIENT_ID again, with what users granted before."""
    client = administer(
        ground, lambda desk: desk.makers.stop(client_id, stopped=False, reason=reason, origin=desk.origin)
    )
    print_state(ground, client, f"{client.name} is enabled: what users granted works again.")


@app.command()
@click.argument("client_id")
@click.option("--profile", type=PROFILE, help="strict: PKCE, rotating refresh tokens, authentication at revoke.")
@click.option("--require-pkce/--no-require-pkce", default=None, help="Whether authorize requests need PKCE.")
@click.option("--force", is_flag=True, help="Switch off even what the app used in the last 30 days: it stops working.")
@standing
def change(ground: Ground, client_id: str, profile: str | None, require_pkce: bool | None, force: bool) -> None:
    """Treat the app CLIENT_ID more strictly, or less; what was granted stays.

    Refused while the app used in the last 30 days what would be switched off. 'frontdesk config check --deploy' shows
    what each app uses.
    """
    if profile is None and require_pkce is None:
        raise click.UsageError("say what to change: --profile or --require-pkce")
    client = administer(
        ground,
        lambda desk: desk.hardening.change(
            client_id, profile=_profile(profile), require_pkce=require_pkce, force=force, origin=desk.origin
        ),
    )
    pkce = " and must send PKCE" if client.require_pkce and not client.is_strict else ""
    print_state(ground, client, f"{client.name} is {client.profile.value}{pkce} from now on.")


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


@app.command()
@click.argument("client_id")
@click.argument("picture", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--remove", is_flag=True, help="Remove it: the app's initials stand in its place.")
@standing
def logo(ground: Ground, client_id: str, picture: Path | None, remove: bool) -> None:
    """Give the app CLIENT_ID the logo in the file PICTURE (PNG, JPEG or WebP), which people see on the consent page."""
    if (picture is None) is not remove:
        raise click.UsageError("name a file with the picture, or say --remove")
    sent = picture.read_bytes() if picture is not None else None
    client = administer(ground, lambda desk: desk.app_logos.change_by_operator(client_id, sent, origin=desk.origin))
    print_state(ground, client, f"{client.name} has {'a' if client.logo else 'no'} logo from now on.")


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
    print_state(ground, client, f"On its own, {client.name} may do {said if said else 'nothing'} from now on.")


def _print_fresh(fresh: FreshClient) -> None:
    print_pairs(
        [
            ("client id", fresh.client.id),
            *([("client secret", fresh.secret)] if fresh.secret else []),
            *(("redirect URI", uri) for uri in fresh.client.redirect_uris),
            ("scopes", " ".join(fresh.client.scopes)),
            *([("own scopes", " ".join(fresh.client.own_scopes))] if fresh.client.own_scopes else []),
        ]
    )


def _profile(typed: str | None) -> Profile | None:
    return None if typed is None else Profile(typed)


def _kind(client: Client) -> str:
    if client.native:
        return "native"
    return "confidential" if client.is_confidential else "public"


def _manner(client: Client) -> dict[str, Any]:
    return {"kind": _kind(client), "profile": client.profile.value, "require_pkce": client.needs_pkce}


def print_state(ground: Ground, client: Client, sentence: str) -> None:
    """What became of an app."""
    if ground.as_json:
        print_json({"app": client_shape(client)})
    else:
        click.echo(sentence)


def client_shape(client: Client) -> dict[str, Any]:
    """An app, for JSON."""
    return {
        "client_id": client.id,
        "name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "scopes": list(client.scopes),
        "own_scopes": list(client.own_scopes),
        **_manner(client),
        "review": client.review.value,
        "disabled": client.disabled_at is not None,
        "has_logo": bool(client.logo),
        "created_at": instant(client.created_at),
        "secret_changed_at": instant(client.secret_changed_at),
    }
