"""`frontdesk network members|invite|invitations|withdraw`: a network's people and invitations at the command line."""

import json
import re
from pathlib import Path

import pytest

from frontdesk.cli.main import run

LINK = re.compile(r"http://127\.0\.0\.1:8000/account/invitations/fdil_[A-Za-z0-9_-]{22}")
NEW = "new@north.example"


def types(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    capsys.readouterr()
    code = run(["network", *words, "--data", str(data)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_somebody_is_invited_listed_and_withdrawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is told by `--json` too; the link is told once, to whoever typed the command."""
    data = tmp_path / "data"
    _, out, _ = types(capsys, data, "add", "North", "--owner", "olena@north.example", "--json")
    north = json.loads(out)["network"]["id"]
    _, out, _ = types(capsys, data, "members", north)
    assert re.search(r"olena@north\.example\s+owner\s+\S+\s+-", out)
    assert "No invitation waits" in types(capsys, data, "invitations", north)[1]
    code, out, _ = types(capsys, data, "invite", north, NEW, "--role", "member")
    assert (code, LINK.search(out) is not None) == (0, True)
    _, out, _ = types(capsys, data, "invitations", north, "--json")
    (waiting,) = json.loads(out)["invitations"]
    assert (waiting["email"], waiting["role"]) == (NEW, "member")
    assert not LINK.search(out)
    code, _, err = types(capsys, data, "invite", north, "olena@north.example", "--role", "member")
    assert (code, "has a role there already" in err) == (1, True)
    assert types(capsys, data, "withdraw", north, NEW)[:2] == (0, "The invitation to North is withdrawn.\n")
    code, _, err = types(capsys, data, "withdraw", north, NEW)
    assert (code, "no such invitation waits" in err) == (1, True)


def test_where_people_are_kept_elsewhere_nobody_is_invited_or_made_owner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor is a network given away. The words say which setting says so."""
    data, file = tmp_path / "data", tmp_path / "frontdesk.toml"
    _, out, _ = types(capsys, data, "add", "North", "--owner", "olena@north.example", "--json")
    north = json.loads(out)["network"]["id"]
    file.write_text('members = "elsewhere"\n')
    for words in (("invite", north, NEW, "--role", "member"), ("give", north, "ada@north.example")):
        code, _, err = types(capsys, data, *words, "--config", str(file))
        assert (code, "kept elsewhere" in err, "frontdesk sync" in err) == (1, True, True)
