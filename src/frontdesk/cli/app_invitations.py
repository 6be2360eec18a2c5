"""`frontdesk app`, further: who is invited to become one of an app's makers."""

from typing import Any

import click

from frontdesk.cli.administration import administer
from frontdesk.cli.app_makers import app
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, print_json, print_table
from frontdesk.protocol.partners import MakerInvitation

__all__ = ["app"]


@app.command("invite-maker")
@click.argument("client_id")
@click.argument("email")
@standing
def invite_maker(ground: Ground, client_id: str, email: str) -> None:
    """Mail EMAIL a link by which they become one of the makers of the app CLIENT_ID; it works once, for 7 days."""
    made = administer(ground, lambda desk: desk.maker_invitations.invite(client_id, email, origin=desk.origin))
    _print(ground, made, f"{made.email} is invited; the link in the mail opens nothing to anybody else.")


@app.command("invited-makers")
@click.argument("client_id")
@standing
def invited_makers(ground: Ground, client_id: str) -> None:
    """List who is invited to become one of the makers of the app CLIENT_ID."""
    found = administer(ground, lambda desk: desk.maker_invitations.list_invited(client_id, origin=desk.origin))
    rows = [_shape(one) for one in found]
    if ground.as_json:
        print_json({"invitations": rows})
    elif not rows:
        click.echo("No invitation waits.")
    else:
        columns = ("email", "made_at", "expires_at")
        print_table(["EMAIL", "SENT", "UNTIL"], [[str(row[name]) for name in columns] for row in rows])


@app.command("uninvite-maker")
@click.argument("client_id")
@click.argument("email")
@standing
def uninvite_maker(ground: Ground, client_id: str, email: str) -> None:
    """Take the invitation of EMAIL to the app CLIENT_ID back; its link opens nothing any more."""
    ended = administer(ground, lambda desk: desk.maker_invitations.withdraw(client_id, email, origin=desk.origin))
    _print(ground, ended, f"{ended.email} is not invited any more.")


def _print(ground: Ground, one: MakerInvitation, sentence: str) -> None:
    if ground.as_json:
        print_json({"invitation": _shape(one)})
    else:
        click.echo(sentence)


def _shape(one: MakerInvitation) -> dict[str, Any]:
    return {
        "id": one.id,
        "email": one.email,
        "inviter_id": one.invited_by,
        "made_at": instant(one.created_at),
        "expires_at": instant(one.expires_at),
    }
