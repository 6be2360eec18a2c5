"""Which settings a command runs under: what was typed, then the environment, then the file."""

import os
from collections.abc import Mapping

from frontdesk.cli.options import Ground
from frontdesk.cli.speech import Refused, say
from frontdesk.settings import Settings, SettingsError, find_settings_file, read_settings


def settle(ground: Ground, **flags: object) -> Settings:
    """The settings in force, or `Refused` with every problem there is. `flags` that are None were not typed."""
    typed: Mapping[str, object] = {"data": ground.data, **flags}
    try:
        return read_settings(file=find_settings_file(ground.config, os.environ), environ=os.environ, flags=typed)
    except SettingsError as error:
        raise Refused("\n".join(error.problems), "see what is allowed with 'frontdesk config template'") from error


def warn_of_shadow(settings: Settings) -> None:
    """Say it at each start, and after each reload, while nothing is enforced: nobody may forget it."""
    if settings.enforcement != "on":
        say("warning: nothing is enforced: every call is let through; see 'frontdesk shadow report'")
