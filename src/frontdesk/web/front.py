"""The front door: every request's way to the handler that serves it, and what it gets when that handler breaks."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.web.asgi import (
    AsgiApp,
    BodyTooLargeError,
    Handler,
    Receive,
    Scope,
    Send,
    read_body,
    read_target,
    send_answer,
    send_stream,
    stream_body,
)
from frontdesk.web.edge import Edge

# A body sent with these means nothing (RFC 9110 §9.3.1) and is not read.
BODILESS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How a kind of endpoint says that it cannot serve: each takes the request id."""

    too_large: Callable[[str], Answer]
    unavailable: Callable[[str], Answer]
    bug: Callable[[str], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint. `max_body` in bytes; None: the body is streamed to the handler."""

    handler: Handler
    family: Family
    max_body: int | None = 0


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
        worker_tag: str,
        on_bug: Callable[[str, BaseException], None],
    ) -> None:
        """`routes` are matched on the raw path, whole; `otherwise` (the gateway) gets what is nobody's.

        A site prefix is a first segment (`/account`), or a folder where it ends in a slash.
        """
        self._routes = routes
        self._site = site
        self._site_rooms = frozenset(prefix for prefix in site_prefixes if not prefix.endswith(b"/"))
        self._site_folders = tuple(prefix for prefix in site_prefixes if prefix.endswith(b"/"))
        self._otherwise = otherwise
        self._edge = edge
        self._tag = worker_tag
        self._count = itertools.count(1)
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
        route = self._routes.get(raw_path)
        if route is None:
            if self._is_page(raw_path):
                scope["frontdesk"] = request
                await self._site(scope, receive, send)
                return
            route = self._otherwise
        answer = await self._read_and_answer(route, request, receive)
        if answer is None:
            return
        if answer.stream is not None:
            await send_stream(answer, answer.stream, receive, send)
        else:
            await send_answer(answer, send, head=request.method == "HEAD")

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
            request_id=f"{self._tag}-{next(self._count):x}",
        )
        self._edge.settle(request)
        return request

    def find_whole(self, raw_path: bytes) -> Route | None:
        """The route of an endpoint whose requests and answers are whole; None: not one of these."""
        route = self._routes.get(raw_path)
        return route if route is not None and route.max_body is not None else None

    async def answer(self, route: Route, request: Request) -> Answer | None:
        """What a handler says, or how its family says that it could not; None where the caller left."""
        try:
            return await route.handler(request)
        except StoreUnavailable as fault:
            self._on_bug(request.request_id, fault)
            return route.family.unavailable(request.request_id)
        except ConnectionError:
            return None
        except Exception as bug:  # noqa: BLE001 - the one border: everything else becomes a plain 500
            self._on_bug(request.request_id, bug)
            return route.family.bug(request.request_id)

    async def _read_and_answer(self, route: Route, request: Request, receive: Receive) -> Answer | None:
        try:
            if route.max_body is None:
                request.stream = stream_body(receive)
            elif request.method not in BODILESS:
                request.body = await read_body(receive, route.max_body)
        except BodyTooLargeError:
            return route.family.too_large(request.request_id)
        except ConnectionError:
            return None
        return await self.answer(route, request)
