"""The connections to the API: kept for the next call while they are fresh, opened where there is none. RFC 9112 §9."""

import asyncio
import ssl

from frontdesk.gateway.upstream.address import Address
from frontdesk.gateway.upstream.connection import Connection, UpstreamBrokenError

# Below the idle time-out of common servers (5 s): a connection that the API is about to close is not used again.
KEEP_ALIVE = 4.0
MOST_IDLE = 256


class Pool:
    """Kept connections of one worker to one address. How many calls may be under way is not its business."""

    def __init__(self, address: Address, *, connect_seconds: float) -> None:
        """To be made inside the running loop."""
        self._address = address
        self._connect_seconds = connect_seconds
        self._loop = asyncio.get_running_loop()
        self._idle: list[Connection] = []
        self._sweep: asyncio.TimerHandle | None = None
        self._tls = ssl.create_default_context() if address.is_tls else None
        self._is_closed = False

    def take_kept(self) -> Connection | None:
        """The connection that was used last, where one is fresh."""
        newest = self._loop.time() - KEEP_ALIVE
        while self._idle:
            connection = self._idle.pop()
            if connection.idle_since < newest:
                connection.abort()
            elif not connection.is_lost and not connection.transport.is_closing():
                return connection
        return None

    async def open(self) -> Connection:
        """A new connection. UpstreamBrokenError where there is none to be had, TimeoutError where it takes too long."""
        # In a task of its own: a call in the fast lane runs in none, and a time-out needs one.
        return await self._loop.create_task(self._open())

    async def _open(self) -> Connection:
        address = self._address
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await self._loop.create_connection(
                    lambda: Connection(self._loop), address.host, address.port, ssl=self._tls
                )
        except TimeoutError:
            raise
        except OSError as fault:
            raise UpstreamBrokenError(str(fault)) from fault
        return connection

    def give_back(self, connection: Connection) -> None:
        """End an exchange; keep its connection for the next one where that is possible."""
        if not connection.finish():
            return
        if self._is_closed or len(self._idle) >= MOST_IDLE:
            connection.abort()
            return
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = self._loop.call_later(KEEP_ALIVE, self._close_stale)

    def close(self) -> None:
        """Close what is kept, and keep nothing more."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in self._idle:
            connection.abort()
        self._idle.clear()

    def _close_stale(self) -> None:
        self._sweep = None
        newest = self._loop.time() - KEEP_ALIVE
        while self._idle and self._idle[0].idle_since <= newest:
            self._idle.pop(0).abort()
        if self._idle:
            self._sweep = self._loop.call_at(self._idle[0].idle_since + KEEP_ALIVE, self._close_stale)
