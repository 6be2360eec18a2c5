"""The desk before an ASGI app, in its process: Starlette, FastAPI, Django. ASGI 3.0, HTTP & WebSocket 2.5."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from frontdesk.middleware.app_answers import headers_for_caller
from frontdesk.middleware.app_headers import headers_for_app, headers_for_exempt
from frontdesk.middleware.asgi_target import read_scope_target
from frontdesk.middleware.caller import SCOPE_KEY
from frontdesk.middleware.desk import Allowed, Desk, ask
from frontdesk.middleware.exemptions import read_exemptions
from frontdesk.middleware.living import live
from frontdesk.middleware.under_way import Conversation, Exchange
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.web.asgi import AsgiApp, Message, Receive, Scope, Send, send_answer


class FrontdeskMiddleware:
    """Lets through to an ASGI app only the calls that its OpenAPI document lists and their caller may make.

    The app reads who calls in `scope["frontdesk"]`, a `Caller`, or in the headers that the built-in proxy would set.
    Put it outermost: what stands before it is not protected by it, and may not change the path.

    >>> from frontdesk.middleware import FrontdeskMiddleware, LocalDesk
    >>> async def app(scope, receive, send): ...
    >>> app = FrontdeskMiddleware(app, LocalDesk.at("frontdesk-data", openapi="api.yaml"), exempt=["/healthz"])
    """

    def __init__(
        self, app: AsgiApp, desk: Desk, *, exempt: Iterable[str] = (), keep_authorization: bool = False
    ) -> None:
        """`exempt`: exact paths of the app, outside the document, that everybody may call without being looked at.

        `keep_authorization` leaves the caller's credential in the headers of calls that are let through.
        """
        self._app = app
        self._desk = desk
        self._exempt = read_exemptions(exempt, desk)
        self._keep_authorization = keep_authorization

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call, or live the app's life."""
        match scope["type"]:
            case "http":
                await self._serve(scope, receive, send)
            case "websocket":
                await self._serve_websocket(scope, receive, send)
            case "lifespan":
                await live(self._app, self._desk, scope, receive, send)
            case kind:
                raise ValueError(f"nothing is known of {kind!r}, so it is not let through")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = self._take(scope)
        if request.path in self._exempt:
            await self._app(_inner(scope, headers_for_exempt(request, self._desk.identity)), receive, send)
            return
        outcome = await ask(self._desk, request)
        if isinstance(outcome, Answer):
            await send_answer(outcome, send, head=request.method == "HEAD")
            return
        exchange = Exchange(receive, self._cleaning(send, outcome), partial(self._desk.watch, request))
        await self._run(self._for_app(scope, request, outcome), exchange)

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = self._take(scope)
        if request.path in self._exempt:
            await self._app(_inner(scope, headers_for_exempt(request, self._desk.identity)), receive, send)
            return
        # What makes it a handshake is between the server and the client: it is judged as the GET that it is.
        asked = replace(request, headers=[header for header in request.headers if header[0] != b"upgrade"])
        outcome = await ask(self._desk, asked)
        if not isinstance(outcome, Answer):
            conversation = Conversation(receive, send, partial(self._desk.watch, asked))
            await self._run(self._for_app(scope, request, outcome), conversation)
        elif "websocket.http.response" in (scope.get("extensions") or {}):
            await send_denial(outcome, send)
        else:  # the server answers 403, without our words
            await send({"type": "websocket.close", "code": 1008})

    async def _run(self, scope: Scope, call: Exchange | Conversation) -> None:
        try:
            await self._app(scope, call.receive, call.send)
        except Exception:
            if not call.is_cut:  # else it is what the app makes of a caller that has left
                raise
        finally:
            call.over()

    def _take(self, scope: Scope) -> Request:
        client = scope.get("client")
        return self._desk.intake.take(
            method=scope.get("method", "GET"),  # a WebSocket's handshake is a GET
            target=read_scope_target(scope),
            # Some servers leave the blanks after a value, which are none of it (RFC 9110 §5.5).
            headers=[(name.lower(), value.strip(b" \t")) for name, value in scope["headers"]],
            client=client[0] if client else None,
            https=scope.get("scheme") in ("https", "wss"),
        )

    def _for_app(self, scope: Scope, request: Request, allowed: Allowed) -> Scope:
        headers = headers_for_app(request, self._desk.identity, allowed, keep_authorization=self._keep_authorization)
        inner = _inner(scope, headers)
        inner["raw_path"] = allowed.target.path.encode("ascii")
        inner[SCOPE_KEY] = allowed.caller
        return inner

    def _cleaning(self, send: Send, allowed: Allowed) -> Send:
        """What sends the app's messages on, the answer's headers cleaned."""

        async def send_clean(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = headers_for_caller(
                    list(message.get("headers", ())),
                    allowed,
                    network_header=self._desk.identity.network_header,
                )
                message = {**message, "headers": headers}
            await send(message)

        return send_clean


def _inner(scope: Scope, headers: Headers) -> Scope:
    """A copy: what the app is told must not show through to whoever stands before us."""
    return {**scope, "headers": headers, SCOPE_KEY: None}


async def send_denial(answer: Answer, send: Send) -> None:
    """A refusal of a handshake, in full (ASGI's WebSocket Denial Response)."""
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": answer.body})
