"""What goes on for long after it was let in: for the app it ends as if the caller had left. GW-22, GW-23.

A stream or a WebSocket is asked about again while it lasts. Once its credential has ended, nothing more that the app
sends reaches the caller, and the app hears of a disconnect, which every app knows how to take.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

from frontdesk.gateway.vigil import Watch
from frontdesk.protocol.errors import Refusal
from frontdesk.web.asgi import Message, Receive, Send

Begin: TypeAlias = Callable[[Callable[[Refusal], None]], Watch | None]

POLICY = 1008  # RFC 6455 §7.4.1


class _UnderWay:
    """The messages of one call, between its server and its app."""

    _gone: ClassVar[Message] = {}

    def __init__(self, receive: Receive, send: Send, begin: Begin) -> None:
        """`begin` asks about the call from now on, and takes what ends it; None where nobody asks."""
        self._receive = receive
        self._send = send
        self._begin = begin
        self._cut = asyncio.Event()
        self._watch: Watch | None = None
        self._asked: asyncio.Future[Message] | None = None

    @property
    def is_cut(self) -> bool:
        """Whether it was ended here."""
        return self._cut.is_set()

    def over(self) -> None:
        """The app is done with it."""
        if self._watch is not None:
            self._watch.drop()
        if self._asked is not None:
            self._asked.cancel()

    def _last_long(self) -> None:
        if self._watch is None:
            self._watch = self._begin(self._end)

    def _end(self, _: Refusal) -> None:
        self._cut.set()

    def _refuse_to_send(self) -> None:
        if self.is_cut:  # ASGI: what send raises for a caller that has left
            raise OSError("the call's credential has ended")

    async def _receive_until_cut(self) -> Message:
        if self._asked is None:
            self._asked = asyncio.ensure_future(self._receive())
        cut: asyncio.Future[Any] = asyncio.ensure_future(self._cut.wait())
        waited_for: set[asyncio.Future[Any]] = {self._asked, cut}
        try:
            # Where the app gives up waiting, what the server is asked for stays asked for: no message is lost.
            await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
        finally:
            cut.cancel()
        if self.is_cut:
            return dict(self._gone)
        asked, self._asked = self._asked, None
        return asked.result()


class Exchange(_UnderWay):
    """An HTTP request and its answer, from its second piece on."""

    _gone: ClassVar[Message] = {"type": "http.disconnect"}
    _has_body = False

    async def receive(self) -> Message:
        """The next message for the app. Pieces of the request's body come as they do."""
        if self._has_body:
            return await self._receive_until_cut()
        message = await self._receive()
        self._has_body = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass on a message of the app's."""
        self._refuse_to_send()
        if message["type"] == "http.response.body" and message.get("more_body", False):
            self._last_long()
        await self._send(message)


class Conversation(_UnderWay):
    """A WebSocket, from its opening on."""

    _gone: ClassVar[Message] = {"type": "websocket.disconnect", "code": POLICY}
    _closing: asyncio.Task[None] | None = None

    async def receive(self) -> Message:
        """The next message for the app."""
        return await self._receive_until_cut()

    async def send(self, message: Message) -> None:
        """Pass on a message of the app's."""
        self._refuse_to_send()
        await self._send(message)
        if message["type"] == "websocket.accept":
            self._last_long()

    def _end(self, refusal: Refusal) -> None:
        super()._end(refusal)
        self._closing = asyncio.ensure_future(self._close())

    async def _close(self) -> None:
        await self._send({"type": "websocket.close", "code": POLICY})
