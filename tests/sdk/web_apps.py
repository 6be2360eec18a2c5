"""Small apps that connect users, one in each framework, each served by a real server: `python web_apps.py flask PORT`.

What they know is in the environment; who is signed in says a cookie, `user`, which stands for an app's own session.
"""

import os
import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from frontdesk_client import Connect, FileStore


def make_connect(port: str) -> Connect:
    """The app's, with its store in a folder."""
    return Connect(
        os.environ["CLIENT_ID"],
        os.environ["CLIENT_SECRET"],
        FileStore(os.environ["STORE"]),
        endpoints=os.environ["ISSUER"],
        redirect_uri=f"http://127.0.0.1:{port}/partners/callback",
        scopes="resources locations",
    )


def starlette_app(connect: Connect) -> Any:
    """Starlette; its callables are coroutines."""
    from frontdesk_client.errors import FrontdeskError
    from frontdesk_client.tokens import Tokens
    from frontdesk_client.web.starlette import connect_routes
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response

    async def name(request: Request) -> str | None:
        return request.cookies.get("user")

    async def done(request: Request, tokens: Tokens) -> Response:
        return PlainTextResponse(f"connected {request.cookies['user']}: {' '.join(tokens.scopes)}")

    async def failed(request: Request, error: FrontdeskError) -> Response:
        return PlainTextResponse(f"sorry: {error}", 400)

    return Starlette(routes=connect_routes(connect, name=name, done=done, failed=failed))


def fastapi_app(connect: Connect) -> Any:
    """FastAPI, with what the helper does by itself."""
    from fastapi import FastAPI
    from frontdesk_client.web.starlette import connect_routes

    app = FastAPI(openapi_url=None)
    app.router.routes.extend(connect_routes(connect, name=lambda request: request.cookies.get("user")))
    return app


def flask_app(connect: Connect) -> Any:
    """Flask."""
    from flask import Flask, request
    from frontdesk_client.web.flask import connect_blueprint

    app = Flask("app")
    app.register_blueprint(connect_blueprint(connect, name=lambda: request.cookies.get("user")))
    return app


def django_app(connect: Connect) -> Any:
    """Django."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from frontdesk_client.web.django import connect_urls

    urls = tuple(connect_urls(connect, name=lambda request: request.COOKIES.get("user")))
    settings.configure(ROOT_URLCONF=urls, ALLOWED_HOSTS=["*"], SECRET_KEY="x" * 50, MIDDLEWARE=[])
    return get_wsgi_application()


class Quiet(WSGIRequestHandler):
    """Silence: the tests look at answers."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


def main() -> None:
    """Serve one app until it is ended."""
    kind, port = sys.argv[1:]
    app = {"starlette": starlette_app, "fastapi": fastapi_app, "flask": flask_app, "django": django_app}[kind](
        make_connect(port)
    )
    if kind in ("starlette", "fastapi"):
        import uvicorn

        uvicorn.run(app, port=int(port), log_level="warning")
    else:
        make_server("127.0.0.1", int(port), app, handler_class=Quiet).serve_forever()


if __name__ == "__main__":
    main()
