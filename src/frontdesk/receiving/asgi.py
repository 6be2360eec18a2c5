"""ASGI middleware that lets in only calls that came through the gateway (FastAPI, Starlette, Litestar, Django)."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from frontdesk.receiving.headers import (
    ASSERTION,
    CHALLENGE,
    KEY,
    REFUSED_BODY,
    UNAVAILABLE_BODY,
    is_identity_header,
    nothing_is_open,
    write_headers,
)
from frontdesk.receiving.identity import Identity
from frontdesk.receiving.refused import AssertionRefusedError, KeysUnavailableError
from frontdesk.receiving.verifier import AssertionVerifier

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class RequireIdentity:
    """Hands the app `scope["frontdesk.identity"]`, and answers for it where nobody can be shown to call.

    Identity headers that came are dropped in any spelling; those that the app reads are written from what is proven.
    """

    def __init__(
        self,
        app: App,
        verifier: AssertionVerifier,
        *,
        is_open: Callable[[str, str], bool] = nothing_is_open,
        prefix: str = "",
        network_header: str = "spacebring-network-id",
    ) -> None:
        """`is_open(method, path)` names what needs no identity (public operations, health probes).

        `prefix` is what a proxy in between takes off each path; `network_header` the setting of the gateway.
        """
        self._app = app
        self._verifier = verifier
        self._is_open = is_open
        self._prefix = prefix
        self._network_header = network_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        method = scope.get("method", "GET")  # a WebSocket begins as a GET
        try:
            identity = None if self._is_open(method, scope["path"]) else await self._identify(scope, method)
        except AssertionRefusedError:
            await _answer(scope, receive, send, 401, (b"www-authenticate", CHALLENGE.encode()), REFUSED_BODY)
            return
        except KeysUnavailableError:
            await _answer(scope, receive, send, 503, (b"retry-after", b"1"), UNAVAILABLE_BODY)
            return
        await self._app({**scope, "headers": self._headers(scope, identity), KEY: identity}, receive, send)

    async def _identify(self, scope: Scope, method: str) -> Identity:
        said = [value for name, value in scope["headers"] if name == ASSERTION.encode()]
        if len(said) != 1:
            raise AssertionRefusedError("not exactly one assertion")
        raw: bytes | None = scope.get("raw_path")
        path = raw.decode("ascii", "surrogateescape") if raw is not None else scope["path"]
        return await self._verifier.verify_async(
            said[0].decode("latin-1"), method=method, path=self._prefix + path, is_decoded=raw is None
        )

    def _headers(self, scope: Scope, identity: Identity | None) -> list[tuple[bytes, bytes]]:
        kept = [
            (name, value)
            for name, value in scope["headers"]
            if not is_identity_header(name.decode("latin-1"), self._network_header)
        ]
        if identity is not None:
            said = write_headers(identity, self._network_header)
            kept += [(name.encode(), value.encode()) for name, value in said.items()]
        return kept


async def _answer(
    scope: Scope, receive: Receive, send: Send, status: int, header: tuple[bytes, bytes], body: bytes
) -> None:
    if scope["type"] == "websocket":
        await receive()  # the connect; a close before an accept is a 403 to the other side
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"content-length", b"%d" % len(body)),
        header,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
