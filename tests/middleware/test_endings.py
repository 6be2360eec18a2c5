"""What ends elsewhere ends here on the next call; what is away lets nobody through. Real servers, each a process."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import aiohttp
import pytest

from frontdesk.gateway.vigil import BOUND
from middleware.guarded import API, SECRET, GuardedApp, Kind, send
from servers.house import House
from servers.partner import Place, Town, add_place, settle
from servers.processes import wait_until
from servers.upstream import Upstream
from servers.wires import Wire, basic

Guard = Callable[..., GuardedApp]


@pytest.fixture(scope="module")
def town(upstream: Upstream) -> Iterator[Town]:
    """A house with the contract's rate limit, shared by the tests of this module."""
    house = House(upstream=upstream.url, openapi=API, check_secret=SECRET)
    try:
        town = settle(house.start())
        yield town
        town.close()
    finally:
        house.leave()


@pytest.fixture(scope="module")
def plain_apps(town: Town) -> Iterator[dict[str, GuardedApp]]:
    """Apps before the town's house by their kind, started at their first need, for all tests of this module."""
    started: dict[str, GuardedApp] = {}
    yield started
    for app in started.values():
        app.leave()


@pytest.fixture
def guard(town: Town, plain_apps: dict[str, GuardedApp]) -> Iterator[Guard]:
    """Apps with a desk before them: `guard("local flask@werkzeug")`; one of its own with a house or settings."""
    own: list[GuardedApp] = []

    def start(kind: str, house: House | None = None, **settings: str) -> GuardedApp:
        if house is None and not settings:
            if kind not in plain_apps:
                plain_apps[kind] = GuardedApp(Kind.read(kind), town.house)
            return plain_apps[kind]
        own.append(GuardedApp(Kind.read(kind), house or town.house, **settings))
        return own[-1]

    yield start
    for app in own:
        app.leave()


def credential(place: Place) -> list[tuple[str, str]]:
    """A network's pair."""
    return [("Authorization", basic(place.client_id, place.client_secret))]


@pytest.mark.parametrize(
    "kind",
    [
        "local starlette@uvicorn",
        "local fastapi@granian",
        "local flask@werkzeug",
        "local flask@gunicorn",
        "remote starlette@uvicorn",
        "remote django@wsgiref",
    ],
)
def test_what_the_command_line_ends_is_refused_on_the_next_call(kind: str, town: Town, guard: Guard) -> None:
    """A grant revoked and a pair regenerated, in another process than the app's, with the desk's memory warm."""
    app, house = guard(kind), town.house
    place = add_place(house, f"Quay {kind}", Town.OWNER)
    tokens = town.app.connect(Wire(house.port), town.person(), [place.id])
    bearer = [("Authorization", f"Bearer {tokens.access}")]
    for _ in range(3):
        assert send(app.url, "GET", "/resources/v1", bearer).status == 200
        assert send(app.url, "GET", "/resources/v1", credential(place)).status == 200
    grants = house.admin("grant", "list")["grants"]
    newest = max(grants, key=lambda grant: str(grant["created_at"]))
    house.admin("grant", "revoke", str(newest["id"]))
    assert send(app.url, "GET", "/resources/v1", bearer).status == 401
    assert send(app.url, "GET", "/resources/v1", credential(place)).status == 200
    house.admin("credential", "regenerate", place.id)
    assert send(app.url, "GET", "/resources/v1", credential(place)).status == 401


@pytest.mark.parametrize("kind", ["local starlette@uvicorn", "local flask@werkzeug", "remote fastapi@granian"])
def test_a_429_says_when_and_that_is_true(kind: str, town: Town, guard: Guard) -> None:
    """Ten at once; then Retry-After and what is left, as the built-in proxy says it; waiting that long succeeds."""
    app = guard(kind)
    place = add_place(town.house, f"Dock {kind}", Town.OWNER)
    answers = [send(app.url, "GET", "/resources/v1", credential(place)) for _ in range(25)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert {answer.status for answer in answers} == {200, 429}
    assert all(answer.headers["ratelimit-policy"] == '"default";q=10;w=1' for answer in answers)
    assert all(answer.headers["ratelimit"].startswith('"default";r=') for answer in answers)
    assert refused[-1].json()["type"] == "rateLimited"
    time.sleep(int(refused[-1].headers["retry-after"]))
    assert send(app.url, "GET", "/resources/v1", credential(place)).status == 200


def test_processes_of_one_app_count_together(town: Town, guard: Guard) -> None:
    """Four forked processes on one data folder give ten calls a second, not forty."""
    app = guard("local flask@gunicorn")
    place = add_place(town.house, "Shared", Town.OWNER)
    began = time.monotonic()
    statuses = [send(app.url, "GET", "/resources/v1", credential(place)).status for _ in range(60)]
    allowed = 10 + 10 * (time.monotonic() - began) + 1
    assert 10 <= statuses.count(200) <= allowed
    assert 429 in statuses


@pytest.mark.parametrize("kind", ["remote starlette@uvicorn", "remote flask@werkzeug"])
def test_a_desk_that_is_away_lets_nobody_through(kind: str, upstream: Upstream, guard: Guard) -> None:
    """503 with Retry-After for whoever calls, the right ones too; once it is back, calls pass again."""
    house = House(upstream=upstream.url, openapi=API, check_secret=SECRET)
    try:
        place = add_place(house.start(), "Harbour", Town.OWNER)
        app = guard(kind, house)
        assert send(app.url, "GET", "/resources/v1", credential(place)).status == 200
        house.stop()
        for headers in (credential(place), []):
            refused = send(app.url, "GET", "/resources/v1", headers)
            assert (refused.status, refused.json()["type"]) == (503, "temporarilyUnavailable")
            assert refused.headers["retry-after"] == "1"
            assert refused.headers["x-request-id"]
        assert send(app.url, "GET", "/healthz").status == 200
        house.start()
        assert send(app.url, "GET", "/resources/v1", credential(place)).status == 200
    finally:
        house.leave()


@pytest.mark.parametrize("kind", ["remote starlette@uvicorn", "remote django@wsgiref"])
def test_a_desk_that_does_not_know_the_app_is_told_of_in_its_log(kind: str, town: Town, guard: Guard) -> None:
    """The caller hears 503: it has done nothing wrong; the app's log says which settings to look at."""
    app = guard(kind, ECHO_SECRET="another")
    assert send(app.url, "GET", "/resources/v1", credential(town.places[0])).status == 503
    wait_until(lambda: "check_secret" in app.running.words(), seconds=60, what="the reason in the log")
    assert town.places[0].client_secret not in app.running.words()


@pytest.mark.parametrize("kind", ["local starlette@uvicorn", "local fastapi@granian", "local django-asgi@uvicorn"])
def test_a_server_does_not_start_without_its_desk(
    kind: str, town: Town, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A folder that is not there ends the start, with a sentence; uvicorn and Granian do not go on without."""
    with pytest.raises(RuntimeError, match="there is no data folder /nowhere/at/all"):
        GuardedApp(Kind.read(kind), town.house, FRONTDESK_DATA="/nowhere/at/all")


@pytest.mark.parametrize("kind", ["local starlette@uvicorn", "remote starlette@uvicorn"])
def test_gw_22_a_websocket_is_judged_at_its_handshake(kind: str, town: Town, guard: Guard) -> None:
    """Let in with who calls, or refused with the contract's words."""
    app, place = guard(kind), town.places[0]
    pair = dict(credential(place))

    async def play() -> list[tuple[int, str]]:
        async with aiohttp.ClientSession(app.url) as session:

            async def open_one(target: str, headers: dict[str, str]) -> tuple[int, str]:
                try:
                    socket = await session.ws_connect(target, headers=headers)
                except aiohttp.WSServerHandshakeError as refused:
                    return refused.status, (refused.headers or {}).get("www-authenticate", "")
                await socket.send_str("ping")
                return 101, f"{await socket.receive_str(timeout=10)} {await socket.receive_str(timeout=10)}"

            return [
                await open_one("/live/v1", {}),
                await open_one("/nowhere/v1", pair),
                await open_one("/live/v1", pair | {"spacebring-network-id": town.places[1].id}),
                await open_one("/live/v1", pair),
            ]

    said = asyncio.run(play())
    assert [status for status, _ in said] == [401, 404, 403, 101]
    assert said[0][1].startswith("Basic")
    assert said[-1][1] == f"network:{place.id} ping"


def test_gw_23_what_goes_on_ends_soon_after_its_credential(town: Town, guard: Guard) -> None:
    """An event stream breaks off and a WebSocket is closed, within the proxy's own bound; others go on."""
    app, house = guard("local starlette@uvicorn"), town.house
    ending, staying = add_place(house, "Ending", Town.OWNER), add_place(house, "Staying", Town.OWNER)

    async def follow(place: Place) -> str:
        async with (
            aiohttp.ClientSession(app.url, headers=dict(credential(place))) as session,
            session.get("/resources/v1/ticks") as answer,
        ):
            try:
                async for _ in answer.content.iter_any():
                    pass
            except aiohttp.ClientPayloadError:
                return "broken off"
            return "ended"

    async def converse(place: Place) -> int | None:
        async with aiohttp.ClientSession(app.url, headers=dict(credential(place))) as session:
            socket = await session.ws_connect("/live/v1")
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
            return socket.close_code

    async def play() -> tuple[str, int | None, float]:
        others = [asyncio.ensure_future(follow(staying)), asyncio.ensure_future(converse(staying))]
        stream, socket = asyncio.ensure_future(follow(ending)), asyncio.ensure_future(converse(ending))
        await asyncio.sleep(1.5)  # they were asked about once, and go on
        assert not stream.done()
        assert not socket.done()
        await asyncio.to_thread(house.admin, "credential", "regenerate", ending.id)
        began = time.monotonic()
        said, code = await asyncio.wait_for(stream, 20), await asyncio.wait_for(socket, 20)
        took = time.monotonic() - began
        assert not any(other.done() for other in others)
        for other in others:
            other.cancel()
        return said, code, took

    said, code, took = asyncio.run(play())
    assert (said, code) == ("broken off", 1008)
    assert took < 3 * BOUND


def test_bodies_stream_both_ways(town: Town, guard: Guard) -> None:
    """The app hears the first piece before the last is sent, and the caller the first before the last is made."""
    app, place = guard("local starlette@uvicorn"), town.places[0]

    async def play() -> list[bytes]:
        go_on = asyncio.Event()

        async def upload() -> object:
            yield b"first"
            await asyncio.wait_for(go_on.wait(), 10)
            yield b"last"

        heard = []
        async with (
            aiohttp.ClientSession(headers=dict(credential(place))) as session,
            session.put(app.url + "/resources/v1/stream", data=upload()) as answer,
        ):
            async for piece in answer.content.iter_any():
                heard.append(piece)
                go_on.set()
        return heard

    assert asyncio.run(play()) == [b"first", b"last"]
    with closing(Wire(app.port)) as wire:  # the connection is still in order
        assert wire.ask("GET", "/healthz").status == 200


def test_an_app_can_check_the_signed_word_of_a_desk(town: Town, upstream: Upstream, guard: Guard) -> None:
    """Where assertions are on, the app gets one from either desk, bound to this call."""
    house = House(upstream=upstream.url, openapi=API, check_secret=SECRET, assertion="on", assertion_audience="echo")
    try:
        place = add_place(house.start(), "Harbour", Town.OWNER)
        for kind in ("local flask@werkzeug", "remote flask@werkzeug"):
            app = guard(kind, house)
            told = dict(send(app.url, "GET", "/resources/v1", credential(place)).told()["headers"])
            claims = read_claims(told["x-frontdesk-assertion"])
            assert (claims["aud"], claims["htm"], claims["path"]) == ("echo", "GET", "/resources/v1")
            assert claims["network"] == place.id
    finally:
        house.leave()


def read_claims(compact: str) -> dict[str, str]:
    """What a JWS says; its proof is another suite's."""
    from base64 import urlsafe_b64decode

    part = compact.split(".")[1]
    found: dict[str, str] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
