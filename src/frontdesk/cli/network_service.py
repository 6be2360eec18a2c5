"""`frontdesk network`, further: out of service and back, its rules, its owner, its apps and its history."""

from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.events import print_events
from frontdesk.cli.network import network
from frontdesk.cli.options import Ground, reason_option, standing
from frontdesk.cli.speech import instant, moment, print_json, print_pairs, print_table
from frontdesk.flows.adoption import LeftConnection
from frontdesk.flows.listing import Reach, follow
from frontdesk.flows.network_administration import NO_NETWORK
from frontdesk.flows.network_rules import RuledNetwork
from frontdesk.flows.operator import KnownNetwork, Objection
from frontdesk.protocol.adoption import Adoption
from frontdesk.protocol.history import NEWEST, HistoryFilter
from frontdesk.protocol.ids import ClientId, UserId
from frontdesk.protocol.records import AuditEvent, Network, User

__all__ = ["network"]


@network.command()
@click.argument("network_id")
@standing
def show(ground: Ground, network_id: str) -> None:
    """Show the network NETWORK_ID, and an offer of its ownership that is under way."""

    async def walk(desk: Desk) -> tuple[KnownNetwork, str | None] | Objection:
        known = await desk.operator.find_network(network_id)
        offer = await desk.owners.find_offer(network_id)
        if isinstance(known, Objection):
            return known
        return known, None if isinstance(offer, Objection) else offer[1].email

    known, offered_to = administer(ground, walk)
    there = known.network
    if ground.as_json:
        print_json(
            {
                "network": {**_network(there), "owner": known.owner.email, "client_id": known.credential.client_id},
                "offered_to": offered_to,
            }
        )
        return
    print_pairs(
        [
            ("id", there.id),
            ("title", there.title),
            ("owner", known.owner.email),
            ("client id", known.credential.client_id),
            ("since", moment(there.created_at)),
            ("suspended", moment(there.suspended_at, absent="-")),
            *([("offered to", offered_to)] if offered_to is not None else []),
        ]
    )


@network.command()
@click.argument("network_id")
@reason_option
@standing
def suspend(ground: Ground, network_id: str, reason: str) -> None:
    """Refuse every call to NETWORK_ID from the next one on, until it is resumed; nothing is lost."""
    stopped = administer(ground, lambda desk: _stop(desk, network_id, stopped=True, reason=reason))
    _print_state(ground, stopped, f"{stopped.title} is out of service: its credentials and apps are refused.")


@network.command()
@click.argument("network_id")
@reason_option
@standing
def resume(ground: Ground, network_id: str, reason: str) -> None:
    """Put NETWORK_ID back into service as it was."""
    resumed = administer(ground, lambda desk: _stop(desk, network_id, stopped=False, reason=reason))
    # What a kept list set aside is not the operator's to undo.
    stays = "stays out of service until the list for 'frontdesk sync' names it again."
    _print_state(ground, resumed, f"{resumed.title} {'is in service.' if resumed.suspended_at is None else stays}")


@network.command()
@click.argument("network_id")
@click.option("--app", "apps", multiple=True, metavar="CLIENT_ID", help="May be connected; may be repeated.")
@click.option("--any-app", is_flag=True, help="Any app may be connected.")
@click.option("--no-app", is_flag=True, help="No app may be connected.")
@click.option("--administrators-only/--everybody", default=None, help="Who may connect apps.")
@click.option("--days", type=click.IntRange(0), help="After how many days a connection ends; 0: never.")
@click.option("--read-only-first/--write-at-once", default=None, help="Apps only read until they are let write.")
@click.option("--owner-passkey/--any-sign-in", default=None, help="How owners sign in for the network's pages.")
@standing
def rules(ground: Ground, /, network_id: str, **said: Any) -> None:
    """Show or change which apps may be connected to NETWORK_ID, by whom, for how long. What is not said stays."""
    found = administer(ground, lambda desk: _change_rules(desk, network_id, **said))
    there = found.rules
    if ground.as_json:
        print_json({"rules": _rules(found)})
        return
    print_pairs(
        [
            ("apps", "any" if there.apps is None else ", ".join(there.apps) or "none"),
            ("by", "administrators" if there.administrators_only else "everybody with a role"),
            ("days", str(there.connection_days) if there.connection_days is not None else "no end"),
            ("at first", "only reading" if there.read_only_first else "as consented"),
            ("owner's pages", "by passkey" if there.owner_passkey else "by any sign-in"),
        ]
    )


@network.command()
@click.argument("network_id")
@click.argument("who")
@click.option("--keep-named", is_flag=True, help="Named credentials go on; without it they end with the change.")
@standing
def give(ground: Ground, network_id: str, who: str, keep_named: bool) -> None:
    """Make WHO the owner of NETWORK_ID, at once; the former one is administrator. Both are told by mail."""
    owner = administer(
        ground,
        lambda desk: desk.owners.give_ownership(network_id, who, keeps_named=keep_named, origin=desk.origin),
    )
    _print_owner(
        ground, owner, f"{owner.email} is the owner now. What the former one had connected waits to be adopted."
    )


@network.command("end-offer")
@click.argument("network_id")
@standing
def end_offer(ground: Ground, network_id: str) -> None:
    """End the offer of NETWORK_ID's ownership that is under way; nothing changes hands."""
    receiver = administer(ground, lambda desk: desk.owners.end_offer(network_id, origin=desk.origin))
    _print_owner(ground, receiver, f"The offer to {receiver.email} is over.")


@network.command()
@click.argument("network_id")
@standing
def apps(ground: Ground, network_id: str) -> None:
    """List which apps reach NETWORK_ID, through whom, and connections that stopped because their person left."""

    async def walk(desk: Desk) -> tuple[list[Reach], tuple[LeftConnection, ...]] | Objection:
        left = await desk.owners.list_left(network_id, origin=desk.origin)
        if isinstance(left, Objection):
            return left

        async def page(after: tuple[UserId, ClientId] | None, limit: int) -> list[Reach]:
            found = await desk.listing.reach(network_id, after, limit)
            return [] if isinstance(found, Objection) else found

        return await follow(page, lambda reach: (reach.user.id, reach.client.id)), left

    reaching, left = administer(ground, walk)
    if ground.as_json:
        print_json({"connections": [_reach(one) for one in reaching], "left": [_left(one) for one in left]})
        return
    rows = [[one.client.id, one.user.id, moment(one.last_used_at), one.user.email, one.client.name] for one in reaching]
    print_table(["CLIENT ID", "USER ID", "LAST USED", "BY", "APP"], rows)
    if left:
        click.echo("\nStopped, because their person left (adopt with 'frontdesk network adopt'):")
        print_table(
            ["GRANT ID", "LEFT", "BY", "APP"],
            [[one.grant.id, moment(one.left_at), one.person.email, one.client.name] for one in left],
        )


@network.command()
@click.argument("network_id")
@click.argument("who")
@click.argument("client_id")
@standing
def cut(ground: Ground, network_id: str, who: str, client_id: str) -> None:
    """Shut the app CLIENT_ID of WHO out of NETWORK_ID; what it reaches elsewhere stays."""

    async def walk(desk: Desk) -> bool | Objection:
        objection = await desk.taking_away.drop_network(who, client_id, network_id=network_id, origin=desk.origin)
        return objection if objection is not None else True

    _print_done(ground, administer(ground, walk), "cut", "The app is shut out from its next call on.")


@network.command("let-write")
@click.argument("network_id")
@click.argument("who")
@click.argument("client_id")
@standing
def let_write(ground: Ground, network_id: str, who: str, client_id: str) -> None:
    """Let the app CLIENT_ID of WHO write in NETWORK_ID, where the rules let apps only read at first."""

    async def walk(desk: Desk) -> bool | Objection:
        objection = await desk.owners.let_write(network_id, who, client_id, origin=desk.origin)
        return objection if isinstance(objection, Objection) else True

    _print_done(ground, administer(ground, walk), "writes", "The app may write from its next call on.")


@network.command()
@click.argument("network_id")
@click.argument("grant_id")
@standing
def adopt(ground: Ground, network_id: str, grant_id: str) -> None:
    """Put a connection that was left behind in NETWORK_ID into its owner's name, so that the app goes on."""

    async def walk(desk: Desk) -> bool | Objection:
        done = await desk.owners.adopt(network_id, grant_id, origin=desk.origin)
        return done if isinstance(done, Objection) else True

    _print_done(ground, administer(ground, walk), "adopted", "The app goes on, in the owner's name.")


@network.command()
@click.argument("network_id")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="So many rows.")
@standing
def history(ground: Ground, network_id: str, limit: int) -> None:
    """List what happened in NETWORK_ID, the newest first."""

    async def walk(desk: Desk) -> list[AuditEvent] | Objection:
        known = await desk.looking.find_network(network_id)
        if isinstance(known, Objection):
            return NO_NETWORK

        async def page(before: int | None, wanted: int) -> list[tuple[int, AuditEvent]]:
            found = await desk.listing.history(
                network_id, HistoryFilter(), before=NEWEST if before is None else before, limit=wanted
            )
            return [] if isinstance(found, Objection) else list(found)

        return [event for _, event in await follow(page, lambda row: row[0], most=limit)]

    print_events(ground, administer(ground, walk))


async def _stop(desk: Desk, network_id: str, *, stopped: bool, reason: str) -> Network | Objection:
    done = await desk.operating.stop_network(network_id, stopped=stopped, reason=reason, origin=desk.origin)
    return done if done is not None else NO_NETWORK


async def _change_rules(
    desk: Desk,
    network_id: str,
    *,
    apps: tuple[str, ...],
    any_app: bool,
    no_app: bool,
    administrators_only: bool | None,
    days: int | None,
    read_only_first: bool | None,
    owner_passkey: bool | None,
) -> RuledNetwork | Objection:
    before = await desk.owners.open_rules(network_id, origin=desk.origin)
    if isinstance(before, Objection):
        return before
    if sum((bool(apps), any_app, no_app)) > 1:
        return Objection(problem="--app, --any-app and --no-app do not go together")
    there = before.rules
    said = (administrators_only, days, read_only_first, owner_passkey)
    if not apps and not any_app and not no_app and all(one is None for one in said):
        return before
    listed = None if any_app else apps if apps or no_app else there.apps
    return await desk.owners.change_rules(
        network_id,
        apps=listed,
        administrators_only=there.administrators_only if administrators_only is None else administrators_only,
        connection_days=there.connection_days if days is None else days or None,
        read_only_first=there.read_only_first if read_only_first is None else read_only_first,
        owner_passkey=there.owner_passkey if owner_passkey is None else owner_passkey,
        seen_version=there.version,
        origin=desk.origin,
    )


def _print_state(ground: Ground, there: Network, sentence: str) -> None:
    if ground.as_json:
        print_json({"network": _network(there)})
    else:
        click.echo(sentence)


def _print_owner(ground: Ground, person: User, sentence: str) -> None:
    if ground.as_json:
        print_json({"user": {"id": person.id, "email": person.email}})
    else:
        click.echo(sentence)


def _print_done(ground: Ground, done: bool, what: str, sentence: str) -> None:
    if ground.as_json:
        print_json({what: done})
    else:
        click.echo(sentence)


def _network(there: Network) -> dict[str, Any]:
    return {
        "id": there.id,
        "title": there.title,
        "created_at": instant(there.created_at),
        "suspended_at": instant(there.suspended_at),
    }


def _rules(found: RuledNetwork) -> dict[str, Any]:
    there = found.rules
    return {
        "version": there.version,
        "apps": list(there.apps) if there.apps is not None else None,
        "administrators_only": there.administrators_only,
        "connection_days": there.connection_days,
        "read_only_first": there.read_only_first,
        "owner_passkey": there.owner_passkey,
    }


def _reach(one: Reach) -> dict[str, Any]:
    return {
        "user_id": one.user.id,
        "email": one.user.email,
        "client_id": one.client.id,
        "app": one.client.name,
        "scopes": list(one.scopes),
        "since": instant(one.since),
        "last_used_at": instant(one.last_used_at),
    }


def _left(one: LeftConnection) -> dict[str, Any]:
    return {
        "grant_id": one.grant.id,
        "client_id": one.client.id,
        "app": one.client.name,
        "email": one.person.email,
        "left_at": instant(one.left_at),
        "adoptable": one.prospect is Adoption.DONE,
    }
