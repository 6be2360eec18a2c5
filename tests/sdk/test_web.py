"""The helpers for web frameworks, in real apps on real servers, before a real Frontdesk and a person with a browser."""

import http.client
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from frontdesk_client import Connect, FileStore, MemoryStore
from frontdesk_client.web.visits import begin, cookie_name

from servers.partner import App, Town, add_app
from servers.processes import Running, clean_environment, free_port, wait_until
from servers.wires import Wire


@dataclass
class Site:
    """One app that runs."""

    kind: str
    url: str
    app: App
    store: FileStore

    def browser(self, user: str | None = "ann") -> httpx2.Client:
        """A browser with cookies of its own, signed in to the app or not."""
        return httpx2.Client(base_url=self.url, cookies={"user": user} if user else {}, timeout=30)


@pytest.fixture(scope="module", params=["starlette", "fastapi", "flask", "django"])
def site(request: pytest.FixtureRequest, town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Each framework's app, registered with the town's Frontdesk."""
    port, folder = free_port(), tmp_path_factory.mktemp("site")
    app = add_app(town.house, f"The {request.param} app", f"http://127.0.0.1:{port}/partners/callback")
    told = {"CLIENT_ID": app.client_id, "CLIENT_SECRET": app.client_secret, "ISSUER": town.house.url}
    running = Running(
        [sys.executable, str(Path(__file__).with_name("web_apps.py")), request.param, str(port)],
        log=folder / "log",
        environment=clean_environment(told | {"STORE": str(folder / "tokens")}),
    )
    try:
        wait_until(lambda: _answers(port), what=f"the {request.param} app")
        yield Site(request.param, f"http://127.0.0.1:{port}", app, FileStore(folder / "tokens"))
    finally:
        running.kill()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/nothing")
        return connection.getresponse().status == 404
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def test_a_user_connects(site: Site, town: Town) -> None:
    """Two routes: away to Frontdesk, and back with tokens kept under the user's name, which open the network."""
    with site.browser() as browser:
        away = browser.get("/connect")
        assert away.status_code == 302
        assert away.headers["cache-control"] == "no-store"
        (kept,) = away.headers.get_list("set-cookie")
        assert "httponly" in kept.lower()
        assert "samesite=lax" in kept.lower()
        assert "max-age=600" in kept.lower()
        back = town.person().approve(away.headers["location"], [town.places[0].id])
        assert back.startswith(f"{site.url}/partners/callback?")
        landed = browser.get(back)
        if site.kind == "starlette":
            assert landed.text == "connected ann: resources locations"
        else:
            assert (landed.status_code, landed.headers["location"]) == (303, "/")
        assert landed.headers["referrer-policy"] == "no-referrer"
        assert not [name for name in browser.cookies if "connect-" in name]
        tokens = site.store.load("ann")
        assert tokens is not None
        wire = Wire(town.house.port)
        assert wire.call(tokens.access_token, town.places[0].id).status == 200
        wire.close()
        again = browser.get(back)
        assert again.status_code == 400
        assert "Start again" in again.text
    assert site.store.load("ann") == tokens


def test_st_19_another_browser_cannot_end_it(site: Site, town: Town) -> None:
    """ST-19: neither one without cookies, nor one in the middle of its own sign-in, nor one of another user."""
    with site.browser("bob") as bob, site.browser("eve") as eve, site.browser(None) as nobody:
        link = bob.get("/connect").headers["location"]
        eve.get("/connect")
        back = town.person().approve(link, [town.places[0].id])
        assert eve.get(back).status_code == 400
        assert nobody.get(back).status_code == 403
        assert nobody.get("/connect").status_code == 403
        bob.cookies.set("user", "eve")  # somebody else signed in to the app meanwhile, in the same browser
        assert bob.get(back).status_code == 400
        assert site.store.load("bob") is None
        assert site.store.load("eve") is None


def test_two_tabs_do_not_disturb_each_other(site: Site, town: Town) -> None:
    """Each sign-in has a cookie of its own."""
    with site.browser("two") as browser:
        links = [browser.get("/connect").headers["location"] for _ in range(2)]
        for link in links:
            answer = browser.get(town.person().approve(link, [town.places[0].id]))
            assert answer.status_code in (200, 303), answer.text


def test_a_refusal_is_a_page_that_says_what_to_do(site: Site, town: Town) -> None:
    """The user said no: the app hears of it, and nothing is kept."""
    with site.browser("no") as browser:
        link = browser.get("/connect").headers["location"]
        back = town.person().approve(f"{link}&prompt=consent", [], decision="deny")
        page = browser.get(back)
        assert page.status_code == 400
        assert "The user said no" in page.text
        assert page.headers["content-type"].startswith("text/plain")
        assert page.text.startswith("sorry: ") is (site.kind == "starlette")
    assert site.store.load("no") is None


def test_what_else_arrives_there_is_refused(site: Site) -> None:
    """No state, no answer, marks of a script: a plain 400, whose text holds nothing of it."""
    with site.browser() as browser:
        for query in ("", "?code=x", "?state=x&error=<script>alert(1)</script>", "?state=%ff&code=%00"):
            page = browser.get(f"/partners/callback{query}")
            assert page.status_code == 400
            assert "script" not in page.text
        assert browser.post("/partners/callback").status_code == 405


def test_over_https_the_cookie_is_the_hosts_own() -> None:
    """`__Host-` and Secure: neither the network nor a neighbouring host can set or read it."""
    connect = Connect(
        "id",
        "secret",
        MemoryStore(),
        endpoints="https://api.example",
        redirect_uri="https://app.example/cb",
        scopes="resources",
    )
    url, kept = begin(connect, "ann")
    assert kept.secure
    assert kept.name.startswith("__Host-connect-")
    assert kept.seconds == 600
    assert cookie_name(connect, urlsplit(url).query) == kept.name
    (state,) = parse_qs(urlsplit(url).query)["state"]
    assert state not in kept.name
    assert kept.value not in repr(kept)
