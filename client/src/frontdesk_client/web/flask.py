"""Two routes for Flask: one sends the user away to connect, one takes the answer."""

from collections.abc import Callable
from typing import TypeAlias

from flask import Blueprint, Response, request

from frontdesk_client.connect import Connect
from frontdesk_client.errors import AuthorizationFailed, FrontdeskError, TokenEndpointFailed
from frontdesk_client.tokens import Tokens
from frontdesk_client.web.visits import NOBODY, PLAIN, PRIVATE, begin, callback_path, cookie_name

Name: TypeAlias = Callable[[], str | None]
Done: TypeAlias = Callable[[Tokens], Response]
Failed: TypeAlias = Callable[[FrontdeskError], Response]


def connect_blueprint(
    connect: Connect, *, name: Name, start: str = "/connect", done: str | Done = "/", failed: Failed | None = None
) -> Blueprint:
    """`app.register_blueprint(connect_blueprint(…))`.

    `name()` is the store's name for the connection of whoever is signed in to your app (`flask.session`, `g`); None:
    nobody is (403). The answer arrives at the path of the redirect URI. `done` is where the user goes then, or what
    answers; `failed` answers an `AuthorizationFailed` or `TokenEndpointFailed` instead of a plain page.
    """
    blueprint = Blueprint("frontdesk_connect", __name__)

    def go() -> Response:
        known = name()
        if known is None:
            return Response(NOBODY, 403, PRIVATE | PLAIN)
        url, kept = begin(connect, known)
        response = Response("", 302, {**PRIVATE, "Location": url})
        response.set_cookie(
            kept.name, kept.value, max_age=kept.seconds, httponly=True, secure=kept.secure, samesite="Lax"
        )
        return response

    def come_back() -> Response:
        known = name()
        if known is None:
            return Response(NOBODY, 403, PRIVATE | PLAIN)
        query = request.query_string.decode("latin-1")
        cookie = cookie_name(connect, query)
        try:
            tokens = connect.finish(query, request.cookies.get(cookie), known)
        except (AuthorizationFailed, TokenEndpointFailed) as error:
            response = failed(error) if failed else _page(error)
        else:
            response = Response("", 303, {"Location": done}) if isinstance(done, str) else done(tokens)
        response.headers.update(PRIVATE)
        response.delete_cookie(cookie, secure=cookie.startswith("__Host-"), httponly=True, samesite="Lax")
        return response

    blueprint.add_url_rule(start, "start", go, methods=["GET"])
    blueprint.add_url_rule(callback_path(connect), "callback", come_back, methods=["GET"])
    return blueprint


def _page(error: FrontdeskError) -> Response:
    return Response(str(error), 400 if isinstance(error, AuthorizationFailed) else 502, PLAIN)
