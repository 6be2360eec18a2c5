"""`frontdesk dev`: everything at once, on this machine: front desk, demo API, partner's app and mailbox."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from frontdesk.cli import speech
from frontdesk.cli.ownership import OURS, enter_folder
from frontdesk.cli.troubles import in_words


@click.command()
@click.option("--port", type=click.IntRange(1, 65000), metavar="N", help="The front desk's port. Default 8000.")
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

    from frontdesk.cli.demo.doors import open_doors
    from frontdesk.cli.demo.stage import play

    doors = open_doors(port)
    with home(data) as folder:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(play(doors, folder, as_json=as_json, is_kept=data is not None))
        except Exception as error:
            refused = in_words(error)
            if refused is None:
                raise
            raise refused from error


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
