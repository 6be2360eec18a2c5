"""The demo partner's web app: the pages of Door Locks, on another host name than the front desk.

The host differs because ports of one host share cookies, and a partner is never on the front desk's host.
"""

import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from frontdesk.cli.demo.door_locks import DoorLocks, Registration, Visit, unguessable
from frontdesk.cli.demo.exchange import Line
from frontdesk.cli.demo.look import draw, furniture

COOKIE = "door_locks"
MOST_VISITS = 200
ANSWER_SECONDS = 30


class PartnerApp:
    """The routes of the app; one `Visit` for each browser."""

    def __init__(self, registration: Registration, *, origin: str, mailbox: str, account: str) -> None:
        """`origin` is this app's own, `mailbox` and `account` are addresses that its pages point to."""
        self._registration = registration
        self._origin = origin
        self._links = {"mailbox": mailbox, "account": account}
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._doors: DoorLocks | None = None

    def app(self) -> Starlette:
        """The ASGI app."""
        return Starlette(
            routes=[
                Route("/", self._show),
                Route("/connect", self._connect),
                Route("/callback", self._come_back),
                Route("/call", self._step(DoorLocks.call), methods=["POST"]),
                Route("/refresh", self._step(DoorLocks.refresh), methods=["POST"]),
                Route("/disconnect", self._step(DoorLocks.disconnect), methods=["POST"]),
                *furniture(),
            ],
            lifespan=self._live,
        )

    @contextlib.asynccontextmanager
    async def _live(self, _: Starlette) -> AsyncIterator[None]:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as session:
            self._doors = DoorLocks(self._registration, Line(self._registration.issuer, session))
            yield

    @property
    def _partner(self) -> DoorLocks:
        assert self._doors is not None, "the app has not been started"
        return self._doors

    async def _show(self, request: Request) -> Response:
        visit = self._visits.get(request.cookies.get(COOKIE, "")) or Visit()
        return draw("partner.html", visit=visit, links=self._links, registration=self._registration)

    async def _connect(self, request: Request) -> Response:
        key = request.cookies.get(COOKIE, "")
        visit = self._visits.get(key)
        if visit is None:
            key, visit = unguessable(), Visit()
            self._visits[key] = visit
            if len(self._visits) > MOST_VISITS:
                self._visits.popitem(last=False)
        # 303: the browser goes there with GET, and the front desk sees where it comes from only by `state`.
        answer = RedirectResponse(self._partner.begin(visit), status_code=303)
        answer.set_cookie(COOKIE, key, httponly=True, samesite="lax", path="/")
        return answer

    async def _come_back(self, request: Request) -> Response:
        visit = self._visits.get(request.cookies.get(COOKIE, ""))
        if visit is not None:
            await self._survive(visit, self._partner.come_back(visit, dict(request.query_params)))
        # Away from the address with the code in it, so that it stays in no history and reloads do not send it again.
        return RedirectResponse("/", status_code=303)

    def _step(self, walk: Callable[[DoorLocks, Visit], Awaitable[None]]) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            if request.headers.get("origin") != self._origin:
                return Response("This form was sent from elsewhere.", status_code=403, media_type="text/plain")
            visit = self._visits.get(request.cookies.get(COOKIE, ""))
            if visit is not None:
                await self._survive(visit, walk(self._partner, visit))
            return RedirectResponse("/", status_code=303)

        return handle

    @staticmethod
    async def _survive(visit: Visit, step: Awaitable[None]) -> None:
        try:
            await step
        except (aiohttp.ClientError, TimeoutError):
            visit.say("The front desk does not answer. Is it running?", bad=True)
