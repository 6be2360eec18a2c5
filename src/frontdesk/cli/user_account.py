"""`frontdesk user`, further: somebody's account in their place. What is changed is told them by mail."""

from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, moment, print_json, print_pairs, print_table
from frontdesk.cli.user import print_person, user
from frontdesk.flows.listing import follow
from frontdesk.flows.looking import Held
from frontdesk.flows.operator import Objection
from frontdesk.protocol.records import User

__all__ = ["user"]


@user.command("list")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@standing
def list_(ground: Ground, limit: int | None) -> None:
    """List people, in the order of their ids."""

    async def walk(desk: Desk) -> list[User]:
        return await follow(desk.listing.users, lambda user: user.id, most=limit)

    people = administer(ground, walk)
    if ground.as_json:
        print_json({"users": [_person(person) for person in people]})
        return
    print_table(
        ["ID", "NETWORKS", "STATE", "EMAIL"],
        [
            [person.id, str(len(person.roles)), "blocked" if person.blocked_at is not None else "-", person.email]
            for person in people
        ],
    )


@user.command()
@click.argument("who")
@standing
def show(ground: Ground, who: str) -> None:
    """Show one person, by id or e-mail address: roles, language, and the apps that they make."""

    found = administer(ground, lambda desk: desk.accounts.find_partner(who))
    person, partner, apps = found
    if ground.as_json:
        maker = {"name": partner.name, "website": partner.website} if partner is not None else None
        told = [{"client_id": app.id, "name": app.name, "review": app.review.value} for app in apps]
        print_json({"user": _person(person), "partner": maker, "apps": told})
        return
    print_pairs(
        [
            ("id", person.id),
            ("email", person.email),
            ("since", moment(person.created_at)),
            ("language", person.language or "the browser's"),
            ("blocked", moment(person.blocked_at, absent="-")),
            *((role.value, network) for network, role in person.roles.items()),
            *([("partner", partner.name)] if partner is not None else []),
            *(("app", f"{app.name} ({app.id}, {app.review.value})") for app in apps),
        ]
    )


@user.command()
@click.argument("who")
@standing
def sessions(ground: Ground, who: str) -> None:
    """List where WHO is signed in."""
    found = administer(ground, lambda desk: desk.accounts.list_sessions(who))
    if ground.as_json:
        rows = [
            {
                "id": one.id,
                "signed_in_at": instant(one.signed_in_at),
                "last_seen_at": instant(one.last_seen_at),
                "address": one.address,
                "browser": one.browser,
                "system": one.system,
                "proof": one.proof.value,
            }
            for one in found
        ]
        print_json({"sessions": rows})
        return
    print_table(
        ["ID", "SEEN", "FROM", "BROWSER"],
        [
            [one.id, moment(one.last_seen_at), one.address or "-", f"{one.browser} {one.system}".strip() or "-"]
            for one in found
        ],
    )


@user.command("sign-out")
@click.argument("who")
@click.option("--session", "session_id", default="", metavar="ID", help="This session only; without it, all of them.")
@standing
def sign_out(ground: Ground, who: str, session_id: str) -> None:
    """Sign WHO out everywhere, or in one browser."""

    async def walk(desk: Desk) -> int | Objection:
        if not session_id:
            return await desk.accounts.end_sessions(who, origin=desk.origin)
        done = await desk.accounts.end_session(who, session_id, origin=desk.origin)
        return done if isinstance(done, Objection) else 1

    ended = administer(ground, walk)
    if ground.as_json:
        print_json({"ended": ended})
    else:
        click.echo(f"Ended {ended} session{'' if ended == 1 else 's'}.")


@user.command()
@click.argument("who")
@standing
def passkeys(ground: Ground, who: str) -> None:
    """List what WHO may sign in with."""
    found = administer(ground, lambda desk: desk.accounts.list_passkeys(who))
    if ground.as_json:
        rows = [
            {
                "id": one.id.hex(),
                "name": one.name,
                "created_at": instant(one.created_at),
                "last_used_at": instant(one.last_used_at),
            }
            for one in found
        ]
        print_json({"passkeys": rows})
        return
    print_table(["ID", "LAST USED", "NAME"], [[one.id.hex(), moment(one.last_used_at), one.name] for one in found])


@user.command("forget-passkey")
@click.argument("who")
@click.argument("passkey")
@standing
def forget_passkey(ground: Ground, who: str, passkey: str) -> None:
    """Forget the PASSKEY of WHO, by its id."""
    person = administer(ground, lambda desk: desk.accounts.remove_passkey(who, passkey, origin=desk.origin))
    print_person(ground, person, f"{person.email} no longer signs in with it, and was told so by mail.")


@user.command("rename-passkey")
@click.argument("who")
@click.argument("passkey")
@click.argument("name")
@standing
def rename_passkey(ground: Ground, who: str, passkey: str, name: str) -> None:
    """Call the PASSKEY of WHO, by its id, otherwise."""
    person = administer(ground, lambda desk: desk.accounts.rename_passkey(who, passkey, name, origin=desk.origin))
    print_person(ground, person, f"{person.email} was told by mail that it is called otherwise.")


@user.command()
@click.argument("who")
@standing
def identities(ground: Ground, who: str) -> None:
    """List which accounts elsewhere (OpenID Connect) sign WHO in, or did."""
    found = administer(ground, lambda desk: desk.accounts.list_identities(who))
    if ground.as_json:
        rows = [
            {
                "id": one.handle,
                "issuer": one.issuer,
                "linked_at": instant(one.linked_at),
                "unlinked_at": instant(one.unlinked_at),
            }
            for one in found
        ]
        print_json({"identities": rows})
        return
    print_table(
        ["ID", "LINKED", "UNLINKED", "ISSUER"],
        [[one.handle, moment(one.linked_at), moment(one.unlinked_at, absent="-"), one.issuer] for one in found],
    )


@user.command("unlink")
@click.argument("who")
@click.argument("identity")
@standing
def unlink(ground: Ground, who: str, identity: str) -> None:
    """Let the account elsewhere IDENTITY, by its id, sign WHO in no more."""
    person = administer(ground, lambda desk: desk.accounts.unlink_identity(who, identity, origin=desk.origin))
    print_person(ground, person, f"{person.email} no longer signs in with it, and was told so by mail.")


@user.command("link-again")
@click.argument("who")
@click.argument("identity")
@standing
def link_again(ground: Ground, who: str, identity: str) -> None:
    """Let an account elsewhere that was unlinked sign WHO in again."""
    person = administer(ground, lambda desk: desk.accounts.allow_identity(who, identity, origin=desk.origin))
    print_person(ground, person, f"{person.email} may sign in with it again, and was told so by mail.")


@user.command("change-email")
@click.argument("who")
@click.argument("email")
@standing
def change_email(ground: Ground, who: str, email: str) -> None:
    """Give WHO another address, EMAIL; every browser is signed out, and both mailboxes are told."""
    person = administer(ground, lambda desk: desk.accounts.change_address(who, email, origin=desk.origin))
    print_person(ground, person, f"{person.email} is the address that signs in from now on.")


@user.command()
@click.argument("who")
@click.argument("code")
@standing
def language(ground: Ground, who: str, code: str) -> None:
    """Speak to WHO in the language CODE, such as uk; "" is what their browser says."""
    person = administer(ground, lambda desk: desk.accounts.choose_language(who, code))
    print_person(ground, person, f"{person.email} is spoken to in {person.language or 'the language of the browser'}.")


@user.command()
@click.argument("who")
@click.option("--yes", is_flag=True, help="It cannot be undone: say so.")
@standing
def delete(ground: Ground, who: str, yes: bool) -> None:
    """Forget WHO for good, with all that they let apps do; an owner, a last maker and the last operator are kept."""
    if not yes:
        raise click.UsageError("it cannot be undone: say --yes")
    person = administer(ground, lambda desk: desk.accounts.delete(who, origin=desk.origin))
    if ground.as_json:
        print_json({"user": {"id": person.id, "email": person.email}, "deleted": True})
    else:
        click.echo(f"Deleted {person.email}. Every app that they had connected is refused from now on.")


@user.command("make-partner")
@click.argument("who")
@click.option("--name", required=True, help="What their apps' users read.")
@click.option("--website", default="", metavar="URL", help="Where people read about them.")
@standing
def make_partner(ground: Ground, who: str, name: str, website: str) -> None:
    """Let WHO make apps, or call a partner something else."""
    partner = administer(ground, lambda desk: desk.accounts.make_partner(who, name, website, origin=desk.origin))
    if ground.as_json:
        print_json({"partner": {"user_id": partner.user_id, "name": partner.name, "website": partner.website}})
    else:
        click.echo(f"{partner.name} may make apps.")


@user.command()
@click.argument("who")
@standing
def apps(ground: Ground, who: str) -> None:
    """List what WHO let apps do."""
    found = administer(ground, lambda desk: desk.looking.list_held(who))
    if ground.as_json:
        print_json({"connections": [_held(one) for one in found]})
        return
    print_table(
        ["CLIENT ID", "NETWORKS", "SCOPES", "APP"],
        [[one.client.id, str(len(one.networks)), " ".join(one.scopes), one.client.name] for one in found],
    )


@user.command()
@click.argument("who")
@click.argument("client_id")
@standing
def disconnect(ground: Ground, who: str, client_id: str) -> None:
    """End everything that WHO let the app CLIENT_ID do."""
    ended = administer(ground, lambda desk: desk.taking_away.disconnect(who, client_id, origin=desk.origin))
    if ground.as_json:
        print_json({"ended": ended})
    else:
        click.echo(f"Ended {ended} grant{'' if ended == 1 else 's'} of this app.")


@user.command("take-scope")
@click.argument("who")
@click.argument("client_id")
@click.argument("scope")
@click.option("--leave", default="", metavar="SCOPE", help="A smaller scope that stays of it.")
@standing
def take_scope(ground: Ground, who: str, client_id: str, scope: str, leave: str) -> None:
    """Take SCOPE from the app CLIENT_ID of WHO, at once."""
    person = administer(
        ground,
        lambda desk: desk.taking_away.take_scope(who, client_id, scope, leave=leave, origin=desk.origin),
        reads_document=True,
    )
    print_person(ground, person, f"The app may no longer do {scope} for {person.email}.")


def _person(person: User) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "created_at": instant(person.created_at),
        "blocked_at": instant(person.blocked_at),
        "language": person.language,
        "roles": {network: role.value for network, role in person.roles.items()},
    }


def _held(held: Held) -> dict[str, Any]:
    return {
        "client_id": held.client.id,
        "app": held.client.name,
        "networks": list(held.networks),
        "scopes": list(held.scopes),
        "consented_at": instant(held.connection.consented_at),
        "finished": bool(held.grants),
    }
