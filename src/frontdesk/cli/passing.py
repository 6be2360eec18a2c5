"""The server's way for calls to the API: begun in the parser's callback, answered with one write or piece by piece.

Every call goes this way, however it is framed: here an answer that breaks off never looks whole, an answer to an
HTTP/1.0 caller has no chunks, a body that nobody wants is not taken for the next request, and a connection can be
handed over to another protocol. RFC 9112 §6 to §9.
"""

import asyncio
import contextlib
from typing import Any

from httptools import HttpParserInvalidURLError, parse_url
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from frontdesk.cli.lane import LaneProtocol
from frontdesk.cli.passage import Passage
from frontdesk.protocol.http import NO_BODY, Answer, Headers, Stream
from frontdesk.web.front import Front


class PassingProtocol(LaneProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As uvicorn makes it."""
        super().__init__(*args, **kwargs)
        self._active: Passage | None = None  # the call whose turn it is; `cycle` is the newest
        self._is_parsing = False
        self._answered: tuple[Passage, Answer | None] | None = None  # already, while its body is being parsed

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller left: what waits for its turn is not begun, and what is under way hears of it."""
        self.pipeline.clear()
        if self._active is not None:
            self._active.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; then finish what was answered before its body, which came with it, was parsed.

        Finished at once it would hang up, as on a caller that is still sending; and what follows in the same data
        would be run although its answer could no longer be sent (RFC 9112 §9.6).
        """
        self._is_parsing = True
        try:
            super().data_received(data)
        finally:
            self._is_parsing = False
        if self._answered is not None:
            (passage, answer), self._answered = self._answered, None
            self._finish(passage, answer)

    def change_protocol(self, early: bytes) -> None:
        """Keep what follows for the other protocol, where the call may come to that."""
        super().change_protocol(early)
        passage: Any = self.cycle
        if isinstance(passage, Passage):
            passage.early = early
            self.flow.pause_reading()

    def refuse_slow_body(self) -> None:
        """A call that waits for its body says so itself, in its own name."""
        passage: Any = self.cycle
        if isinstance(passage, Passage):
            passage.give_up_waiting()
        else:
            super().refuse_slow_body()

    def _let_pass(self, front: Front, path: bytes) -> bool:
        target = self.url
        if path[:1] != b"/":
            target = _origin_form(target)
            path = target.partition(b"?")[0]
        route = front.find_open(path)
        if route is None:
            return False
        self.end_head()
        parser = self.parser
        method, is_http_10 = parser.get_method().decode("ascii"), parser.get_http_version() != "1.1"
        asks_switch = parser.should_upgrade()
        passage = Passage(
            self,
            front,
            route,
            method=method,
            target=target,
            headers=self.headers,
            keep_alive=not is_http_10 and not asks_switch and parser.should_keep_alive(),
            is_http_10=is_http_10,
            expects=self.expect_100_continue and not is_http_10,
            can_switch=asks_switch and not is_http_10 and method != "CONNECT",
        )
        before: Any = self.cycle
        self.cycle = passage  # type: ignore[assignment]
        if before is None or before.response_complete:
            self._begin_in_turn(passage)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((passage, self.app))  # type: ignore[arg-type]
        return True

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        if isinstance(cycle, Passage):
            # Not at once: a thousand pipelined calls would be as many frames deep.
            self.loop.call_soon(self._begin_in_turn, cycle)
        else:
            super()._start_asgi_task(cycle, app)

    def _begin_in_turn(self, passage: Passage) -> None:
        """Begin, once the caller has taken what was said before: answers do not pile up for one who takes none."""
        if not self.flow.write_paused:
            self._begin(passage)
            return

        async def begin_later() -> None:
            await self.flow.drain()
            self._begin(passage)

        self._run(begin_later())

    def _begin(self, passage: Passage) -> None:
        if self.transport.is_closing():
            return
        self._active = passage
        front = passage.front
        request = front.receive(
            method=passage.method,
            target=passage.target,
            headers=passage.headers,
            hop=self.client[0] if self.client else None,
            https=self.scheme == "https",
        )
        request.stream, request.caller = passage, passage
        self._go_on(passage, front.answer(passage.route, request))

    def _finish(self, visit: Any, answer: Answer | None) -> None:
        if not isinstance(visit, Passage):
            super()._finish(visit, answer)
        elif self._is_parsing and visit.has_unread_body:
            self._answered = visit, answer
        elif answer is None or visit.disconnected or self.transport.is_closing():
            self._drop(visit, answer)
        elif answer.switch is not None:
            self._hand_over(visit, answer)
        else:
            doubtful = answer.status == 400 and visit.is_framed_oddly
            visit.keep_alive = visit.keep_alive and not doubtful and not visit.has_unread_body
            if answer.stream is None:
                self.transport.write(self._render(visit, answer))
                self._complete(visit)
            elif answer.stream is NO_BODY:
                self.transport.write(self._render_head(visit, answer.status, answer.headers))
                self._complete(visit)
            else:
                visit.response_started = True
                visit.sending = self._run(self._send_stream(visit, answer, answer.stream))

    def _drop(self, passage: Passage, answer: Answer | None) -> None:
        """Nobody is there to hear it."""
        passage.response_complete = True
        self._active = None
        if answer is not None and answer.switch is not None:
            answer.switch.give_up()
        if answer is not None and answer.stream is not None:
            self._run(answer.stream.aclose())
        if not passage.disconnected and not self.transport.is_closing():
            self.transport.close()

    def _complete(self, passage: Passage) -> None:
        passage.response_complete = True
        self._active = None
        if not passage.keep_alive:
            self._part(passage)
        self.on_response_complete()

    def _part(self, passage: Passage) -> None:
        """Close; where the caller is still sending, not so that its sending destroys the answer (RFC 9112 §9.6)."""
        if passage.has_unread_body and not self.transport.is_closing():
            self.linger()
        else:
            self.transport.close()

    async def _send_stream(self, passage: Passage, answer: Answer, stream: Stream) -> None:
        transport, flow = self.transport, self.flow
        declared = next((int(value) for name, value in answer.headers if name == b"content-length"), None)
        is_chunked = declared is None and not passage.is_http_10
        framing = [(b"transfer-encoding", b"chunked")] if is_chunked else []
        transport.write(self._render_head(passage, answer.status, answer.headers + framing))
        size = 0
        try:
            async for piece in stream:
                size += len(piece)
                transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
                if flow.write_paused:
                    await flow.drain()
        except ConnectionError:
            self._break_off(passage)
        except Exception as bug:  # noqa: BLE001 - the border again: the answer has begun, so that nobody else can say it
            passage.front.tell_bug("", bug)
            self._break_off(passage)
        except asyncio.CancelledError:
            self._break_off(passage)
            raise
        else:
            if declared is not None and size != declared:
                self._break_off(passage)
            elif not passage.response_complete:
                transport.write(b"0\r\n\r\n" if is_chunked else b"")
                passage.keep_alive = passage.keep_alive and not passage.has_unread_body
                self._complete(passage)
        finally:
            await stream.aclose()

    def _break_off(self, passage: Passage) -> None:
        passage.response_complete = True
        self._active = None
        if not self.transport.is_closing():
            self.break_off()

    def _hand_over(self, passage: Passage, answer: Answer) -> None:
        """Tell the caller that the protocol changes, and give the connection to it."""
        assert answer.switch is not None
        passage.response_complete = True
        self._active = None
        self.transport.write(self._render_head(passage, answer.status, answer.headers, closes=False))
        self.stop_watching()
        self.connections.discard(self)
        end: Any = None

        def over() -> None:
            self.connections.discard(end)
            self.leave_crowd()

        end = answer.switch.take_over(self.transport, passage.early, over)
        if not end.is_lost:
            self.connections.add(end)

    def _render_head(self, passage: Passage, status: int, headers: Headers, *, closes: bool | None = None) -> bytes:
        lines = [*self.server_state.default_headers, *headers]
        if closes or (closes is None and not passage.keep_alive):
            lines.append((b"connection", b"close"))
        head = STATUS_LINE[status] + b"\r\n".join([b"%b: %b" % line for line in lines]) + b"\r\n\r\n"
        if head.count(b"\n") != len(lines) + 2 or head.count(b"\r") != len(lines) + 2:
            raise RuntimeError("a line break in a header of the answer")
        return head

    def _run(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


def _origin_form(url: bytes) -> bytes:
    """An absolute-form target without its authority, which is never believed (RFC 9112 §3.2.2); others as they are."""
    with contextlib.suppress(HttpParserInvalidURLError):
        parts = parse_url(url)
        if parts.schema is not None and parts.schema.lower() in (b"http", b"https"):
            path: bytes = parts.path or b"/"
            return path + b"?" + parts.query if parts.query else path
    return url
