"""`frontdesk resource-server` and `app own-scopes`: the answers scripts read, what people read, and every refusal."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from frontdesk.cli.main import run

Answer = dict[str, Any]
URI = "https://app.example/callback"


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

    def is_refused(self, *words: str) -> str:
        """What a command that is refused says; exit code 1, nothing on stdout."""
        code, out, err = self.types(*words)
        assert (code, out) == (1, "")
        return err


@pytest.fixture
def typist(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typist:
    """A typist with no data folder yet, and no settings of the machine's."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Typist(tmp_path / "data", capsys)


def test_a_resource_server_from_its_first_day_to_its_last(typist: Typist) -> None:
    """The shapes that scripts read; a secret is told when it is made, and never again."""
    added = typist.gets("resource-server", "add", " Bookings ")
    assert set(added) == {"resource_server", "secret"}
    assert set(added["resource_server"]) == {"id", "name"}
    key, secret = added["resource_server"]["id"], added["secret"]
    assert (key[:5], secret[:5], added["resource_server"]["name"]) == ("fdri_", "fdrs_", "Bookings")

    (listed,) = typist.gets("resource-server", "list")["resource_servers"]
    assert set(listed) == {"id", "name", "disabled", "created_at"}
    assert (listed["id"], listed["name"], listed["disabled"]) == (key, "Bookings", False)
    assert secret not in json.dumps(listed)

    rotated = typist.gets("resource-server", "rotate-secret", key)
    assert rotated["resource_server"] == added["resource_server"]
    assert rotated["secret"].startswith("fdrs_")
    assert rotated["secret"] != secret

    assert typist.gets("resource-server", "disable", key)["resource_server"]["disabled"] is True
    assert typist.gets("resource-server", "enable", key)["resource_server"]["disabled"] is False
    removed = typist.gets("resource-server", "remove", key)
    assert removed == {"resource_server": added["resource_server"], "removed": True}
    assert typist.gets("resource-server", "list") == {"resource_servers": []}


def test_people_are_told_in_sentences(typist: Typist) -> None:
    """What happened, and what to do now."""
    code, out, _ = typist.types("resource-server", "add", "Bookings")
    assert code == 0
    assert "Bookings may ask at /oauth2/introspect" in out
    assert "not shown again" in out
    key = out.split("fdri_")[1].split()[0]
    for words, said in (
        (("list",), "enabled"),
        (("disable", f"fdri_{key}"), "it is told nothing"),
        (("list",), "disabled"),
        (("enable", f"fdri_{key}"), "works as before"),
        (("rotate-secret", f"fdri_{key}"), "refused from now on"),
        (("remove", f"fdri_{key}"), "refused for good"),
        (("list",), "No API asks about tokens yet"),
    ):
        code, out, err = typist.types("resource-server", *words)
        assert (code, err) == (0, "")
        assert said in out


@pytest.mark.parametrize("word", ["rotate-secret", "disable", "enable", "remove"])
def test_an_unknown_one_is_refused_in_words(typist: Typist, word: str) -> None:
    """With a way to find the right one; nothing that was typed reaches the terminal as it is."""
    typist.gets("resource-server", "add", "Bookings")
    said = typist.is_refused("resource-server", word, "fdri_x\x1b[31m")
    assert 'no resource server "fdri_x?[31m"' in said
    assert "frontdesk resource-server list" in said


def test_a_name_that_deceives_is_refused(typist: Typist) -> None:
    """As a network's title is."""
    assert "the name is empty" in typist.is_refused("resource-server", "add", " ")
    assert "U+202E" in typist.is_refused("resource-server", "add", "evil\u202etxt")


def test_what_an_app_may_do_on_its_own(typist: Typist) -> None:
    """Given when it is added or later, taken back with an empty text; nothing unless somebody says so."""
    common = ("--redirect-uri", URI, "--scope", "resources locations")
    plain = typist.gets("app", "add", "Plain", *common)
    assert plain["own_scopes"] == []
    made = typist.gets("app", "add", "Alone", *common, "--own-scope", "locations,resources")
    assert made["own_scopes"] == ["locations", "resources"]
    key = made["client_id"]
    assert typist.gets("app", "own-scopes", key, "resources")["app"]["own_scopes"] == ["resources"]
    assert typist.gets("app", "own-scopes", key, "")["app"]["own_scopes"] == []
    code, out, _ = typist.types("app", "own-scopes", key, "resources")
    assert (code, "On its own, Alone may do resources from now on." in out) == (0, True)
    listed = {app["name"]: app["own_scopes"] for app in typist.gets("app", "list")["apps"]}
    assert listed == {"Plain": [], "Alone": ["resources"]}
    code, out, _ = typist.types("app", "add", "Third", *common, "--own-scope", "resources")
    assert (code, "own scopes" in out) == (0, True)


def test_own_scopes_that_are_malformed_or_of_nobody_are_refused(typist: Typist) -> None:
    """In words; nothing is stored."""
    common = ("--redirect-uri", URI, "--scope", "resources")
    assert "malformed" in typist.is_refused("app", "add", "A", *common, "--own-scope", 'a"b')
    made = typist.gets("app", "add", "A", *common)
    assert "malformed" in typist.is_refused("app", "own-scopes", made["client_id"], 'a"b')
    assert "no app" in typist.is_refused("app", "own-scopes", "fdci_nobody", "resources")
    assert [app["own_scopes"] for app in typist.gets("app", "list")["apps"]] == [[]]


def test_own_scopes_are_those_of_the_document(typist: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt one is refused with the nearest, when the app is added and later."""
    document = Path(__file__).parents[1] / "servers" / "api.json"
    monkeypatch.setenv("FRONTDESK_OPENAPI", str(document))
    common = ("--redirect-uri", URI, "--scope", "resources")
    assert "resourcs" in typist.is_refused("app", "add", "A", *common, "--own-scope", "resourcs")
    key = typist.gets("app", "add", "A", *common)["client_id"]
    assert 'did you mean "resources"?' in typist.is_refused("app", "own-scopes", key, "resourcs")
