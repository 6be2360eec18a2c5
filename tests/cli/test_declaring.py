"""The installation as one file: `frontdesk export`, `plan` and `apply`, and the same over the administration API."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from frontdesk.cli.main import run
from pictures import draw_png

NORTH = "01900000-0000-7000-8000-0000000000aa"


class Typist:
    """Somebody who types commands for one data folder or another."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._capsys = capsys

    def types(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command."""
        self._capsys.readouterr()
        code = run([*words, "--data", str(self.data)])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def gets(self, *words: str) -> Any:
        """The JSON answer of a command that succeeds."""
        code, out, err = self.types(*words, "--json")
        assert (code, err) == (0, ""), err
        return json.loads(out)

    def exports(self) -> Any:
        """What the installation says it is."""
        code, out, _ = self.types("export")
        assert code == 0
        return yaml.safe_load(out)

    def writes(self, declared: Any) -> str:
        """The name of a file that says so."""
        file = self.folder / "desk.yaml"
        file.write_text(yaml.safe_dump(json.loads(json.dumps(declared))))  # nothing shared: no anchors
        return str(file)

    def wipes(self) -> None:
        """Begin with another, empty folder."""
        self.data = self.data.with_name(self.data.name + "2")


@pytest.fixture
def typist(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typist:
    """A typist with no data folder yet, and no settings of the machine's."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Typist(tmp_path, capsys)


def furnish(typist: Typist) -> None:
    """Some of everything that a file may say."""
    north = typist.gets("network", "add", "Північ", "--owner", "olena@north.example")["network"]["id"]
    typist.gets("network", "add", "South", "--owner", "sam@south.example", "--id", NORTH)
    typist.gets("user", "add", "ann@north.example", "--network", north, "--role", "administrator")
    typist.gets("user", "add", "max@north.example", "--network", north, "--role", "member")
    locks = ("Locks", "--redirect-uri", "https://l.example/cb", "--scope", "resources locations")
    typist.gets("app", "add", *locks, "--own-scope", "resources")
    typist.gets("app", "add", "Phone", "--redirect-uri", "http://127.0.0.1/cb", "--scope", "resources", "--native")
    gone = typist.gets("app", "add", "Gone", "--redirect-uri", "https://g.example/cb", "--scope", "resources")
    typist.gets("app", "disable", gone["client_id"])
    typist.gets("resource-server", "add", "Bookings")


def test_export_wipe_and_apply_give_the_same_export(typist: Typist) -> None:
    """Every thing and field of it; a plan after it is empty, whether or not the file is the whole truth."""
    furnish(typist)
    told = typist.exports()
    assert [len(told[part]) for part in ("networks", "apps", "resource_servers")] == [2, 3, 1]
    file = typist.writes(told)
    typist.wipes()
    applied = typist.gets("apply", file)
    assert applied["changes"]
    assert typist.exports() == told
    for words in (("plan", file), ("plan", file, "--full"), ("apply", file, "--full")):
        answer = typist.gets(*words)
        assert (answer["changes"], answer["steps"]) == (False, [])
    assert typist.exports() == told


def test_logos_go_along_unless_they_shall_not(typist: Typist) -> None:
    """Export, wipe, apply: the same export, pictures included; --no-pictures only names them."""
    furnish(typist)
    app = next(app for app in typist.exports()["apps"] if app["name"] == "Locks")
    picture = typist.folder / "logo.png"
    picture.write_bytes(draw_png())
    typist.gets("app", "logo", app["client_id"], str(picture))
    told = typist.exports()
    (name,) = told["pictures"]
    file = typist.writes(told)
    typist.wipes()
    typist.gets("apply", file)
    assert typist.exports() == told
    assert (typist.gets("plan", file, "--full")["changes"], typist.types("plan", file)[0]) == (False, 0)
    code, out, _ = typist.types("export", "--no-pictures")
    assert (code, "pictures:" in out, name in out) == (0, False, True)
    bare = typist.writes(yaml.safe_load(out))
    assert typist.gets("plan", bare)["steps"] == []
    typist.wipes()
    _, out, _ = typist.types("apply", bare)
    assert f"? same logo {app['client_id']} (the file does not hold this picture" in out


def test_new_things_get_secrets_of_their_own_told_once_and_no_file_holds_one(typist: Typist) -> None:
    """Networks, confidential apps and resource servers; an app on a device gets none."""
    furnish(typist)
    told = typist.exports()
    file = typist.writes(told)
    typist.wipes()
    secrets = typist.gets("apply", file)["secrets"]
    named = {app["name"]: app["client_id"] for app in told["apps"]}
    assert {made["name"] for made in secrets} == {
        *(network["id"] for network in told["networks"]),
        *(server["id"] for server in told["resource_servers"]),
        named["Locks"],
        named["Gone"],
    }
    assert typist.gets("apply", file)["secrets"] == []
    out = typist.types("export")[1] + Path(file).read_text()
    assert not [made for made in secrets if made["secret"] in out]
    pair = next(made for made in secrets if made["name"] == NORTH)
    assert typist.gets("credential", "show", NORTH)["credential"]["client_id"] == pair["client_id"]


def test_what_is_there_follows_the_file_and_keeps_its_secrets(typist: Typist) -> None:
    """Titles, owners, people, an app's addresses and scopes; the plan says so before, and changes nothing."""
    furnish(typist)
    told = typist.exports()
    pairs = {network["id"]: typist.gets("credential", "show", network["id"]) for network in told["networks"]}
    north = next(network for network in told["networks"] if network["owner"] == "olena@north.example")
    north |= {"title": "North Pole", "owner": "ann@north.example", "administrators": ["eve@north.example"]}
    locks = next(app for app in told["apps"] if app["name"] == "Locks")
    locks |= {"name": "Door Locks", "redirect_uris": ["https://l.example/two"], "scopes": ["resources"]}
    told["resource_servers"][0]["disabled"] = True
    file, before = typist.writes(told), typist.exports()
    code, out, _ = typist.types("plan", file)
    assert code == 0
    assert f"~ changed app {locks['client_id']} (name, redirect_uris, scopes)" in out
    assert f"- suspended role olena@north.example in {north['id']} (administrator)" in out
    assert typist.exports() == before
    typist.gets("apply", file)
    assert typist.exports() == told
    assert pairs == {network["id"]: typist.gets("credential", "show", network["id"]) for network in told["networks"]}


def test_what_the_file_does_not_name_stays_unless_it_is_the_whole_truth(typist: Typist) -> None:
    """With --full it is taken out of service; naming it again brings it back as it was."""
    furnish(typist)
    whole = typist.exports()
    file = typist.writes({"frontdesk": 2, "networks": [whole["networks"][0]]})
    assert typist.gets("plan", file)["steps"] == []
    suspended = {(step["kind"], step["name"]) for step in typist.gets("apply", file, "--full")["steps"]}
    assert suspended == {
        ("network", whole["networks"][1]["id"]),
        ("resource server", whole["resource_servers"][0]["id"]),
        *(("app", app["client_id"]) for app in whole["apps"] if not app.get("disabled")),
    }
    left = typist.exports()
    assert left["networks"] == [whole["networks"][0]]
    assert all(app["disabled"] for app in left["apps"])
    typist.gets("apply", typist.writes(whole))
    assert typist.exports() == whole


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"networks": [{"id": "7", "title": "N", "owner": "a@n.example"}]}, "not a network id"),
        ({"networks": [{"id": NORTH, "title": "", "owner": "a@n.example"}]}, "title"),
        ({"networks": [{"id": NORTH, "title": "N", "owner": "nobody"}]}, "not an e-mail address"),
        ({"networks": [{"id": NORTH, "title": "N", "owner": "a@n.example", "members": ["a@n.example"]}]}, "owns"),
        ({"networks": [{"id": NORTH, "title": "N", "owner": "a@n.example"}] * 2}, "already"),
        ({"apps": [{"client_id": "a", "name": "A", "redirect_uris": ["ftp://x"], "scopes": ["x"]}]}, "redirect URI"),
        ({"apps": [{"client_id": "a", "name": "A", "redirect_uris": ["https://x.example"], "scopes": []}]}, "scope"),
        (
            {
                "apps": [
                    {
                        "client_id": "a",
                        "name": "A",
                        "redirect_uris": ["https://x.example/"],
                        "scopes": ["x"],
                        "public": True,
                        "profile": "compat",
                    }
                ]
            },
            "always strict",
        ),
        ({"resource_servers": [{"id": "a b", "name": "A"}]}, "printable ASCII"),
        ({"colours": []}, "colours"),
        ({"frontdesk": 3}, "frontdesk"),
        ({"apps": "all"}, "apps"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing(typist: Typist, change: dict[str, Any], words: str) -> None:
    """It is refused whole, with what is wrong in words."""
    typist.gets("network", "add", "South", "--owner", "sam@south.example")
    before = typist.exports()
    file = typist.writes({"frontdesk": 2, **change})
    code, out, err = typist.types("apply", file)
    assert (code, out) == (1, "")
    assert words in err
    assert typist.exports() == before


def test_whether_an_app_has_a_secret_never_changes(typist: Typist) -> None:
    """A conflict: the plan says so and ends with 1, and nothing is applied."""
    furnish(typist)
    told = typist.exports()
    phone = next(app for app in told["apps"] if app["name"] == "Phone")
    phone |= {"public": False, "native": False}
    file = typist.writes(told)
    code, out, _ = typist.types("plan", file)
    assert code == 1
    assert f"! conflict app {phone['client_id']}" in out
    code, _, err = typist.types("apply", file)
    assert code == 1
    assert "register another app" in err


@pytest.mark.parametrize("text", ["", "[", "frontdesk: 1\nfrontdesk: 1\n", "a: *b", "\x00"])
def test_what_is_no_file_of_this_kind_is_said_in_one_sentence(typist: Typist, text: str) -> None:
    """No traceback, no half of it."""
    typist.gets("network", "add", "South", "--owner", "sam@south.example")
    (typist.folder / "x.yaml").write_text(text)
    code, _, err = typist.types("plan", str(typist.folder / "x.yaml"))
    assert code == 1
    assert err.startswith("frontdesk: error: ")
