"""Somebody at a terminal: types `frontdesk-client` in a home of their own, and answers what it asks."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.processes import BIN, clean_environment

COMMAND = str(BIN / "frontdesk-client")


@dataclass(frozen=True)
class Said:
    """How one command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The answer as JSON."""
        assert self.code == 0, self
        return json.loads(self.out)


class Terminal:
    """Without a display, like one at the far end of SSH; nothing of the real home is seen."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a command is started with."""
        kept = clean_environment({"HOME": str(self.home), "SSH_CONNECTION": "192.0.2.1 22 192.0.2.2 22"})
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_CONFIG_HOME", "BROWSER", "DBUS_SESSION_BUS_ADDRESS"):
            kept.pop(name, None)
        return kept | dict(more or {})

    def types(self, *words: str, stdin: str = "", **more: str) -> Said:
        """One command that needs no conversation."""
        done = subprocess.run(
            [COMMAND, *words], input=stdin, capture_output=True, text=True, env=self.environment(more), timeout=60
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def begins(self, *words: str, **more: str) -> "Talk":
        """One that asks."""
        return Talk([COMMAND, *words], self.environment(more))


class Talk:
    """A command that runs, and that somebody answers."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._heard = ""
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)

    def hears_link(self) -> str:
        """The link that it shows."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._heard += line
            if line.startswith("http"):
                return line.strip()
        raise AssertionError(self._heard)

    def says(self, line: str) -> None:
        """Type a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def ends(self) -> Said:
        """Wait until it is over."""
        try:
            out, err = self._process.communicate(timeout=60)
        finally:
            self._process.kill()
        return Said(self._process.returncode, out, self._heard + err)


def every_file(folder: Path) -> dict[Path, str]:
    """What lies under a folder."""
    found = [Path(where) / name for where, _, names in os.walk(folder) for name in names]
    return {path: path.read_text(errors="replace") for path in found}
