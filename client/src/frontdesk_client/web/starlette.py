"""Two routes for Starlette and FastAPI: one sends the user away to connect, one takes the answer."""

import inspect
from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from frontdesk_client.connect import Connect
from frontdesk_client.errors import AuthorizationFailed, FrontdeskError, TokenEndpointFailed
from frontdesk_client.tokens import Tokens
from frontdesk_client.web.visits import NOBODY, PLAIN, PRIVATE, begin, callback_path, cookie_name

T = TypeVar("T")
Name: TypeAlias = Callable[[Request], Awaitable[str | None] | str | None]
Done: TypeAlias = Callable[[Request, Tokens], Response | Awaitable[Response]]
Failed: TypeAlias = Callable[[Request, FrontdeskError], Response | Awaitable[Response]]


def connect_routes(
    connect: Connect, *, name: Name, start: str = "/connect", done: str | Done = "/", failed: Failed | None = None
) -> list[Route]:
    """`Starlette(routes=[*connect_routes(…)])`, or `app.router.routes.extend(connect_routes(…))` with FastAPI.

    `name(request)` is the store's name for the connection of whoever is signed in to your app; None: nobody is (403).
    The answer arrives at the path of the redirect URI. `done` is where the user goes then, or what answers;
    `failed` answers an `AuthorizationFailed` or `TokenEndpointFailed` instead of a plain page that says what to do.
    """

    async def go(request: Request) -> Response:
        known = await _settle(name(request))
        if known is None:
            return PlainTextResponse(NOBODY, 403, PRIVATE | PLAIN)
        url, kept = begin(connect, known)
        response = RedirectResponse(url, 302, PRIVATE)
        response.set_cookie(
            kept.name, kept.value, max_age=kept.seconds, httponly=True, secure=kept.secure, samesite="lax"
        )
        return response

    async def come_back(request: Request) -> Response:
        known = await _settle(name(request))
        if known is None:
            return PlainTextResponse(NOBODY, 403, PRIVATE | PLAIN)
        query = request.scope["query_string"].decode("latin-1")
        cookie = cookie_name(connect, query)
        try:
            tokens = await connect.finish_async(query, request.cookies.get(cookie), known)
        except (AuthorizationFailed, TokenEndpointFailed) as error:
            response = await _settle(failed(request, error)) if failed else _page(error)
        else:
            response = RedirectResponse(done, 303) if isinstance(done, str) else await _settle(done(request, tokens))
        response.headers.update(PRIVATE)
        response.delete_cookie(cookie, secure=cookie.startswith("__Host-"), httponly=True, samesite="lax")
        return response

    return [Route(start, go, methods=["GET"]), Route(callback_path(connect), come_back, methods=["GET"])]


def _page(error: FrontdeskError) -> Response:
    return PlainTextResponse(str(error), 400 if isinstance(error, AuthorizationFailed) else 502, PLAIN)


async def _settle(said: T | Awaitable[T]) -> T:
    return await said if inspect.isawaitable(said) else said
