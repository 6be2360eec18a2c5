"""What answers, URLs and processes give away (rows LK-02, LK-03, LK-05, LK-06, LK-07, LK-09, MX-11, BT-03)."""

import http.client
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from attacks.signed_reports import Reporter
from attacks.test_house import OutOfOrder
from frontdesk.protocol import tokens
from frontdesk.protocol.leaks import Scanner
from frontdesk.testing.browser import ISSUER, Browser
from frontdesk.testing.story import CALLBACK, GATE, OPERATOR, OWNER, Story, answer_of
from frontdesk.testing.wire import Reply, call
from frontdesk.web.asgi import AsgiApp, Receive, Scope, Send
from frontdesk.web.site import PAGES
from servers.house import House
from servers.processes import family
from servers.upstream import Upstream
from servers.wires import Wire

pytestmark = pytest.mark.anyio
STRANGER = "nobody@nowhere.example"


def found_in(text: str | bytes) -> list[str]:
    """Every value of ours in a text."""
    scanner = Scanner()
    content = text.encode() if isinstance(text, str) else text
    return [hit.value for hit in [*scanner.feed(content), *scanner.finish()]]


# -- LK-02: a bug in each handler
@pytest.fixture
async def broken(tmp_path: Path) -> AsyncIterator[tuple[Story, OutOfOrder, Reporter]]:
    """A house with everything switched on, whose store breaks when it is told to."""
    reporter, store = Reporter.begin(), OutOfOrder()
    yield await Story.begin(store, leak_keys=reporter.writes_keys(tmp_path)), store, reporter
    store.broken = None
    await store.aclose()


async def test_lk_02_every_endpoint_says_a_bug_in_its_own_kind(broken: tuple[Story, OutOfOrder, Reporter]) -> None:
    """LK-02: OAuth JSON, API JSON or a page, the same for every request of the kind, and no word of what broke."""
    story, store, reporter = broken
    partner, api = await story.connected_partner(), await story.api()
    held, proof = partner.held, partner.proof()
    store.broken = RuntimeError
    oauth = [
        await story.post(
            "/oauth2/token", {**proof, "grant_type": "refresh_token", "refresh_token": held.refresh_token}
        ),
        await story.post("/oauth2/token", {**proof, "grant_type": "authorization_code", "code": "x"}),
        await story.post("/oauth2/token", {**proof, "grant_type": "client_credentials"}),
        await story.post("/oauth2/revoke", {"token": held.access_token}),
        await call(story.app, "POST", f"/oauth2/revoke?token={held.refresh_token}"),
        await api.introspects(held.access_token),
    ]
    for reply in oauth:
        assert (reply.status, reply.json()) == (500, {"error": "server_error"})
    calls = [
        await story.check("GET /resources/v1", authorization=f"Bearer {held.access_token}"),
        await call(story.app, "GET", "/resources/v1", headers=[("authorization", f"Bearer {held.access_token}")]),
        await call(story.app, "GET", "/networks/v1", headers=[("authorization", f"Bearer {held.access_token}")]),
        await reporter.reports(story, held.access_token),
    ]
    for reply in calls:
        assert reply.status == 500
        assert set(reply.json()) == {"message", "type"}
    for reply in [*oauth, *calls]:
        _says_nothing(reply)


class Served:
    """An app as a server runs it: what it raises once it has answered goes to the log, and not to the caller."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        with suppress(RuntimeError):
            await self._app(scope, receive, send)


@pytest.mark.parametrize("path", PAGES)
async def test_lk_02_every_page_says_a_bug_in_words(broken: tuple[Story, OutOfOrder, Reporter], path: str) -> None:
    """LK-02: a page with a request id, whether somebody is signed in or not."""
    story, store, _ = broken
    north = await story.network("North")
    browser = await story.signs_in(browser=Browser(app=Served(story.app)))
    target = path.replace("{network}", north.id)
    store.broken = RuntimeError
    shown = await browser.get(target)
    posted = await browser.post(target, [("email", OWNER), ("code", "123456"), ("decision", "allow")])
    for reply in (shown, posted):
        assert reply.status != 200 or "<html" in reply.text
        if reply.status == 500:
            assert "Something broke" in reply.text
        _says_nothing(reply)


def _says_nothing(reply: Reply) -> None:
    for word in ("out of order", "Traceback", "RuntimeError", ".py"):
        assert word not in reply.text, word


# -- LK-03: what callers write into logs
def test_lk_03_a_caller_writes_no_line_of_its_own(upstream: Upstream) -> None:
    """LK-03: line breaks, terminal sequences and JSON breaks in id, agent and state stay inside their one line."""
    house = House(upstream=upstream.url, log_level="debug")
    nasty = 'x"}\n{"event":"forged","level":"info"}\r\n\x1b[31m\u202e'
    try:
        house.start()
        agent = {"User-Agent": 'x"} {"event":"forged"} \x1b[31m'}
        query = f"client_id={quote(nasty)}&state={quote(nasty)}&redirect_uri=x"
        for target in (f"/oauth2/authorize?{query}", "/" + quote(nasty, safe="")):
            with suppress(OSError, http.client.HTTPException):  # refused by the parser: also an answer
                Wire(house.port).ask("GET", target, agent)
        Wire(house.port).post("/oauth2/token", {"client_id": nasty, "client_secret": nasty, "grant_type": nasty})
        house.stop()
        assert house.running is not None
        words = house.running.words()
    finally:
        house.leave()
    for line in filter(None, words.splitlines()):
        assert line.isprintable(), line
        if line.startswith("{"):
            assert json.loads(line).get("event") != "forged"
        else:
            assert line.lower().startswith("frontdesk")  # what the command itself says to its operator


# -- LK-05: what other users of the machine can read of processes
@pytest.fixture
def started(upstream: Upstream, tmp_path: Path) -> Iterator[tuple[House, list[str]]]:
    """Two workers whose secrets came by file and by variable, and these secrets."""
    secrets = ["canary-check-secret-0123456789", "canary-mail-password"]
    house = House(upstream=upstream.url, workers=2)
    kept = house.folder / "mail-url"
    kept.write_text(f"smtp://user:{secrets[1]}@127.0.0.1:1")
    kept.chmod(0o644)
    house.settings = {"check_secret": secrets[0], "mail_file": str(kept)}
    told = house.environment()
    told.pop("FRONTDESK_MAIL")
    house.environment = lambda extra=None: told  # type: ignore[method-assign]
    try:
        house.start()
        yield house, secrets
    finally:
        house.leave()


def test_lk_05_no_secret_stands_in_a_process_list(started: tuple[House, list[str]]) -> None:
    """LK-05: arguments of no process; the environment of no worker. What the operator gave the first one is his."""
    house, secrets = started
    assert house.running is not None
    processes = family(house.running.pid)
    keys = (house.data / "keys.json").read_text()
    material = re.findall(r'"key": "([A-Za-z0-9_-]{43})"', keys)
    assert material
    assert len(processes) >= 3
    for pid in processes:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        for secret in [*secrets, *material]:
            assert secret.encode() not in arguments
            if b"frontdesk.cli.worker" in arguments or secret != secrets[0]:
                assert secret.encode() not in environment, arguments
        assert found_in(arguments + environment) == []


# -- LK-06: no side doors
@pytest.mark.parametrize(
    "path",
    [
        *("/metrics", "/debug", "/debug/pprof", "/docs", "/redoc", "/openapi.json", "/swagger", "/admin", "/actuator"),
        *("/server-status", "/_frontdesk", "/_frontdesk/", "/_frontdesk/metrics", "/.env", "/.git/config", "/console"),
    ],
)
async def test_lk_06_there_is_no_door_beside_the_doors(story: Story, path: str) -> None:
    """LK-06: what is neither ours nor the document's is unknown, for everybody alike."""
    reply = await call(story.app, "GET", path)
    assert (reply.status, reply.json()["type"]) == (404, "unknownOperation")


# -- LK-07: blocked against unknown
async def test_lk_07_a_blocked_account_answers_as_an_unknown_one(story: Story) -> None:
    """LK-07: the same page, status and headers for its address and for its codes; no mail goes out."""
    north = await story.network("North", owner="olga@north.example")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    await story.operator.block_user(OWNER, blocked=True, origin=OPERATOR)
    replies: dict[str, list[Reply]] = {}
    for address in (OWNER, STRANGER):
        browser = story.browser()
        page = await browser.submit(await browser.open("/sign-in"), email=address)
        replies[address] = [page, await browser.submit(page, code="123456")]
    assert not story.mail.letters
    for blocked, unknown in zip(replies[OWNER], replies[STRANGER], strict=True):
        assert blocked.status == unknown.status
        assert _shape(blocked, OWNER) == _shape(unknown, STRANGER)


def _shape(reply: Reply, address: str) -> tuple[list[str], str]:
    """An answer without what is different each time: sealed fields, ids, the address itself."""
    text = re.sub(r'value="[^"]{20,}"|challenge%3D[A-Za-z0-9_-]+', "", reply.text.replace(address, "")).strip()
    return [name for name, _ in reply.headers], re.sub(r"Request [0-9a-f-]+|request=[A-Za-z0-9_-]+", "", text)


# -- LK-09: what a browser's history, bookmarks and Referer could hold
class Historian:
    """An app that remembers every URL that was asked for or sent to, as a browser's history would."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self.urls: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and write down."""
        query = scope.get("query_string", b"")
        self.urls.append((scope["raw_path"] + (b"?" + query if query else b"")).decode())

        async def watched(message: Any) -> None:
            for name, value in message.get("headers", []):
                if name.lower() in (b"location", b"content-location", b"refresh", b"link"):
                    self.urls.append(value.decode().partition("url=")[2] if name == b"refresh" else value.decode())
            await send(message)

        await self._app(scope, receive, watched)


async def test_lk_09_no_url_of_the_whole_way_holds_what_lives_on(story: Story) -> None:
    """LK-09: of all URLs from sign-in to disconnecting only the one-time code is a value of ours, and it is dead."""
    historian = Historian(story.app)
    north = await story.network("North")
    partner = await story.partner()
    browser = Browser(app=historian)
    page = await browser.open(partner.authorize_target())
    page = await browser.submit(page, email=OWNER)
    page = await browser.submit(page, code=story.login_code(OWNER))
    sent_back = await browser.submit(page, network=[north.id], decision="allow")
    code = answer_of(sent_back)["code"]
    assert (await partner.exchanges(code)).status == 200
    await browser.open("/account")
    await browser.open("/account/apps")
    shown = await browser.open(f"/account/networks/{north.id}/api")
    await browser.submit(shown, action=f"/account/networks/{north.id}/api/reveal")
    shown = await browser.open(f"/account/networks/{north.id}/api")
    await browser.submit(shown, title="North")
    await browser.submit(await browser.open("/account/apps"), action="/account/apps/disconnect")
    await browser.submit(await browser.open("/account"), action="/sign-out")
    assert len(historian.urls) > 15
    history = "\n".join(historian.urls)
    assert set(found_in(history)) == {code}
    assert code.startswith(tokens.CODE)
    assert [url for url in historian.urls if not url.startswith(("/", ISSUER, CALLBACK))] == []
    for url in historian.urls:
        if urlsplit(url).path.startswith("/account"):
            assert not urlsplit(url).query or re.fullmatch(r"[a-z]+=[a-z-]+", urlsplit(url).query), url
    assert story.login_code(OWNER) not in history
    assert (await partner.exchanges(code)).json()["error"] == "invalid_grant"
    # What is sealed in a URL is for the browser that got it, and for half an hour.
    sealed = [url for url in historian.urls if "request=" in url]
    assert sealed
    for url in sealed:
        stranger = await story.browser().get(url.removeprefix(ISSUER))
        assert "Door Locks" not in stranger.text


# -- MX-11: nothing is described that does not exist
@pytest.mark.parametrize(
    "suffix",
    [
        "openid-configuration",
        "oauth-authorization-server/other",
        "oauth-authorization-server/",
        "oauth-protected-resource",
        "oauth-protected-resource/resources/v1",
        "nothing",
        "",
    ],
)
async def test_mx_11_an_unknown_well_known_suffix_is_404(story: Story, suffix: str) -> None:
    """MX-11: no default issuer, no document of another thing; the one there is has no other spelling."""
    reply = await call(story.app, "GET", f"/.well-known/{suffix}")
    assert (reply.status, reply.json()["type"]) == (404, "unknownOperation")
    assert "issuer" not in reply.text


async def test_mx_11_the_metadata_is_one_document(story: Story) -> None:
    """MX-11, MX-02: whatever query or host comes with it."""
    first = await call(story.app, "GET", "/.well-known/oauth-authorization-server")
    other = await call(
        story.app, "GET", "/.well-known/oauth-authorization-server?issuer=https://evil.example", peer="198.51.100.9"
    )
    assert first.json() == other.json()
    assert first.json()["issuer"] == story.house.settings.issuer


# -- BT-03: a token in the body
async def test_bt_03_a_token_in_the_body_is_no_credential(story: Story) -> None:
    """BT-03: the API takes it from the header alone; a form or JSON field of that name is the API's own business."""
    partner = await story.connected_partner()
    for kind, body in (
        ("application/x-www-form-urlencoded", f"access_token={partner.held.access_token}"),
        ("application/json", f'{{"access_token":"{partner.held.access_token}"}}'),
    ):
        reply = await call(
            story.app, "POST", "/resources/v1", headers=[("content-type", kind)], body=body.encode(), peer=GATE
        )
        assert (reply.status, reply.json()["type"]) == (401, "unauthenticated")
