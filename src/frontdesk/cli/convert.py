"""`frontdesk convert`: another server's apps and refresh tokens, as a file for `frontdesk import`."""

import functools
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from frontdesk.cli import speech
from frontdesk.cli.moving.guide import (
    Guide,
    People,
    read_networks,
    read_people_sheet,
    read_people_table,
    read_scope_map,
)
from frontdesk.cli.moving.report import Report
from frontdesk.cli.moving.source import Renamed, Source, open_source
from frontdesk.cli.moving.writing import Lines
from frontdesk.cli.options import Ground, standing
from frontdesk.protocol.scopes import read_scopes

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
Converting = Callable[[Source, Guide, Report], Lines]


@click.group(no_args_is_help=True)
def convert() -> None:
    """Turn another authorization server's database into a file for 'frontdesk import'."""


def _options(*, people_table: str | None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """What every old server needs to be told. `people_table`: its usual name, where it has one."""
    options = [
        click.argument("source", type=click.Path(path_type=Path, exists=True)),
        click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                     help="Write here (readable by you only) in place of stdout. Must not be there yet."),
        click.option("--networks", type=_FILE, metavar="CSV",
                     help="Columns user,network: which networks the tokens of each person open. The user is an id of "
                     "the old server or an e-mail address."),
        click.option("--users", type=_FILE, metavar="CSV", help="Columns user,email: people's addresses by old id."),
        click.option("--scope-map", type=_FILE, metavar="CSV",
                     help="Columns old,new: what a scope is called here; an empty new drops it. Others stay as they "
                     "are."),
        click.option("--app-scopes", default="", metavar='"A B"',
                     help="What apps may ask for that have no scopes of their own, besides what their tokens hold."),
        click.option("--unmapped", type=click.Choice(["refuse", "skip"]), default="refuse", show_default=True,
                     help="What to do where a person with tokens is not in --networks."),
        click.option("--apps-only", is_flag=True, help="No refresh tokens: people must connect again."),
        click.option("--table", "tables", multiple=True, metavar="NAME=ACTUAL",
                     help="A table that has another name than usual. May be repeated."),
    ]  # fmt: skip
    if people_table is not None:
        options += [
            click.option("--users-table", default=people_table, show_default=True, metavar="TABLE",
                         help="The old server's people: its columns id and --email-column."),
            click.option("--email-column", default="email", show_default=True, metavar="COLUMN"),
        ]  # fmt: skip

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)

    return decorate


@convert.command()
@_options(people_table="auth_user")
@click.option("--refresh-lifetime", type=click.IntRange(1), metavar="SECONDS",
              help="REFRESH_TOKEN_EXPIRE_SECONDS of the old settings, where it is set.")  # fmt: skip
@standing
def dot(ground: Ground, /, refresh_lifetime: int | None, **asked: Any) -> None:
    """Read a django-oauth-toolkit database.

    SOURCE is its SQLite file, or a folder with one CSV export a table. Nothing is written there, and the file that
    is written holds no secret and no token, only hashes of them. docs/moving-from-django-oauth-toolkit.md
    """
    from frontdesk.cli.moving import dot as reader

    _run(
        ground, functools.partial(reader.convert, refresh_lifetime=refresh_lifetime), active_column="is_active", **asked
    )


@convert.command()
@_options(people_table="users")
@click.option("--secrets", type=click.Choice(["plain", "sha256", "sha256-or-plain"]),
              help="How apps' secrets are kept (hash_application_secrets); bcrypt is recognised.")  # fmt: skip
@click.option("--tokens", type=click.Choice(["plain", "sha256", "sha256-or-plain"]),
              help="How tokens are kept (hash_token_secrets).")  # fmt: skip
@click.option("--owner-type", default="User", show_default=True, metavar="CLASS",
              help="Where owners are polymorphic: whose tokens to take.")  # fmt: skip
@standing
def doorkeeper(ground: Ground, /, secrets: str | None, tokens: str | None, owner_type: str, **asked: Any) -> None:
    """Read a Doorkeeper database.

    SOURCE is its SQLite file, or a folder with one CSV export a table. Nothing is written there, and the file that
    is written holds no secret and no token, only hashes of them. docs/moving-from-doorkeeper.md
    """
    from frontdesk.cli.moving import doorkeeper as reader

    converting = functools.partial(reader.convert, secrets=secrets, tokens=tokens, owner_type=owner_type)
    _run(ground, converting, active_column=None, **asked)


@convert.command()
@_options(people_table=None)
@standing
def hydra(ground: Ground, /, **asked: Any) -> None:
    """Read an Ory Hydra database. People are not in it: name them with --users.

    SOURCE is its SQLite file, or a folder with one CSV export a table. Nothing is written there, and the file that
    is written holds no secret and no token, only hashes of them. docs/moving-from-hydra.md
    """
    from frontdesk.cli.moving import hydra as reader

    if asked["users"] is None and not asked["apps_only"]:
        raise click.UsageError("--users is needed: Hydra knows subjects, not addresses (or say --apps-only)")
    _run(ground, reader.convert, active_column=None, users_table="", email_column="", **asked)


def _run(ground: Ground, converting: Converting, *, source: Path, output: Path | None, **asked: Any) -> None:
    report = Report(known_scopes=_known_scopes(ground))
    try:
        tables = Renamed(open_source(source), _read_tables(asked["tables"]))
        lines = converting(tables, _guide(tables, **asked), report)
        lines.judge_unmapped()
    except (OSError, UnicodeDecodeError) as fault:
        from frontdesk.cli.troubles import in_words

        raise (in_words(fault) or speech.Refused(f"a file is not UTF-8 text: {source}")) from fault
    if output is None:
        for line in lines.lines:
            click.echo(line)
    else:
        _write_new(output, lines.lines)
    _tell(report, on_stdout=output is not None, as_json=ground.as_json)


def _guide(source: Source, **asked: Any) -> Guide:
    from frontdesk.runtime.clock import SystemClock

    app_scopes = read_scopes(asked["app_scopes"])
    if app_scopes is None:
        raise click.UsageError("--app-scopes is malformed: separate scopes by spaces")
    apps_only = asked["apps_only"]
    if not apps_only and asked["networks"] is None:
        raise click.UsageError("--networks is needed: which networks each person's tokens open (or say --apps-only)")
    return Guide(
        people=People(emails={}, reasons={}) if apps_only else _people(source, **asked),
        networks=read_networks(asked["networks"]) if asked["networks"] is not None else {},
        scopes=read_scope_map(asked["scope_map"]) if asked["scope_map"] is not None else {},
        app_scopes=app_scopes,
        skip_unmapped=asked["unmapped"] == "skip",
        apps_only=apps_only,
        now=SystemClock().now(),
    )


def _people(source: Source, **asked: Any) -> People:
    if asked["users"] is not None:
        return read_people_sheet(asked["users"])
    return read_people_table(
        source, asked["users_table"], email_column=asked["email_column"], active_column=asked["active_column"]
    )


def _known_scopes(ground: Ground) -> frozenset[str]:
    """The scopes of the API's document, where settings name one: what is none of them is told of."""
    from frontdesk.cli.administration import read_known_scopes
    from frontdesk.cli.settling import settle

    return read_known_scopes(settle(ground))


def _read_tables(texts: tuple[str, ...]) -> dict[str, str]:
    tables = {}
    for text in texts:
        name, sign, actual = text.partition("=")
        if not (name and sign and actual):
            raise click.UsageError("--table is written NAME=ACTUAL")
        tables[name] = actual
    return tables


def _write_new(path: Path, lines: list[str]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as fault:
        raise speech.Refused(f"{path} is there already", "name another file, or remove it first") from fault
    except OSError as fault:
        raise speech.Refused(f"{path} cannot be written: {fault.strerror}") from fault
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as fault:
        with suppress(OSError):
            path.unlink()
        raise speech.Refused(f"{path} cannot be written: {fault.strerror}") from fault


def _tell(report: Report, *, on_stdout: bool, as_json: bool) -> None:
    """On stdout where the file is elsewhere, else on stderr beside it."""
    if as_json and on_stdout:
        speech.print_json(report.document())
    elif as_json:
        import json

        click.echo(json.dumps(report.document(), ensure_ascii=False), err=True)
    else:
        for line in report.lines():
            click.echo(line) if on_stdout else speech.say(line)
