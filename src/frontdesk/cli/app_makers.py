"""`frontdesk app`, further: what an app says of itself, its makers, its two secrets, and the review."""

from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.app import app, client_shape, print_state
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, moment, print_json, print_next, print_pairs, print_table
from frontdesk.flows.app_administration import AppWords
from frontdesk.flows.app_security import KnownSecret
from frontdesk.flows.operator import Objection
from frontdesk.flows.reviewing import Observed, Undecided
from frontdesk.protocol.records import Client, User

__all__ = ["app"]

_UNDECIDED = {
    Undecided.NO_SUCH_APP: Objection(problem="no app has this client id", hint="see 'frontdesk app reviews'"),
    Undecided.NOTE_MISSING: Objection(
        problem="an app that is returned needs a note", hint="say what to change: --note"
    ),
    Undecided.MEANWHILE: Objection(problem="this app does not wait for a decision", hint="see 'frontdesk app reviews'"),
}


@app.command()
@click.argument("client_id")
@standing
def show(ground: Ground, client_id: str) -> None:
    """Show the app CLIENT_ID with its makers and its secrets, without what these are."""

    async def walk(desk: Desk) -> tuple[Client, tuple[User, ...], tuple[KnownSecret, ...]] | Objection:
        client, makers = await desk.looking.find_client(client_id), await desk.makers.list_makers(client_id)
        secrets = await desk.makers.list_secrets(client_id)
        for found in (client, makers, secrets):
            if isinstance(found, Objection):
                return found
        assert isinstance(client, Client)
        assert isinstance(makers, tuple)
        assert isinstance(secrets, tuple)
        return client, makers, secrets

    client, makers, secrets = administer(ground, walk)
    if ground.as_json:
        told = [
            {
                "number": one.number,
                "last_four": one.last_four,
                "made_at": instant(one.made_at),
                "last_used_at": instant(one.last_used_at),
                "silent": one.is_silent,
            }
            for one in secrets
        ]
        print_json({"app": client_shape(client), "makers": [maker.email for maker in makers], "secrets": told})
        return
    print_pairs(
        [
            ("client id", client.id),
            ("name", client.name),
            ("review", client.review.value),
            *(("redirect URI", uri) for uri in client.redirect_uris),
            ("scopes", " ".join(client.scopes)),
            *([("homepage", client.homepage)] if client.homepage else []),
            *([("privacy", client.privacy_url)] if client.privacy_url else []),
            *(("maker", maker.email) for maker in makers),
            *((f"secret {one.number}", f"…{one.last_four}, last used {moment(one.last_used_at)}") for one in secrets),
        ]
    )


@app.command()
@click.argument("client_id")
@click.option("--name")
@click.option("--homepage", metavar="URL")
@click.option("--privacy-url", metavar="URL")
@click.option("--redirect-uri", "redirect_uris", multiple=True, metavar="URI", help="All of them; may be repeated.")
@click.option("--scope", metavar='"A B"', help="All that it may ask for.")
@click.option("--optional-scope", metavar='"A B"', help='Those of them that people may leave out; "" for none.')
@standing
def describe(ground: Ground, /, client_id: str, **said: Any) -> None:
    """Let the app CLIENT_ID say something else of itself; what is not said stays, and so does its review."""
    words = AppWords(
        name=said["name"],
        homepage=said["homepage"],
        privacy_url=said["privacy_url"],
        redirect_uris=said["redirect_uris"] or None,
        scopes=_split(said["scope"]),
        optional_scopes=_split(said["optional_scope"]),
    )
    if words == AppWords():
        raise click.UsageError("say what to change")
    client = administer(
        ground, lambda desk: desk.makers.describe(client_id, words, origin=desk.origin), reads_document=True
    )
    print_state(ground, client, f"{client.name} says so from now on.")


@app.command("add-secret")
@click.argument("client_id")
@standing
def add_secret(ground: Ground, client_id: str) -> None:
    """Make a second secret for the app CLIENT_ID; the one before goes on until it is ended."""
    fresh = administer(ground, lambda desk: desk.makers.add_secret(client_id, origin=desk.origin))
    if ground.as_json:
        print_json({"client_id": fresh.client.id, "client_secret": fresh.secret})
        return
    print_pairs([("client id", fresh.client.id), ("client secret", fresh.secret)])
    print_next("Give it to the partner now: it is not shown again. End the one before with 'frontdesk app end-secret'.")


@app.command("end-secret")
@click.argument("client_id")
@standing
def end_secret(ground: Ground, client_id: str) -> None:
    """Refuse the secret before the present one of the app CLIENT_ID."""
    client = administer(ground, lambda desk: desk.makers.end_earlier_secret(client_id, origin=desk.origin))
    print_state(ground, client, f"The earlier secret of {client.name} is refused from now on.")


@app.command("add-maker")
@click.argument("client_id")
@click.argument("who")
@standing
def add_maker(ground: Ground, client_id: str, who: str) -> None:
    """Make the partner WHO one of the makers of the app CLIENT_ID."""
    maker = administer(ground, lambda desk: desk.makers.add_maker(client_id, who, origin=desk.origin))
    _print_maker(ground, maker, f"{maker.email} is one of its makers.")


@app.command("remove-maker")
@click.argument("client_id")
@click.argument("who")
@standing
def remove_maker(ground: Ground, client_id: str, who: str) -> None:
    """Make WHO none of the makers of the app CLIENT_ID any more."""
    maker = administer(ground, lambda desk: desk.makers.remove_maker(client_id, who, origin=desk.origin))
    _print_maker(ground, maker, f"{maker.email} makes it no longer.")


@app.command()
@click.argument("client_id")
@click.option("--note", default="", help="A word to the reviewer.")
@standing
def submit(ground: Ground, client_id: str, note: str) -> None:
    """Hand the app CLIENT_ID in for review, in its makers' place."""
    client = administer(ground, lambda desk: desk.makers.submit(client_id, note, origin=desk.origin))
    print_state(ground, client, f"{client.name} waits for a decision: see 'frontdesk app reviews'.")


@app.command()
@click.argument("client_id")
@standing
def withdraw(ground: Ground, client_id: str) -> None:
    """Take the app CLIENT_ID out of the reviewers' queue."""
    client = administer(ground, lambda desk: desk.makers.withdraw(client_id, origin=desk.origin))
    print_state(ground, client, f"{client.name} is a draft again.")


@app.command()
@standing
def reviews(ground: Ground) -> None:
    """List apps that wait for a decision, the longest waiting first."""
    waiting = administer(ground, lambda desk: desk.reviewing.list_waiting())
    if ground.as_json:
        print_json({"apps": [{**client_shape(client), "note": client.review_note} for client in waiting]})
        return
    print_table(
        ["CLIENT ID", "SINCE", "NAME", "NOTE"],
        [[client.id, moment(client.review_at), client.name, client.review_note or "-"] for client in waiting],
    )


@app.command()
@click.argument("client_id")
@standing
def observed(ground: Ground, client_id: str) -> None:
    """Show what was seen of the app CLIENT_ID while it was used, in the last 30 days."""

    async def walk(desk: Desk) -> Observed | Objection:
        client = await desk.reviewing.find(client_id)
        return _UNDECIDED[Undecided.NO_SUCH_APP] if client is None else await desk.reviewing.observe(client)

    seen = administer(ground, walk)
    habits, back_off = seen.habits, seen.back_off
    if ground.as_json:
        print_json(
            {
                "codes": habits.codes,
                "codes_with_pkce": habits.with_pkce,
                "codes_with_state": habits.with_state,
                "weak_forms": {use.form.value: use.uses for use in seen.forms},
                "refreshes_too_many": habits.storms,
                "refreshes_most": habits.worst,
                "limited": back_off.limited,
                "pressed": back_off.pressed,
            }
        )
        return
    print_pairs(
        [
            ("codes with PKCE", f"{habits.with_pkce} of {habits.codes}"),
            ("codes with a state", f"{habits.with_state} of {habits.codes}"),
            ("refreshes too many", f"{habits.storms} (last {moment(habits.storm_at)})"),
            ("429 answered", f"{back_off.limited}, {back_off.pressed} of them before Retry-After was over"),
            *((use.form.value, f"{use.uses}, last {moment(use.last_at)}") for use in seen.forms),
        ]
    )


@app.command()
@click.argument("client_id")
@click.option("--approve", "approved", is_flag=True, help="People may connect it.")
@click.option("--return", "returned", is_flag=True, help="Its makers change it first; needs --note.")
@click.option("--verified", is_flag=True, help="With --approve: who makes it was verified.")
@click.option("--note", default="", help="What its makers read.")
@standing
def review(ground: Ground, client_id: str, approved: bool, returned: bool, verified: bool, note: str) -> None:
    """Approve the app CLIENT_ID that was handed in, or return it; its makers are told by mail."""
    if approved is returned:
        raise click.UsageError("say --approve or --return")

    async def walk(desk: Desk) -> Client | Objection:
        client = await desk.looking.find_client(client_id)
        if isinstance(client, Objection):
            return client
        decided = await desk.reviewing.decide(
            client_id, seen_at=client.review_at, approved=approved, verified=verified, note=note, origin=desk.origin
        )
        return _UNDECIDED[decided] if isinstance(decided, Undecided) else decided

    client = administer(ground, walk)
    print_state(ground, client, f"{client.name} is {client.review.value}.")


def _split(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.replace(",", " ").split())


def _print_maker(ground: Ground, maker: User, sentence: str) -> None:
    if ground.as_json:
        print_json({"maker": {"id": maker.id, "email": maker.email}})
    else:
        click.echo(sentence)
