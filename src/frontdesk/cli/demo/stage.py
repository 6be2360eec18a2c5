"""The demo in one process: founds the town, opens four servers on one event loop, says what to try, and ends them."""

import asyncio
import shlex
from pathlib import Path
from typing import Any

import click

from frontdesk.assemble import build_app, open_house
from frontdesk.cli import speech
from frontdesk.cli.administration import open_desk
from frontdesk.cli.demo.api import CoworkingApi
from frontdesk.cli.demo.door_locks import Registration
from frontdesk.cli.demo.doors import DESK_HOST, Doors, hear_the_end
from frontdesk.cli.demo.founding import OLENA, Town, found, furnish
from frontdesk.cli.demo.mailbox import mailbox
from frontdesk.cli.demo.partner import PartnerApp
from frontdesk.cli.server import Server
from frontdesk.runtime.logs import start_logs
from frontdesk.settings import Settings

END_SECONDS = 3


def demo_settings(doors: Doors, folder: Path) -> Settings:
    """The front desk before the demo API; the environment and settings files are left out on purpose."""
    return Settings(
        data=folder,
        host=DESK_HOST,
        port=doors.desk.getsockname()[1],
        upstream=doors.url(doors.api),
        openapi=Path(__file__).with_name("api.yaml"),
        mail=(folder / "mail").resolve().as_uri(),
        mail_from="Frontdesk <frontdesk@localhost>",
        log_level="error",
    )


async def play(doors: Doors, folder: Path, *, as_json: bool, is_kept: bool) -> int:
    """Run the demo until Ctrl-C; the exit code."""
    settings = demo_settings(doors, folder)
    start_logs(settings.log_level)
    end = asyncio.Event()
    hear_the_end(end)
    partner_url = doors.url(doors.partner)
    callback = f"{partner_url}/callback"
    async with open_house(settings, create=True) as house:
        town = await found(open_desk(house), settings.data, redirect_uri=callback)
    servers = _open(settings, doors, town, callback)
    running = [asyncio.ensure_future(server.run_here(ready.set)) for server, ready in servers]
    try:
        await _all_ready(running, [ready for _, ready in servers])
        if as_json:
            speech.print_json(_whereabouts(settings, doors, town))
        else:
            click.echo(_words(settings, doors, town, is_kept=is_kept))
        await _first([*running, asyncio.ensure_future(end.wait())])
        for task in running:
            if task.done():
                task.result()  # a server that ended by itself says why
    finally:
        await _close([server for server, _ in servers], running)
    return speech.EXIT_INTERRUPTED


def _open(settings: Settings, doors: Doors, town: Town, callback: str) -> list[tuple[Server, asyncio.Event]]:
    partner = PartnerApp(
        Registration(
            issuer=settings.issuer,
            client_id=town.client_id,
            client_secret=town.client_secret,
            redirect_uri=callback,
            networks=[(network.id, network.title) for network in town.networks],
        ),
        origin=doors.url(doors.partner),
        mailbox=doors.url(doors.mailbox),
        account=f"{settings.issuer}/account/apps",
    )
    servers = [
        Server(CoworkingApi(furnish(town)).app(), doors.api),
        Server(build_app(settings, worker=1), doors.desk),
        Server(partner.app(), doors.partner),
        Server(mailbox(settings.data / "mail"), doors.mailbox),
    ]
    return [(server, asyncio.Event()) for server in servers]


async def _all_ready(running: list[asyncio.Task[None]], ready: list[asyncio.Event]) -> None:
    all_ready = asyncio.gather(*(event.wait() for event in ready))
    await _first([*running, all_ready])
    if not all_ready.done():
        all_ready.cancel()
        for task in running:
            if task.done():
                task.result()


async def _first(waits: list[asyncio.Future[Any]]) -> None:
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)


async def _close(servers: list[Server], running: list[asyncio.Task[None]]) -> None:
    for server in servers:
        server.end()
    _, late = await asyncio.wait(running, timeout=END_SECONDS)
    for server in servers:
        server.force_exit = True  # a page that is still loading must not hold the end of a demo up
    if late:
        await asyncio.wait(late, timeout=END_SECONDS)


def _whereabouts(settings: Settings, doors: Doors, town: Town) -> dict[str, object]:
    return {
        "url": settings.issuer,
        "partner": doors.url(doors.partner),
        "mailbox": doors.url(doors.mailbox),
        "api": doors.url(doors.api),
        "data": str(settings.data),
        "person": OLENA,
        "networks": [
            {
                "id": network.id,
                "title": network.title,
                "owner": network.owner,
                "client_id": network.client_id,
                "client_secret": network.client_secret,
            }
            for network in town.networks
        ],
        "app": {"client_id": town.client_id, "client_secret": town.client_secret},
    }


def _words(settings: Settings, doors: Doors, town: Town, *, is_kept: bool) -> str:
    mine, other = town.networks[0], town.networks[1]
    pair = f"{mine.client_id}:{mine.client_secret}" if mine.client_secret else f"{mine.client_id}:YOUR_SECRET"
    keeps = f"kept in {settings.data}" if is_kept else "nothing is kept: all of it goes when this ends"
    locations = f"{settings.issuer}/locations/v1"
    try_this = f"curl -u {shlex.quote(pair)} {locations}"
    return f"""Frontdesk demo ({keeps})

  Front desk    {settings.issuer}/account
  Partner app   {doors.url(doors.partner)}
  Mailbox       {doors.url(doors.mailbox)}
  Demo API      {doors.url(doors.api)}  (behind the front desk)

What to try next

  1. Connect an app. Open the partner app and connect. Sign in as {OLENA}; the code is in the
     mailbox. Tick two of the three networks, allow, and call the API: the third stays shut.

  2. Call the API as {mine.title}, with its Basic credentials:

     {try_this}

  3. The same credentials in another network are refused (403 networkForbidden):

     {try_this} -H 'spacebring-network-id: {other.id}'

  4. Book a room:

     curl -u {shlex.quote(pair)} {settings.issuer}/resources/bookings/v1 -H 'content-type: application/json' \\
       -d '{{"resourceRef":"room-1","title":"Stand-up"}}'

  5. Take it back. Under Account > {mine.title} > API make new credentials: the old pair is dead at once.
     Under Account > Connected apps disconnect the partner: its next call is refused.

Ctrl-C ends everything."""
