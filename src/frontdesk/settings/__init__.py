"""Every knob, and how it is read: a flag before the environment before the file before the default."""

from frontdesk.settings.accents import accents_of
from frontdesk.settings.reading import (
    CONFIG_VARIABLE,
    FILE_NAME,
    NOT_SETTINGS,
    SECRET_VARIABLES,
    SettingsError,
    find_settings_file,
    read_settings,
)
from frontdesk.settings.record import Settings
from frontdesk.settings.scopes import inclusion_of, named_scopes, role_scopes_of
from frontdesk.settings.showing import render_settings, render_template

__all__ = [
    "CONFIG_VARIABLE",
    "FILE_NAME",
    "NOT_SETTINGS",
    "SECRET_VARIABLES",
    "Settings",
    "SettingsError",
    "accents_of",
    "find_settings_file",
    "inclusion_of",
    "named_scopes",
    "read_settings",
    "render_settings",
    "render_template",
    "role_scopes_of",
]
