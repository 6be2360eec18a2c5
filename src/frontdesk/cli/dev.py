"""`frontdesk dev`: everything at once, on this machine: front desk, demo API, partner's app and mailbox."""

import asyncio
import contextlib
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from frontdesk.cli import speech
from frontdesk.cli.ownership import OURS, enter_folder
from frontdesk.cli.troubles import in_words
from frontdesk.settings import Settings

DEFAULT_PORT = 8000
# The partner's host differs from the front desk's: ports of one host share cookies.
DESK_HOST, PARTNER_HOST = "127.0.0.1", "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The four listening sockets."""

    desk: socket.socket
    partner: socket.socket
    mailbox: socket.socket
    api: socket.socket

    def url(self, door: socket.socket) -> str:
        """Where a browser finds one of them."""
        host = DESK_HOST if door in (self.desk, self.api) else PARTNER_HOST
        return f"http://{host}:{door.getsockname()[1]}"


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65000), metavar="N", help=f"The front desk's port. Default {DEFAULT_PORT}."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the demo in this folder. Without it, everything goes when it ends.",
)
@click.option("--json", "as_json", is_flag=True, help="Say where everything is with one JSON object on stdout.")
def dev(port: int | None, data: Path | None, as_json: bool) -> int:
    """Try everything: demo networks, partner app, API and mailbox, until Ctrl-C."""
    # Imported before root is given up, so that a checkout which only root can read works with --data too.
    import uvloop

    from frontdesk.cli.demo.stage import play

    doors = open_doors(port)
    with home(data) as folder:
        settings = demo_settings(doors, folder)
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(play(settings, doors, as_json=as_json, is_kept=data is not None))
        except Exception as error:
            refused = in_words(error)
            if refused is None:
                raise
            raise refused from error


def demo_settings(doors: Doors, folder: Path) -> Settings:
    """The front desk before the demo API; the environment and settings files are left out on purpose."""
    return Settings(
        data=folder,
        host=DESK_HOST,
        port=doors.desk.getsockname()[1],
        upstream=doors.url(doors.api),
        openapi=Path(__file__).parent / "demo" / "api.yaml",
        mail=(folder / "mail").resolve().as_uri(),
        mail_from="Frontdesk <frontdesk@localhost>",
        log_level="error",
    )


def open_doors(port: int | None) -> Doors:
    """The front desk on the port that was asked for, or the first free one from 8000 on; the others after it."""
    taken: list[socket.socket] = []
    desk = _listen(port, port) if port is not None else _listen(DEFAULT_PORT, DEFAULT_PORT + 100)
    first = desk.getsockname()[1]
    if port is None and first != DEFAULT_PORT:
        speech.say(f"port {DEFAULT_PORT} is taken; using {first}")
    taken.append(desk)
    while len(taken) < 4:
        after = taken[-1].getsockname()[1] + 1
        taken.append(_listen(after, after + 100))
    return Doors(desk=taken[0], partner=taken[1], mailbox=taken[2], api=taken[3])


def _listen(first: int, last: int) -> socket.socket:
    from frontdesk.cli.server import listen

    for number in range(first, last + 1):
        try:
            return listen(DESK_HOST, number)
        except OSError:
            continue
    raise speech.Refused(
        f"port {first} is taken" if first == last else f"ports {first} to {last} are all taken",
        "choose another with --port N",
    )


@contextlib.contextmanager
def home(data: Path | None) -> Iterator[Path]:
    """The demo's data folder: the one that was named, or one that goes when the demo ends."""
    if data is not None:
        if data.is_dir() and not (data / "demo.json").exists() and any((data / name).exists() for name in OURS):
            raise speech.Refused(
                f"{data} holds a front desk that is no demo", "run it with 'frontdesk serve', or name a new folder"
            )
        enter_folder(data, create=True)
        yield data
        return
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-dev-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hear_the_end(end: asyncio.Event) -> None:
    """Set `end` at the first Ctrl-C or SIGTERM; the second one is impatient and ends the process."""

    def on_signal() -> None:
        if end.is_set():
            raise KeyboardInterrupt
        end.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal)
