"""The built-in reverse proxy: an admitted call goes to the API, its answer comes back piece by piece. RFC 9110 §7."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from frontdesk.gateway.answers import AnswerShield
from frontdesk.gateway.checker import Passed
from frontdesk.gateway.download import Download, Exchange
from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.policy import Operations
from frontdesk.gateway.upload import Upload, UploadStoppedError
from frontdesk.gateway.upstream.address import Address
from frontdesk.gateway.upstream.connection import Connection, UpstreamBrokenError
from frontdesk.gateway.upstream.message import render_head
from frontdesk.gateway.upstream.pool import Pool
from frontdesk.gateway.upstream.room import Room
from frontdesk.gateway.vigil import Vigil
from frontdesk.gateway.websocket.handshake import PROTOCOL, has_extensions, is_agreed, judge_origin
from frontdesk.gateway.websocket.tunnel import POLICY, Tunnel
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import NO_BODY, Answer, Headers, Request
from frontdesk.settings import Settings

LARGE = 64 * 1024  # an answer of known length up to this is read whole, and sent with one write
_WITHOUT_BODY = frozenset({204, 304})
# RFC 9110 §9.2.2: done twice, they do what they do once.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
_EVENT_STREAM = b"text/event-stream"

_BROKEN = Refusal(reason=Reason.UPSTREAM_BROKEN)
_SLOW = Refusal(reason=Reason.UPSTREAM_SLOW)
_FULL = Refusal(reason=Reason.UPSTREAM_FULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one worker's calls to the API. Times in seconds, sizes in bytes."""

    connect: float
    first_byte: float
    silence: float
    total: float
    seats: int
    berths: int
    waiting: int
    max_body: int
    websocket_message: int
    websocket_idle: float


def limits_of(settings: Settings) -> Limits:
    """The bounds that the settings ask for."""
    return Limits(
        connect=settings.upstream_connect_timeout,
        first_byte=settings.upstream_timeout,
        silence=settings.upstream_silence_timeout,
        total=settings.upstream_total_timeout,
        seats=settings.upstream_connections,
        berths=settings.upstream_streams,
        waiting=settings.upstream_waiting,
        max_body=settings.max_body,
        websocket_message=settings.websocket_message,
        websocket_idle=settings.websocket_idle_timeout,
    )


@dataclass(slots=True, kw_only=True)
class Proxy:
    """Sends calls on to one API. `open` before use, inside the running loop; `close` at the end."""

    address: Address
    identity: IdentityWriter
    shield: AnswerShield
    limits: Limits
    vigil: Vigil
    new_mask: Callable[[str], bytes]  # four bytes that nobody can foresee, for a request's id
    origins: frozenset[bytes]  # that may open WebSockets
    enforces: bool = True
    _pool: Pool = field(init=False, repr=False)
    _room: Room = field(init=False, repr=False)

    async def open(self) -> None:
        """Make the pool of connections."""
        limits = self.limits
        self._pool = Pool(self.address, connect_seconds=limits.connect)
        self._room = Room(seats=limits.seats, berths=limits.berths, waiting=limits.waiting, patience=limits.connect)
        self.vigil.open()

    async def close(self) -> None:
        """Close every kept connection."""
        await self.vigil.close()
        self._pool.close()

    async def forward(self, request: Request, passed: Passed) -> Answer | Refusal:
        """Send an admitted call on. ConnectionError where the caller left meanwhile."""
        upload = Upload(request, limit=self.limits.max_body)
        if upload.is_too_large:
            return Refusal(reason=Reason.BODY_TOO_LARGE)
        is_switch = request.caller is not None and request.caller.can_switch
        if is_switch and self.enforces:
            foreign = judge_origin(request, allowed=self.origins)
            if foreign is not None:
                return foreign
        try:
            beginning = b"" if upload.has_ended else await upload.begin()
        except UploadStoppedError as fault:
            return _judge_upload(upload, fault)
        # Only now: a caller that is slow to send a small body holds no place.
        who = passed.admission.client_id or request.peer or ""
        if is_switch or not upload.has_ended:
            seat = self._room.take_berth(who)
        else:
            seat = self._room.take(who) or await self._room.wait(who)
        if seat is None:
            return _FULL
        exchange = Exchange(self._pool, seat)
        try:
            return await self._exchange(exchange, request, passed, upload, beginning, is_switch=is_switch)
        except TimeoutError:
            exchange.end()
            return upload.refusal() or _SLOW
        except (UpstreamBrokenError, UploadStoppedError, ValueError) as fault:
            exchange.end()
            return _judge_upload(upload, fault)
        except BaseException:
            exchange.end()
            raise

    async def _exchange(
        self,
        exchange: Exchange,
        request: Request,
        passed: Passed,
        upload: Upload,
        beginning: bytes,
        *,
        is_switch: bool,
    ) -> Answer | Refusal:
        head = self._render(request, passed, is_chunked=upload.is_chunked, is_switch=is_switch)
        if upload.has_ended:
            await self._ask(exchange, request, head + upload.framed_whole(beginning))
        else:
            await self._ask_with_stream(exchange, request, head, upload, beginning)
        connection = exchange.connection
        status, length = connection.status, connection.length
        if status == 101:
            return self._switch(exchange, request, passed)
        headers = self._clean(connection.headers, request, passed)
        if request.method == "HEAD" or status in _WITHOUT_BODY:
            # Its length, where it is given, is that of the body which is not sent: it must stay as it is.
            exchange.end()
            return Answer(status=status, headers=headers, stream=NO_BODY)
        if length is None or length > LARGE or exchange.sending is not None:
            return Answer(status=status, headers=headers, stream=self._stream(exchange, request))
        body = connection.take_whole()
        if body is None:
            body = await connection.read_whole()
        exchange.end()
        headers = [header for header in headers if header[0] != b"content-length"]
        return Answer(status=status, headers=headers, body=body)

    def _render(self, request: Request, passed: Passed, *, is_chunked: bool, is_switch: bool) -> bytes:
        return render_head(
            request.method,
            self.address.base + passed.target.normalised,
            self._headers(request, passed),
            authority=self.address.authority,
            is_chunked=is_chunked,
            upgrade=PROTOCOL if is_switch else b"",
        )

    def _headers(self, request: Request, passed: Passed) -> Headers:
        if passed.refused is not None:
            # Only watched: it goes on as the caller sent it, and in nobody's name.
            headers = self.identity.kept(request.headers)
            headers += [(self.identity.network_header, value) for value in request.all(self.identity.network_header)]
            headers.append((b"x-request-id", request.request_id.encode()))
            headers += self.identity.hop(peer=request.peer, https=request.https)
        else:
            headers = self.identity.forwarded(
                request.headers,
                passed.admission,
                request_id=request.request_id,
                method=request.method,
                target=passed.target,
                peer=request.peer,
                https=request.https,
            )
        if not self.enforces:  # the API still checks credentials itself
            headers += [(b"authorization", value) for value in request.all(b"authorization")]
        return headers

    async def _ask(self, exchange: Exchange, request: Request, data: bytes) -> None:
        """Send a request that is whole, and wait for the head of its answer."""
        connection = self._pool.take_kept()
        if connection is not None:
            exchange.connection = connection
            try:
                await self._begin(connection, request, data)
                return
            except UpstreamBrokenError:
                # The API closed a kept connection just as it was used again (RFC 9112 §9.3.1): once more, where
                # twice does no harm.
                if connection.heard or request.method not in _IDEMPOTENT:
                    raise
        exchange.connection = connection = await self._pool.open()
        await self._begin(connection, request, data)

    async def _ask_with_stream(
        self, exchange: Exchange, request: Request, head: bytes, upload: Upload, beginning: bytes
    ) -> None:
        """Send a head, then the body as it comes, and wait for the answer's head meanwhile."""
        # On a new connection: half of this body could not be sent once more.
        exchange.connection = connection = await self._pool.open()
        refused: list[Refusal] = []

        def cut(refusal: Refusal) -> None:
            refused.append(refusal)
            connection.abort(UploadStoppedError("the credential has ended"))

        if self.enforces:
            exchange.watch = self.vigil.watch(request, cut)
        limits = self.limits
        connection.begin(
            head, first=limits.total, silence=limits.silence, total=limits.total, asks_head=request.method == "HEAD"
        )

        async def send() -> None:
            await upload.pass_on(connection, beginning)
            connection.expect_answer(limits.first_byte)

        exchange.sending = asyncio.get_running_loop().create_task(send())
        try:
            await connection.receive_head()
        except UploadStoppedError:
            if refused:
                upload.ended_by = refused[0]
            raise

    async def _begin(self, connection: Connection, request: Request, data: bytes) -> None:
        limits, caller = self.limits, request.caller
        if caller is not None and caller.has_left:
            raise ConnectionError("the caller left")
        connection.begin(
            data,
            first=limits.first_byte,
            silence=limits.silence,
            total=limits.total,
            asks_head=request.method == "HEAD",
            asks_upgrade=caller is not None and caller.can_switch,
        )
        if caller is not None:
            caller.on_left = connection.abort
        try:
            await connection.receive_head()
        finally:
            if caller is not None:
                caller.on_left = None

    def _stream(self, exchange: Exchange, request: Request) -> Download:
        download = Download(exchange, request.caller)
        exchange.last_long()
        if exchange.watch is not None:
            exchange.watch.end = download.cut
        elif self.enforces:
            exchange.watch = self.vigil.watch(request, download.cut)
        return download

    def _switch(self, exchange: Exchange, request: Request, passed: Passed) -> Answer | Refusal:
        connection = exchange.connection
        if not is_agreed(request, connection.headers):
            connection.abort()
            exchange.end()
            return _BROKEN
        tunnel = Tunnel(
            connection,
            max_message=self.limits.websocket_message,
            idle=self.limits.websocket_idle,
            mask=self.new_mask(request.request_id),
            has_extensions=has_extensions(connection.headers),
        )
        if self.enforces:
            exchange.watch = self.vigil.watch(request, lambda _: tunnel.close(POLICY))
        tunnel.call_after(exchange.let_go)
        headers = self._clean(connection.headers, request, passed)
        headers += [(b"connection", b"upgrade"), (b"upgrade", PROTOCOL)]
        return Answer(status=101, headers=headers, switch=tunnel)

    def _clean(self, headers: Headers, request: Request, passed: Passed) -> Headers:
        return self.shield.clean(headers, request_id=request.request_id, is_private=_is_private(passed.operations))


@lru_cache(maxsize=1_024)
def _is_private(operations: Operations) -> bool:
    return any(scheme != "public" for operation in operations for scheme in operation.schemes)


def _judge_upload(upload: Upload, fault: Exception) -> Refusal:
    """Whose fault it is that a call came to nothing. ConnectionError where the caller left."""
    if upload.caller_left:
        raise ConnectionError("the caller left") from fault
    return upload.refusal() or _BROKEN
