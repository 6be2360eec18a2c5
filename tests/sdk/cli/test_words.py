"""What is typed wrong, what must not be typed, and how fast help comes."""

import resource
import subprocess
from pathlib import Path

import pytest

from sdk.cli.terminal import COMMAND, Terminal
from sdk.imitation import imitate


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A new user's."""
    return Terminal(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nothing",),
        ("call", "GET"),
        ("call", "GET", "resources/v1"),
        ("call", "GET", "//evil.example/"),
        ("call", "GET", "/x", "--header", "Authorization: Bearer x"),
        ("call", "GET", "/x", "--header", "x"),
        ("status", "--nothing"),
        ("status", "--profile", "../x"),
        ("explain", "../x"),
        ("login", "--client-id", "x"),
        ("login", "--server", "http://127.0.0.1:9", "--client-id", "x", "--basic", "--public"),
        ("login", "--server", "api.example.com", "--client-id", "x", "--basic"),
        ("login", "--server", "https://api.example:port", "--client-id", "x", "--basic"),
        ("login", "--server", "https://api.example.com", "--client-id", "a:b", "--basic"),
        ("completion", "tcsh"),
    ],
)
def test_a_word_too_few_or_too_many_ends_with_two(terminal: Terminal, words: tuple[str, ...]) -> None:
    """And says so in one error and one hint, on stderr; nothing is written anywhere."""
    said = terminal.types(*words)
    assert (said.code, said.out) == (2, ""), said
    error, hint = said.err.splitlines()
    assert error.startswith("frontdesk-client: error: ")
    assert hint.startswith("frontdesk-client: hint: ")
    assert not list(terminal.home.iterdir())


@pytest.mark.parametrize("words", [("--client-secret", "fdcs_x"), ("--secret", "fdcs_x"), ("--token=fdcs_x",)])
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(terminal: Terminal, words: tuple[str, ...]) -> None:
    """Others see command lines; the hint names the ways that they do not see."""
    said = terminal.types("login", *words)
    assert said.code == 2
    assert "fdcs_x" not in said.err
    assert "--secret-stdin" in said.err


def test_nobody_is_logged_in_yet(terminal: Terminal) -> None:
    """Every command that needs a profile says how to get one."""
    for words in (("status",), ("networks",), ("call", "GET", "/x"), ("explain", "abc"), ("logout",)):
        said = terminal.types(*words)
        assert said.code == 1, said
        assert 'no profile "default"' in said.err
        assert "hint: frontdesk-client login" in said.err
    assert terminal.types("status", "--all", "--json").out == "[]\n"


def test_a_server_that_is_not_there_is_an_error_with_words(terminal: Terminal) -> None:
    """No traceback."""
    words = ("login", "--server", "http://127.0.0.1:9", "--client-id", "x", "--public", "--scope", "a")
    said = terminal.types(*words)
    assert said.code == 1
    assert said.err.startswith("frontdesk-client: error: GET http://127.0.0.1:9/")
    plain = terminal.types("login", "--server", "http://plain.example", *words[3:])
    assert plain.code == 1
    assert "plain http" in plain.err


def test_help_costs_little() -> None:
    """Under 0.3 s of processor time: no HTTP client is loaded to print it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(3):
        done = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in ("login", "status", "networks", "call", "explain", "logout", "completion"):
        assert f"    {command}" in done.stdout
    assert (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 3 < 0.3


def test_against_the_original_api(terminal: Terminal) -> None:
    """No metadata, no PKCE, no `iss`, commas between scopes, the token to revoke in the query: all of it works."""
    import httpx2

    with imitate() as original:
        client_id, secret = original.app
        words = ("--server", original.address, "--client-id", client_id, "--secret-stdin", "--scope", "resources")
        talk = terminal.begins("login", *words, "--redirect-uri", original.redirect_uri)
        talk.says(secret)
        at_login = httpx2.get(talk.hears_link()).headers["location"]
        talk.says(httpx2.get(f"{original.address}{at_login}").headers["location"])
        said = talk.ends()
        assert said.code == 0, said
        first, _ = (each["id"] for each in terminal.types("networks", "--json").json()["networks"])
        assert terminal.types("call", "GET", "/resources/v1?limit=1", "--network", first).code == 0
        refused = terminal.types("call", "GET", "/nothing", "--network", first)
        assert (refused.code, "404 notFound" in refused.err) == (1, True), refused
        assert terminal.types("explain", "abc").code == 1
        assert terminal.types("logout", "--json").json()["revoked"] is True
        (revoked,) = original.asked_for("POST", "/oauth2/revoke")
        assert set(revoked.query) == {"token"}


def test_a_logout_that_fails_keeps_the_connection(terminal: Terminal) -> None:
    """Unless it is told to forget: then nothing is left here."""
    import httpx2

    with imitate() as original:
        client_id, secret = original.app
        words = ("--server", original.address, "--client-id", client_id, "--secret-stdin", "--scope", "resources")
        talk = terminal.begins("login", *words, "--redirect-uri", original.redirect_uri)
        talk.says(secret)
        at_login = httpx2.get(talk.hears_link()).headers["location"]
        talk.says(httpx2.get(f"{original.address}{at_login}").headers["location"])
        assert talk.ends().code == 0
    failed = terminal.types("logout")
    assert failed.code == 1
    assert "logout --forget" in failed.err
    assert terminal.types("status").code == 0
    assert terminal.types("logout", "--forget", "--json").json() == {"profile": "default", "revoked": False}
    assert terminal.types("status").code == 1
