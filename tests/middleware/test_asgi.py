"""A desk in the process of an ASGI app: its life, its mounts, and what it lets the app and the caller see."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from frontdesk.middleware import Caller, DeskError, FrontdeskMiddleware, LocalDesk, RemoteDesk
from frontdesk.middleware.opening import Opening
from middleware.guarded import API
from middleware.town import Ears, Folder, make_folder

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The desk runs on asyncio."""
    return "asyncio"


@pytest.fixture
async def folder(tmp_path: Path) -> Folder:
    """A data folder with a network in it."""
    return await make_folder(tmp_path / "data")


class Server:
    """The server's end of a lifespan."""

    def __init__(self, app: Any) -> None:
        self.said: list[Any] = []
        self._orders: asyncio.Queue[Any] = asyncio.Queue()
        self._heard = asyncio.Event()
        self._life = asyncio.ensure_future(app({"type": "lifespan"}, self._orders.get, self._send))

    async def _send(self, message: Any) -> None:
        self.said.append(message["type"])
        self._heard.set()

    async def orders(self, order: str) -> None:
        """Say it, and wait for an answer or the end."""
        self._heard.clear()
        await self._orders.put({"type": order})
        heard = asyncio.ensure_future(self._heard.wait())
        await asyncio.wait([heard, self._life], return_when=asyncio.FIRST_COMPLETED, timeout=10)
        heard.cancel()


async def test_the_desk_opens_before_the_app_starts_and_closes_after_it_has_ended(folder: Folder) -> None:
    """The app may call its own API from its first moment to its last."""
    desk, ears, statuses = folder.desk(), Ears(), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await ears(scope, receive, send)
            return
        for expected in ("startup", "shutdown"):
            message = await receive()
            assert message["type"] == f"lifespan.{expected}"
            statuses.append(await ears.calls(guarded, "/resources/v1", (b"authorization", folder.authorization)))
            await send({"type": f"lifespan.{expected}.complete"})

    guarded = FrontdeskMiddleware(app, desk)
    server = Server(guarded)
    await server.orders("lifespan.startup")
    await server.orders("lifespan.shutdown")
    assert server.said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert statuses == [200, 200]


async def test_an_app_without_a_lifespan_gets_its_desk_one(folder: Folder) -> None:
    """Django raises at a lifespan's scope: the desk lives it alone, and is closed properly."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("Django can only handle ASGI/HTTP connections, not lifespan.")

    server = Server(FrontdeskMiddleware(app, folder.desk()))
    await server.orders("lifespan.startup")
    await server.orders("lifespan.shutdown")
    assert server.said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_an_app_that_breaks_as_it_starts_is_not_taken_for_one_without_a_lifespan(folder: Folder) -> None:
    """Its own fault is the server's to see."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        raise RuntimeError("no database")

    server = Server(FrontdeskMiddleware(app, folder.desk()))
    await server.orders("lifespan.startup")
    with pytest.raises(RuntimeError, match="no database"):
        await server._life


@pytest.mark.parametrize("has_lifespan", [True, False])
async def test_a_desk_that_cannot_open_stops_the_server(tmp_path: Path, has_lifespan: bool) -> None:
    """Said as the protocol has it; an exception would be taken for an app without a lifespan."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if not has_lifespan:
            raise ValueError
        await receive()
        await send({"type": "lifespan.startup.complete"})

    server = Server(FrontdeskMiddleware(app, LocalDesk.at(tmp_path / "nowhere", openapi=API)))
    await server.orders("lifespan.startup")
    assert server.said == ["lifespan.startup.failed"]


async def test_without_a_lifespan_the_first_calls_open_the_desk_once(folder: Folder) -> None:
    """Also where many come together, and where it cannot be opened: then 503."""
    ears = Ears()
    desk = folder.desk(requests_per_second=1_000)
    guarded = FrontdeskMiddleware(ears, desk)
    each = [Ears() for _ in range(20)]
    calls = (one.calls(guarded, "/resources/v1", (b"authorization", folder.authorization)) for one in each)
    assert set(await asyncio.gather(*calls)) == {200}
    await desk.aclose()
    away = FrontdeskMiddleware(ears, LocalDesk.at(folder.data / "nowhere", openapi=API))
    assert await ears.calls(away, "/resources/v1", (b"authorization", folder.authorization)) == 503
    assert ears.answered(b"retry-after") == [b"1"]


async def test_what_many_ask_for_at_once_is_opened_once() -> None:
    """And again after it was closed."""
    begun: list[int] = []
    ended: list[int] = []

    async def begin() -> int:
        begun.append(len(begun))
        await asyncio.sleep(0.01)
        return begun[-1]

    async def end(opened: int) -> None:
        ended.append(opened)

    opening = Opening(begin, end, what="it")
    assert await asyncio.gather(*(opening.get() for _ in range(5))) == [0] * 5
    await opening.aclose()
    await opening.aclose()
    assert await opening.get() == 1
    assert (begun, ended) == ([0, 1], [0])


def test_a_desk_serves_one_event_loop_after_another(folder_of: Folder) -> None:
    """A test client may bring a loop for each call; two that live at once are refused, with what to do."""
    desk = folder_of.desk()
    ears = Ears()
    guarded = FrontdeskMiddleware(ears, desk)

    async def ask() -> int:
        return await ears.calls(guarded, "/resources/v1", (b"authorization", folder_of.authorization))

    assert [asyncio.run(ask()), asyncio.run(ask())] == [200, 200]
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    try:
        first.run_until_complete(desk.open())
        with pytest.raises(DeskError, match="one desk for each loop"):
            second.run_until_complete(desk.open())
        first.run_until_complete(desk.aclose())
        second.run_until_complete(desk.open())
        second.run_until_complete(desk.aclose())
    finally:
        first.close()
        second.close()


@pytest.fixture
def folder_of(tmp_path: Path) -> Folder:
    """The same, for a test without a loop."""
    return asyncio.run(make_folder(tmp_path / "data"))


async def test_an_app_under_a_mount_is_judged_by_its_public_path(folder: Folder) -> None:
    """Starlette's Mount keeps the whole path and names the mount: the document means the whole one."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    desk, ears = folder.desk(), Ears()
    below = Starlette(routes=[Mount("/resources", app=FrontdeskMiddleware(ears, desk))])
    allowed = (b"authorization", folder.authorization)
    assert await ears.calls(below, "/resources/v1", allowed, root_path="") == 200
    assert ears.scopes[-1]["root_path"] == "/resources"
    assert await ears.calls(below, "/resources/nowhere", allowed, root_path="") == 404
    await desk.aclose()


async def test_the_app_hears_of_the_caller_and_the_caller_not_of_the_app_s_claims(folder: Folder) -> None:
    """The record, the one reading of the path, nothing in our name in the answer, and no shared cache keeps it."""
    desk, ears = folder.desk(), Ears()
    guarded = FrontdeskMiddleware(ears, desk)
    status = await ears.calls(
        guarded,
        "/resources/v1",
        (b"Authorization", folder.authorization + b" \t"),  # a server that keeps the case, and the blanks
        (b"x-forwarded-for", b"198.51.100.1"),
        raw_path=b"/%72esources/v1",
        query_string=b"a[]=%2b",
    )
    assert status == 200
    scope = ears.scopes[-1]
    assert scope["frontdesk"] == Caller(
        subject=f"network:{folder.network_id}",
        network_id=folder.network_id,
        client_id=folder.client_id,
        scheme="basic",
        scopes=(),
        role=None,
        request_id=ears.answered(b"x-request-id")[0].decode(),
    )
    assert (scope["raw_path"], scope["path"], scope["query_string"]) == (b"/resources/v1", "/resources/v1", b"a[]=%2b")
    headers = scope["headers"]
    assert [value for name, value in headers if name == b"x-forwarded-for"] == [b"203.0.113.9"]
    assert b"authorization" not in [name.lower() for name, _ in headers]
    assert ears.answered(b"x_frontdesk_role") == []
    assert ears.answered(b"cache-control") == [b"private, max-age=60"]
    assert ears.answered(b"vary") == [b"authorization, spacebring-network-id"]
    await desk.aclose()


async def test_a_trusted_proxys_word_counts_about_the_caller(folder: Folder) -> None:
    """And only a trusted one's; with an https origin a call over plain http is refused (HD-09)."""
    ears = Ears()
    desk = folder.desk(trusted_proxies="203.0.113.0/24", public_url="https://api.example")
    guarded = FrontdeskMiddleware(ears, desk)
    allowed = (b"authorization", folder.authorization)
    told = ((b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-proto", b"https"))
    assert await ears.calls(guarded, "/resources/v1", allowed, *told) == 200
    headers = dict(ears.scopes[-1]["headers"])
    assert (headers[b"x-forwarded-for"], headers[b"x-forwarded-proto"]) == (b"198.51.100.1", b"https")
    assert await ears.calls(guarded, "/resources/v1", allowed, *told, client=("192.0.2.1", 1)) == 400
    assert await ears.calls(guarded, "/resources/v1", allowed) == 400
    await desk.aclose()


async def test_keep_authorization_leaves_the_credential(folder: Folder) -> None:
    """For an app that calls others in the caller's name."""
    desk, ears = folder.desk(), Ears()
    guarded = FrontdeskMiddleware(ears, desk, keep_authorization=True)
    assert await ears.calls(guarded, "/resources/v1", (b"authorization", folder.authorization)) == 200
    assert (b"authorization", folder.authorization) in ears.scopes[-1]["headers"]
    await desk.aclose()


async def test_a_watched_policy_lets_through_what_it_would_refuse_and_vouches_for_nobody(folder: Folder) -> None:
    """Shadow mode: the app does as before, with the caller's own credential and without a name of ours."""
    desk, ears = folder.desk(enforcement="shadow"), Ears()
    guarded = FrontdeskMiddleware(ears, desk)
    lies = ((b"x-frontdesk-subject", b"me"), (b"spacebring-network-id", b"0190b3a0-0000-7000-8000-000000000001"))
    assert await ears.calls(guarded, "/resources/v1", (b"authorization", b"Basic wrong"), *lies) == 200
    names = [name for name, _ in ears.scopes[-1]["headers"]]
    assert ears.scopes[-1]["frontdesk"] is None
    assert b"x-frontdesk-subject" not in names
    assert (b"authorization", b"Basic wrong") in ears.scopes[-1]["headers"]
    assert await ears.calls(guarded, "/resources/v1", (b"authorization", folder.authorization)) == 200
    assert ears.scopes[-1]["frontdesk"].network_id == folder.network_id
    assert (b"authorization", folder.authorization) in ears.scopes[-1]["headers"]
    await desk.aclose()


@pytest.mark.parametrize("path", ["/a/../b", "//a", "/a?b", "/%61", "a", "/a;b", "/a%2fb"])
def test_an_exempt_path_has_one_spelling(path: str) -> None:
    """Whatever could be read in two ways is no path to leave open."""
    with pytest.raises(DeskError, match="no plain path"):
        FrontdeskMiddleware(Ears(), RemoteDesk("http://127.0.0.1:8000"), exempt=[path])


@pytest.mark.parametrize("path", ["/resources/v1", "/resources/v1/healthz"])
def test_a_path_of_the_document_cannot_be_exempt(tmp_path: Path, path: str) -> None:
    """It would be open to everybody, whatever the document says."""
    with pytest.raises(DeskError, match="which the document lists"):
        FrontdeskMiddleware(Ears(), LocalDesk.at(tmp_path, openapi=API), exempt=[path])


@pytest.mark.parametrize("extensions", [{}, {"websocket.http.response": {}}], ids=["close", "answer"])
async def test_a_refused_handshake_is_closed_or_answered(folder: Folder, extensions: dict[str, Any]) -> None:
    """In the contract's words where the server can say them, else by closing before it is accepted."""
    desk, ears = folder.desk(), Ears()
    guarded = FrontdeskMiddleware(ears, desk)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/live/v1",
        "raw_path": b"/live/v1",
        "query_string": b"",
        "scheme": "ws",
        "client": None,
        "extensions": extensions,
        "headers": [(b"host", b"api.example"), (b"upgrade", b"websocket"), (b"connection", b"Upgrade")],
    }
    await guarded(scope, None, send)  # type: ignore[arg-type]
    if extensions:
        assert [message["type"] for message in sent] == [
            "websocket.http.response.start",
            "websocket.http.response.body",
        ]
        assert sent[0]["status"] == 401
        assert b"unauthenticated" in sent[1]["body"]
    else:
        assert sent == [{"type": "websocket.close", "code": 1008}]
    assert ears.scopes == []
    await desk.aclose()


async def test_an_app_that_gives_up_waiting_loses_no_message(folder: Folder) -> None:
    """A receive that is cancelled the moment its message comes: the next one gives it."""
    desk = folder.desk()
    messages: asyncio.Queue[Any] = asyncio.Queue()
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for number in range(200):
            messages.put_nowait({"type": "websocket.receive", "text": str(number)})
            waiting = asyncio.ensure_future(receive())
            for _ in range(number % 6):
                await asyncio.sleep(0)
            waiting.cancel()
            try:
                heard.append((await waiting)["text"])
            except asyncio.CancelledError:
                heard.append((await receive())["text"])

    async def send(message: Any) -> None:
        pass

    scope = {
        "type": "websocket",
        "path": "/live/v1",
        "query_string": b"",
        "scheme": "ws",
        "headers": [(b"host", b"api.example"), (b"authorization", folder.authorization)],
    }
    await FrontdeskMiddleware(app, desk)(scope, messages.get, send)
    assert heard == [str(number) for number in range(200)]
    await desk.aclose()


async def test_what_is_no_call_is_not_let_through(folder: Folder) -> None:
    """A kind of scope that nobody knows how to judge."""
    with pytest.raises(ValueError, match="not let through"):
        await FrontdeskMiddleware(Ears(), folder.desk())({"type": "webtransport"}, None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://desk", "http://desk/base", "http://desk?x", "http://"])
def test_a_remote_desk_is_an_origin(url: str) -> None:
    """The path is the desk's own."""
    with pytest.raises(DeskError, match="no origin"):
        RemoteDesk(url)
