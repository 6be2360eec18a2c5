"""Between ASGI and the plain records: a scope becomes a Request, an Answer is sent. ASGI 3.0, RFC 9110."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from frontdesk.protocol.http import Answer, Request, Stream

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Handler: TypeAlias = Callable[[Request], Awaitable[Answer]]


class BodyTooLargeError(Exception):
    """More bytes came than the endpoint takes."""


def read_target(scope: Scope) -> bytes:
    """The raw path and query as sent; an absolute-form target has lost its authority, which is never believed."""
    path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8")
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body; BodyTooLargeError once it exceeds `limit` bytes, ConnectionError where the sender left."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if message["type"] == "http.disconnect":
            raise ConnectionError("the caller left")
        if len(body) > limit:
            raise BodyTooLargeError
        return body
    pieces, size = [body], len(body)
    async for piece in BodyStream(receive):
        size += len(piece)
        if size > limit:
            raise BodyTooLargeError
        pieces.append(piece)
    return b"".join(pieces)


class BodyStream:
    """The body piece by piece."""

    def __init__(self, receive: Receive) -> None:
        """Of the request whose messages `receive` gives."""
        self._receive = receive
        self.has_ended = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces."""
        return self

    async def __anext__(self) -> bytes:
        """The next one that is not empty; ConnectionError where the sender left."""
        while not self.has_ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError("the caller left")
            self.has_ended = not message.get("more_body")
            if piece := message.get("body", b""):
                return bytes(piece)
        raise StopAsyncIteration


async def send_answer(answer: Answer, send: Send, *, head: bool = False) -> None:
    """Send an answer that is whole; to HEAD, its headers only."""
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})


async def send_stream(answer: Answer, stream: Stream, body: BodyStream | None, receive: Receive, send: Send) -> None:
    """Send an answer whose body follows piece by piece; it is given up once the caller left.

    While the request's `body` is still being read, whoever reads it notices that.
    """
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    is_read = body is None or body.has_ended
    watch = asyncio.ensure_future(_give_up_when_left(stream, receive)) if is_read else None
    try:
        async for piece in stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        if watch is not None:
            watch.cancel()
        await stream.aclose()


async def _give_up_when_left(stream: Stream, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    await stream.aclose()
