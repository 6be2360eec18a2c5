"""Where the settings come from: a flag before a `FRONTDESK_…` variable before the file before the default.

Unknown settings are refused with the nearest known one, all problems are told at once, and each names its source
and what is allowed; what was given is shown unless it is a secret.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frontdesk.settings.accents import judge_accents
from frontdesk.settings.knobs import KNOBS
from frontdesk.settings.record import Settings
from frontdesk.settings.scopes import judge_scope_settings
from frontdesk.settings.values import READERS, is_loopback

PREFIX = "FRONTDESK_"
FILE_NAME = "frontdesk.toml"
CONFIG_VARIABLE = "FRONTDESK_CONFIG"

# Variables of ours that are no settings.
NOT_SETTINGS = frozenset(
    {
        CONFIG_VARIABLE,
        "FRONTDESK_FAILPOINT",
        "FRONTDESK_TRY_SECRET",
        "FRONTDESK_TRY_SECRET_FILE",
        "FRONTDESK_TRY_BASIC_SECRET",
        "FRONTDESK_TRY_BASIC_SECRET_FILE",
        "FRONTDESK_ATTACK_SECRET",
    }
)

# What Kubernetes puts into each container beside a service called "frontdesk" (its enableServiceLinks).
_KUBERNETES = re.compile(
    r"FRONTDESK_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT|PORT_\d+_(?:TCP|UDP|SCTP))(?:_[A-Z0-9_]+)?"
)
_PATHS = ("data", "openapi", "proxy_socket", "leak_keys", "logo")
_MAX_FILE = 1024 * 1024


class SettingsError(Exception):
    """The settings cannot be used; `problems` are sentences of one line each."""

    def __init__(self, problems: list[str]) -> None:
        """At least one problem."""
        super().__init__("; ".join(problems))
        self.problems = problems


# The variables that hold a secret themselves; with _FILE at their end they name a file that does.
SECRET_VARIABLES = frozenset(PREFIX + name.upper() for name, knob in KNOBS.items() if knob.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """One value as it was given, and by what."""

    value: Any = field(repr=False)  # it may be a secret's
    source: str


def find_settings_file(given: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file to read: the one that was typed, FRONTDESK_CONFIG's, or `frontdesk.toml` here where there is one."""
    if given is not None:
        return given
    if environ.get(CONFIG_VARIABLE):
        return Path(environ[CONFIG_VARIABLE])
    here = Path(FILE_NAME)
    return here if here.is_file() else None


def read_settings(*, file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings in force; raises `SettingsError` with every problem there is.

    `flags` are named as the fields, and those that are None were not typed. An empty variable counts as not set.
    Relative paths in the file start from the file's folder, all others from the working directory.
    """
    problems: list[str] = []
    given = _read_file(file, problems) if file is not None else {}
    given |= _read_environment(environ, problems)
    given |= _read_flags(flags)
    values: dict[str, Any] = {}
    for name, found in given.items():
        try:
            values[name] = READERS[name](found.value)
        except ValueError as wrong:
            problems.append(_tell(name, found, str(wrong)))
    if problems:
        raise SettingsError(problems)
    settings = Settings(**values)
    problems = list(_judge_together(settings))
    if problems:
        raise SettingsError(problems)
    return settings


def _read_file(path: Path, problems: list[str]) -> dict[str, _Given]:
    import tomllib  # late: most commands have no file

    try:
        with path.open("rb") as file:
            content = tomllib.loads(file.read(_MAX_FILE).decode())
    except OSError as error:
        problems.append(f"cannot read the settings file {path}: {error.strerror or error}")
        return {}
    except UnicodeDecodeError:
        problems.append(f"the settings file {path} is not UTF-8 text")
        return {}
    except tomllib.TOMLDecodeError as error:
        problems.append(f"the settings file {path} is not TOML: {error}")
        return {}
    found = {}
    for name, value in content.items():
        if name not in READERS:
            problems.append(f'unknown setting "{name}" in {path}{_suggest(name, READERS)}{_section_hint(value)}')
            continue
        if name in _PATHS and isinstance(value, str) and value:
            value = str(path.parent / Path(value).expanduser())
        found[name] = _Given(value=value, source=str(path))
    return found


def _read_environment(environ: Mapping[str, str], problems: list[str]) -> dict[str, _Given]:
    found = {}
    known = {PREFIX + name.upper(): name for name in READERS}
    files = {f"{PREFIX}{name.upper()}_FILE": name for name, knob in KNOBS.items() if knob.secret}
    for variable in sorted(environ):
        text = environ[variable]
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS or _KUBERNETES.fullmatch(variable):
            continue
        if variable not in known and variable not in files:
            problems.append(f"unknown variable {variable}{_suggest(variable, [*known, *files, *NOT_SETTINGS])}")
        elif not text:
            continue
        elif variable in known:
            found[known[variable]] = _Given(value=text, source=variable)
        elif environ.get(variable.removesuffix("_FILE")):
            problems.append(f"both {variable.removesuffix('_FILE')} and {variable} are set: leave one out")
        else:
            secret = _read_secret_file(variable, Path(text), problems)
            if secret is not None:
                found[files[variable]] = secret
    return found


def _read_secret_file(variable: str, path: Path, problems: list[str]) -> _Given | None:
    try:
        with path.open("rb") as file:
            return _Given(value=file.read(_MAX_FILE).decode().strip(), source=f"{variable}={path}")
    except OSError as error:
        problems.append(f"cannot read {path}, which {variable} names: {error.strerror or error}")
    except UnicodeDecodeError:
        problems.append(f"{path}, which {variable} names, is not UTF-8 text")
    return None


def _read_flags(flags: Mapping[str, object]) -> dict[str, _Given]:
    stray = set(flags) - set(READERS)
    if stray:
        raise TypeError(f"no such settings: {', '.join(sorted(stray))}")
    return {
        name: _Given(value=value, source=f"--{name.replace('_', '-')}")
        for name, value in flags.items()
        if value is not None
    }


def _judge_together(settings: Settings) -> Iterator[str]:
    yield from judge_scope_settings(settings)
    yield from judge_accents(settings)
    if not settings.public_url and not is_loopback(settings.host):
        yield (
            f'host "{settings.host}" is reachable by others, so public_url must say what they see: '
            "https://name[:port], or http://localhost[:port] for a trial on this machine"
        )


def _tell(name: str, found: _Given, allowed: str) -> str:
    shown = "" if KNOBS[name].secret else f" {_show(found.value)}"
    hint = ""
    if name == "port" and str(found.value).startswith("tcp://"):
        hint = " (Kubernetes sets this for a service called frontdesk: turn enableServiceLinks off, or rename it)"
    return f"{name}{shown} from {found.source} is not allowed: {allowed}{hint}"


def _show(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    plain = "".join(character if character.isprintable() else "?" for character in text)
    return plain if len(plain) <= 80 else plain[:79] + "…"


def _suggest(name: str, known: Any) -> str:
    from difflib import get_close_matches  # late: only mistakes need it

    plain = name.upper() if name.startswith(PREFIX) else name.lower().replace("-", "_")
    nearest = get_close_matches(plain, list(known), n=1, cutoff=0.6)
    return f"; did you mean {nearest[0]}?" if nearest else "; 'frontdesk config template' lists them all"


def _section_hint(value: Any) -> str:
    return " (settings stand at the top level, without [sections])" if isinstance(value, dict) else ""
