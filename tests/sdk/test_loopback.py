"""Answers that come to a port of this machine: one, with our state, at our path; everything else is turned away."""

import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from frontdesk_client import Connect, MemoryStore
from frontdesk_client.errors import AuthorizationFailed
from frontdesk_client.loopback import Listener, can_open_browser, is_local, sign_in

from sdk.answering import TOKENS, Answering, answering


@pytest.fixture
def desk() -> Iterator[Answering]:
    """A token endpoint that answers well."""
    with answering() as server:
        server.said["/oauth2/token"] = (200, {}, TOKENS)
        yield server


@pytest.fixture
def listener() -> Iterator[Listener]:
    """At a free port."""
    made = Listener("http://127.0.0.1/callback")
    yield made
    made.close()


def make(desk: Answering, redirect_uri: str = "http://127.0.0.1/callback") -> Connect:
    """A native app's."""
    return Connect("fdci_app", None, MemoryStore(), endpoints=desk.url, redirect_uri=redirect_uri, scopes="resources")


def test_one_answer_and_nothing_else(listener: Listener) -> None:
    """Other paths, states, hosts, doubled parameters and later answers get 404, and do not end the waiting."""
    got: list[str] = []
    waiting = threading.Thread(target=lambda: got.append(listener.wait(seconds=20)))
    listener.expect("right")
    waiting.start()
    address = listener.address
    assert httpx2.get(f"{address}?code=a&state=wrong").status_code == 404
    assert httpx2.get(f"{address}?code=a").status_code == 404
    assert httpx2.get(f"{address}/x?code=a&state=right").status_code == 404
    assert httpx2.get(f"{address}?code=a&state=right&state=right").status_code == 404
    assert httpx2.get(f"{address}?code=a&state=right", headers={"Host": "evil.example"}).status_code == 404
    assert httpx2.post(f"{address}?code=a&state=right").status_code == 501
    assert waiting.is_alive()
    page = httpx2.get(f"{address}?code=fdac_first&state=right")
    assert page.status_code == 200
    assert page.headers["content-security-policy"] == "default-src 'none'"
    assert page.headers["cache-control"] == "no-store"
    assert "fdac_first" not in page.text
    assert httpx2.get(f"{address}?code=fdac_second&state=right").status_code == 404
    waiting.join()
    assert got == ["code=fdac_first&state=right"]


def test_it_listens_on_this_machine_alone_and_frees_the_port(listener: Listener) -> None:
    """Bound to 127.0.0.1; closed, nobody is there."""
    port = urlsplit(listener.address).port
    assert listener._server.server_address == ("127.0.0.1", port)
    listener.close()
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port or 0), timeout=2):
        pass


def test_no_answer_in_time(listener: Listener) -> None:
    """It gives up, and says so."""
    with pytest.raises(AuthorizationFailed, match="No answer came"):
        listener.wait(seconds=0.2)


def test_an_idle_connection_does_not_hold_it_up(listener: Listener) -> None:
    """Browsers open connections that they never use."""
    got: list[str] = []
    waiting = threading.Thread(target=lambda: got.append(listener.wait(seconds=20)))
    listener.expect("right")
    waiting.start()
    with socket.create_connection(("127.0.0.1", urlsplit(listener.address).port or 0)):
        assert httpx2.get(f"{listener.address}?code=a&state=right", timeout=3).status_code == 200
    waiting.join()
    assert got


def test_a_browser_opens_and_its_answer_arrives(
    desk: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real program as the browser: it is started with the link, and follows it to the port that the link names."""
    browser = tmp_path / "browser"
    browser.write_text(
        "#!/bin/sh\nexec "
        + f"{sys.executable} -c "
        + "'import sys,urllib.parse as u,urllib.request as r;"
        + "q=dict(u.parse_qsl(u.urlsplit(sys.argv[1]).query));"
        + 'r.urlopen(q["redirect_uri"]+"?"+u.urlencode({"code":"c","state":q["state"]}))'
        + '\' "$1"\n'
    )
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    monkeypatch.setattr("webbrowser._tryorder", None)
    shown: list[str] = []
    connect = make(desk)
    tokens = sign_in(connect, show=shown.append, ask=lambda _: pytest.fail("asked"), browser=True, seconds=20)
    assert connect.store.load("default") == tokens
    asked = parse_qs(urlsplit(shown[0].splitlines()[-1]).query)
    assert asked["redirect_uri"][0].startswith("http://127.0.0.1:")
    assert asked["redirect_uri"][0].endswith("/callback")


@pytest.mark.parametrize(
    "redirect_uri", ["http://127.0.0.1/callback", "http://127.0.0.1:8123/cb", "https://app.example/cb"]
)
def test_pasting_back(desk: Answering, redirect_uri: str) -> None:
    """Without a browser here the address is typed in, whole; a port is made up only where the registration has none."""
    connect, shown = make(desk, redirect_uri), []

    def ask(_: str) -> str:
        asked = parse_qs(urlsplit(shown[0].splitlines()[-1]).query)
        where = asked["redirect_uri"][0]
        assert where == redirect_uri or redirect_uri == "http://127.0.0.1/callback"
        return f"  {where}?{urlencode({'code': 'c', 'state': asked['state'][0]})}\n"

    tokens = sign_in(connect, show=shown.append, ask=ask, browser=False)
    assert tokens.access_token == "fdat_new"


def test_what_is_pasted_is_judged_like_any_answer(desk: Answering) -> None:
    """Somebody else's address is refused."""
    with pytest.raises(AuthorizationFailed, match="another sign-in"):
        sign_in(make(desk), show=lambda _: None, ask=lambda _: "http://127.0.0.1/?code=c&state=x", browser=False)
    assert not desk.asked


@pytest.mark.parametrize(
    ("environment", "platform", "can"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "w"}, "linux", True),
        ({}, "linux", False),
        ({"BROWSER": "firefox"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
        ({"DISPLAY": ":0", "CI": "1"}, "linux", False),
        ({"CI": "true"}, "darwin", False),
        ({"CI": ""}, "darwin", True),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "a"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
        ({"BROWSER": "lynx", "SSH_TTY": "/dev/pts/1"}, "linux", False),
    ],
)
def test_when_a_browser_is_opened(environment: dict[str, str], platform: str, can: bool) -> None:
    """Never in CI, nor over SSH, nor where there is no display."""
    assert can_open_browser(environment, platform) is can


@pytest.mark.parametrize(
    ("redirect_uri", "local"),
    [
        ("http://127.0.0.1/callback", True),
        ("http://127.0.0.1:8123/callback", True),
        ("http://127.0.0.1:80/callback", False),
        ("http://localhost:8123/callback", False),
        ("https://127.0.0.1/callback", False),
        ("https://app.example/callback", False),
        ("com.example.app:/callback", False),
    ],
)
def test_which_addresses_are_listened_at(redirect_uri: str, local: bool) -> None:
    """127.0.0.1 by number: `localhost` may be somebody else (RFC 8252 §8.3)."""
    assert is_local(redirect_uri) is local
