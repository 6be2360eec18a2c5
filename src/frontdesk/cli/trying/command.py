"""`frontdesk try`: the contract, asked of a running server."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from frontdesk.cli import speech
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.trying.browsers import NoAnswer, Wire
from frontdesk.cli.trying.buying import TOKEN
from frontdesk.cli.trying.driver import Driver, Result
from frontdesk.cli.trying.facts import Facts
from frontdesk.cli.trying.interrupting import Ending
from frontdesk.cli.trying.mailbox import Mailbox
from frontdesk.cli.trying.operations import Choice
from frontdesk.cli.trying.table import TABLE
from frontdesk.cli.trying.telling import Teller, conclude
from frontdesk.cli.trying.town import begin, made_town, mail_folder, write_given, write_town
from frontdesk.cli.trying.typed import APP_SECRET, PAIR_SECRET, choose, read_given, read_origin, read_settings_for
from frontdesk.protocol.scopes import read_scopes
from frontdesk.protocol.trials import DOMAIN, Removed
from frontdesk.settings import Settings

Hear = Callable[[Result], None]


@click.command(name="try")
@click.argument("url")
@click.option(
    "--mail",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder that the server's mails are written to. With --data the settings' own (mail=file://DIR).",
)
@click.option(
    "--openapi",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The API's document, to choose operations from. With --data the settings' own.",
)
@click.option("--client-id", metavar="ID", help=f"An app of the server; its secret by {APP_SECRET}, prompt or stdin.")
@click.option("--redirect-uri", metavar="URI", help="A redirect URI of that app.")
@click.option("--scope", metavar='"A B"', help="Scopes of that app.")
@click.option("--basic-id", metavar="ID", help=f"A network's pair; its secret by {PAIR_SECRET}, prompt or stdin.")
@click.option("--network", metavar="UUID", help="The network of that pair.")
@standing
def try_(ground: Ground, /, url: str, mail: Path | None, openapi: Path | None, **typed: Any) -> int:
    """Ask a running server what the contract says, and compare.

    With --data DIR, the data folder of that very server, a run makes its own networks, people and apps, signs in, and
    removes all of it at its end. Without, it asks what can be asked with what it is given, by safe methods only.
    """
    issuer = read_origin(url)
    has_town = ground.data is not None
    if has_town and any(value is not None for value in typed.values()):
        raise click.UsageError("with --data a run makes its own app and networks: leave the other ids out")
    given = read_given(**typed)
    settings = read_settings_for(ground, openapi)
    choice = choose(settings, read_scopes(given.scope) or (), may_write=has_town)
    facts = begin(issuer, choice, header=settings.network_header)
    teller, ending, began = Teller(as_json=ground.as_json), Ending(), time.monotonic()
    with ending.heard():
        if has_town:
            folder = mail or mail_folder(settings.mail)
            results, removed = _with_town(ground, settings, choice, facts, folder, ending, teller.hear)
        else:
            write_given(facts, given)
            results, removed = ending.run(_run(issuer, facts, None, teller.hear)), None
    if results is None:
        speech.say("interrupted" + ("; what was made is removed again" if has_town else ""))
        return speech.EXIT_INTERRUPTED
    seconds = time.monotonic() - began
    is_right = conclude(issuer, results, seconds=seconds, removed=removed, as_json=ground.as_json, has_town=has_town)
    return 0 if is_right else speech.EXIT_REFUSED


def _with_town(
    ground: Ground,
    settings: Settings,
    choice: Choice,
    facts: Facts,
    folder: Path | None,
    ending: Ending,
    hear: Hear,
) -> tuple[Sequence[Result] | None, Removed | None]:
    """Make a town, try, and take it away whatever happens; no results where it was broken off."""
    if ending.run(_reach(facts.get("issuer"))) is None:
        return None, None
    scope = " ".join(choice.scopes) or "frontdesk-try"
    ground = dataclasses.replace(ground, data=settings.data)
    # The mails go last: the server may still be writing one when the town is taken away.
    with contextlib.ExitStack() as clearing, made_town(ground, scope) as (town, removed):
        mailbox = Mailbox(folder) if folder is not None else None
        write_town(
            facts,
            town,
            at_once=max(settings.requests_per_second, settings.burst or 0),
            offers_members="member" in settings.picker_roles,
            reads_mail=mailbox is not None,
        )
        if mailbox is not None:
            clearing.callback(mailbox.clear, f"{town.mark}.{DOMAIN}")
        results = ending.run(_run(facts.get("issuer"), facts, mailbox, hear, folder=settings.data))
    return results, removed[0] if removed else None


async def _run(
    issuer: str, facts: Facts, mailbox: Mailbox | None, hear: Hear, *, folder: Path | None = None
) -> Sequence[Result]:
    async with Wire(issuer) as wire:
        if folder is None:
            await _meet(wire)
        else:
            await _refuse_stranger(wire, facts, folder)
        return await Driver(wire=wire, facts=facts, mailbox=mailbox).run(TABLE, hear)


async def _reach(issuer: str) -> bool:
    async with Wire(issuer) as wire:
        await _meet(wire)
    return True


async def _meet(wire: Wire) -> None:
    """Refuse an address at which nobody answers: nothing was learnt about the contract."""
    try:
        await wire.send("GET", wire.issuer + "/.well-known/oauth-authorization-server", ())
    except NoAnswer as silence:
        raise speech.Refused(
            f"nobody answers at {wire.issuer} ({silence})", "start the server, or give the address that callers use"
        ) from silence


async def _refuse_stranger(wire: Wire, facts: Facts, folder: Path) -> None:
    """Refuse a server that does not know the app which was just made in the data folder: it is another's folder."""
    proof = f"client_id={facts.get('client_id')}&client_secret={facts.get('client_secret')}"
    body = f"{proof}&grant_type=refresh_token&refresh_token={facts.get('unknown_token')}"
    try:
        answer = await wire.send("POST", wire.issuer + TOKEN, (), body)
    except NoAnswer:
        return  # the table tells of it
    if answer.document.get("error") == "invalid_client":
        raise speech.Refused(
            f"the server at {wire.issuer} does not know the app that was just made in {folder}",
            "name the data folder of that very server with --data DIR",
        )
