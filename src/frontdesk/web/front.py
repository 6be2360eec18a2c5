"""The front door: every request's way to the handler that serves it, and what it gets when that handler breaks."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.web.asgi import (
    AsgiApp,
    BodyStream,
    BodyTooLargeError,
    Handler,
    Message,
    Receive,
    Scope,
    Send,
    read_body,
    read_target,
    send_answer,
    send_stream,
)
from frontdesk.web.edge import Edge

# A body sent with these means nothing (RFC 9110 §9.3.1) and is not read.
BODILESS = ("GET", "HEAD")
NAME = b"x-request-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How a kind of endpoint says that it cannot serve: each takes the request id."""

    too_large: Callable[[str], Answer]
    unavailable: Callable[[str], Answer]
    bug: Callable[[str], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint. `max_body` in bytes; None: the body is streamed to the handler.

    `names`: all its answers carry X-Request-Id as they are. Where they do not, the front door adds it.
    `at_once` answers what needs no waiting; where it gives None it has done nothing, and the handler answers.
    """

    handler: Handler
    family: Family
    at_once: Callable[[Request], Answer | None] | None = None
    max_body: int | None = 0
    names: bool = False


class Front:
    """The ASGI app of one worker, less its lifespan."""

    def __init__(
        self,
        *,
        routes: Mapping[bytes, Route],
        site: AsgiApp,
        site_prefixes: tuple[bytes, ...],
        otherwise: Route,
        edge: Edge,
        new_request_id: Callable[[], str],
        on_bug: Callable[[str, BaseException], None],
    ) -> None:
        """`routes` are matched on the raw path, whole; `otherwise` (the gateway) gets what is nobody's.

        A route whose path ends in a slash takes all that is below it; such paths are below `/_frontdesk/`.
        A site prefix is a first segment (`/account`), or a folder where it ends in a slash.
        """
        self._routes = routes
        self._rooms = tuple((path, route) for path, route in routes.items() if path.endswith(b"/"))
        self._site = site
        self._site_rooms = frozenset(prefix for prefix in site_prefixes if not prefix.endswith(b"/"))
        self._site_folders = tuple(prefix for prefix in site_prefixes if prefix.endswith(b"/"))
        self._otherwise = otherwise
        self._edge = edge
        self.new_request_id = new_request_id
        self._on_bug = on_bug

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; WebSockets are closed."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8")
        client = scope.get("client")
        request = self.receive(
            method=scope["method"],
            target=read_target(scope),
            headers=scope["headers"],
            hop=client[0] if client else None,
            https=scope.get("scheme") == "https",
        )
        route = self._find(raw_path)
        if route is None:
            if self._is_page(raw_path):
                scope["frontdesk"] = request
                await self._site(scope, receive, naming(send, request.request_id))
                return
            route = self._otherwise
        answer = await self._read_and_answer(route, request, receive)
        if answer is None:
            return
        if answer.stream is not None:
            body = request.stream if isinstance(request.stream, BodyStream) else None
            with suppress(ConnectionError):  # the API broke off: an answer that is not completed tells the caller so
                await send_stream(answer, answer.stream, body, receive, send)
        else:
            await send_answer(answer, send, head=request.method == "HEAD")

    def _find(self, raw_path: bytes) -> Route | None:
        route = self._routes.get(raw_path)
        if route is None and raw_path.startswith(b"/_frontdesk/"):
            return next((room for path, room in self._rooms if raw_path.startswith(path)), None)
        return route

    def _is_page(self, raw_path: bytes) -> bool:
        # By whole segments: `/account` is ours, `/accounts/v1` is the API's.
        room = b"/" + raw_path[1:].split(b"/", 1)[0]
        return room in self._site_rooms or raw_path.startswith(self._site_folders)

    def receive(self, *, method: str, target: bytes, headers: Headers, hop: str | None, https: bool) -> Request:
        """A request that has just come, without its body: named, and with its caller settled."""
        request = Request(
            method=method,
            target=target,
            headers=headers,
            peer=hop,
            hop=hop,
            https=https,
            request_id=self.new_request_id(),
        )
        self._edge.settle(request)
        return request

    def find_whole(self, raw_path: bytes) -> Route | None:
        """The route of an endpoint whose requests and answers are whole; None: not one of these."""
        route = self._find(raw_path)
        return route if route is not None and route.max_body is not None else None

    def find_open(self, raw_path: bytes) -> Route | None:
        """The route of what is neither an endpoint nor a page: the API's; its bodies are streamed."""
        if self._find(raw_path) is not None or self._is_page(raw_path):
            return None
        return self._otherwise

    def tell_bug(self, request_id: str, bug: BaseException) -> None:
        """Say that something broke after the handler had answered."""
        self._on_bug(request_id, bug)

    def answer_at_once(self, route: Route, request: Request) -> Answer | None:
        """What can be said without waiting; None: `answer` says it."""
        if route.at_once is None:
            return None
        try:
            answer = route.at_once(request)
        except Exception as bug:  # noqa: BLE001 - the border, as below
            return self._say_broken(route, request, bug)
        return answer if answer is None or route.names else named(answer, request.request_id)

    async def answer(self, route: Route, request: Request) -> Answer | None:
        """What a handler says, or how its family says that it could not; None where the caller left."""
        try:
            answer = await route.handler(request)
            return answer if route.names else named(answer, request.request_id)
        except ConnectionError:
            return None
        except Exception as bug:  # noqa: BLE001 - the one border: everything else becomes a plain 500 or 503
            return self._say_broken(route, request, bug)

    def _say_broken(self, route: Route, request: Request, bug: Exception) -> Answer:
        self._on_bug(request.request_id, bug)
        tell = route.family.unavailable if isinstance(bug, StoreUnavailable) else route.family.bug
        return named(tell(request.request_id), request.request_id)

    def too_large(self, route: Route) -> Answer:
        """What a caller hears who sends more than an endpoint takes, before the request is one."""
        request_id = self.new_request_id()
        return named(route.family.too_large(request_id), request_id)

    async def _read_and_answer(self, route: Route, request: Request, receive: Receive) -> Answer | None:
        try:
            if route.max_body is None:
                request.stream = BodyStream(receive)
            elif request.method not in BODILESS:
                request.body = await read_body(receive, route.max_body)
        except BodyTooLargeError:
            return named(route.family.too_large(request.request_id), request.request_id)
        except ConnectionError:
            return None
        return self.answer_at_once(route, request) or await self.answer(route, request)


def named(answer: Answer, request_id: str) -> Answer:
    """The answer with its request's name, unless it carries one already: that of the request it tells of."""
    headers = answer.headers
    for name, _ in headers:
        if name == NAME:
            return answer
    answer.headers = [*headers, (NAME, request_id.encode("ascii", "replace"))]
    return answer


def naming(send: Send, request_id: str) -> Send:
    """The same for an app that answers by messages."""

    async def send_named(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), (NAME, request_id.encode("ascii"))]
        await send(message)

    return send_named
