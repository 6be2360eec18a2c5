"""What a desk in the app's own process costs: microseconds a call, beside the same app without one.

    python bench/in_process.py [CALLS]

Each app is called directly, without a server, on one core, in turns, so that a slow moment of the machine meets all of
them. The remote desk asks a `frontdesk serve` with one worker on the same machine.
"""

import asyncio
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from flask import Flask  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import JSONResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402

from frontdesk.middleware import Desk, FrontdeskMiddleware, FrontdeskWsgiMiddleware, RemoteDesk  # noqa: E402
from middleware.guarded import API, SECRET  # noqa: E402
from middleware.town import Folder, make_folder  # noqa: E402
from servers.house import House  # noqa: E402
from servers.partner import add_place  # noqa: E402

Spent = tuple[float, float]  # microseconds: gone by, of CPU

ROUNDS = 15
ANSWER = {"resources": [{"id": number, "title": "Room"} for number in range(10)]}


async def listed(request: Request) -> JSONResponse:
    """A small list, as an API gives it."""
    return JSONResponse(ANSWER)


def starlette() -> Any:
    """Starlette with one route."""
    return Starlette(routes=[Route("/resources/v1", listed)])


def flask() -> Flask:
    """Flask with one route."""
    app = Flask("bench")
    app.add_url_rule("/resources/v1", view_func=lambda: ANSWER, endpoint="listed")
    return app


def asgi_caller(app: Any, authorization: str) -> Callable[[], Awaitable[None]]:
    """One call to an ASGI app, checked to be a 200."""
    headers = [(b"host", b"api.example"), (b"authorization", authorization.encode()), (b"accept", b"*/*")]

    async def call() -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": "/resources/v1", "raw_path": b"/resources/v1", "query_string": b"limit=50", "root_path": "",
            "headers": headers, "client": ("203.0.113.9", 4711), "server": ("127.0.0.1", 80),
        }  # fmt: skip

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            assert message.get("status", 200) == 200, message

        await app(scope, receive, send)

    return call


def wsgi_caller(app: Any, authorization: str) -> Callable[[], None]:
    """The same for a WSGI app."""
    base = {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": "/resources/v1", "QUERY_STRING": "limit=50",
        "RAW_URI": "/resources/v1?limit=50", "SERVER_NAME": "api.example", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "203.0.113.9", "HTTP_HOST": "api.example",
        "HTTP_AUTHORIZATION": authorization, "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
    }  # fmt: skip

    def start(status: str, headers: Any, exc_info: Any = None) -> None:
        assert status.startswith("200"), status

    def call() -> None:
        b"".join(app(dict(base), start))

    return call


def now() -> tuple[float, float]:
    """Seconds gone by, and seconds of this process's CPU, its other threads included."""
    return time.perf_counter(), time.process_time()


def spent(since: tuple[float, float], calls: int) -> Spent:
    """Both since then, in microseconds a call."""
    (wall, cpu), (began, worked) = now(), since
    return (wall - began) / calls * 1e6, (cpu - worked) / calls * 1e6


async def time_asgi(call: Callable[[], Awaitable[None]], calls: int) -> Spent:
    """What a call takes."""
    began = now()
    for _ in range(calls):
        await call()
    return spent(began, calls)


def time_wsgi(call: Callable[[], None], calls: int) -> Spent:
    """What a call takes."""
    began = now()
    for _ in range(calls):
        call()
    return spent(began, calls)


def tell(title: str, times: dict[str, list[Spent]]) -> None:
    """The best of the rounds, which others on the machine disturbed least, and what it is more than the bare app's."""
    bare_wall, bare_cpu = (min(each) for each in zip(*times["bare"], strict=True))
    for name, found in times.items():
        wall, cpu = (min(each) for each in zip(*found, strict=True))
        print(
            f"{title:10} {name:7} {wall:7.0f} us (+ {wall - bare_wall:4.0f})   "
            f"of CPU {cpu:6.0f} us (+ {cpu - bare_cpu:4.0f}), {cpu / bare_cpu:5.2f} times the bare app's"
        )


def main() -> None:
    """Settle a house, measure, take it away."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    house = House(upstream="", openapi=API, check_secret=SECRET, requests_per_second="100000")
    with tempfile.TemporaryDirectory() as data:
        try:
            folder = asyncio.run(make_folder(Path(data)))
            place = add_place(house.start(), "Bench", "bench@places.example")
            pair = b64encode(f"{place.client_id}:{place.client_secret}".encode()).decode()
            credentials = {"bare": "", "local": folder.authorization.decode(), "remote": f"Basic {pair}"}
            asyncio.run(measure_asgi(make_desks(folder, house), credentials, calls))
            measure_wsgi(make_desks(folder, house), credentials, calls)
        finally:
            house.leave()


def make_desks(folder: Folder, house: House) -> dict[str, Desk]:
    """One of each kind, not open yet."""
    return {
        "local": folder.desk(requests_per_second=100_000),
        "remote": RemoteDesk(house.url, check_secret=SECRET),
    }


async def measure_asgi(desks: dict[str, Desk], credentials: dict[str, str], calls: int) -> None:
    """Starlette."""
    apps = {"bare": starlette()} | {name: FrontdeskMiddleware(starlette(), desk) for name, desk in desks.items()}
    callers = {name: asgi_caller(app, credentials[name]) for name, app in apps.items()}
    times: dict[str, list[Spent]] = {name: [] for name in callers}
    for _ in range(ROUNDS):
        for name, call in callers.items():
            times[name].append(await time_asgi(call, calls))
    tell("Starlette", times)
    for desk in desks.values():
        await desk.aclose()


def measure_wsgi(desks: dict[str, Desk], credentials: dict[str, str], calls: int) -> None:
    """Flask."""
    guarded = {name: FrontdeskWsgiMiddleware(flask(), desk) for name, desk in desks.items()}
    apps: dict[str, Any] = {"bare": flask(), **guarded}
    callers = {name: wsgi_caller(app, credentials[name]) for name, app in apps.items()}
    times: dict[str, list[Spent]] = {name: [] for name in callers}
    for _ in range(ROUNDS):
        for name, call in callers.items():
            times[name].append(time_wsgi(call, calls))
    tell("Flask", times)
    for app in guarded.values():
        app.close()


if __name__ == "__main__":
    main()
