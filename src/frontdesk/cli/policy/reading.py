"""A document that was named on the command line, as the policy it would be; and the data folder beside it."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from frontdesk.cli.options import Ground
from frontdesk.cli.ownership import OURS, enter_folder
from frontdesk.cli.settling import settle
from frontdesk.cli.troubles import in_words
from frontdesk.gateway.policy import Policy
from frontdesk.settings import Settings

if TYPE_CHECKING:  # what it brings along would slow every command down
    from frontdesk.assemble import House

T = TypeVar("T")


def settle_with(ground: Ground, file: Path) -> Settings:
    """The settings, with this file as the API's document; a setting that names another one does not count here."""
    return dataclasses.replace(settle(ground), openapi=file)


def read_policy(settings: Settings) -> Policy:
    """Compile the document as a server would at its start; what a server would refuse is `Refused`."""
    from frontdesk.assemble.front import load_policy  # late: it brings the whole server along

    try:
        return load_policy(settings)
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        raise refused from error


def has_calls(settings: Settings) -> bool:
    """Whether there is a data folder in which calls may have been counted."""
    return settings.data.is_dir() and bool(OURS & {entry.name for entry in settings.data.iterdir()})


def walk_house(settings: Settings, walk: Callable[["House"], Awaitable[T]]) -> T:
    """Open the data folder as its owner, walk, close; what fails becomes `Refused`."""
    from frontdesk.assemble import open_house
    from frontdesk.runtime.logs import start_logs

    start_logs("warning")  # to stderr: stdout is for the answer
    enter_folder(settings.data, create=False)

    async def run() -> T:
        async with open_house(settings) as house:
            return await walk(house)

    try:
        return asyncio.run(run())
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        raise refused from error
