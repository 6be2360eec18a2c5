"""Two routes for Django: one sends the user away to connect, one takes the answer."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from frontdesk_client.connect import Connect
from frontdesk_client.errors import AuthorizationFailed, FrontdeskError, TokenEndpointFailed
from frontdesk_client.tokens import Tokens
from frontdesk_client.web.visits import NOBODY, PLAIN, PRIVATE, begin, callback_path, cookie_name

Name: TypeAlias = Callable[[HttpRequest], str | None]
Done: TypeAlias = Callable[[HttpRequest, Tokens], HttpResponse]
Failed: TypeAlias = Callable[[HttpRequest, FrontdeskError], HttpResponse]


def connect_urls(
    connect: Connect, *, name: Name, start: str = "/connect", done: str | Done = "/", failed: Failed | None = None
) -> list[Any]:  # of URLPattern; Django has no types to tell
    """`urlpatterns = [*connect_urls(…), …]`, in the root of the URLs: the answer arrives at the redirect URI's path.

    `name(request)` is the store's name for the connection of whoever is signed in to your app; None: nobody is (403).
    `done` is where the user goes then, or what answers; `failed` answers an `AuthorizationFailed` or
    `TokenEndpointFailed` instead of a plain page that says what to do.
    """

    def go(request: HttpRequest) -> HttpResponse:
        known = name(request)
        if known is None:
            return HttpResponse(NOBODY, status=403, headers=PRIVATE | PLAIN)
        url, kept = begin(connect, known)
        response = HttpResponse(status=302, headers={**PRIVATE, "Location": url})
        response.set_cookie(
            kept.name, kept.value, max_age=kept.seconds, httponly=True, secure=kept.secure, samesite="Lax"
        )
        return response

    def come_back(request: HttpRequest) -> HttpResponse:
        known = name(request)
        if known is None:
            return HttpResponse(NOBODY, status=403, headers=PRIVATE | PLAIN)
        query = request.META["QUERY_STRING"]
        cookie = cookie_name(connect, query)
        try:
            tokens = connect.finish(query, request.COOKIES.get(cookie), known)
        except (AuthorizationFailed, TokenEndpointFailed) as error:
            response = failed(request, error) if failed else _page(error)
        else:
            response = _go_to(done) if isinstance(done, str) else done(request, tokens)
        for header, value in PRIVATE.items():
            response[header] = value
        response.delete_cookie(cookie, samesite="Lax")
        return response

    return [
        path(start.lstrip("/"), require_GET(go), name="frontdesk-connect"),
        path(callback_path(connect).lstrip("/"), require_GET(come_back), name="frontdesk-callback"),
    ]


def _go_to(address: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": address})


def _page(error: FrontdeskError) -> HttpResponse:
    status = 400 if isinstance(error, AuthorizationFailed) else 502
    return HttpResponse(str(error), status=status, headers=PLAIN)
