"""docs/built-in-proxy.md names every setting of the proxy, with the default and the bounds that are in force."""

import re
from pathlib import Path

from frontdesk.cli import wire
from frontdesk.gateway.upload import SMALL
from frontdesk.gateway.upstream.connection import HIGH
from frontdesk.gateway.upstream.pool import KEEP_ALIVE
from frontdesk.gateway.upstream.room import SHARE
from frontdesk.gateway.vigil import BOUND, EVERY
from frontdesk.settings import Settings

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "built-in-proxy.md").read_text()
_UNITS = {"": 1, "s": 1, "MiB": 1024 * 1024}


def test_the_table_shows_the_defaults() -> None:
    """Each row's number is the setting's."""
    rows = re.findall(r"^\| `(\w+)` \| (\d+) ?(\w*) \|", TEXT, re.MULTILINE)
    assert len(rows) == 10
    for name, number, unit in rows:
        assert getattr(Settings(), name) == int(number) * _UNITS[unit], name
    settings = Settings()
    assert f"`websocket_message` bytes ({settings.websocket_message // 1024**2} MiB" in TEXT
    assert f"`websocket_idle_timeout` ({settings.websocket_idle_timeout} s)" in TEXT


def test_what_is_fixed_is_told_as_it_is() -> None:
    """The figures that no setting changes."""
    assert (wire.HEAD_SECONDS, wire.BODY_RATE, wire.BODY_SECONDS, wire.TAKE_SECONDS) == (30, 500, 20, 60)
    assert (EVERY, BOUND, SHARE, KEEP_ALIVE, SMALL, HIGH) == (0.8, 2, 4, 4, 65_536, 65_536)
    for words in ("30 seconds for a head", "500 bytes a second", "20 to 30 seconds", "every 0.8 seconds", "a quarter"):
        assert words in TEXT
    assert "within 2 seconds" in TEXT
    assert "used again for 4 seconds" in TEXT
