"""Somebody who moves in: converts, imports by the command line, and then calls the app that serves the data folder."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from frontdesk.assemble import open_house
from frontdesk.assemble.front import furnish
from frontdesk.cli.main import run
from frontdesk.settings import Settings
from frontdesk.testing.story import API
from frontdesk.testing.wire import Reply, call
from frontdesk.web.asgi import AsgiApp

SITE = Path(__file__).with_name("dot_site.py")
NORTH, SOUTH = "0192f0c1-0000-7000-8000-000000000001", "0192f0c1-0000-7000-8000-000000000002"
OWNER = "olena@northside.example"


def django_site(database: Path, what: str) -> dict[str, Any]:
    """A database made by the real package in a process of its own; what an outsider knows of it."""
    made = subprocess.run([sys.executable, str(SITE), str(database), what], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    known: dict[str, Any] = json.loads(made.stdout)
    return known


class Mover:
    """Types commands, for one data folder that is not there yet."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._capsys = capsys

    def types(self, *words: str | Path) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        self._capsys.readouterr()
        code = run([*map(str, words), "--data", str(self.data)])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def converts(self, *words: str | Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The lines and the report of a conversion that succeeds."""
        code, out, err = self.types("convert", *words, "--json")
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()], json.loads(err)

    def is_refused(self, *words: str | Path) -> str:
        """What a conversion that is refused says; nothing is on stdout."""
        code, out, err = self.types("convert", *words)
        assert (code, out) == (1, "")
        return err

    def imports(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """The counts of an import that succeeds."""
        file = self.folder / "all.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        code, out, err = self.types("import", file, "--json")
        assert code == 0, err
        answer: dict[str, Any] = json.loads(out)
        return answer

    def writes(self, name: str, text: str) -> Path:
        """A file beside the data folder."""
        path = self.folder / name
        path.write_text(text)
        return path

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[AsgiApp]:
        """The app of a worker over the data folder."""
        settings = Settings(  # type: ignore[call-arg]
            data=self.data,
            public_url="https://desk.example",
            openapi=API,
            mail="console:",
            check_peers=("127.0.0.1",),
            requests_per_second=1_000,
        )
        async with open_house(settings) as house:
            yield furnish(house, worker=0).front


@pytest.fixture
def mover(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Mover:
    """Nobody was here before, and the machine has no settings."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Mover(tmp_path, capsys)


def people(*emails: str, network: str = NORTH) -> list[dict[str, Any]]:
    """A network, and these people as its administrators: what the provider's own database says."""
    rows: list[dict[str, Any]] = [{"kind": "network", "id": network, "title": "Northside", "owner": OWNER}]
    rows += [{"kind": "role", "email": email, "network": network, "role": "administrator"} for email in emails]
    return rows


async def refresh(app: AsgiApp, client_id: str, secret: str, token: str, *, peer: str = "192.0.2.7") -> Reply:
    """As the partner always did."""
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id}
    if secret:
        form["client_secret"] = secret
    return await call(app, "POST", "/oauth2/token", form=form, peer=peer, scheme="https")
