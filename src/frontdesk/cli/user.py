"""`frontdesk user`: who is what in which network, and who is shut out."""

from collections.abc import Callable
from typing import Any

import click

from frontdesk.cli.administration import administer
from frontdesk.cli.options import Ground, reason_option, standing
from frontdesk.cli.speech import print_json
from frontdesk.flows.operator import RoleGiven
from frontdesk.protocol.records import User


@click.group(no_args_is_help=True)
def user() -> None:
    """Give people roles in networks; block them, see to their accounts."""


def network_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--network ID`."""
    return click.option("--network", "network_id", required=True, metavar="ID", help="The network's id.")(function)


@user.command()
@click.argument("email")
@network_option
@click.option("--role", required=True, type=click.Choice(["administrator", "member"]))
@standing
def add(ground: Ground, email: str, network_id: str, role: str) -> None:
    """Make EMAIL an administrator or a member of a network."""
    given = administer(
        ground,
        lambda desk: desk.operator.give_role(email, network_id=network_id, role=role, origin=desk.origin),
    )
    if ground.as_json:
        print_json({**_role_given(given), "role": given.role.value})
        return
    click.echo(f"{given.user.email} is now {given.role.value} of {given.network.title}.")


@user.command()
@click.argument("email")
@network_option
@standing
def remove(ground: Ground, email: str, network_id: str) -> None:
    """Take EMAIL's role in a network away, and what their apps may do there."""
    taken = administer(ground, lambda desk: desk.operator.remove_role(email, network_id=network_id, origin=desk.origin))
    if ground.as_json:
        print_json({**_role_given(taken), "removed": True})
        return
    click.echo(f"{taken.user.email} is no longer {taken.role.value} of {taken.network.title}.")
    click.echo("Apps that act for them have lost this network for good.")


@user.command()
@click.argument("email")
@reason_option
@standing
def block(ground: Ground, email: str, reason: str) -> None:
    """Shut EMAIL out, and every app that acts for them."""
    blocked = administer(
        ground, lambda desk: desk.operator.block_user(email, blocked=True, reason=reason, origin=desk.origin)
    )
    print_person(ground, blocked, f"{blocked.email} is blocked: signed out everywhere, their apps are refused.")


@user.command()
@click.argument("email")
@reason_option
@standing
def unblock(ground: Ground, email: str, reason: str) -> None:
    """Let EMAIL in again; their apps work as before."""
    person = administer(
        ground, lambda desk: desk.operator.block_user(email, blocked=False, reason=reason, origin=desk.origin)
    )
    # A suspension is not the operator's to undo: the list that left them out is.
    lets_in = "may sign in again; their apps work as before."
    stays = "is no longer blocked, but stays suspended until the list for 'frontdesk sync' names them again."
    print_person(ground, person, f"{person.email} {lets_in if person.blocked_at is None else stays}")


@user.command("forget-second-factor")
@click.argument("email")
@standing
def forget_second_factor(ground: Ground, email: str) -> None:
    """Let EMAIL, who lost app and recovery codes, sign in by mail alone again."""
    person = administer(ground, lambda desk: desk.operator.forget_second_factor(email, origin=desk.origin))
    print_person(ground, person, f"{person.email} signs in by mail alone from now on, and was told so by mail.")


def _role_given(given: RoleGiven) -> dict[str, Any]:
    return {
        "user": {"id": given.user.id, "email": given.user.email},
        "network": {"id": given.network.id, "title": given.network.title},
    }


def print_person(ground: Ground, person: User, sentence: str) -> None:
    """What became of somebody."""
    if ground.as_json:
        print_json({"user": {"id": person.id, "email": person.email, "blocked": person.blocked_at is not None}})
    else:
        click.echo(sentence)
