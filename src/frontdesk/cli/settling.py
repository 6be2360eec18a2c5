"""Which settings a command runs under: what was typed, then the environment, then the file."""

import os
from collections.abc import Mapping

from frontdesk.cli.options import Ground
from frontdesk.cli.speech import Refused
from frontdesk.settings import Settings, SettingsError, find_settings_file, read_settings


def settle(ground: Ground, **flags: object) -> Settings:
    """The settings in force, or `Refused` with every problem there is. `flags` that are None were not typed."""
    typed: Mapping[str, object] = {"data": ground.data, **flags}
    try:
        return read_settings(file=find_settings_file(ground.config, os.environ), environ=os.environ, flags=typed)
    except SettingsError as error:
        raise Refused("\n".join(error.problems), "see what is allowed with 'frontdesk config template'") from error
