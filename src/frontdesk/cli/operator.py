"""`frontdesk operator`: who runs the installation in its console, and the link by which the first of them comes."""

from collections.abc import Awaitable, Sequence
from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.events import print_events
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.settling import settle
from frontdesk.cli.speech import instant, moment, print_json, print_table
from frontdesk.flows.listing import follow
from frontdesk.flows.operator import Objection
from frontdesk.flows.operators import Fault
from frontdesk.protocol.history import NEWEST
from frontdesk.protocol.hours import MailHealth, SignInHour
from frontdesk.protocol.records import AuditEvent, User
from frontdesk.protocol.standing import SigningIn


@click.group(no_args_is_help=True)
def operator() -> None:
    """Make the console's set-up link; appoint and dismiss operators."""


@operator.command()
@standing
def link(ground: Ground) -> None:
    """Print a link that makes one person an operator: it works once, for 30 minutes, and ends any link before it."""
    value = administer(ground, lambda desk: desk.operators.make_link(origin=desk.origin), create=True)
    address = f"{settle(ground).issuer}/operator/setup/{value}"
    if ground.as_json:
        print_json({"link": address})
        return
    click.echo(address)
    click.echo("Open it within 30 minutes. It works once.", err=True)


@operator.command()
@click.argument("email")
@standing
def add(ground: Ground, email: str) -> None:
    """Make EMAIL an operator."""
    made = administer(ground, lambda desk: _in_words(email, desk.operators.appoint(email, origin=desk.origin)))
    if ground.as_json:
        print_json({"user": {"id": made.id, "email": made.email}, "operator": True})
    else:
        click.echo(f"{made.email} is now an operator.")


@operator.command()
@click.argument("email")
@standing
def remove(ground: Ground, email: str) -> None:
    """Make EMAIL no operator any more; the last one stays."""
    gone = administer(ground, lambda desk: _in_words(email, desk.operators.dismiss_address(email, origin=desk.origin)))
    if ground.as_json:
        print_json({"user": {"id": gone.id, "email": gone.email}, "operator": False})
    else:
        click.echo(f"{gone.email} is no operator any more.")


@operator.command(name="list")
@standing
def list_(ground: Ground) -> None:
    """List the operators."""
    found = administer(ground, lambda desk: desk.operators.list_operators())
    if ground.as_json:
        rows = [{"id": one.user.id, "email": one.user.email, "since": instant(one.since)} for one in found]
        print_json({"operators": rows})
        return
    for one in found:
        click.echo(f"{one.user.email}  since {instant(one.since)}")
    if not found:
        click.echo("Nobody yet: make a set-up link with 'frontdesk operator link'.", err=True)


@operator.command()
@standing
def health(ground: Ground) -> None:
    """Show how mail and sign-ins went in the last 24 hours, in all workers."""
    seen = administer(ground, lambda desk: desk.health.read())
    mail, hours = seen.mail, seen.hours
    if ground.as_json:
        print_json({"mail": _mail(mail), "signing_in": _signing_in(seen.signing_in, hours)})
        return
    click.echo(f"mail: {mail.sent} sent, {mail.waiting} waiting, {mail.lost} lost; last sent {moment(mail.sent_at)}")
    if mail.trouble_at is not None:
        click.echo(f"mail: last failure {moment(mail.trouble_at)}: {mail.trouble}")
    if hours:
        rows = [
            (moment(hour.begins_at), str(hour.signed_in), str(hour.codes), str(hour.failed), _kinds(hour))
            for hour in hours
        ]
        print_table(("HOUR", "SIGNED IN", "CODES SENT", "FAILED", "WHAT FAILED"), rows)
    else:
        click.echo("Nobody signed in, or tried to.")


def _kinds(hour: SignInHour) -> str:
    return ", ".join(f"{what.value} {times}" for what, times in hour.failures.items())


def _mail(mail: MailHealth) -> dict[str, Any]:
    return {
        "waiting": mail.waiting,
        "sent": mail.sent,
        "lost": mail.lost,
        "last_sent_at": instant(mail.sent_at),
        "last_failure": mail.trouble,
        "last_failure_at": instant(mail.trouble_at),
    }


def _signing_in(now: SigningIn, hours: tuple[SignInHour, ...]) -> dict[str, Any]:
    return {
        "visitors": now.visitors,
        "codes": now.codes,
        "hours": [
            {
                "begins_at": instant(hour.begins_at),
                "signed_in": hour.signed_in,
                "codes_sent": hour.codes,
                "failures": {what.value: times for what, times in hour.failures.items()},
            }
            for hour in hours
        ],
    }


@operator.command()
@click.argument("text")
@standing
def search(ground: Ground, text: str) -> None:
    """Find people, networks and apps by how they begin, or by a whole id."""
    found = administer(ground, lambda desk: desk.operating.search(text))
    if ground.as_json:
        print_json(
            {
                "users": [{"id": user.id, "email": user.email} for user in found.users],
                "networks": [{"id": network.id, "title": network.title} for network in found.networks],
                "apps": [{"client_id": client.id, "name": client.name} for client in found.clients],
                "more": found.more,
            }
        )
        return
    rows = [
        *(["user", user.id, user.email] for user in found.users),
        *(["network", network.id, network.title] for network in found.networks),
        *(["app", client.id, client.name] for client in found.clients),
    ]
    print_table(["KIND", "ID", "NAME"], rows)
    if found.more:
        click.echo("There are more: type more of it.", err=True)


@operator.command()
@click.option("--network", default="", metavar="ID", help="In this network.")
@click.option("--client", default="", metavar="ID", help="About this app, or this Basic pair.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="So many rows.")
@standing
def history(ground: Ground, network: str, client: str, limit: int) -> None:
    """List security changes, the newest first: who did what, when, from where."""

    async def walk(desk: Desk) -> list[AuditEvent] | Objection:
        first = await desk.listing.audit(network=network, client=client, before=NEWEST, limit=1)
        if isinstance(first, Objection):
            return first

        async def page(before: int | None, wanted: int) -> Sequence[tuple[int, AuditEvent]]:
            found = await desk.listing.audit(
                network=network, client=client, before=NEWEST if before is None else before, limit=wanted
            )
            return () if isinstance(found, Objection) else found

        return [event for _, event in await follow(page, lambda row: row[0], most=limit)]

    print_events(ground, administer(ground, walk))


_OBJECTIONS = {
    Fault.NOT_AN_ADDRESS: ('"{}" is not an e-mail address', ""),
    Fault.BLOCKED: ("{} is blocked", "let them in with 'frontdesk user unblock'"),
    Fault.ALREADY: ("{} is an operator already", ""),
    Fault.NOT_AN_OPERATOR: ("{} is no operator", "list them with 'frontdesk operator list'"),
    Fault.THE_LAST: ("{} is the last operator", "make somebody else one first"),
}


async def _in_words(email: str, walk: Awaitable[User | Fault]) -> User | Objection:
    outcome = await walk
    if not isinstance(outcome, Fault):
        return outcome
    problem, hint = _OBJECTIONS[outcome]
    shown = "".join(c if c.isprintable() else "?" for c in email[:254])
    return Objection(problem=problem.format(shown), hint=hint)
