"""The command line's whole life, typed as over SSH, before a real Frontdesk."""

from pathlib import Path

import pytest
from frontdesk_client import FileStore

from sdk.cli.terminal import Terminal, every_file
from servers.partner import SCOPES, Town, add_app
from servers.wires import Wire


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A new user's."""
    return Terminal(tmp_path)


@pytest.fixture(scope="module")
def native(town: Town) -> str:
    """A native app: no secret, and its loopback address at any port."""
    words = ("--native", "--redirect-uri", "http://127.0.0.1/callback", "--scope", SCOPES)
    return str(town.house.admin("app", "add", "Door locks on a command line", *words)["client_id"])


def log_in(terminal: Terminal, town: Town, client_id: str, *more: str, networks: int = 1) -> None:
    """Log in by pasting back the address that the browser ends at."""
    words = ("--server", town.house.url, "--client-id", client_id, "--public", "--scope", SCOPES, *more)
    talk = terminal.begins("login", *words)
    back = town.person().approve(talk.hears_link(), [place.id for place in town.places[:networks]])
    assert back.startswith("http://127.0.0.1:"), back
    talk.says(back)
    said = talk.ends()
    assert said.code == 0, said


def test_login_networks_call_explain_logout_and_it_is_revoked(terminal: Terminal, town: Town, native: str) -> None:
    """Each step by what a person types; after the logout the tokens are dead at the server."""
    harbour, elsewhere = town.places[0], town.places[3]
    log_in(terminal, town, native)

    status = terminal.types("status", "--json").json()
    assert (status["logged_in"], status["network"], status["kept_in"]) == (True, harbour.id, "files")
    assert status["scopes"] == SCOPES.split()

    listed = terminal.types("networks", "--json").json()
    assert listed == {"networks": [{"id": harbour.id, "title": "Harbour"}]}
    assert harbour.id in terminal.types("networks").out

    called = terminal.types("call", "GET", "/resources/v1?limit=1", "--json").json()
    assert called["status"] == 200
    assert called["body"]["target"] == "/resources/v1?limit=1"
    assert ["x-frontdesk-network", harbour.id] in called["body"]["headers"]
    made = terminal.types("call", "POST", "/resources/v1", "--data", "-", stdin='{"title":"Desk"}')
    assert made.code == 0
    assert '\\"title\\"' in made.out

    refused = terminal.types("call", "GET", "/resources/v1", "--network", elsewhere.id)
    assert refused.code == 1
    assert "networkForbidden" in refused.out
    assert "frontdesk-client: error: 403 networkForbidden" in refused.err
    hint = refused.err.splitlines()[-1]
    assert hint.startswith("frontdesk-client: hint: frontdesk-client explain ")

    explained = terminal.types("explain", hint.split()[-1])
    assert explained.code == 0, explained
    assert explained.out.startswith("Refused with 403 networkForbidden\n")
    assert "FAIL" in explained.out
    assert "What would pass" in explained.out
    assert terminal.types("explain", "0" * 22).code == 1

    tokens = FileStore(terminal.home / ".config/frontdesk-client/tokens").load("default")
    assert tokens is not None
    out = terminal.types("logout")
    assert (out.code, "Revoked" in out.out) == (0, True), out
    wire = Wire(town.house.port)
    assert wire.call(tokens.access_token, harbour.id).status == 401
    wire.close()
    assert terminal.types("status").code == 1
    again = terminal.types("networks")
    assert again.code == 1
    assert "hint: frontdesk-client login --profile default" in again.err
    assert not [path for path, text in every_file(terminal.home).items() if "fdat_" in text or "fdrt_" in text]


def test_a_connection_that_was_revoked_elsewhere_says_so(terminal: Terminal, town: Town, native: str) -> None:
    """The user disconnected the app: the next call says what to do, and logging in again helps."""
    log_in(terminal, town, native)
    tokens = FileStore(terminal.home / ".config/frontdesk-client/tokens").load("default")
    assert tokens is not None
    wire = Wire(town.house.port)
    ended = wire.post("/oauth2/revoke", {"token": str(tokens.refresh_token), "client_id": native})
    assert ended.status == 200
    wire.close()
    said = terminal.types("call", "GET", "/resources/v1")
    assert said.code == 1
    assert "error: the connection is gone" in said.err
    assert "hint: connect again" in said.err
    talk = terminal.begins("login")  # everything else is known
    talk.says(town.person().approve(talk.hears_link(), [town.places[0].id]))
    assert talk.ends().code == 0
    assert terminal.types("call", "GET", "/resources/v1").code == 0


def test_an_app_with_a_secret_and_two_networks(terminal: Terminal, town: Town) -> None:
    """The secret from stdin, kept as tokens are; with several networks each call names one."""
    app = add_app(town.house, "Secretive", "https://partner.example/cb")
    words = ("--server", town.house.url, "--client-id", app.client_id, "--scope", SCOPES)
    uri = ("--redirect-uri", app.redirect_uri)
    talk = terminal.begins("login", *words, *uri, "--secret-stdin", "--profile", "two")
    talk.says(app.client_secret)
    talk.says(town.person().approve(talk.hears_link(), [place.id for place in town.places[:2]]))
    said = talk.ends()
    assert said.code == 0, said
    assert app.client_secret not in said.out + said.err
    held = [path for path, text in every_file(terminal.home).items() if app.client_secret in text]
    assert [path.parent.name for path in held] == ["tokens"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in held)

    told = {"FRONTDESK_CLIENT_PROFILE": "two"}
    assert terminal.types("call", "GET", "/resources/v1", **told).code == 1
    for place in town.places[:2]:
        assert terminal.types("call", "GET", "/resources/v1", "--network", place.id, **told).code == 0
    refused = terminal.types("call", "GET", "/locations/v9", "--network", town.places[0].id, **told)
    explained = terminal.types("explain", refused.err.split()[-1], "--json", **told)
    assert explained.json()["type"] == "unknownOperation"
    assert terminal.types("logout", "--json", **told).json() == {"profile": "two", "revoked": True}
    assert not [path for path, text in every_file(terminal.home).items() if app.client_secret in text]


def test_a_networks_own_pair(terminal: Terminal, town: Town) -> None:
    """A customer logs in with Basic; a wrong secret is refused and not kept."""
    mill = town.places[1]
    words = ("login", "--server", town.house.url, "--basic", "--client-id", mill.client_id, "--secret-stdin")
    wrong = terminal.types(*words, stdin="fdns_wrong\n")
    assert wrong.code == 1
    assert "401 unauthenticated" in wrong.err
    assert terminal.types("status").code == 1
    assert terminal.types(*words, stdin=f"{mill.client_secret}\n").code == 0
    assert terminal.types("networks", "--json").json()["networks"][0]["id"] == mill.id
    assert terminal.types("call", "GET", "/resources/v1").code == 0
    assert terminal.types("logout").code == 0
    assert terminal.types("call", "GET", "/resources/v1").code == 1
