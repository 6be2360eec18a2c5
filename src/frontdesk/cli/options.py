"""The options that every command takes: which data folder, which settings file, and whether to answer in JSON."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a command stands: what was typed of `--data`, `--config` and `--json`."""

    data: Path | None
    config: Path | None
    as_json: bool


def standing(function: Callable[Concatenate[Ground, P], R]) -> Callable[..., R]:
    """Add `--data`, `--config` and `--json` to a command, and hand them over as its first argument."""

    @click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object on stdout.")
    @click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Settings file (TOML). Also FRONTDESK_CONFIG.",
    )
    @click.option(
        "--data",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Data folder: database and keys. Also FRONTDESK_DATA.",
    )
    @functools.wraps(function)
    def stood(*args: Any, data: Path | None, config: Path | None, as_json: bool, **kwargs: Any) -> R:
        return function(Ground(data=data, config=config, as_json=as_json), *args, **kwargs)

    return stood


def reason_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--reason TEXT`: written down, and told by mail where mails go out."""
    return click.option("--reason", default="", metavar="TEXT", help="Why; those whose it is read it in their mail.")(
        function
    )
