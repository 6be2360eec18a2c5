"""`frontdesk keys`: what signs tokens, proves and seals secrets; rotated while a server runs."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import Refused, print_json, print_next, print_table
from frontdesk.flows.keys import KeyChange, KeyKeeping, KnownKey, render_uses
from frontdesk.flows.needs import Origin
from frontdesk.flows.operator import Objection
from frontdesk.protocol.ids import SECOND, Micros
from frontdesk.protocol.keys import PURPOSES, KeyFacts, KeyState

T = TypeVar("T")

# What only time ends: nothing in the database tells.
_HELD_ELSEWHERE = {
    "mac": "access tokens: an hour from their issue",
    "seal": "sign-ins in flight: 30 minutes",
    "cookie": "open forms: 12 hours; browsers' trust: a year",
    "sign": "assertions to the API: a minute",
}
_PURPOSES = (
    "PURPOSE is mac (access tokens), digest (secrets, refresh tokens, sessions, codes), seal (sign-ins on their way), "
    "cookie (forms, trusted browsers), vault (secrets that owners may see again) or sign (assertions to the API)."
)
_SURE = click.option("--yes", "is_sure", is_flag=True, help="Do it all the same.")


@click.group(no_args_is_help=True, epilog=_PURPOSES)
def keys() -> None:
    """List, rotate, retire and restore keys, beside a running server."""


@keys.command("list")
@standing
def list_(ground: Ground) -> None:
    """List all keys, and what still depends on each."""

    async def walk(keeping: KeyKeeping, _: Origin) -> list[KnownKey]:
        return await keeping.list_keys()

    known = _administer(ground, walk)
    if ground.as_json:
        print_json({"keys": [_key(one.facts) | {"uses": {use.kind: use.count for use in one.uses}} for one in known]})
        return
    rows = [
        [one.facts.purpose, str(one.facts.id), one.facts.made_at, _state(one.facts), _dependants(one)] for one in known
    ]
    print_table(["PURPOSE", "ID", "MADE", "STATE", "DEPENDS ON IT"], rows)
    if all(one.facts.purpose != "vault" for one in known):
        print_next("The vault was destroyed: secrets are shown once, when they are made.")


@keys.command()
@click.argument("purpose", type=click.Choice([*PURPOSES, "all"]))
@standing
def rotate(ground: Ground, purpose: str) -> None:
    """Make a new key of PURPOSE that is used from now on; the old one goes on reading."""

    async def walk(keeping: KeyKeeping, origin: Origin) -> list[KeyChange] | Objection:
        return await keeping.rotate(purpose, origin=origin)

    changes = _administer(ground, walk)
    if ground.as_json:
        print_json({"rotated": [_change(change) for change in changes]})
        return
    for change in changes:
        moved = f" {change.moved} sealed secrets moved to it." if change.moved else ""
        click.echo(f"{change.facts.purpose} {change.facts.id} {_begins(change.facts)}.{moved}")
    print_next(
        "What the old keys made is good as before. Back up keys.json; retire them later ('frontdesk keys list')."
    )


@keys.command()
@click.argument("purpose", type=click.Choice(PURPOSES))
@click.argument("key_id", type=int, metavar="ID")
@_SURE
@standing
def retire(ground: Ground, purpose: str, key_id: int, *, is_sure: bool) -> None:
    """Let the key PURPOSE ID prove nothing from now on. Refused while things depend on it, unless --yes."""

    async def walk(keeping: KeyKeeping, origin: Origin) -> KeyChange | Objection:
        return await keeping.retire(purpose, key_id, is_sure=is_sure, origin=origin)

    change = _administer(ground, walk)
    if ground.as_json:
        print_json({"retired": _change(change)})
        return
    ended = f" With it ended: {render_uses(change.ended)}." if change.ended else ""
    click.echo(f"{purpose} {key_id} proves nothing from now on.{ended}")
    print_next(f"The way back: frontdesk keys restore {purpose} {key_id}")


@keys.command()
@click.argument("purpose", type=click.Choice(PURPOSES))
@click.argument("key_id", type=int, metavar="ID")
@standing
def restore(ground: Ground, purpose: str, key_id: int) -> None:
    """Take the last step of the key PURPOSE ID back: a retired one reads again, one that reads makes again."""

    async def walk(keeping: KeyKeeping, origin: Origin) -> KeyChange | Objection:
        return await keeping.restore(purpose, key_id, origin=origin)

    change = _administer(ground, walk)
    if ground.as_json:
        print_json({"restored": _change(change)})
    elif change.facts.state is KeyState.MAKING:
        click.echo(f"{purpose} {key_id} {_begins(change.facts, 'makes again')}.")
    else:
        click.echo(f"{purpose} {key_id} reads again: what it made, and what was not replaced since, is good again.")
        print_next(f"To let it make again as well: frontdesk keys restore {purpose} {key_id}")


@keys.command()
@click.argument("purpose", type=click.Choice(PURPOSES))
@click.argument("key_id", type=int, required=False, metavar="[ID]")
@_SURE
@standing
def destroy(ground: Ground, purpose: str, key_id: int | None, *, is_sure: bool) -> None:
    """Forget a retired key for good, with --yes.

    'destroy vault --yes' forgets every key of the vault and all sealed secrets: from then on a secret is shown once,
    when it is made. There is no way back; destroy the backups of keys.json too.
    """
    if key_id is None:
        _destroy_vault(ground, purpose, is_sure=is_sure)
        return

    async def walk(keeping: KeyKeeping, origin: Origin) -> KeyChange | Objection:
        return await keeping.destroy(purpose, key_id, is_sure=is_sure, origin=origin)

    change = _administer(ground, walk)
    if ground.as_json:
        print_json({"destroyed": {"purpose": change.facts.purpose, "id": change.facts.id}})
    else:
        click.echo(f"{purpose} {key_id} is destroyed. Backups of keys.json may still hold it.")


def _destroy_vault(ground: Ground, purpose: str, *, is_sure: bool) -> None:
    if purpose != "vault":
        raise click.UsageError("name the ID of a retired key; only the vault is destroyed as a whole")

    async def walk(keeping: KeyKeeping, origin: Origin) -> int | Objection:
        return await keeping.destroy_vault(is_sure=is_sure, origin=origin)

    forgotten = _administer(ground, walk)
    if ground.as_json:
        print_json({"destroyed": {"purpose": "vault", "sealed_secrets": forgotten}})
        return
    click.echo(f"The vault is destroyed, and {forgotten} sealed secrets with it. Secrets work as before.")
    print_next("Destroy the backups of keys.json too: they may still hold its keys.")


def _administer(ground: Ground, walk: Callable[[KeyKeeping, Origin], Awaitable[T | Objection]]) -> T:
    async def walk_desk(desk: Desk) -> T | Objection:
        if desk.keys is None:
            raise Refused("these keys are kept nowhere")
        return await walk(desk.keys, desk.origin)

    return administer(ground, walk_desk)


def _state(facts: KeyFacts) -> str:
    return "reading" if facts.state is KeyState.NEW else facts.state.value


def _begins(facts: KeyFacts, at_once: str = "makes from now on") -> str:
    if facts.makes_from is None:
        return at_once
    return f"is published now, and signs from {_time(facts.makes_from)} on; until then the one before it does"


def _time(at: Micros) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _dependants(known: KnownKey) -> str:
    if known.uses:
        return render_uses(known.uses)
    if known.facts.state is KeyState.MAKING and known.facts.makes_from is not None:
        return f"signs from {_time(known.facts.makes_from)} on"
    return "-" if known.facts.state is KeyState.RETIRED else _HELD_ELSEWHERE.get(known.facts.purpose, "nothing")


def _key(facts: KeyFacts) -> dict[str, Any]:
    said = {"purpose": facts.purpose, "id": facts.id, "made_at": facts.made_at, "state": _state(facts)}
    return said if facts.makes_from is None else {**said, "makes_from": _time(facts.makes_from)}


def _change(change: KeyChange) -> dict[str, Any]:
    said = _key(change.facts)
    if change.ended:
        said["ended"] = {use.kind: use.count for use in change.ended}
    if change.moved:
        said["sealed_again"] = change.moved
    return said
