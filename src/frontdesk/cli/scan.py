"""`frontdesk scan`: finds tokens and secrets of ours in files and logs, and ends those that still live."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.settling import settle
from frontdesk.cli.speech import EXIT_REFUSED, EXIT_USAGE, Refused, say
from frontdesk.flows.exposures import Exposure
from frontdesk.protocol.leaks import mask
from frontdesk.protocol.records import Client, NetworkCredential, ResourceServer
from frontdesk.runtime.leak_files import Found, Tally, Unread
from frontdesk.runtime.leak_files import scan as scan_places

MAX_DIFFERENT = 100_000  # values that are kept in memory, to be looked up at the end


@dataclass(slots=True, kw_only=True)
class _Findings:
    """What was found so far; the values themselves only where they will be looked up."""

    looks_up: bool
    count: int = 0
    numbers: dict[str, int] = field(default_factory=dict, repr=False)
    left_out: bool = False

    def number(self, value: str) -> int | None:
        """Which of the different values this is, from 1; None where none is kept."""
        self.count += 1
        if not self.looks_up:
            return None
        if value not in self.numbers and len(self.numbers) >= MAX_DIFFERENT:
            self.left_out = True
            return None
        return self.numbers.setdefault(value, len(self.numbers) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """One value that was looked up; `ended` by this run."""

    exposure: Exposure
    ended: bool


@click.command()
@click.argument("places", nargs=-1, required=True, metavar="PATH...")
@click.option("--revoke", is_flag=True, help="End the tokens that are found alive, and tell whom it concerns by mail.")
@standing
def scan(ground: Ground, places: tuple[str, ...], revoke: bool) -> int:
    """Find leaked tokens and secrets in files and logs.

    Looks through files, folders with all that is in them (gzip and bzip2 too), and stdin (-), offline: by prefix and
    checksum. With --data it also says whether each still works, and whose it is. Values are shown masked.

    Ends with 0 where nothing was found, with 1 where something was, and with 2 where nothing was found but not
    everything could be read.
    """
    looks_up = revoke or ground.data is not None or ground.config is not None
    if looks_up and not settle(ground).data.is_dir():
        raise Refused(f"there is no data folder {settle(ground).data}", "name it with --data DIR")
    findings, tally, unread = _Findings(looks_up=looks_up), Tally(), list[Unread]()
    _begin(ground)
    for item in scan_places(places, tally):
        if isinstance(item, Unread):
            unread.append(item)
            if not ground.as_json:
                say(f"not read: {_plain(item.path)}: {item.why}")
        else:
            _show(ground, item, findings)
    # Only now: what root could read, the data folder's owner perhaps cannot.
    verdicts = _look_up(ground, list(findings.numbers), revoke=revoke) if findings.numbers else []
    _end(ground, findings, verdicts, tally, unread)
    if findings.count:
        return EXIT_REFUSED
    return EXIT_USAGE if unread else 0


def _look_up(ground: Ground, values: list[str], *, revoke: bool) -> list[_Verdict]:
    async def walk(desk: Desk) -> list[_Verdict]:
        verdicts = []
        for exposure in await desk.leaks.exposures.examine(values, desk.leaks.clock.now()):
            ended = False
            if revoke and not exposure.kind.is_secret:
                ended = await desk.leaks.end(exposure, place="", actor="operator", origin=desk.origin)
            verdicts.append(_Verdict(exposure=exposure, ended=ended))
        return verdicts

    return administer(ground, walk)


def _begin(ground: Ground) -> None:
    # The one JSON object is written as it grows: a log may hold more findings than memory should.
    if ground.as_json:
        click.echo('{"findings": [', nl=False)


def _show(ground: Ground, item: Found, findings: _Findings) -> None:
    hit, kind = item.hit, item.hit.kind
    number = findings.number(hit.value)
    if not ground.as_json:
        mark = f" [{number}]" if number is not None else ""
        click.echo(f"{_plain(item.path)}:{hit.line}:{hit.column}: {kind.words} {mask(hit.value)}{mark}")
        return
    found: dict[str, Any] = {
        "file": _plain(item.path),
        "line": hit.line,
        "column": hit.column,
        "kind": kind.name,
        "value": mask(hit.value),
    }
    if number is not None:
        found["credential"] = number
    click.echo((", " if findings.count > 1 else "") + json.dumps(found, ensure_ascii=False), nl=False)


def _end(ground: Ground, findings: _Findings, verdicts: list[_Verdict], tally: Tally, unread: list[Unread]) -> None:
    if ground.as_json:
        rest: dict[str, Any] = {}
        if findings.looks_up:
            rest["credentials"] = [_describe(number, verdict) for number, verdict in enumerate(verdicts, 1)]
        rest["unread"] = [{"file": _plain(item.path), "why": item.why} for item in unread]
        rest |= {"files": tally.files, "bytes": tally.bytes, "passed_over": tally.passed_over}
        click.echo("], " + json.dumps(rest, ensure_ascii=False)[1:])
        return
    for number, verdict in enumerate(verdicts, 1):
        click.echo(("\n" if number == 1 else "") + f"[{number}] {_tell(verdict)}")
    looked = f"{tally.files} {'file' if tally.files == 1 else 'files'}, {tally.bytes / 1e6:.1f} MB"
    if findings.left_out:
        say(f"more than {MAX_DIFFERENT} different values: those without a number were not looked up")
    if tally.passed_over:
        say(f"passed over {tally.passed_over} sockets, pipes, devices and links to nothing")
    if not findings.count:
        click.echo(f"Nothing of ours was found in what could be read ({looked}).")
    else:
        say(f"looked through {looked}")


def _tell(verdict: _Verdict) -> str:
    exposure = verdict.exposure
    what = f"{exposure.kind.words} {mask(exposure.value)}"
    if exposure.holder is None:
        return f"{what}: was not made here, or is forgotten"
    state = "ended now" if verdict.ended else "alive" if exposure.alive else "dead"
    whose = ", ".join(_whose(exposure))
    way = _way_out(exposure)
    return f"{what}: {state}{' - ' + whose if whose else ''}" + (f"; replace it with '{way}'" if way else "")


def _whose(exposure: Exposure) -> Iterator[str]:
    if exposure.client is not None:
        yield f"app {exposure.client.name}"
    if exposure.user is not None:
        yield f"user {exposure.user.email}"
    if exposure.networks:
        noun = "network" if len(exposure.networks) == 1 else "networks"
        yield f"{noun} {', '.join(network.title for network in exposure.networks)}"


def _way_out(exposure: Exposure) -> str:
    """What replaces a secret; a token needs nothing of the kind."""
    match exposure.holder:
        case Client() as client if exposure.kind.is_secret:
            return f"frontdesk app rotate-secret {client.id}"
        case NetworkCredential() as pair:
            return f"frontdesk credential regenerate {pair.network_id}"
        case ResourceServer() as server:
            return f"frontdesk resource-server rotate-secret {server.id}"
    return ""


def _describe(number: int, verdict: _Verdict) -> dict[str, Any]:
    exposure = verdict.exposure
    return {
        "credential": number,
        "kind": exposure.kind.name,
        "value": mask(exposure.value),
        "made_here": exposure.holder is not None,
        "alive": exposure.alive and not verdict.ended,
        "ended": verdict.ended,
        "client_id": exposure.client.id if exposure.client is not None else None,
        "app": exposure.client.name if exposure.client is not None else None,
        "user": exposure.user.email if exposure.user is not None else None,
        "networks": [network.id for network in exposure.networks],
        "replace_with": _way_out(exposure) or None,
    }


def _plain(path: str) -> str:
    """A file's name, safe to print on a terminal."""
    return "".join(character if character.isprintable() else "?" for character in path)
