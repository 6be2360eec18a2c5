"""How settings travel to a worker: by pipe, as plain JSON, whole."""

import os
from pathlib import Path

import pytest

from frontdesk.cli.worker import read_order, write_order
from frontdesk.settings import Settings

CHANGED = Settings(
    data=Path("/srv/ä data"),
    openapi=Path("api.json"),
    leak_keys=Path("keys.json"),
    serve_networks=True,
    check_peers=("127.0.0.1", "10.0.0.0/8"),
    check_secret="0123456789abcdef",
    mail="smtp://user:pa%20ss@mail.example:587",
    picker_roles=("member",),
    workers=3,
)


@pytest.mark.parametrize("settings", [Settings(), CHANGED])
def test_a_worker_gets_the_very_settings(settings: Settings) -> None:
    """Every field and type, paths and lists too; a read is no way to run anything."""
    read, write = os.pipe()
    kept = os.dup(0)
    try:
        os.dup2(read, 0)
        os.write(write, write_order(settings))
        assert read_order() == settings
    finally:
        os.dup2(kept, 0)
        for descriptor in (read, write, kept):
            os.close(descriptor)


def test_a_supervisor_that_died_at_once_leaves_no_worker() -> None:
    """Half an order ends the worker, quietly."""
    read, write = os.pipe()
    kept = os.dup(0)
    try:
        os.dup2(read, 0)
        os.write(write, write_order(Settings())[:20])
        os.close(write)
        with pytest.raises(SystemExit):
            read_order()
    finally:
        os.dup2(kept, 0)
        os.close(read)
        os.close(kept)
