"""The desk before a WSGI app, in its process: Flask, Django. PEP 3333."""

import atexit
import contextlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeAlias

from frontdesk.middleware.app_answers import headers_for_caller
from frontdesk.middleware.app_headers import headers_for_app, headers_for_exempt
from frontdesk.middleware.caller import ENVIRON_KEY
from frontdesk.middleware.desk import Allowed, Desk, ask, out_of_order
from frontdesk.middleware.environ import (
    RAW_KEYS,
    Environ,
    read_environ_headers,
    read_environ_target,
    write_environ,
)
from frontdesk.middleware.exemptions import read_exemptions
from frontdesk.middleware.loop_thread import LoopThread
from frontdesk.middleware.targets import UNREADABLE
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.runtime.witness import log_trouble

StartResponse: TypeAlias = Callable[..., Callable[[bytes], object]]
WsgiApp: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

CLOSING = 5.0  # seconds that the process may wait at its end


class FrontdeskWsgiMiddleware:
    """Lets through to a WSGI app only the calls that its OpenAPI document lists and their caller may make.

    The app reads who calls in `environ["frontdesk.caller"]`, a `Caller`, or in the headers that the built-in proxy
    would set. The desk lives in an event loop in a thread of its own, begun by the first call in each process.

    >>> from frontdesk.middleware import FrontdeskWsgiMiddleware, LocalDesk
    >>> def app(environ, start_response): ...
    >>> app = FrontdeskWsgiMiddleware(app, LocalDesk.at("frontdesk-data", openapi="api.yaml"), exempt=["/healthz"])
    """

    def __init__(
        self,
        app: WsgiApp,
        desk: Desk,
        *,
        exempt: Iterable[str] = (),
        keep_authorization: bool = False,
        deadline: float = 5.0,
    ) -> None:
        """`exempt`: exact paths of the app, outside the document, that everybody may call without being looked at.

        `keep_authorization` leaves the caller's credential in the headers of calls that are let through. `deadline`:
        seconds after which a call that is not decided yet is refused with 503.
        """
        self._app = app
        self._desk = desk
        self._exempt = read_exemptions(exempt, desk)
        self._keep_authorization = keep_authorization
        self._deadline = deadline
        self._thread = LoopThread("frontdesk")
        atexit.register(self.close)

    def close(self) -> None:
        """Write what was noted beside the calls, and close the desk; it opens again where another call comes."""
        with contextlib.suppress(Exception):  # the process ends, whatever may be wrong
            self._thread.stop(self._desk.aclose, seconds=CLOSING)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one call."""
        request = self._take(environ)
        if request.path in self._exempt:
            exempt = write_environ(environ, headers_for_exempt(request, self._desk.identity))
            return self._app({**exempt, ENVIRON_KEY: None}, start_response)
        outcome = self._ask(request)
        if isinstance(outcome, Answer):
            return _refuse(outcome, request, start_response)
        return self._app(self._for_app(environ, request, outcome), self._cleaning(start_response, outcome))

    def _take(self, environ: Environ) -> Request:
        target = read_environ_target(environ)
        try:
            headers = read_environ_headers(environ)
        except UnicodeEncodeError:
            target, headers = UNREADABLE, []
        return self._desk.intake.take(
            method=environ["REQUEST_METHOD"],
            target=target,
            headers=headers,
            client=environ.get("REMOTE_ADDR"),
            https=environ.get("wsgi.url_scheme") == "https",
        )

    def _ask(self, request: Request) -> Allowed | Answer:
        try:
            return self._thread.run(lambda: ask(self._desk, request), seconds=self._deadline)
        except (TimeoutError, RuntimeError) as late:
            log_trouble(request.request_id, late)
            return out_of_order(request.request_id)

    def _for_app(self, environ: Environ, request: Request, allowed: Allowed) -> Environ:
        headers = headers_for_app(request, self._desk.identity, allowed, keep_authorization=self._keep_authorization)
        inner = write_environ(environ, headers)
        inner[ENVIRON_KEY] = allowed.caller
        for key in RAW_KEYS:
            if key in inner:
                inner[key] = allowed.target.normalised.decode("ascii")
        return inner

    def _cleaning(self, start_response: StartResponse, allowed: Allowed) -> StartResponse:
        """What starts the app's answer, its headers cleaned."""

        def start_clean(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], object]:
            cleaned = headers_for_caller(
                [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
                allowed,
                network_header=self._desk.identity.network_header,
            )
            return start_response(status, _in_text(cleaned), *exc_info)

        return start_clean


def _refuse(answer: Answer, request: Request, start_response: StartResponse) -> Iterable[bytes]:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", _in_text(headers))
    return [] if request.method == "HEAD" else [answer.body]


def _in_text(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
