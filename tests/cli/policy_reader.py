"""Somebody who asks `frontdesk policy` about documents, and a document without a fault."""

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from frontdesk.cli.main import run
from gateway.desk import document_with

HEADER = {"name": "spacebring-network-id", "in": "header"}
READ: list[Any] = [{"Basic": []}, {"OAuth": ["rooms.readonly", "rooms"]}]


class Reader:
    """Somebody who asks about documents."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def writes(self, document: dict[str, Any], name: str = "api.json") -> str:
        """The name of a file with this document."""
        (self.folder / name).write_text(json.dumps(document))
        return name

    def types(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command."""
        self._capsys.readouterr()
        code = run(["policy", *words])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def gets(self, *words: str, code: int = 0) -> Any:
        """The JSON answer of a command."""
        ended, out, err = self.types(*words, "--json")
        assert (ended, err) == (code, ""), (ended, err, out)
        return json.loads(out)


@pytest.fixture
def reader(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader in an empty folder, and no settings of the machine's."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Reader(tmp_path, capsys)


def clean_document() -> dict[str, Any]:
    """A document without a fault."""
    read = {"summary": "List", "security": READ, "parameters": [HEADER]}
    write = {"security": [{"Basic": []}, {"OAuth": ["rooms"]}], "parameters": [HEADER]}
    networks = {"security": [{"Basic": []}, {"OAuth": []}]}
    paths = {"/networks/v1": {"get": networks}, "/rooms/v1": {"get": read, "post": write}}
    return deepcopy(document_with(paths))
