"""One row of the table of pages, and the ASGI app that answers for it: whom it is for, past the gate, to the page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

from frontdesk.protocol.http import Answer, Request
from frontdesk.protocol.records import User
from frontdesk.web.asgi import Receive, Scope, Send, send_answer
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.gate import Gate
from frontdesk.web.owner_gate import ask_for_passkey
from frontdesk.web.pages import send_to
from frontdesk.web.words import NO_SUCH_PAGE

OpenPage: TypeAlias = Callable[[Desk, Visit], Awaitable[Answer]]
OwnPage: TypeAlias = Callable[[Desk, Visit, User], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A page for anybody. `take` is what its form does."""

    show: OpenPage | None = None
    take: OpenPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A page for the signed-in; others go to `otherwise` (empty: to sign in, and back to this page).

    `uploads`: its form carries a file.
    """

    show: OwnPage | None = None
    take: OwnPage | None = None
    otherwise: str = ""
    uploads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operated:
    """A page for operators; to others who are signed in there is no such page."""

    show: OwnPage | None = None
    take: OwnPage | None = None
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageApp:
    """One row of the table as an ASGI app. An object, because Starlette gives functions GET and HEAD only."""

    desk: Desk
    page: Open | Own | Operated
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
            if isinstance(self.page, Operated) and not visit.visitor.is_operator:
                return self.desk.notice(visit, NO_SUCH_PAGE)
            asked = await ask_for_passkey(self.desk, visit, user)
            return asked or await cast(OwnPage, takes)(self.desk, visit, user)

        try:
            answer = await self.gate.pass_through(came, scope["path_params"], receive, handle)
        except ConnectionError:
            return  # the visitor left in the middle of the form
        await send_answer(answer, send, head=came.method == "HEAD")


def make_page_app(desk: Desk, page: Open | Own | Operated) -> PageApp:
    """The app of one row, with its gate."""
    methods = tuple(name for name, does in (("GET", page.show), ("POST", page.take)) if does is not None)
    uploads = isinstance(page, Own) and page.uploads
    gate = Gate(desk=desk, methods=methods, signed_in_only=not isinstance(page, Open), uploads=uploads)
    return PageApp(desk=desk, page=page, gate=gate)
