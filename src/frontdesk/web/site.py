"""The people's side: one table of all pages, and the gate that each request to one passes. Starlette does the rest."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.flows.account import Account
from frontdesk.flows.authorize import AuthorizeFlow
from frontdesk.flows.connected import ConnectedApps
from frontdesk.flows.needs import Clock, Mint
from frontdesk.flows.reveal import Reveal
from frontdesk.flows.sessions import Sessions
from frontdesk.flows.signin import SignIn
from frontdesk.protocol.http import Answer, Request
from frontdesk.protocol.records import User
from frontdesk.protocol.scopes import CONTRACT, Inclusion
from frontdesk.settings import Settings
from frontdesk.web import app_pages, consent_page, network_pages, secret_pages, signin_pages
from frontdesk.web.asgi import Receive, Scope, Send, send_answer
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.gate import Gate
from frontdesk.web.pages import Pages, send_to
from frontdesk.web.scope_words import ScopeWords
from frontdesk.web.static_files import STATIC_PATH, answer_static
from frontdesk.web.tickets import Tickets
from frontdesk.web.visitors import Visitors
from frontdesk.web.words import BROKEN, NO_SUCH_PAGE, Notice

OpenPage: TypeAlias = Callable[[Desk, Visit], Awaitable[Answer]]
OwnPage: TypeAlias = Callable[[Desk, Visit, User], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A page for anybody. `take` is what its form does."""

    show: OpenPage | None = None
    take: OpenPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A page for the signed-in; others go to `otherwise` (empty: to sign in, and back to this page)."""

    show: OwnPage | None = None
    take: OwnPage | None = None
    otherwise: str = ""


# Every page there is. What is not here is not the people's.
PAGES: Mapping[str, Open | Own] = {
    "/sign-in": Open(show=signin_pages.show_sign_in, take=signin_pages.take_address),
    "/sign-in/code": Open(show=signin_pages.show_code, take=signin_pages.take_code),
    "/consent": Open(show=consent_page.show_consent, take=consent_page.take_decision),
    "/sign-out": Own(take=signin_pages.sign_out, otherwise="/signed-out"),
    "/signed-out": Open(show=signin_pages.show_signed_out),
    "/account": Own(show=network_pages.show_home),
    "/account/networks/{network}/api": Own(show=secret_pages.show_api),
    "/account/networks/{network}/api/regenerate": Own(take=secret_pages.regenerate, otherwise="/sign-in"),
    "/account/networks/{network}/api/reveal": Own(take=secret_pages.reveal, otherwise="/sign-in"),
    "/account/networks/{network}/apps": Own(show=network_pages.show_guests),
    "/account/networks/{network}/apps/cut": Own(take=network_pages.cut_guest, otherwise="/sign-in"),
    "/account/apps": Own(show=app_pages.show_apps),
    "/account/apps/disconnect": Own(take=app_pages.disconnect, otherwise="/sign-in"),
    "/account/apps/drop-network": Own(take=app_pages.drop_network, otherwise="/sign-in"),
    "/account/apps/add-network": Own(take=app_pages.add_network, otherwise="/sign-in"),
}

# What the front door hands to the site. `/_frontdesk/static/` is the only one with files behind it.
SITE_PREFIXES: tuple[bytes, ...] = (
    b"/sign-in",
    b"/sign-out",
    b"/signed-out",
    b"/consent",
    b"/account",
    b"/_frontdesk/static/",
)


def build_site(
    *,
    settings: Settings,
    clock: Clock,
    mint: Mint,
    pages: Pages,
    visitors: Visitors,
    sessions: Sessions,
    sign_in: SignIn,
    authorize: AuthorizeFlow,
    account: Account,
    reveal: Reveal,
    apps: ConnectedApps,
    scope_texts: Mapping[str, str],
    scope_writes: frozenset[str] | None = None,
    inclusion: Inclusion = CONTRACT,
    curl_path: str = "/networks/v1",
) -> Starlette:
    """The site as an ASGI app. It expects the front door's Request in `scope["frontdesk"]`.

    `scope_texts` says each scope in words; `scope_writes` names those that change data (None: all not `.readonly`).
    """
    desk = Desk(
        issuer=settings.issuer,
        clock=clock,
        pages=pages,
        sign_in=sign_in,
        sessions=sessions,
        authorize=authorize,
        account=account,
        reveal=reveal,
        apps=apps,
        visitors=visitors,
        tickets=Tickets(mint=mint, clock=clock),
        scope_words=ScopeWords(texts=scope_texts, writes=scope_writes, inclusion=inclusion),
        curl_path=curl_path,
    )
    routes = [Route(path, _page_app(desk, page)) for path, page in PAGES.items()]
    routes.append(Route(STATIC_PATH + "{name}", StaticApp(pages=pages)))
    site = Starlette(
        routes=routes, exception_handlers={404: _plain_page(desk, NO_SUCH_PAGE), 500: _plain_page(desk, BROKEN)}
    )
    site.router.redirect_slashes = False  # it builds the redirect from the Host header, which anybody can send
    return site


@dataclass(frozen=True, slots=True, kw_only=True)
class PageApp:
    """One row of the table as an ASGI app. An object, because Starlette gives functions GET and HEAD only."""

    desk: Desk
    page: Open | Own
    gate: Gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the gate, and let the page answer."""
        came: Request = scope["frontdesk"]
        takes = self.page.take if came.method == "POST" else self.page.show

        async def handle(visit: Visit) -> Answer:
            if takes is None:
                return self.desk.notice(visit, NO_SUCH_PAGE)
            if isinstance(self.page, Open):
                return await cast(OpenPage, takes)(self.desk, visit)
            user = visit.visitor.user
            if user is None:
                return send_to(self.page.otherwise or with_query("/sign-in", next=visit.path))
            return await cast(OwnPage, takes)(self.desk, visit, user)

        try:
            answer = await self.gate.pass_through(came, scope["path_params"], receive, handle)
        except ConnectionError:
            return  # the visitor left in the middle of the form
        await send_answer(answer, send, head=came.method == "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticApp:
    """Style sheet and icon."""

    pages: Pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory."""
        came: Request = scope["frontdesk"]
        tag = (came.first(b"if-none-match") or b"").decode("latin-1")
        name: str = scope["path_params"]["name"]
        answer = answer_static(self.pages.static, name, method=came.method, if_none_match=tag)
        if answer.status == 304:  # a length would have to be that of the file (RFC 9110 §8.6)
            await send({"type": "http.response.start", "status": 304, "headers": answer.headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await send_answer(answer, send, head=came.method == "HEAD")


def _page_app(desk: Desk, page: Open | Own) -> PageApp:
    methods = tuple(name for name, does in (("GET", page.show), ("POST", page.take)) if does is not None)
    return PageApp(desk=desk, page=page, gate=Gate(desk=desk, methods=methods, signed_in_only=isinstance(page, Own)))


def _plain_page(desk: Desk, notice: Notice) -> Callable[[StarletteRequest, Exception], Awaitable[Response]]:
    async def handle(request: StarletteRequest, _: Exception) -> Response:
        answer = desk.pages.notice(notice, request_id=request.scope["frontdesk"].request_id)
        response = Response(answer.body, status_code=answer.status)
        response.raw_headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
        return response

    return handle
