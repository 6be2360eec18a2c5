"""`frontdesk admin-key`: the keys of the administration API."""

from collections.abc import Sequence
from typing import Any

import click

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.speech import instant, moment, print_json, print_next, print_pairs, print_table
from frontdesk.protocol.records import AdminKey


@click.group("admin-key", no_args_is_help=True)
def admin_key() -> None:
    """Make, list and revoke keys of the administration API."""


@admin_key.command()
@click.argument("name")
@click.option("--read-only", is_flag=True, help="It may look at everything, and change nothing.")
@click.option("--days", type=click.IntRange(min=1), metavar="N", help="It ends by itself after N days.")
@standing
def add(ground: Ground, name: str, read_only: bool, days: int | None) -> None:
    """Make a key called NAME, for one program or person."""
    fresh = administer(
        ground,
        lambda desk: desk.admin_keys.add(name, read_only=read_only, days=days, origin=desk.origin),
        create=True,
    )
    if ground.as_json:
        print_json({"admin_key": _key(fresh.key), "value": fresh.value})
        return
    click.echo(f"A key for {fresh.key.name}.")
    print_pairs([("id", fresh.key.id), ("key", fresh.value), ("ends", moment(fresh.key.expires_at))])
    print_next(
        "Keep the key now: it is not shown again. Send it as 'Authorization: Bearer …' to the administration API"
        " (admin_port in the settings; its page is at /admin/)."
    )


@admin_key.command("list")
@standing
def list_(ground: Ground) -> None:
    """List all keys, without what they open with."""

    async def walk(desk: Desk) -> tuple[Sequence[AdminKey], int]:
        return await desk.admin_keys.list_all(), desk.admin_keys.clock.now()

    keys, now = administer(ground, walk)
    if ground.as_json:
        print_json({"admin_keys": [_key(key) for key in keys]})
    elif not keys:
        click.echo("There is no administration key. Make one: frontdesk admin-key add NAME")
    else:
        print_table(
            ["ID", "MAY", "LAST USED", "ENDS", "NAME"],
            [
                [
                    key.id,
                    "read" if key.read_only else "read and change",
                    moment(key.last_used_at),
                    moment(key.expires_at) if not key.expires_at or now < key.expires_at else "has ended",
                    key.name,
                ]
                for key in keys
            ],
        )


@admin_key.command()
@click.argument("key_id")
@standing
def revoke(ground: Ground, key_id: str) -> None:
    """Refuse the key KEY_ID from now on."""
    key = administer(ground, lambda desk: desk.admin_keys.revoke(key_id, origin=desk.origin))
    if ground.as_json:
        print_json({"admin_key": {"id": key.id, "name": key.name}, "revoked": True})
    else:
        click.echo(f"Revoked the key {key.name}. It is refused from now on.")


def _key(key: AdminKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "read_only": key.read_only,
        "created_at": instant(key.created_at),
        "expires_at": instant(key.expires_at),
        "last_used_at": instant(key.last_used_at),
    }
