"""Administration from an empty folder on: the answers scripts read, what people read, and every refusal."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from frontdesk.assemble.house import DATABASE_FILE
from frontdesk.cli.main import run
from frontdesk.cli.ownership import OURS
from frontdesk.runtime.keys import KEY_FILE
from pictures import draw_png

OWNER, PARTNER_URI = "olena@northside.example", "https://app.example/callback"
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
        """The JSON answer of a command that succeeds, as one line with nothing beside it."""
        code, out, err = self.types(*words, "--json")
        assert (code, err) == (0, ""), err
        assert out.count("\n") == 1
        answer: Answer = json.loads(out)
        return answer

    def is_refused(self, *words: str) -> list[str]:
        """What a command that is refused says, line by line; exit code 1, nothing on stdout."""
        code, out, err = self.types(*words)
        assert (code, out) == (1, "")
        lines = err.splitlines()
        assert all(line.startswith(("frontdesk: error: ", "frontdesk: hint: ")) for line in lines)
        return lines


@pytest.fixture
def typist(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typist:
    """A typist with no data folder yet, and no settings of the machine's."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Typist(tmp_path / "data", capsys)


@pytest.fixture
def network(typist: Typist) -> Answer:
    """A network, made the way a newcomer begins."""
    return typist.gets("network", "add", "Northside", "--owner", OWNER)


def test_the_first_network_makes_the_data_folder_for_its_owner_only(typist: Typist) -> None:
    """A newcomer's first command: folder 0700, keys and database 0600, and names that mark the folder as ours."""
    typist.gets("network", "add", "Northside", "--owner", OWNER)
    assert typist.data.stat().st_mode & 0o777 == 0o700
    assert {KEY_FILE, DATABASE_FILE} == OURS
    for name in OURS:
        assert (typist.data / name).stat().st_mode & 0o777 == 0o600


def test_network_add_and_list(typist: Typist) -> None:
    """The shapes that scripts read; the owner's address is lower-cased, an id may be given."""
    given = "0192f0c1-0000-7000-8000-000000000001"
    added = typist.gets("network", "add", " Harbour ", "--owner", "Mika@Harbour.example", "--id", given.upper())
    assert set(added) == {"network", "credential"}
    assert added["network"] == {"id": given, "title": "Harbour", "owner": "mika@harbour.example"}
    assert set(added["credential"]) == {"client_id", "client_secret"}
    assert added["credential"]["client_id"].startswith("fdni_")
    assert added["credential"]["client_secret"].startswith("fdns_")
    listed = typist.gets("network", "list")["networks"]
    assert [(one["id"], one["title"], one["owner"]) for one in listed] == [(given, "Harbour", "mika@harbour.example")]
    assert "fdns_" not in json.dumps(listed)
    assert "there is a network" in typist.is_refused("network", "add", "B", "--owner", OWNER, "--id", given)[0]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("network", "add", "", "--owner", OWNER), "the title is empty"),
        (("network", "add", "A", "--owner", "nobody"), '"nobody" is not an e-mail address'),
        (("network", "add", "A", "--owner", OWNER, "--id", "acme"), '"acme" is not a network id (a UUID)'),
        (("credential", "show", "acme"), '"acme" is not a network id (a UUID)'),
        (("credential", "regenerate", "0192f0c1-0000-7000-8000-0000000000ff"), "no network "),
        (("user", "block", "stranger@x.example"), "nobody has the address stranger@x.example"),
        (("user", "block", OWNER), f"{OWNER} owns 1 network and cannot be blocked"),
        (("app", "add", "A", "--redirect-uri", "http://x.example/", "--scope", "a"), "the redirect URI "),
        (("app", "add", "A", "--redirect-uri", PARTNER_URI, "--scope", ""), "an app needs at least one scope"),
        (("app", "disable", "fdci_nobody"), 'no app "fdci_nobody"'),
        (("app", "rotate-secret", "f\x1b[0m"), 'no app "f?[0m"'),
        (("grant", "revoke", "nonsense"), "no grant with this id"),
    ],
)
def test_refusals_say_what_and_where_to_look(
    typist: Typist, network: Answer, words: tuple[str, ...], problem: str
) -> None:
    """Exit 1, one sentence, never an escape sequence of what was typed."""
    first = typist.is_refused(*words)[0]
    assert first.removeprefix("frontdesk: error: ").startswith(problem)
    assert first.isprintable()


def test_roles_are_given_changed_and_taken(typist: Typist, network: Answer) -> None:
    """`user add` makes the user; the owner's role is nobody's to change here."""
    at = ("--network", network["network"]["id"])
    ada = "ada@places.example"
    given = typist.gets("user", "add", ada, *at, "--role", "member")
    assert given["user"]["email"] == ada
    assert given["role"] == "member"
    assert given["network"]["title"] == "Northside"
    assert typist.gets("user", "add", ada, *at, "--role", "administrator")["user"] == given["user"]
    assert typist.gets("user", "remove", ada, *at)["removed"] is True
    assert "has no role" in typist.is_refused("user", "remove", ada, *at)[0]
    assert "owns Northside" in typist.is_refused("user", "remove", OWNER, *at)[0]
    assert "owns Northside" in typist.is_refused("user", "add", OWNER, *at, "--role", "member")[0]


def test_people_are_blocked_and_unblocked(typist: Typist, network: Answer) -> None:
    """And a blocked one can own nothing new."""
    ada = "ada@places.example"
    typist.gets("user", "add", ada, "--network", network["network"]["id"], "--role", "administrator")
    assert typist.gets("user", "block", ada)["user"]["blocked"] is True
    refused = typist.is_refused("network", "add", "New", "--owner", ada)
    assert refused[1] == f"frontdesk: hint: let them in with 'frontdesk user unblock {ada}'"
    assert typist.gets("user", "unblock", ada)["user"]["blocked"] is False


def test_credentials_are_shown_without_their_secret_and_regenerated(typist: Typist, network: Answer) -> None:
    """A new pair has a new id; `show` tells the last four and the dates."""
    identity, old = network["network"]["id"], network["credential"]
    shown = typist.gets("credential", "show", identity)["credential"]
    assert (shown["client_id"], shown["last_four"]) == (old["client_id"], old["client_secret"][-4:])
    assert shown["last_used_at"] is None
    fresh = typist.gets("credential", "regenerate", identity)["credential"]
    assert set(fresh) == {"client_id", "client_secret"}
    assert fresh["client_id"] != old["client_id"]
    assert typist.gets("credential", "show", identity)["credential"]["client_id"] == fresh["client_id"]


def test_a_network_has_several_pairs(typist: Typist, network: Answer) -> None:
    """Named and narrowed, replaced with an overlap, ended; the main one is replaced, never ended."""
    identity, main = network["network"]["id"], network["credential"]["client_id"]
    narrow = ("--read-only", "--address", "192.0.2.0/24", "--last-day", "2999-01-31")
    assert "more than ten years" in typist.is_refused("credential", "add", identity, "--name", "Reports", *narrow)[0]
    made = typist.gets("credential", "add", identity, "--name", "Reports", *narrow[:3])["credential"]
    assert "have that name" in typist.is_refused("credential", "add", identity, "--name", "Reports")[0]
    fresh = typist.gets("credential", "regenerate", identity, "--pair", made["client_id"], "--keep", "24h")
    listed = typist.gets("credential", "list", identity)["credentials"]
    assert [pair["client_id"] for pair in listed] == [main, fresh["credential"]["client_id"], made["client_id"]]
    assert [(pair["name"], pair["read_only"], pair["addresses"]) for pair in listed[1:]] == [
        ("Reports", True, ["192.0.2.0/24"])
    ] * 2
    assert [pair["retires_at"] is None for pair in listed] == [True, True, False]
    assert not {"secret", "client_secret", "sealed_secret"} & set(listed[0])
    assert typist.gets("credential", "end", identity, made["client_id"]) == {"ended": made["client_id"]}
    assert "never without its main pair" in typist.is_refused("credential", "end", identity, main)[0]
    assert "no pair" in typist.is_refused("credential", "regenerate", identity, "--pair", made["client_id"])[0]


def test_pairs_are_narrowed(typist: Typist, network: Answer) -> None:
    """The main one too, wholly each time; a named one keeps its name; the main one has no name and no last day."""
    identity, main = network["network"]["id"], network["credential"]["client_id"]
    narrow = ("credential", "narrow", identity)
    told = typist.gets(*narrow, "--read-only", "--address", "192.0.2.0/24")["credential"]
    assert (told["client_id"], told["read_only"], told["addresses"]) == (main, True, ["192.0.2.0/24"])
    told = typist.gets(*narrow)["credential"]
    assert (told["read_only"], told["addresses"], told["expires_at"]) == (False, [], None)
    assert "have no last day" in typist.is_refused(*narrow, "--last-day", "2099-01-31")[0]
    assert "has no name" in typist.is_refused(*narrow, "--name", "Mine")[0]
    made = typist.gets("credential", "add", identity, "--name", "Reports")["credential"]["client_id"]
    told = typist.gets(*narrow, "--pair", made, "--read-only")["credential"]
    assert (told["name"], told["read_only"]) == ("Reports", True)
    assert typist.gets(*narrow, "--pair", made, "--name", "Sums")["credential"]["name"] == "Sums"
    assert "no pair" in typist.is_refused(*narrow, "--pair", "fdni_nobody")[0]


def test_apps_are_registered_disabled_and_given_new_secrets(typist: Typist, tmp_path: Path) -> None:
    """An app may also be what a newcomer begins with."""
    added = typist.gets(
        "app", "add", "Door Locks", "--redirect-uri", PARTNER_URI, "--redirect-uri", "http://localhost:1/cb",
        "--scope", "resources, locations.readonly",
    )  # fmt: skip
    told = {"client_id", "client_secret", "redirect_uris", "scopes", "own_scopes", "kind", "profile", "require_pkce"}
    assert set(added) == told
    assert (added["kind"], added["profile"], added["require_pkce"]) == ("confidential", "compat", False)
    assert added["redirect_uris"] == [PARTNER_URI, "http://localhost:1/cb"]
    assert added["scopes"] == ["resources", "locations.readonly"]
    identity = added["client_id"]
    assert identity.startswith("fdci_")
    assert typist.gets("app", "disable", identity)["app"]["disabled"] is True
    assert typist.gets("app", "list")["apps"][0]["disabled"] is True
    assert typist.gets("app", "enable", identity)["app"]["disabled"] is False
    (picture := tmp_path / "logo.png").write_bytes(draw_png())
    assert typist.gets("app", "logo", identity, str(picture))["app"]["has_logo"] is True
    assert typist.gets("app", "logo", identity, "--remove")["app"]["has_logo"] is False
    rotated = typist.gets("app", "rotate-secret", identity)
    assert rotated["client_id"] == identity
    assert rotated["client_secret"] not in ("", added["client_secret"])
    assert typist.gets("grant", "list") == {"grants": []}


def test_an_app_may_ask_only_for_scopes_that_the_api_has(
    typist: Typist, monkeypatch: pytest.MonkeyPatch, reference_document: Path
) -> None:
    """With a document configured, a scope it lacks is refused with the nearest one."""
    monkeypatch.setenv("FRONTDESK_OPENAPI", str(reference_document))
    words = ("app", "add", "A", "--redirect-uri", PARTNER_URI, "--scope")
    assert typist.is_refused(*words, "resourcs")[1] == 'frontdesk: hint: did you mean "resources"?'
    assert typist.gets(*words, "resources.readonly")["scopes"] == ["resources.readonly"]


def test_people_read_short_answers_with_the_secret_once(typist: Typist) -> None:
    """Aligned pairs, and a note that the secret is not shown again."""
    code, out, err = typist.types("network", "add", "Northside", "--owner", OWNER)
    assert (code, err) == (0, "")
    assert out.count("fdns_") == 1
    assert "not shown again" in out
    code, out, _ = typist.types("network", "list")
    assert code == 0
    assert out.splitlines()[0].split() == ["ID", "OWNER", "CLIENT", "ID", "TITLE"]
    assert "fdns_" not in out


@pytest.mark.parametrize(
    ("make", "problem", "hint"),
    [
        (lambda data: None, "there is no data folder", "'frontdesk network add'"),
        (lambda data: data.mkdir(), "is empty", "'frontdesk network add'"),
        (lambda data: data.write_text("x"), "is not a folder", "--data"),
        (lambda data: (data.mkdir(), (data / "notes.txt").touch()), "holds other files", "--data"),
    ],
)
def test_a_folder_that_is_no_data_folder_is_refused(
    typist: Typist, make: Callable[[Path], object], problem: str, hint: str
) -> None:
    """Nothing is made where somebody mistyped a folder."""
    make(typist.data)
    error, advice = typist.is_refused("network", "list")
    assert problem in error
    assert hint in advice
    if typist.data.is_dir():
        assert not {entry.name for entry in typist.data.iterdir()} & OURS


def test_a_folder_of_something_else_gets_no_database(typist: Typist) -> None:
    """`network add` begins in an empty or a new folder only."""
    typist.data.mkdir()
    (typist.data / "notes.txt").touch()
    assert "holds other files" in typist.is_refused("network", "add", "A", "--owner", OWNER)[0]


@pytest.mark.parametrize(
    ("break_it", "problem"),
    [
        (lambda data: (data / KEY_FILE).unlink(), "keys.json"),
        (lambda data: (data / KEY_FILE).chmod(0o644), "can be read by others"),
        (lambda data: (data / DATABASE_FILE).write_bytes(b"no database" * 1000), DATABASE_FILE),
        (lambda data: (data / DATABASE_FILE).unlink(), DATABASE_FILE),
    ],
    ids=["no keys", "open keys", "corrupt database", "no database"],
)
def test_a_broken_house_is_one_clear_sentence(
    typist: Typist, network: Answer, break_it: Callable[[Path], object], problem: str
) -> None:
    """Never a traceback, never a new empty database in the place of the old one."""
    for name in (f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"):
        (typist.data / name).unlink(missing_ok=True)
    break_it(typist.data)
    lines = typist.is_refused("network", "list")
    assert problem in lines[0]
    assert lines[-1].startswith("frontdesk: hint: ")


def test_wrong_settings_are_all_told_at_once(typist: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each on a line of its own, with the nearest known name."""
    monkeypatch.setenv("FRONTDESK_WORKRES", "2")
    monkeypatch.setenv("FRONTDESK_PORT", "many")
    lines = typist.is_refused("network", "list")
    assert len(lines) == 3
    assert "did you mean FRONTDESK_WORKERS?" in "".join(lines)


def test_settings_come_from_flag_then_environment_then_file(typist: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """`config show` tells what is in force, and no secret."""
    file = typist.data.parent / "desk.toml"
    file.write_text('port = 8100\nproduct_name = "From file"\ncheck_secret = "0123456789abcdef-canary"\n')
    monkeypatch.setenv("FRONTDESK_PORT", "8200")
    shown = typist.gets("config", "show", "--config", str(file))["settings"]
    assert (shown["port"], shown["product_name"], shown["data"]) == (8200, "From file", str(typist.data))
    assert "canary" not in json.dumps(shown)
    assert typist.gets("config", "check", "--config", str(file)) == {"ok": True}
    assert "product_name" in typist.gets("config", "template")["template"]


def test_config_check_refuses_a_document_that_cannot_be_the_policy(
    typist: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the file's name, before anything is started."""
    file = typist.data.parent / "api.yaml"
    file.write_text("openapi: 3.0.0\npaths: [")
    monkeypatch.setenv("FRONTDESK_OPENAPI", str(file))
    assert "api.yaml" in typist.is_refused("config", "check")[0]


def test_the_doctor_finds_what_is_wrong_and_ends_with_1(typist: Typist, network: Answer) -> None:
    """Warnings are no failure; an open key file is one, with what to do."""
    report = typist.gets("doctor")
    assert report["ok"] is True
    subjects = {finding["subject"] for finding in report["findings"]}
    assert {"sqlite", "clock", "settings", "document", "mail", "public_url", "port", "data folder", "store"} <= subjects
    (typist.data / KEY_FILE).chmod(0o644)
    code, out, _ = typist.types("doctor", "--json")
    assert code == 1
    failed = [finding for finding in json.loads(out)["findings"] if finding["verdict"] == "fail"]
    assert [finding["subject"] for finding in failed] == ["store"]
    assert "chmod 600" in failed[0]["advice"]
    code, out, _ = typist.types("doctor")
    assert code == 1
    assert "fail  store" in out


def test_the_doctor_makes_nothing(typist: Typist) -> None:
    """A missing data folder stays missing."""
    code, out, _ = typist.types("doctor")
    assert code == 1
    assert "fail  data folder" in out
    assert not typist.data.exists()
