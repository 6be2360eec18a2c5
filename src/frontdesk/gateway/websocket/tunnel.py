"""An open WebSocket: two connections, frames passed between them, closed for either end's and for our own reasons.

RFC 6455 §7. Extensions are the ends' own affair: payload is neither unpacked nor looked at.
"""

import asyncio
from collections.abc import Callable

from frontdesk.gateway.upstream.connection import Connection
from frontdesk.gateway.websocket.frames import PROTOCOL_ERROR, TOO_BIG, FrameReader, close_frame

GOING_AWAY, POLICY, RESTART, BAD_GATEWAY = 1001, 1008, 1012, 1014
FAREWELL_SECONDS = 2.0  # for the other end to answer a close frame
_WHY = {
    GOING_AWAY: "idle for too long",
    PROTOCOL_ERROR: "malformed frame",
    POLICY: "the credential has ended",
    TOO_BIG: "message too big",
    RESTART: "restarting",
    BAD_GATEWAY: "the API broke off",
}


class End(asyncio.Protocol):
    """One of the two connections."""

    def __init__(self, tunnel: "Tunnel", reader: FrameReader) -> None:
        """`reader` reads what comes from here."""
        self._tunnel = tunnel
        self.reader = reader
        self.transport: asyncio.Transport
        self.is_lost = False

    def data_received(self, data: bytes) -> None:
        """Pass it on."""
        self._tunnel.pass_on(self, data)

    def pause_writing(self) -> None:
        """There is no room here: the other end has to wait."""
        self._tunnel.hold(self, still=True)

    def resume_writing(self) -> None:
        """There is room again."""
        self._tunnel.hold(self, still=False)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self.is_lost = True
        self._tunnel.on_lost(self)

    def shutdown(self) -> None:
        """The server ends."""
        self._tunnel.close(RESTART)


class Tunnel:
    """Two ends. `take_over` starts it, once the caller has been told that the protocol changes."""

    def __init__(
        self, connection: Connection, *, max_message: int, idle: float, mask: bytes, has_extensions: bool
    ) -> None:
        """To an API that has answered 101. `mask` is four random bytes; `idle` in seconds."""
        self._connection = connection
        self._idle = idle
        self._mask = mask

        def reader(*, masked: bool) -> FrameReader:
            return FrameReader(masked=masked, max_message=max_message, has_extensions=has_extensions)

        self._caller = End(self, reader(masked=True))
        self._api = End(self, reader(masked=False))
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._is_parting = self._is_over = False
        self._after: list[Callable[[], None]] = []

    def call_after(self, after: Callable[[], None]) -> None:
        """What is to be done once both connections are gone."""
        self._after.append(after)

    def take_over(self, transport: asyncio.Transport, received: bytes, on_over: Callable[[], None]) -> End:
        """Go on with the caller's connection, of which `received` has been read already."""
        self._after.append(on_over)
        self._caller.transport, self._api.transport = transport, self._connection.transport
        self._api.transport.set_protocol(self._api)
        transport.set_protocol(self._caller)
        self._caller.is_lost = transport.is_closing()
        self._api.is_lost = self._connection.is_lost
        for end, early in ((self._api, self._connection.leftover), (self._caller, received)):
            if early:
                self.pass_on(end, early)
            if not end.transport.is_closing():
                end.transport.resume_reading()
        self._timer = self._loop.call_later(self._idle, self._look)
        for end in (self._caller, self._api):
            if end.is_lost:
                self.on_lost(end)
        return self._caller

    def give_up(self) -> None:
        """The caller is gone before it began."""
        self._connection.abort()
        self._finish()

    def pass_on(self, end: End, data: bytes) -> None:
        """Frames from one end to the other."""
        if self._is_over:
            self._hang_up_when_answered(end, data)
            return
        self._last = self._loop.time()
        other = self._other(end)
        passing, violation = end.reader.feed(data)
        if passing and not other.is_lost:
            other.transport.write(passing)
        if violation is not None:
            self._close(caller=violation.code if end is self._caller else BAD_GATEWAY, api=violation.code)
        elif end.reader.has_closed:
            self._farewell()

    def hold(self, full: End, *, still: bool) -> None:
        """Read no more from the other end while one is full."""
        other = self._other(full)
        if other.is_lost or other.transport.is_closing() or self._is_over:
            return
        if still:
            other.transport.pause_reading()
        else:
            other.transport.resume_reading()

    def close(self, code: int) -> None:
        """Close it for a reason of ours: the caller hears it, the API hears that the caller goes away."""
        self._close(caller=code, api=GOING_AWAY)

    def on_lost(self, end: End) -> None:
        """One connection is gone: so will be the other."""
        other = self._other(end)
        if other.is_lost:
            self._finish()
        elif self._is_over or end.reader.has_closed:
            other.transport.close()
        else:
            self._close(caller=BAD_GATEWAY, api=GOING_AWAY)

    def _close(self, *, caller: int, api: int) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._arm(FAREWELL_SECONDS, self._hang_up)
        for end, code, mask in ((self._caller, caller, b""), (self._api, api, self._mask)):
            if end.is_lost:
                continue
            heard = self._other(end).reader  # what this end has been sent so far
            if heard.is_between_frames and not heard.has_closed:
                end.transport.write(close_frame(code, _WHY.get(code, ""), mask=mask))
                end.transport.resume_reading()  # for its answer
            else:
                end.transport.close()

    def _farewell(self) -> None:
        """A close frame has passed: hang up once the other has answered it, or has not."""
        if not self._is_parting:
            self._is_parting = True
            self._arm(FAREWELL_SECONDS, self._hang_up)
        if self._caller.reader.has_closed and self._api.reader.has_closed:
            self._is_over = True
            for end in (self._caller, self._api):
                end.transport.close()

    def _hang_up_when_answered(self, end: End, data: bytes) -> None:
        end.reader.feed(data)
        if end.reader.has_closed:
            end.transport.close()

    def _hang_up(self) -> None:
        self._is_over = True
        for end in (self._caller, self._api):
            if not end.is_lost:
                end.transport.abort()

    def _look(self) -> None:
        left = self._last + self._idle - self._loop.time()
        if left > 0:
            self._arm(left, self._look)
        else:
            self.close(GOING_AWAY)

    def _arm(self, seconds: float, what: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, what)

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        after, self._after = self._after, []
        for each in after:
            each()

    def _other(self, end: End) -> End:
        return self._api if end is self._caller else self._caller
