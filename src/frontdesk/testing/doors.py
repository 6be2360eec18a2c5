"""One address for all of a fake authority: Frontdesk's own endpoints and pages, and an API behind its gateway."""

from collections.abc import Callable

from frontdesk.assemble.front import Furnished
from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.target import Target
from frontdesk.gateway.vigil import Watch
from frontdesk.middleware.asgi import FrontdeskMiddleware
from frontdesk.middleware.desk import Allowed, Intake, out_of_order
from frontdesk.middleware.judging import judge_by
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer, Request
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.settings import Settings
from frontdesk.testing.small_api import small_api
from frontdesk.web.asgi import AsgiApp, Receive, Scope, Send

_DECISIONS = b"/_frontdesk/decisions/"


class Doors:
    """The ASGI app: a path that is none of Frontdesk's own is the API's, and judged first."""

    def __init__(self, furnished: Furnished, settings: Settings) -> None:
        """The API is a small one until another is served."""
        self._furnished = furnished
        self._scheme = "https" if settings.is_https else "http"
        self._desk = _OpenDesk(furnished, settings)
        self.serve(small_api)

    def serve(self, api: AsgiApp) -> None:
        """From now on this app gets what the gateway lets through, as behind `FrontdeskMiddleware`."""
        self._api = FrontdeskMiddleware(api, self._desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as though it had come over the scheme of the public address."""
        scope = {**scope, "scheme": self._scheme}
        path: bytes = scope["raw_path"]
        if path.startswith(_DECISIONS):
            await self._furnished.explaining.flush()  # a worker does this every second; here the clock may stand still
        front = self._furnished.front
        door = self._api if front.find_open(path) is not None else front
        await door(scope, receive, send)


class _OpenDesk:
    """What the middleware asks: the gateway of a house that is open already."""

    def __init__(self, furnished: Furnished, settings: Settings) -> None:
        self._gateway = furnished.gateway
        self.intake = Intake(trusted_proxies=settings.trusted_proxies)
        self.identity = IdentityWriter(network_header=settings.network_header.encode("ascii"), forwarded_host=b"")

    async def open(self) -> None:
        """It is."""

    async def aclose(self) -> None:
        """Whoever opened the house closes it."""

    def lists(self, target: Target) -> bool:
        """Nothing is exempt, so nobody asks."""
        raise NotImplementedError

    def watch(self, request: Request, end: Callable[[Refusal], None]) -> Watch | None:
        """Answers in a test are short."""
        return None

    async def judge(self, request: Request) -> Allowed | Answer:
        """Decide one call. A store that is out of order is so because the test asked for it: not worth a log line."""
        try:
            return await judge_by(self._gateway, request)
        except StoreUnavailable:
            return out_of_order(request.request_id)
