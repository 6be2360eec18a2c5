"""`frontdesk serve`: the front desk before an API, in one process or several."""

import asyncio
import dataclasses
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli import speech
from frontdesk.cli.admin_door import open_admin_door
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.ownership import enter_folder
from frontdesk.cli.proxy_socket import proxies_door
from frontdesk.cli.settling import settle, warn_of_shadow
from frontdesk.cli.troubles import in_words
from frontdesk.settings import Settings

if TYPE_CHECKING:
    from frontdesk.cli.supervisor import Supervisor


@click.command()
@click.option("--host", metavar="H", help="Address to listen on. Default 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Port to listen on. Default 8000; 0 takes a free one."
)
@click.option("--workers", type=click.IntRange(1, 256), metavar="N", help="Serving processes. Default 1.")
@click.option("--public-url", metavar="URL", help="What people and partners see: https://api.example.com.")
@click.option("--upstream", metavar="URL", help="Your API: http://host:port.")
@click.option(
    "--openapi",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your API's OpenAPI document (JSON or YAML).",
)
@click.option("--accept-policy", is_flag=True, help="Load the document although it cuts off clients who call.")
@standing
def serve(ground: Ground, /, *, accept_policy: bool, **flags: Any) -> int:
    """Run the front desk before your API until it is told to end (SIGTERM or Ctrl-C).

    A changed document counts within about a second, and on SIGHUP at once; with two or more workers SIGHUP reads the
    settings anew, too. One that is broken, or would cut off clients who call, leaves the old one in force.
    """
    settings = settle(ground, **flags)
    refuse_deaf_house(settings)
    listener = open_door(settings)
    admin_doors = open_admin_door(settings)
    admin_port = admin_doors[0].getsockname()[1] if admin_doors else None
    settings = dataclasses.replace(settings, port=listener.getsockname()[1], admin_port=admin_port)
    enter_folder(settings.data, create=True, lasting=True)
    if accept_policy:
        agree_to_policy(settings)
    with proxies_door(settings) as side_door:
        return _serve(ground, flags, settings, listener, *side_door, *admin_doors)


def _serve(ground: Ground, flags: dict[str, Any], settings: Settings, *listeners: socket.socket) -> int:
    if os.geteuid() == 0:
        speech.say(f"warning: running as root; better give {settings.data} to an ordinary user and run as that one")
    warn_of_shadow(settings)

    def announce() -> None:
        if ground.as_json:
            administration = {"admin_url": settings.admin_url} if settings.admin_url else {}
            speech.print_json({"url": settings.issuer, "workers": settings.workers, **administration})
        else:
            click.echo(f"Frontdesk is open at {settings.issuer} (Ctrl-C ends it)")
            if settings.admin_url:
                click.echo(f"Administration: {settings.admin_url}/admin/")

    try:
        if settings.workers == 1:
            from frontdesk.cli.worker import run_loop, serve_here

            return run_loop(lambda: serve_here(settings, *listeners, number=1, on_ready=announce))
        return asyncio.run(_supervisor(ground, flags, settings, *listeners).run(announce))
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        raise refused from error


def agree_to_policy(settings: Settings) -> None:
    """Agree to the document as it is now; a later one is judged anew."""
    from frontdesk.cli.policy.accept import agree
    from frontdesk.cli.policy.reading import has_calls

    if settings.openapi is not None and has_calls(settings):
        for loss in agree(settings):
            kind = loss.cut_off.count.kind
            speech.say(f"warning: refused from now on: {loss.caller}: {kind.operation}: {loss.cut_off.why}")


def refuse_deaf_house(settings: Settings) -> None:
    """Refuse a house that would refuse everybody: it does not speak TLS itself, and believes nobody who does."""
    if settings.is_https and not settings.trusted_proxies and settings.proxy_socket is None:
        raise speech.Refused(
            f"{settings.issuer} is https, but no proxy is trusted to say that a call came over TLS",
            "name the proxy that ends TLS in trusted_proxies: FRONTDESK_TRUSTED_PROXIES=127.0.0.1",
        )


def _supervisor(ground: Ground, flags: dict[str, Any], settings: Settings, *listeners: socket.socket) -> "Supervisor":
    from frontdesk.cli.supervisor import Supervisor

    def read_again() -> Settings | speech.Refused:
        try:
            found = settle(ground, **flags)
        except speech.Refused as refused:
            return refused
        # The socket, the processes and the folder stay as they are: those change by a restart.
        return dataclasses.replace(
            found,
            host=settings.host,
            port=settings.port,
            admin_host=settings.admin_host,
            admin_port=settings.admin_port,
            proxy_socket=settings.proxy_socket,
            workers=settings.workers,
            data=settings.data,
        )

    return Supervisor(settings, *listeners, read_again=read_again)


def open_door(settings: Settings) -> socket.socket:
    """Listen where the settings say, or say why that cannot be."""
    from frontdesk.cli.server import listen

    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        raise speech.Refused(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}",
            "stop what uses it, or choose another with --host and --port",
        ) from error
