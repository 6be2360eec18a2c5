"""One small app in each framework, with a desk before it: it answers with what it was told. Started by `guarded.py`.

The environment says which framework, which desk, and where; `app` is what a server loads.
"""

import asyncio
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from clients.recorder import Heard
from clients.replies import answer_to
from frontdesk.middleware import (
    Caller,
    Desk,
    FrontdeskMiddleware,
    FrontdeskWsgiMiddleware,
    LocalDesk,
    RemoteDesk,
)

EXEMPT = ("/healthz", "/docs/a%20b", "/heard")
ANSWER = {
    "Content-Type": "application/json",
    "Cache-Control": "public, max-age=60",
    "X-Frontdesk-Subject": "somebody else",
    "X-Request-Id": "of the app's own",
    "RateLimit": '"default";r=1;t=1',
    "ETag": '"1"',
}


def make_desk() -> Desk | None:
    """The desk that the environment asks for."""
    match os.environ["ECHO_DESK"]:
        case "local":
            return LocalDesk.configured()
        case "remote":
            return RemoteDesk(os.environ["ECHO_REMOTE"], check_secret=os.environ["ECHO_SECRET"])
        case _:
            return None


def told(method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes, caller: Caller | None) -> bytes:
    """What the app was told, as JSON."""
    said = {
        "method": method,
        "target": target,
        "headers": [[name.lower(), value] for name, value in headers],
        "body": body.decode("latin-1"),
        "caller": asdict(caller) if caller is not None else None,
    }
    return json.dumps(said).encode()


def told_by_scope(scope: Any, body: bytes) -> bytes:
    """The same from an ASGI scope."""
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return told(scope["method"], target.decode("latin-1"), headers, body, scope.get("frontdesk"))


def told_by_environ(environ: dict[str, Any], body: bytes) -> bytes:
    """The same from a WSGI environ."""
    query = environ.get("QUERY_STRING", "")
    target = environ.get("REQUEST_URI") or environ["PATH_INFO"] + (f"?{query}" if query else "")
    headers = [(key[5:].replace("_", "-"), value) for key, value in environ.items() if key.startswith("HTTP_")]
    return told(environ["REQUEST_METHOD"], target, headers, body, environ.get("frontdesk.caller"))


def told_by_django(request: Any) -> bytes:
    """The same from either, as Django has it."""
    if hasattr(request, "environ"):
        return told_by_environ(request.environ, request.body)
    return told_by_scope(request.scope, request.body)


METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Back:
    """A plain ASGI app that sends each piece back as it comes."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one call."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
            await send({"type": "http.response.body", "body": message.get("body", b""), "more_body": more})


class Ticks:
    """A plain ASGI app that never ends its answer by itself."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one call."""
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while True:
            await send({"type": "http.response.body", "body": b"data: tick\n\n", "more_body": True})
            await asyncio.sleep(0.02)


def starlette_app(desk: Desk | None) -> Any:
    """Starlette, with an event stream and a WebSocket beside the echo."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route, WebSocketRoute
    from starlette.websockets import WebSocket

    async def echo(request: Request) -> Response:
        return Response(told_by_scope(request.scope, await request.body()), headers=ANSWER)

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        caller = websocket.scope.get("frontdesk")
        await websocket.send_text(caller.subject if caller is not None else "")
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    routes = [WebSocketRoute("/live/v1", socket)]
    routes += [
        Route("/resources/v1/stream", Back(), methods=["PUT"]),
        Route("/resources/v1/ticks", Ticks()),
        Route("/{path:path}", echo, methods=METHODS),
    ]
    middleware = [Middleware(FrontdeskMiddleware, desk=desk, exempt=EXEMPT)] if desk is not None else []
    return Starlette(routes=routes, middleware=middleware)


def fastapi_app(desk: Desk | None) -> Any:
    """FastAPI."""
    from fastapi import FastAPI, Request, Response

    app = FastAPI(openapi_url=None)

    @app.api_route("/{path:path}", methods=METHODS)
    async def echo(request: Request) -> Response:
        return Response(told_by_scope(request.scope, await request.body()), headers=ANSWER)

    if desk is not None:
        app.add_middleware(FrontdeskMiddleware, desk=desk, exempt=EXEMPT)
    return app


def flask_app(desk: Desk | None) -> Any:
    """Flask."""
    from flask import Flask, Response, request

    app = Flask("echo")

    @app.route("/", defaults={"path": ""}, methods=METHODS)
    @app.route("/<path:path>", methods=METHODS)
    def echo(path: str) -> Response:
        return Response(told_by_environ(request.environ, request.get_data()), headers=ANSWER)

    if desk is not None:
        app.wsgi_app = FrontdeskWsgiMiddleware(app.wsgi_app, desk, exempt=EXEMPT)  # type: ignore[method-assign]
    return app


def django_app(desk: Desk | None) -> Any:
    """Django, as a project's wsgi.py has it."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import re_path

    def echo(request: HttpRequest) -> HttpResponse:
        answer = HttpResponse(told_by_django(request))
        for name, value in ANSWER.items():
            answer[name] = value
        return answer

    settings.configure(ROOT_URLCONF=(re_path(r"", echo),), ALLOWED_HOSTS=["*"], SECRET_KEY="x" * 50, MIDDLEWARE=[])
    application = get_wsgi_application()
    return FrontdeskWsgiMiddleware(application, desk, exempt=EXEMPT) if desk is not None else application


def django_asgi_app(desk: Desk | None) -> Any:
    """Django, as a project's asgi.py has it: an app without a lifespan."""
    django_app(None)
    from django.core.asgi import get_asgi_application

    application = get_asgi_application()
    return FrontdeskMiddleware(application, desk, exempt=EXEMPT) if desk is not None else application


class Recording:
    """What the plain apps keep of their calls, and give away once when asked."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def answer(self, heard: Heard) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body."""
        if heard.target == "/healthz":
            return 200, [], b""
        if heard.target == "/heard":
            said, self.heard = [one.as_json() for one in self.heard], []
            return 200, [], json.dumps(said).encode()
        self.heard.append(heard)
        return answer_to(heard.target)


def plain_asgi_app(desk: Desk | None) -> Any:
    """No framework, so that nothing but the desk and the server stands between the caller and what is kept."""
    recording = Recording()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(scope["type"])
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        query = scope["query_string"]
        target = (scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        heard = Heard(method=scope["method"], target=target, headers=headers, body=body)
        status, answered, content = recording.answer(heard)
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in answered]
        if status not in (204, 304):
            raw.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    return FrontdeskMiddleware(app, desk, exempt=EXEMPT) if desk is not None else app


def plain_wsgi_app(desk: Desk | None) -> Any:
    """The same."""
    recording = Recording()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = environ.get("CONTENT_LENGTH")
        body = environ["wsgi.input"].read(int(length)) if length else b""
        if environ.get("wsgi.input_terminated") and not length:
            body = environ["wsgi.input"].read()
        query = environ.get("QUERY_STRING", "")
        raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
        target = raw or environ["PATH_INFO"] + (f"?{query}" if query else "")
        headers = [
            (key.removeprefix("HTTP_").replace("_", "-").lower(), value)
            for key, value in environ.items()
            if key.startswith("HTTP_") or (key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
        ]
        heard = Heard(method=environ["REQUEST_METHOD"], target=target, headers=headers, body=body)
        status, answered, content = recording.answer(heard)
        if status not in (204, 304):
            answered = [*answered, ("Content-Length", str(len(content)))]
        start_response(f"{status} As it is", answered)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]

    return FrontdeskWsgiMiddleware(app, desk, exempt=EXEMPT) if desk is not None else app


MADE: dict[str, Callable[[Desk | None], Any]] = {
    "starlette": starlette_app,
    "fastapi": fastapi_app,
    "flask": flask_app,
    "django": django_app,
    "django-asgi": django_asgi_app,
    "plain-asgi": plain_asgi_app,
    "plain-wsgi": plain_wsgi_app,
}


def serve_wsgi(server: str, port: int) -> None:
    """Serve `app` by one of the servers that are libraries."""
    if server == "werkzeug":
        from werkzeug.serving import run_simple

        run_simple("127.0.0.1", port, app, threaded=True)
        return
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIServer, make_server

    class Threading(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    make_server("127.0.0.1", port, app, server_class=Threading).serve_forever()


app = MADE[os.environ["ECHO_FRAMEWORK"]](make_desk()) if "ECHO_FRAMEWORK" in os.environ else None

if __name__ == "__main__":
    serve_wsgi(os.environ["ECHO_SERVER"], int(os.environ["ECHO_PORT"]))
