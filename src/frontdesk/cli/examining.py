"""What `frontdesk doctor` looks at, one function for each part; each tells what it found and what to do about it."""

import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import click

from frontdesk.cli.administration import read_known_scopes
from frontdesk.cli.ownership import OURS, owner_name
from frontdesk.cli.speech import Refused
from frontdesk.cli.troubles import in_words
from frontdesk.settings import Settings

LITTLE_SPACE, NO_SPACE = 1024**3, 100 * 1024**2  # bytes
# SQLite before this may lose the write-ahead log when it is reset during a read (DESIGN D4).
OLDEST_SQLITE = (3, 51, 3)
# No clock that is right shows a time before this was written.
OLDEST_TIME = datetime(2025, 1, 1, tzinfo=UTC)


class Verdict(StrEnum):
    """How one finding stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor's: what was looked at, what was found, what to do."""

    verdict: Verdict
    subject: str
    text: str
    advice: str = ""


def ok(subject: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(verdict=Verdict.OK, subject=subject, text=text)


def warn(subject: str, text: str, advice: str) -> Finding:
    """It runs, but not as it should."""
    return Finding(verdict=Verdict.WARN, subject=subject, text=text, advice=advice)


def fail(subject: str, text: str, advice: str) -> Finding:
    """It does not run."""
    return Finding(verdict=Verdict.FAIL, subject=subject, text=text, advice=advice)


def print_finding(finding: Finding) -> None:
    """One line for people, and its advice on a second."""
    click.echo(f"{finding.verdict.value:<4}  {finding.subject:<15}  {finding.text}")
    if finding.advice:
        click.echo(f"{'':<23}→ {finding.advice}")


def examine_versions() -> Iterator[Finding]:
    """Python, Frontdesk and the SQLite that is bundled with apsw."""
    import apsw

    running = ".".join(str(part) for part in sys.version_info[:3])
    yield ok("frontdesk", f"{version('frontdesk')} on Python {running}")
    sqlite = apsw.sqlite_lib_version()
    numbers = tuple(int(part) for part in sqlite.split("."))
    if numbers < OLDEST_SQLITE:
        oldest = ".".join(str(part) for part in OLDEST_SQLITE)
        yield fail("sqlite", f"{sqlite} can lose data", f"install apsw {oldest} or newer")
    else:
        yield ok("sqlite", sqlite)


def examine_clock(now: datetime) -> Iterator[Finding]:
    """Whether the wall clock can be right at all."""
    shown = now.strftime("%Y-%m-%d %H:%M:%S UTC")
    if now < OLDEST_TIME:
        yield fail("clock", f"{shown} is in the past", "set the clock, and keep it by NTP")
    else:
        yield ok("clock", shown)


def examine_folder(folder: Path) -> Iterator[Finding]:
    """The data folder: whose it is, who may look in, whether root left files there, how much room there is."""
    if not folder.is_dir():
        yield fail(
            "data folder", f"there is no {folder}", "name it with --data DIR, or begin with 'frontdesk network add'"
        )
        return
    status = folder.stat()
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        yield fail("data folder", f"{folder} is open to others (mode {mode:04o})", f"run 'chmod 700 {folder}'")
    else:
        yield ok("data folder", f"{folder} of {owner_name(folder)}")
    strangers = sorted(entry.name for entry in folder.iterdir() if entry.lstat().st_uid != status.st_uid)
    if strangers:
        yield fail(
            "ownership",
            f"{', '.join(strangers[:5])} not of {owner_name(folder)}",
            f"run 'chown -R {status.st_uid}:{status.st_gid} {folder}'",
        )
    yield from _examine_room(folder)


def _examine_room(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    shown = f"{free // 1024**2} MiB free"
    if free < NO_SPACE:
        yield fail("disk", shown, "make room: without it every change is answered 503")
    elif free < LITTLE_SPACE:
        yield warn("disk", shown, "make room soon")
    else:
        yield ok("disk", shown)


def examine_store(settings: Settings) -> Iterator[Finding]:
    """Keys, database and migrations, by opening them as the server would; nothing is made."""
    import asyncio

    from frontdesk.assemble import open_house
    from frontdesk.flows.listing import Listing, follow

    if not settings.data.is_dir():
        return
    if not OURS & {entry.name for entry in settings.data.iterdir()}:
        yield warn("store", "there is no database yet", "begin with 'frontdesk network add'")
        return

    async def look() -> int:
        async with open_house(settings, create=False) as house:
            await house.store.check()
            return len(await follow(Listing(store=house.store).networks, lambda known: known.network.id))

    try:
        networks = asyncio.run(look())
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        yield fail("store", refused.problem, refused.hint)
    else:
        yield ok(
            "store", f"keys, database and migrations are in order; {networks} network{'' if networks == 1 else 's'}"
        )


def examine_document(settings: Settings) -> Iterator[Finding]:
    """Whether the API's document can be the policy, and whether there is an API behind it."""
    if settings.openapi is None:
        yield warn("document", "none is set: no call of the API can be let in", "set openapi, or --openapi FILE")
        return
    try:
        scopes = read_known_scopes(settings)
    except Refused as refused:
        yield fail("document", refused.problem, refused.hint)
        return
    yield ok("document", f"{settings.openapi} ({len(scopes)} scopes)")
    if not (settings.upstream or settings.check_peers or settings.check_secret or settings.proxy_socket):
        yield warn("upstream", "none is set, and no proxy may ask for a check", "set upstream, or check_peers")


def examine_enforcement(settings: Settings) -> Iterator[Finding]:
    """Whether calls are refused at all."""
    if settings.enforcement != "on":
        yield warn(
            "enforcement",
            "nothing is enforced: every call is let through, and only counted",
            "see 'frontdesk shadow report', then set enforcement to \"on\"",
        )


def examine_mail(settings: Settings) -> Iterator[Finding]:
    """The mail URL's form. Nothing is sent."""
    from frontdesk.runtime.mail_url import MailUrlError, read_mail_url

    try:
        destination = read_mail_url(settings.mail)
    except MailUrlError as error:
        yield fail("mail", str(error), "set mail")
        return
    kind = type(destination).__name__
    if kind == "Console":
        yield warn("mail", "sign-in codes are only shown on stderr", "set mail to smtp://…, so that people get them")
    else:
        yield ok("mail", {"SmtpServer": "goes to a mail server", "MailFolder": "goes to a folder"}[kind])


def examine_address(settings: Settings) -> Iterator[Finding]:
    """What the world sees, and whether the port can be had."""
    yield from examine_public_url(settings)
    yield from _examine_port(settings)


def examine_public_url(settings: Settings) -> Iterator[Finding]:
    """Whether what the world sees is safe to send keys to."""
    host = urlsplit(settings.issuer).hostname or ""
    if settings.is_https:
        yield ok("public_url", settings.issuer)
    elif host in ("127.0.0.1", "localhost", "::1"):
        yield warn(
            "public_url", f"{settings.issuer} is for this machine only", "set public_url to https://… for others"
        )
    else:
        yield fail("public_url", f"{settings.issuer} sends keys in the clear", "set public_url to https://…")


def _examine_port(settings: Settings) -> Iterator[Finding]:
    place = f"{settings.host} port {settings.port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        yield warn("port", f"{place}: {error.strerror or error}", "fine if that is this front desk running")
    else:
        yield ok("port", f"{place} is free")


def examine_user() -> Iterator[Finding]:
    """Who runs this."""
    if os.geteuid() == 0:
        yield warn("user", "root", "run the server as an ordinary user that owns the data folder")
    else:
        yield ok("user", f"uid {os.geteuid()}")
