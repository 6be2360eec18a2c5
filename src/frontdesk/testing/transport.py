"""How httpx2 and httpx, sync and async, reach a fake authority without a network."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from importlib import import_module
from typing import Any

from frontdesk.middleware.loop_thread import LoopThread
from frontdesk.testing.street import AnswerLostError
from frontdesk.testing.wire import Reply, exchange
from frontdesk.web.asgi import AsgiApp

PATIENCE = 60.0  # seconds


class Transport:
    """A transport of either library: it makes the answers, and the errors, of the one whose request it gets."""

    def __init__(self, url: str, app: AsgiApp, thread: LoopThread) -> None:
        """`url`: the only origin that can be reached."""
        self._url = url
        self._app = app
        self._thread = thread

    def handle_request(self, request: Any) -> Any:
        """Of a sync client."""
        library = self._library(request)
        work = self._work(request, request.read())
        try:
            return _response(library, request, self._thread.run(work, seconds=PATIENCE))
        except AnswerLostError as lost:
            raise library.ReadError(str(lost), request=request) from lost

    async def handle_async_request(self, request: Any) -> Any:
        """Of an async client, on asyncio."""
        library = self._library(request)
        answer: Future[Reply] = self._thread.begin(self._work(request, await request.aread()))
        try:
            return _response(library, request, await asyncio.wrap_future(answer))
        except AnswerLostError as lost:
            raise library.ReadError(str(lost), request=request) from lost

    def _library(self, request: Any) -> Any:
        library = import_module(type(request).__module__.partition(".")[0])
        asked = f"{request.url.scheme}://{request.url.netloc.decode()}"
        if asked != self._url:
            raise library.ConnectError(f"{asked} is not the fake authority, which is at {self._url}", request=request)
        return library

    def _work(self, request: Any, body: bytes) -> Callable[[], Coroutine[Any, Any, Reply]]:
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        return lambda: exchange(self._app, request.method, request.url.raw_path, headers, body)

    def close(self) -> None:
        """The authority lives on."""

    async def aclose(self) -> None:
        """The authority lives on."""

    def __enter__(self) -> "Transport":
        """Nothing to open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    async def __aenter__(self) -> "Transport":
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""


def _response(library: Any, request: Any, reply: Reply) -> Any:
    return library.Response(status_code=reply.status, headers=reply.headers, content=reply.body, request=request)
