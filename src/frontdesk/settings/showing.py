"""The settings, written for people: a template with every knob, and what is in force without its secrets."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from frontdesk.settings.knobs import KNOBS
from frontdesk.settings.record import Settings

HIDDEN = "(hidden)"
_HEAD = """\
# Settings of Frontdesk. Every line is optional and shows the default, or an example where the default is nothing.
# Each is also a variable: FRONTDESK_ and the name in capitals (lists separated by commas). A variable counts more
# than this file, a flag of the command line more than both. Relative paths start from this file's folder.
"""


def render_template() -> str:
    """A settings file (TOML) in which every setting is described and commented out."""
    defaults = Settings()
    lines, group = [_HEAD.rstrip()], ""
    for field in fields(Settings):
        knob = KNOBS[field.name]
        if knob.group != group:
            group = knob.group
            lines += ["", f"# == {group}"]
        default = getattr(defaults, field.name)
        value = default if default not in ("", (), None) or knob.example is None else knob.example
        lines += ["", f"# {knob.text}"]
        if knob.secret:
            lines.append(f"# Better out of this file: FRONTDESK_{field.name.upper()}_FILE names a file that holds it.")
        lines.append(f"#{field.name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def render_settings(settings: Settings) -> dict[str, Any]:
    """Every setting by name, as JSON takes it; of secrets only whether they are set, of a mail URL only the place."""
    return {field.name: _show(field.name, getattr(settings, field.name)) for field in fields(Settings)}


def _show(name: str, value: Any) -> Any:
    if KNOBS[name].secret and value:
        return _hide_user(value) if name == "mail" else HIDDEN
    return _plain(value)


def _hide_user(url: str) -> str:
    scheme, slashes, rest = url.partition("://")
    if "@" not in rest:
        return url
    return f"{scheme}{slashes}{HIDDEN}@{rest.rpartition('@')[2]}"


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _toml(value: Any) -> str:
    # JSON's texts, numbers, true, false and lists of texts are TOML too.
    return json.dumps(_plain(value), ensure_ascii=False)
