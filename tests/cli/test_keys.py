"""`frontdesk keys`: the answers scripts read, what people read, every refusal, and root beside a running server."""

import json
import os
import pwd
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from frontdesk.cli.main import run
from frontdesk.protocol.keys import PURPOSES
from servers.house import House
from servers.processes import ordinary_user

Answer = dict[str, Any]


class Typist:
    """Somebody who types commands for one data folder."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self._capsys = capsys

    def types(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command."""
        self._capsys.readouterr()
        code = run([*words, "--data", str(self.data)])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def gets(self, *words: str) -> Answer:
        """The JSON answer of a command that succeeds, with nothing beside it."""
        code, out, err = self.types(*words, "--json")
        assert (code, err) == (0, ""), err
        answer: Answer = json.loads(out)
        return answer

    def reads(self, *words: str) -> str:
        """What a command that succeeds tells people."""
        code, out, err = self.types(*words)
        assert (code, err) == (0, ""), err
        return out

    def is_refused(self, *words: str) -> str:
        """What a command that is refused says; exit code 1, nothing on stdout."""
        code, out, err = self.types(*words)
        assert (code, out) == (1, "")
        return err


@pytest.fixture
def typist(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typist:
    """A typist whose folder holds one network."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    typist = Typist(tmp_path / "data", capsys)
    typist.gets("network", "add", "Northside", "--owner", "olena@north.example")
    return typist


def test_the_keys_are_listed_with_what_depends_on_them(typist: Typist) -> None:
    """Purpose, id, date, state and uses; for people, what only time ends as well."""
    listed = typist.gets("keys", "list")["keys"]
    assert [key["purpose"] for key in listed] == list(PURPOSES)
    assert all(set(key) == {"purpose", "id", "made_at", "state", "uses"} for key in listed)
    assert {(key["id"], key["state"]) for key in listed} == {(1, "making")}
    assert [key["uses"] for key in listed] == [{}, {"network pairs": 1}, {}, {}, {"sealed secrets": 1}, {}]
    shown = typist.reads("keys", "list")
    assert "PURPOSE" in shown
    for words in ("1 network pair", "1 sealed secret", "access tokens: an hour", "sign-ins in flight: 30 minutes"):
        assert words in shown


def test_rotating_retiring_restoring_destroying(typist: Typist) -> None:
    """The whole life, in the shapes that scripts read."""
    rotated = typist.gets("keys", "rotate", "all")["rotated"]
    assert [(key["purpose"], key["id"], key["state"]) for key in rotated] == [(p, 2, "making") for p in PURPOSES]
    assert [key.get("sealed_again", 0) for key in rotated] == [0, 0, 0, 0, 1, 0]
    assert typist.gets("keys", "rotate", "mac")["rotated"][0]["id"] == 3

    retired = typist.gets("keys", "retire", "digest", "1", "--yes")["retired"]
    assert (retired["state"], retired["ended"]) == ("retired", {"network pairs": 1})
    assert typist.gets("keys", "restore", "digest", "1")["restored"]["state"] == "reading"
    assert typist.gets("keys", "restore", "digest", "1")["restored"]["state"] == "making"
    typist.gets("keys", "retire", "vault", "1")
    assert typist.gets("keys", "destroy", "vault", "1", "--yes") == {"destroyed": {"purpose": "vault", "id": 1}}
    assert typist.gets("keys", "destroy", "vault", "--yes") == {"destroyed": {"purpose": "vault", "sealed_secrets": 1}}
    assert all(key["purpose"] != "vault" for key in typist.gets("keys", "list")["keys"])
    assert "shown once" in typist.reads("keys", "list")


def test_what_people_are_told(typist: Typist) -> None:
    """Each change says what holds now, and the way back or that there is none."""
    assert "What the old keys made is good as before" in typist.reads("keys", "rotate", "digest")
    assert "sealed secrets moved" in typist.reads("keys", "rotate", "vault")
    told = typist.reads("keys", "retire", "digest", "1", "--yes")
    assert "With it ended: 1 network pair." in told
    assert "frontdesk keys restore digest 1" in told
    assert "reads again" in typist.reads("keys", "restore", "digest", "1")
    assert "makes again" in typist.reads("keys", "restore", "digest", "1")
    typist.reads("keys", "retire", "digest", "2")
    assert "is destroyed" in typist.reads("keys", "destroy", "digest", "2", "--yes")
    assert "backups of keys.json" in typist.reads("keys", "destroy", "vault", "--yes")


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        (("retire", "mac", "1"), "mac 1 is the key that makes", "keys rotate mac"),
        (("retire", "mac", "7"), "there is no key mac 7", "keys list"),
        (("restore", "seal", "1"), "nothing to restore", ""),
        (("destroy", "digest", "1", "--yes"), "digest 1 is in force", "keys retire digest 1"),
        (("destroy", "vault"), "no way back", "--yes"),
    ],
)
def test_what_is_refused_and_why(typist: Typist, words: tuple[str, ...], problem: str, hint: str) -> None:
    """Exit code 1, a problem and a way on; nothing has changed."""
    before = (typist.data / "keys.json").read_bytes()
    said = typist.is_refused("keys", *words)
    assert problem in said
    assert hint in said
    assert (typist.data / "keys.json").read_bytes() == before


def test_a_key_on_which_things_depend_is_not_retired_by_the_way(typist: Typist) -> None:
    """With the counts; with --yes it is."""
    typist.gets("keys", "rotate", "digest")
    typist.gets("keys", "rotate", "mac")
    said = typist.is_refused("keys", "retire", "digest", "1")
    assert "with digest 1 would end: 1 network pair" in said
    assert "--yes" in said
    assert "access tokens made under mac 1 may live until" in typist.is_refused("keys", "retire", "mac", "1")


@pytest.mark.parametrize("words", [("rotate", "max"), ("retire", "mac"), ("retire", "mac", "x"), ("destroy", "mac")])
def test_wrong_usage_is_2(typist: Typist, words: tuple[str, ...]) -> None:
    """An unknown purpose, a missing id, one that is no number, a whole purpose that is not the vault."""
    assert typist.types("keys", *words)[0] == 2


def test_every_change_is_in_the_audit_and_holds_no_key(typist: Typist) -> None:
    """Who, what, which key; the key itself is in no answer either."""
    said = [
        typist.types("keys", *words)[1]
        for words in (
            ("rotate", "all"),
            ("list",),
            ("list", "--json"),
            ("retire", "digest", "1", "--yes"),
            ("restore", "digest", "1", "--json"),
            ("retire", "digest", "1", "--yes", "--json"),
            ("destroy", "digest", "1", "--yes"),
        )
    ]
    content = json.loads((typist.data / "keys.json").read_text())
    for keys in content["keys"].values():
        for key in keys:
            assert all(key["key"] not in text for text in said)
    raw = b"".join(path.read_bytes() for path in typist.data.glob("frontdesk.db*"))
    for action in (b"keys.rotated", b"keys.retired", b"keys.restored", b"keys.destroyed"):
        assert action in raw


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda data: (data / "keys.json").unlink(), "keys.json is missing"),
        (lambda data: (data / "keys.json").write_text("{"), "is damaged"),
        (lambda data: (data / "keys.json").chmod(0o640), "can be read by others"),
    ],
)
def test_bk_06_without_the_right_key_file_nothing_starts(
    typist: Typist, spoil: Callable[[Path], object], says: str
) -> None:
    """FT-16: refused with a sentence, and nothing is made anew."""
    spoil(typist.data)
    before = {path.name: path.read_bytes() for path in typist.data.glob("keys.json")}
    assert says in typist.is_refused("network", "list")
    assert says in typist.is_refused("keys", "rotate", "all")
    assert {path.name: path.read_bytes() for path in typist.data.glob("keys.json")} == before


def test_bk_06_an_older_key_file_is_refused(typist: Typist) -> None:
    """Restored from before a rotation it lacks a key that is in use: it says which."""
    old = (typist.data / "keys.json").read_bytes()
    typist.gets("keys", "rotate", "digest")
    new = (typist.data / "keys.json").read_bytes()
    (typist.data / "keys.json").write_bytes(old)
    said = typist.is_refused("network", "list")
    assert "lacks the key digest 2" in said
    assert "newest key file" in said
    (typist.data / "keys.json").write_bytes(new)
    typist.gets("network", "list")


@pytest.mark.skipif(os.geteuid() != 0 or not ordinary_user(), reason="needs root, and nobody to become")
def test_root_rotates_beside_a_server_of_nobodys(new_house: Callable[..., House]) -> None:
    """No file of root's is left, the key file stays private, and the server stays ready."""
    house = new_house().start()
    house.admin("network", "add", "Northside", "--owner", "olena@north.example")
    for words in (("rotate", "all"), ("retire", "seal", "1", "--yes"), ("destroy", "seal", "1", "--yes")):
        house.admin("keys", *words)
    assert house.get_status("/readyz") == 200
    owners = {pwd.getpwuid(entry.lstat().st_uid).pw_name for entry in house.data.iterdir()}
    assert owners == {"nobody"}
    assert (house.data / "keys.json").stat().st_mode & 0o777 == 0o600
    assert house.stop() == 0


def test_a_new_signing_key_is_told_with_its_time(typist: Typist) -> None:
    """It signs a quarter of an hour later, and the list says so; a way back before that begins nothing anew."""
    assert "is published now, and signs from 20" in typist.reads("keys", "rotate", "sign")
    listed = [key for key in typist.gets("keys", "list")["keys"] if key["purpose"] == "sign"]
    assert [(key["id"], key["state"]) for key in listed] == [(2, "making"), (1, "reading")]
    made, start = (datetime.fromisoformat(listed[0][name]) for name in ("made_at", "makes_from"))
    assert timedelta(minutes=15) <= start - made <= timedelta(minutes=16)
    assert "makes_from" not in listed[1]
    shown = typist.reads("keys", "list")
    assert f"signs from {listed[0]['makes_from']} on" in shown
    assert "assertions to the API: a minute" in shown
    assert "sign 1 makes again" in typist.reads("keys", "restore", "sign", "1")
