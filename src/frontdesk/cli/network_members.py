"""`frontdesk network`, further: who is in a network, and who is invited."""

from typing import Any

import click

from frontdesk.cli.administration import administer
from frontdesk.cli.network_service import network
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, print_json, print_table
from frontdesk.protocol.members import Invitation

__all__ = ["network"]

EVERYBODY = 1_000_000


@network.command()
@click.argument("network_id")
@standing
def members(ground: Ground, network_id: str) -> None:
    """List who has a role in the network NETWORK_ID, since when, and when they signed in last."""
    found = administer(ground, lambda desk: desk.members.list_members(network_id, limit=EVERYBODY))
    rows = [
        {
            "id": one.user.id,
            "email": one.user.email,
            "role": one.role.value,
            "since": instant(one.since),
            "last_sign_in_at": instant(one.last_sign_in_at),
        }
        for one in found
    ]
    if ground.as_json:
        print_json({"members": rows})
    else:
        columns = ("email", "role", "since", "last_sign_in_at")
        print_table(
            ["EMAIL", "ROLE", "SINCE", "LAST SIGN-IN"], [[str(row[name] or "-") for name in columns] for row in rows]
        )


@network.command()
@click.argument("network_id")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(["administrator", "member"]))
@standing
def invite(ground: Ground, network_id: str, email: str, role: str) -> None:
    """Mail EMAIL a link by which they join the network NETWORK_ID; it works once, for 7 days."""
    sent, invited_to = administer(
        ground, lambda desk: desk.members.invite(email, network_id=network_id, role=role, origin=desk.origin)
    )
    if ground.as_json:
        print_json({"invitation": _invitation(sent.invitation), "link": sent.link})
        return
    click.echo(f"{sent.invitation.email} is invited to {invited_to.title} as {role}. Should the mail be lost:")
    click.echo(sent.link)


@network.command()
@click.argument("network_id")
@standing
def invitations(ground: Ground, network_id: str) -> None:
    """List the invitations into the network NETWORK_ID that wait."""
    found = administer(ground, lambda desk: desk.members.list_invitations(network_id))
    rows = [_invitation(one) for one in found]
    if ground.as_json:
        print_json({"invitations": rows})
    elif not rows:
        click.echo("No invitation waits.")
    else:
        columns = ("email", "role", "made_at", "expires_at")
        print_table(["EMAIL", "ROLE", "SENT", "UNTIL"], [[str(row[name]) for name in columns] for row in rows])


@network.command()
@click.argument("network_id")
@click.argument("email")
@standing
def withdraw(ground: Ground, network_id: str, email: str) -> None:
    """Take the invitation of EMAIL into the network NETWORK_ID back; its link opens nothing any more."""
    left = administer(ground, lambda desk: desk.members.withdraw(email, network_id=network_id, origin=desk.origin))
    if ground.as_json:
        print_json({"network": {"id": left.id, "title": left.title}, "withdrawn": True})
    else:
        click.echo(f"The invitation to {left.title} is withdrawn.")


def _invitation(one: Invitation) -> dict[str, Any]:
    return {
        "id": one.id,
        "email": one.email,
        "role": one.role.value,
        "made_at": instant(one.made_at),
        "expires_at": instant(one.expires_at),
    }
