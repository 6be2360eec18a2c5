"""`frontdesk import` and `frontdesk sync` as they are typed: files in, counts and reports out, and every refusal."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from frontdesk.cli.main import run

NORTH = "0192f0c1-0000-7000-8000-000000000001"
SECRET = "an-old-secret-that-must-not-show"
NETWORK = {"kind": "network", "id": NORTH, "title": "Northside", "owner": "olena@north.example"}
ADA = {"kind": "user", "email": "ada@north.example"}
APP = {
    "kind": "app",
    "client_id": "door-locks",
    "name": "Door Locks",
    "redirect_uris": ["https://locks.example/cb"],
    "scopes": ["resources"],
    "secret": SECRET,
}
PAIR = {"kind": "credential", "network": NORTH, "client_id": "north", "secret": SECRET}

Types = Callable[..., tuple[int, str, str]]


@pytest.fixture
def types(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Types:
    """Somebody who types commands for one data folder, with `rows` as the file `list.jsonl`."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def type_(*words: str, rows: tuple[Any, ...] = ()) -> tuple[int, str, str]:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (tmp_path / "list.jsonl").write_text("".join(line + "\n" for line in lines))
        capsys.readouterr()
        code = run([*words, "--data", str(tmp_path / "data")])
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        return code, said.out, said.err

    return type_


def test_a_list_moves_in_once(types: Types, tmp_path: Path) -> None:
    """Counts by kind, a report line for each row, and nothing to do the second time."""
    rows = (NETWORK, PAIR, APP)
    words = ("import", "list.jsonl", "--json", "--report", "report.jsonl")
    code, out, err = types(*words, "--dry-run", rows=rows)
    counts = {"network": {"added": 1}, "credential": {"added": 1}, "app": {"added": 1}}
    assert (code, err) == (0, "")
    assert json.loads(out) == {"applied": False, "dry_run": True, "changes": True, "rows": counts}
    assert json.loads(types(*words, rows=rows)[1])["applied"] is True
    report = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert report[0] == {"line": 1, "kind": "network", "name": NORTH, "outcome": "added", "detail": ""}
    assert [line["name"] for line in report] == [NORTH, "north", "door-locks"]
    assert SECRET not in (tmp_path / "report.jsonl").read_text()
    assert (tmp_path / "report.jsonl").stat().st_mode & 0o777 == 0o600
    code, out, _ = types("import", "list.jsonl", rows=rows)
    assert (code, out.splitlines()[0]) == (0, "Nothing to do: everything is as the list says.")
    assert json.loads(types("network", "list", "--json")[1])["networks"][0]["client_id"] == "north"
    assert json.loads(types("app", "list", "--json")[1])["apps"][0]["client_id"] == "door-locks"


def test_everything_that_is_wrong_is_said_and_nothing_is_saved(types: Types, tmp_path: Path) -> None:
    """Line by line, up to a hundred; the report has them all."""
    bad = {**APP, "client_id": "a:b", "scopes": []}
    code, out, err = types("import", "list.jsonl", "--report", "report.jsonl", rows=(NETWORK, bad, "{", ADA))
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "frontdesk: error: line 2: client_id: must be printable ASCII without a colon, "
        "and without a space at either end",
        "frontdesk: error: line 2: scopes: must be a list of 1 to 200 texts",
        "frontdesk: error: line 3: this is not JSON in UTF-8",
        "frontdesk: hint: nothing was changed; put the list right and run the command again",
    ]
    assert len((tmp_path / "report.jsonl").read_text().splitlines()) == 3
    assert not (tmp_path / "data").exists()
    _, _, err = types("import", "list.jsonl", rows=("{",) * 150)
    assert len(err.splitlines()) == 102
    assert err.splitlines()[100] == "frontdesk: error: and 50 more: see them all with --report FILE"


def test_a_conflict_refuses_the_whole_list_and_update_takes_what_may_change(types: Types) -> None:
    """Titles, names, redirect URIs and scopes; never a secret."""
    types("import", "list.jsonl", rows=(NETWORK, APP))
    renamed = ({**NETWORK, "title": "North"}, {**APP, "name": "Locks"})
    code, out, err = types("import", "list.jsonl", rows=renamed)
    assert (code, out) == (1, "")
    assert f"error: line 1: network {NORTH}: it has another title here; take this one with --update" in err
    code, out, _ = types("import", "list.jsonl", "--update", rows=renamed)
    assert code == 0
    assert [line.split() for line in out.splitlines()[1:]] == [["KIND", "CHANGED"], ["network", "1"], ["app", "1"]]
    _, _, err = types("import", "list.jsonl", "--update", rows=({**APP, "secret": SECRET + "2"},))
    assert "app door-locks: it has another secret here" in err


def test_a_scope_that_the_document_does_not_know_is_named(types: Types, tmp_path: Path) -> None:
    """As when an app is added by hand."""
    api = Path(__file__).parents[2] / "src" / "frontdesk" / "testing" / "api.json"
    (tmp_path / "frontdesk.toml").write_text(f'openapi = "{api}"\n')
    code, _, err = types("import", "list.jsonl", "--config", "frontdesk.toml", rows=({**APP, "scopes": ["resourcs"]},))
    assert code == 1
    assert 'line 1: app door-locks: the API has no scope "resourcs"; did you mean "resources' in err


def test_standing_input_and_what_cannot_be_read(types: Types, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads a pipe; an empty list and a missing file are said in words."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(NETWORK).encode())))
    assert types("sync", "-", "--partial")[0] == 0
    assert "error: the list is empty" in types("import", "list.jsonl")[2]
    assert "nowhere.jsonl cannot be read: No such file" in types("import", "nowhere.jsonl")[2]
    assert "is the list itself" in types("import", "list.jsonl", "--report", "./list.jsonl", rows=(NETWORK,))[2]
    assert "cannot be written" in types("import", "list.jsonl", "--report", "no/where", rows=(NETWORK,))[2]


def test_a_full_list_suspends_what_it_leaves_out(types: Types) -> None:
    """Asked twice where that is a great part; a list must say whether it is full."""
    south = {**NETWORK, "id": NORTH[:-1] + "2", "title": "South"}
    assert types("sync", "list.jsonl", "--full", rows=(NETWORK, south, ADA))[0] == 0
    code, _, err = types("sync", "list.jsonl", "--full", rows=(NETWORK,))
    assert code == 1
    assert "would suspend 1 of 2 networks, 1 of 2 users, 0 of 0 roles; accept it with --accept-suspensions 2" in err
    words = ("sync", "list.jsonl", "--full", "--accept-suspensions", "2", "--json")
    code, out, _ = types(*words, rows=(NETWORK,))
    assert json.loads(out)["rows"] == {"network": {"same": 1, "suspended": 1}, "user": {"suspended": 1}}
    listed = json.loads(types("network", "list", "--json")[1])["networks"]
    assert [bool(one["suspended_at"]) for one in listed] == [False, True]
    assert "South (suspended)" in types("network", "list")[1]
    assert "stays suspended until the list" in types("user", "unblock", "ada@north.example")[1]
    assert json.loads(types(*words, rows=(NETWORK,))[1])["changes"] is False
    out = types("sync", "list.jsonl", "--partial", rows=(south, ADA))[1]
    assert [line.split() for line in out.splitlines()[1:]] == [["KIND", "RESTORED"], ["network", "1"], ["user", "1"]]
    code, _, err = types("sync", "list.jsonl", rows=(NETWORK,))
    assert (code, err.splitlines()[0]) == (2, "frontdesk: error: say whether the list is --full or --partial")
    assert "app rows cannot be in this list" in types("sync", "list.jsonl", "--partial", rows=(APP,))[2]
