"""`app add --profile|--public|--native`, `app change` and `config check --deploy`, as they are typed."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from frontdesk.cli.main import run
from servers.house import House
from servers.partner import settle
from servers.wires import Wire

URI = "https://app.example/callback"
SAFE = {
    "FRONTDESK_PUBLIC_URL": "https://desk.example",
    "FRONTDESK_MAIL": "smtp://mail.example",
    "FRONTDESK_TRUSTED_PROXIES": "127.0.0.1",
}


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

    def gets(self, *words: str, code: int = 0) -> Any:
        """The JSON answer of a command."""
        ended, out, err = self.types(*words, "--json")
        assert (ended, err) == (code, ""), err
        return json.loads(out)

    def adds(self, name: str, *words: str, uri: str = URI) -> Any:
        """A new app."""
        return self.gets("app", "add", name, "--redirect-uri", uri, "--scope", "resources", *words)


@pytest.fixture
def typist(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typist:
    """A typist with no data folder yet, and no settings of the machine's."""
    for name in [name for name in os.environ if name.startswith("FRONTDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Typist(tmp_path / "data", capsys)


@pytest.mark.parametrize(
    ("words", "uri", "kind", "profile", "pkce"),
    [
        ((), URI, "confidential", "compat", False),
        (("--profile", "compat"), URI, "confidential", "compat", False),
        (("--require-pkce",), URI, "confidential", "compat", True),
        (("--profile", "strict"), URI, "confidential", "strict", True),
        (("--public",), URI, "public", "strict", True),
        (("--public", "--profile", "strict"), URI, "public", "strict", True),
        (("--native",), "http://127.0.0.1/cb", "native", "strict", True),
        (("--native", "--public"), "com.example.app:/cb", "native", "strict", True),
    ],
)
def test_an_app_is_registered_as_it_is_to_be_treated(
    typist: Typist, words: tuple[str, ...], uri: str, kind: str, profile: str, pkce: bool
) -> None:
    """JSON says kind and profile; only what has a secret shows one, once; `app list` says the same."""
    added = typist.adds("App", *words, uri=uri)
    assert (added["kind"], added["profile"], added["require_pkce"]) == (kind, profile, pkce)
    assert ("client_secret" in added) is (kind == "confidential")
    (listed,) = typist.gets("app", "list")["apps"]
    assert (listed["kind"], listed["profile"], listed["require_pkce"]) == (kind, profile, pkce)
    _, out, _ = typist.types("app", "list")
    assert out.splitlines()[0].split()[:5] == ["CLIENT", "ID", "STATE", "KIND", "PROFILE"]
    assert out.splitlines()[1].split()[1:4] == ["enabled", kind, profile]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--public", "--profile", "compat"), "an app without a secret is always strict"),
        (("--native", "--profile", "compat"), "an app without a secret is always strict"),
        (("--public", "--own-scope", "resources"), "an app without a secret can do nothing without a user"),
    ],
)
def test_rf_14_what_cannot_be_is_refused(typist: Typist, words: tuple[str, ...], problem: str) -> None:
    """RF-14: with a hint, and nothing is registered."""
    code, out, err = typist.types("app", "add", "App", "--redirect-uri", URI, "--scope", "resources", *words)
    assert (code, out) == (1, "")
    assert err.startswith(f"frontdesk: error: {problem}")
    assert "frontdesk: hint: leave out" in err
    assert typist.gets("app", "list") == {"apps": []}


def test_people_are_told_that_a_public_app_has_no_secret(typist: Typist) -> None:
    """And what it has instead."""
    code, out, _ = typist.types("app", "add", "App", "--public", "--redirect-uri", URI, "--scope", "resources")
    assert code == 0
    assert "client secret" not in out
    assert "It has no secret" in out


def test_an_app_is_treated_more_strictly_and_less(typist: Typist) -> None:
    """One thing at a time; what is not named stays."""
    identity = typist.adds("App")["client_id"]
    for words, profile, pkce in (
        (("--require-pkce",), "compat", True),
        (("--profile", "strict"), "strict", True),
        (("--profile", "compat"), "compat", True),
        (("--no-require-pkce",), "compat", False),
        (("--profile", "strict", "--require-pkce"), "strict", True),
    ):
        changed = typist.gets("app", "change", identity, *words)["app"]
        assert (changed["profile"], changed["require_pkce"]) == (profile, pkce)
    assert typist.types("app", "change", identity)[0] == 2
    assert typist.types("app", "change", "fdci_nobody", "--profile", "strict")[0] == 1
    public = typist.adds("Public", "--public")["client_id"]
    code, _, err = typist.types("app", "change", public, "--profile", "compat", "--force")
    assert code == 1
    assert "always strict" in err


def test_safe_settings_pass_for_deployment(typist: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before there is a database too: nothing is made."""
    for name, value in SAFE.items():
        monkeypatch.setenv(name, value)
    report = typist.gets("config", "check", "--deploy")
    assert report["ok"] is True
    assert report["apps"] == []
    assert not typist.data.exists()
    assert typist.gets("config", "check") == {"ok": True}


@pytest.mark.parametrize(
    ("name", "value", "subject", "verdict"),
    [
        ("public_url", "", "public_url", "warn"),
        ("mail", "console:", "mail", "fail"),
        ("mail", "file:///var/mail-out", "mail", "warn"),
        ("trusted_proxies", "", "trusted_proxies", "fail"),
        ("trusted_proxies", "10.0.0.0/8", "trusted_proxies", "ok"),
        ("check_peers", "10.0.0.7", "check", "ok"),
        ("upstream", "http://api.example:9000", "upstream", "warn"),
        ("upstream", "http://127.0.0.1:9000", "upstream", "ok"),
        ("log_level", "debug", "log_level", "warn"),
        ("access_token_lifetime", "7200", "lifetimes", "warn"),
    ],
)
def test_what_is_unsafe_where_others_can_reach_it_is_found(
    typist: Typist, monkeypatch: pytest.MonkeyPatch, name: str, value: str, subject: str, verdict: str
) -> None:
    """Dangerous ends with 1; each with what to do; in words and in JSON."""
    for safe, setting in SAFE.items():
        monkeypatch.setenv(safe, setting)
    monkeypatch.setenv(f"FRONTDESK_{name.upper()}", value)
    code = 1 if verdict == "fail" else 0
    report = typist.gets("config", "check", "--deploy", code=code)
    found = [finding for finding in report["findings"] if finding["subject"] == subject]
    assert verdict in [finding["verdict"] for finding in found]
    assert all(finding["advice"] for finding in report["findings"] if finding["verdict"] != "ok")
    ended, out, _ = typist.types("config", "check", "--deploy")
    assert ended == code
    assert f"{verdict:<4}  {subject}" in out


def test_each_app_that_may_use_weak_forms_is_told_of(typist: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the standard, and since when each was not needed; a new app is given its thirty days."""
    for name, value in SAFE.items():
        monkeypatch.setenv(name, value)
    weak = typist.adds("Weak", uri="http://localhost/cb")["client_id"]
    typist.adds("Strict", "--profile", "strict")
    report = typist.gets("config", "check", "--deploy")
    (app,) = report["apps"]
    assert (app["client_id"], app["profile"], app["switch_off"]) == (weak, "compat", None)
    assert {found["form"] for found in app["deviations"]} == {
        "no_pkce", "no_state_no_pkce", "revoke_query", "revoke_unauthenticated", "refresh_unrotated",
    }  # fmt: skip
    for found in app["deviations"]:
        assert (found["in_use"], found["uses"], found["last_used_at"], found["days_unseen"]) == (False, 0, None, 0)
        assert found["not_needed_since"]
        assert found["standard"].startswith("RFC ")
    assert "redirect URI" in [finding["subject"] for finding in report["findings"]]
    code, out, _ = typist.types("config", "check", "--deploy")
    assert code == 0
    assert f"Weak ({weak})" in out
    assert "codes without PKCE (RFC 9700 §2.1.1): never since it was registered" in out
    typist.gets("app", "change", weak, "--profile", "strict")
    assert "No app may use a form" in typist.types("config", "check", "--deploy")[1]


def test_what_served_apps_use_is_in_the_report_and_is_not_switched_off(new_house: Callable[..., House]) -> None:
    """Counted by a real worker, written by its end at the latest; switched off by force, and refused from then on."""
    house = new_house().start()
    town = settle(house)
    wire = Wire(house.port)
    tokens = town.app.connect(wire, town.person(), [town.places[0].id])
    for _ in range(3):
        assert town.app.refresh(wire, tokens).status == 200
    assert town.app.revoke(wire, tokens.refresh).status == 200
    wire.close()
    assert house.stop() == 0
    (app,) = house.admin("config", "check", "--deploy")["apps"]
    assert {found["form"]: found["uses"] for found in app["deviations"] if found["in_use"]} == {
        "no_pkce": 1,
        "no_state_no_pkce": 1,
        "refresh_unrotated": 3,
        "revoke_query": 1,
        "revoke_unauthenticated": 1,
    }
    refused = house.run("app", "change", town.app.client_id, "--profile", "strict")
    assert refused.returncode == 1
    assert "a token in the query of revoke: 1 time, last on " in refused.stderr
    house.admin("app", "change", town.app.client_id, "--profile", "strict", "--force")
    house.start()
    wire = Wire(house.port)
    target = town.app.authorize_url(state="x").removeprefix(house.url)
    assert "error=invalid_request" in wire.ask("GET", target).headers["location"]
    wire.close()
    town.close()
