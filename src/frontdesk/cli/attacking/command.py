"""From what was typed after `doctor --attack` to its end."""

import os
from pathlib import Path

import click

from frontdesk.cli.attacking.aim import Aim, basic, read_door, read_path
from frontdesk.cli.attacking.siege import besiege
from frontdesk.cli.attacking.telling import tell
from frontdesk.settings import Settings

SECRET_VARIABLE = "FRONTDESK_ATTACK_SECRET"  # noqa: S105 - a variable's name


def attack(settings: Settings, url: str, *, as_json: bool, **typed: str | bool | Path | None) -> int:
    """Make every attack that what was typed allows; 1 where one got through. Raises UsageError."""
    from frontdesk.runtime.randomness import Randomness

    mark, value = (Randomness()(8).hex() for _ in range(2))
    path = typed.get("path") or _path_of(settings)
    client_id, file = typed.get("client_id"), typed.get("client_secret_file")
    upstream, desk = typed.get("upstream"), typed.get("frontdesk")
    credential = _read_credential(client_id, file)
    if typed.get("upstream_echo") and not credential:
        raise click.UsageError("--upstream-echo is for calls that are let in: give --client-id and its secret too")
    aim = Aim(
        door=read_door(url, "--attack"),
        path=read_path(str(path), f"doctor-{value}"),
        mark=f"doctor-{mark}",
        value=f"doctor-{value}" if "{" in str(path) else "",
        credential=credential,
        network=str(typed.get("network") or ""),
        network_header=settings.network_header,
        echo=bool(typed.get("upstream_echo")),
        desk=read_door(str(desk), "--frontdesk") if desk else None,
        upstream=read_door(str(upstream), "--upstream") if upstream else None,
    )
    return tell(besiege(aim), url, as_json=as_json)


def _read_credential(client_id: object, file: object) -> str:
    if client_id is None:
        if file is not None:
            raise click.UsageError("--client-secret-file is of a --client-id: give both")
        return ""
    if isinstance(file, Path):
        try:
            secret = file.read_text().strip()
        except OSError as error:
            raise click.UsageError(f"--client-secret-file: {error.strerror or error}") from error
    else:
        secret = os.environ.get(SECRET_VARIABLE, "")
    if not secret:
        raise click.UsageError(f"give the secret of --client-id in --client-secret-file or {SECRET_VARIABLE}")
    return basic(str(client_id), secret)


def _path_of(settings: Settings) -> str:
    """A GET of the settings' document that a network's pair opens."""
    if settings.openapi is not None:
        from frontdesk.cli.policy.reading import read_policy

        for operation in read_policy(settings).operations:
            if operation.method == "GET" and "{" not in operation.template and "basic" in operation.schemes:
                return operation.template
    raise click.UsageError("name a GET of the API that needs a credential: --path /things/v1")
