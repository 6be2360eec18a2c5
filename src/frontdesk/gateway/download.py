"""The API's answer on its way to the caller, and what has to be given back when it is over."""

import asyncio
from collections.abc import AsyncIterator

from frontdesk.gateway.upstream.connection import Connection, UpstreamBrokenError
from frontdesk.gateway.upstream.pool import Pool
from frontdesk.gateway.upstream.room import Seat
from frontdesk.gateway.vigil import Watch
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Caller


class Exchange:
    """One call to the API while it is under way. `end` it once it is over, however that came."""

    __slots__ = ("_connection", "_pool", "_seat", "sending", "watch")

    def __init__(self, pool: Pool, seat: Seat) -> None:
        """A call that has its place, and no connection yet."""
        self._pool = pool
        self._seat = seat
        self._connection: Connection | None = None
        self.sending: asyncio.Task[None] | None = None  # the caller's body, while it is passed on
        self.watch: Watch | None = None

    @property
    def connection(self) -> Connection:
        """The connection that it uses."""
        assert self._connection is not None
        return self._connection

    @connection.setter
    def connection(self, connection: Connection) -> None:
        self._connection = connection

    def last_long(self) -> None:
        """It goes on for as long as the caller likes: leave the seat to others."""
        self._seat.move_to_berth()

    def end(self) -> None:
        """Give back the place, and the connection where it can serve another call."""
        connection, self._connection = self._connection, None
        if connection is not None:
            if self.sending is not None and not self.sending.done():
                # The API has answered without waiting for the whole body: what follows of it would be read as a call.
                connection.abort()
                self.sending.cancel()
            self._pool.give_back(connection)
        self.let_go()

    def let_go(self) -> None:
        """Give back the place only: the connection is somebody else's now."""
        self._connection = None
        self._seat.leave()
        if self.watch is not None:
            self.watch.drop()


class Download:
    """A body that follows piece by piece."""

    def __init__(self, exchange: Exchange, caller: Caller | None) -> None:
        """Of an answer whose head has come."""
        self._exchange = exchange
        self._caller = caller
        self._connection = exchange.connection

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces as they come."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece; ConnectionError where the API breaks off or falls silent, so that the answer does too."""
        try:
            piece = await self._connection.read()
        except (UpstreamBrokenError, TimeoutError) as fault:
            self._exchange.end()
            raise ConnectionError("the API broke off its answer") from fault
        except BaseException:
            self._connection.abort()
            self._exchange.end()
            raise
        if not piece:
            self._exchange.end()
            raise StopAsyncIteration
        return piece

    def cut(self, _: Refusal) -> None:
        """End it here: the caller sees a broken answer, also one that has stopped reading."""
        self._connection.abort()
        if self._caller is not None:
            self._caller.hang_up()

    async def aclose(self) -> None:
        """No more is wanted; the connection is given up unless the body was read to its end."""
        self._exchange.end()
