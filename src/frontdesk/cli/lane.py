"""The fast lane: endpoints whose requests and answers are whole are answered in the parser's callback.

No ASGI scope, no task, no messages, one write. A walk that has to wait (for a durable commit, for the API) goes on when
what it waits for is there. What is uvicorn's stays uvicorn's: keep-alive timer, order of pipelined requests, limits and
shutdown; and every request that is in any way unusual takes the ordinary way through ASGI. Calls to the API have a way
of their own (`passing.py`).
"""

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from frontdesk.cli.heads import END, MAX_SIZE, Head, Heads
from frontdesk.cli.wire import BoundedProtocol
from frontdesk.protocol.http import Answer
from frontdesk.web.front import BODILESS, Front, Route

# A connection whose heads are never the same is asked only now and then whether they have become so.
MISSES, ASK_AGAIN = 5_000, 16


class Visit:
    """One request in the fast lane; it stands where uvicorn keeps its own cycle, with what uvicorn asks of that."""

    __slots__ = (
        "body",
        "disconnected",
        "front",
        "headers",
        "keep_alive",
        "method",
        "response_complete",
        "route",
        "target",
    )

    def __init__(
        self,
        front: Front,
        route: Route,
        method: str,
        target: bytes,
        headers: list[tuple[bytes, bytes]],
        *,
        keep_alive: bool,
    ) -> None:
        """A request whose head has come; whoever was at the door then answers it."""
        self.front = front
        self.route = route
        self.method = method
        self.target = target
        self.headers = headers
        self.keep_alive = keep_alive
        self.body = b""
        self.response_complete = False
        self.disconnected = False

    @property
    def message_event(self) -> "Visit":
        """Uvicorn wakes a cycle that waits for more; a visit never does."""
        return self

    def set(self) -> None:
        """Nobody is asleep here."""


class LaneProtocol(BoundedProtocol):
    """One connection."""

    _front_of: Any = None
    _known_front: Front | None = None
    _heads = Heads()  # of all connections of the process
    _is_used = False  # whether a request of this connection has taken the lane
    _misses = 0  # heads since one was known

    def data_received(self, data: bytes) -> None:
        """Serve a request whose head is known at once; parse the others, and know them from now on."""
        trace = b""
        if self._is_used and len(data) <= MAX_SIZE and self._is_between_requests():
            end = data.find(END) + len(END)
            trace = self._heads.trace(data[:end])
            head = self._heads.find(trace)
            if head is not None and len(data) - end == head.body and head.front is self._front():
                self._misses = 0
                self._serve_known(head, trace, data, end)
                return
            self._misses += 1
        super().data_received(data)
        if trace:
            self._know(trace, data)

    def _is_between_requests(self) -> bool:
        """Whether what comes now is a new request, served at once."""
        return (
            not self._head_open
            and not self._message_open
            and (self.cycle is None or self.cycle.response_complete)
            and not self._is_deaf
            and not self.flow.write_paused
            and (self._misses < MISSES or self._ask_again())
        )

    def _ask_again(self) -> bool:
        self._misses += 1
        return self._misses % ASK_AGAIN == 0

    def _serve_known(self, head: Head, trace: bytes, data: bytes, end: int) -> None:
        start, stop = head.target
        visit = Visit(
            head.front, head.route, head.method, data[start:stop], head.cut_headers(data), keep_alive=head.keep_alive
        )
        if head.body:
            visit.body = data[end:]
        self.cycle = visit  # type: ignore[assignment]
        self._serve(visit, trace)

    def _know(self, trace: bytes, data: bytes) -> None:
        """Keep the head of what was just parsed, where it was one whole request that took the lane."""
        visit: Any = self.cycle
        end = data.find(END) + len(END)
        if isinstance(visit, Visit) and not self._message_open and len(visit.body) == len(data) - end:
            self._heads.keep(
                trace,
                data,
                front=visit.front,
                route=visit.route,
                method=visit.method,
                target=visit.target,
                headers=visit.headers,
                body=len(visit.body),
                keep_alive=visit.keep_alive,
            )

    def on_message_begin(self) -> None:
        """A head begins; the ASGI scope is made when one is needed."""
        self.begin_head()
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Take the fast lane where nothing speaks against it."""
        front = self._front()
        path = self.url.partition(b"?")[0]
        route = front.find_whole(path) if front is not None else None
        if front is None or route is None or not self._is_plain():
            if front is not None and route is None and self._let_pass(front, path):
                return
            self._make_scope()
            super().on_headers_complete()
            return
        self.end_head()
        self._is_used = True
        method = self.parser.get_method().decode("ascii")
        self.cycle = Visit(  # type: ignore[assignment]
            front, route, method, self.url, self.headers, keep_alive=self.parser.should_keep_alive()
        )

    def on_body(self, body: bytes) -> None:
        """Gather the body, up to the endpoint's limit."""
        visit: Any = self.cycle
        if not isinstance(visit, Visit):
            super().on_body(body)
            return
        self._body_bytes += len(body)
        if visit.method not in BODILESS and not visit.response_complete:
            visit.body += body
            if len(visit.body) > (visit.route.max_body or 0):
                visit.keep_alive = False  # the rest of it is not read
                self._finish(visit, visit.front.too_large(visit.route))

    def on_message_complete(self) -> None:
        """The request is whole: answer it."""
        visit: Any = self.cycle
        if not isinstance(visit, Visit):
            super().on_message_complete()
            return
        self._message_open = False
        if not visit.response_complete:
            self._serve(visit)

    def _let_pass(self, front: Front, path: bytes) -> bool:
        """Take a request that is to no endpoint of ours, where this protocol knows how."""
        return False

    @property
    def _holds_unread(self) -> bool:
        """What a visit holds has been read."""
        return not isinstance(self.cycle, Visit) and super()._holds_unread

    def _make_scope(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        HttpToolsProtocol.on_message_begin(self)
        self.url, self.expect_100_continue = url, expects
        self.headers += headers  # the scope holds this very list

    def _front(self) -> Front | None:
        # Found anew for another app: while the server ends, one stands here that asks callers to hang up.
        if self._front_of is not self.app:
            self._known_front = getattr(self.app, "front", None)
            self._front_of = self.app if self._known_front is not None else None
        return self._known_front

    def _is_plain(self) -> bool:
        """Whether nothing waits before this request, and nothing about it needs ASGI's ways."""
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.expect_100_continue
            and not self.flow.write_paused
            and not self.parser.should_upgrade()
            and self.parser.get_http_version() == "1.1"
            and self.limit_concurrency is None
        )

    def _serve(self, visit: Visit, trace: bytes = b"") -> None:
        front = visit.front
        request = front.receive(
            method=visit.method,
            target=visit.target,
            headers=visit.headers,
            hop=self.client[0] if self.client else None,
            https=self.scheme == "https",
        )
        request.body = visit.body
        request.trace = trace
        answer = front.answer_at_once(visit.route, request)
        if answer is not None:
            self._finish(visit, answer)
        else:
            self._go_on(visit, front.answer(visit.route, request))

    def _go_on(self, visit: Any, walk: Coroutine[Any, Any, Answer | None], _: Any = None) -> None:
        """Take the walk on to its end, or to what it has to wait for."""
        try:
            waits_for = walk.send(None)
        except StopIteration as done:
            self._finish(visit, done.value)
            return
        if type(waits_for) is asyncio.Future and waits_for.get_loop() is self.loop:
            # What a task would do for it, at a third of a task's cost. Walks ask for no current task.
            waits_for._asyncio_future_blocking = False
            waits_for.add_done_callback(partial(self._go_on, visit, walk))
            return
        task = self.loop.create_task(self._finish_later(visit, walk, waits_for))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _finish_later(self, visit: Any, walk: Coroutine[Any, Any, Answer | None], waits_for: Any) -> None:
        self._finish(visit, await _Rest(walk, waits_for))

    def _finish(self, visit: Any, answer: Answer | None) -> None:
        visit.response_complete = True
        if visit.disconnected or self.transport.is_closing():
            return
        if answer is None or answer.stream is not None:
            self.transport.close()
            return
        self.transport.write(self._render(visit, answer))
        if not visit.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _render(self, visit: Any, answer: Answer) -> bytes:
        headers = self.server_state.default_headers + answer.headers
        if not visit.keep_alive:
            headers = [*headers, (b"connection", b"close")]
        head = b"%b%b\r\ncontent-length: %d\r\n\r\n" % (
            STATUS_LINE[answer.status],
            b"\r\n".join(map(b": ".join, headers)),
            len(answer.body),
        )
        if head.count(b"\n") != len(headers) + 3 or head.count(b"\r") != len(headers) + 3:
            raise RuntimeError("a line break in a header of the answer")
        return head if visit.method == "HEAD" else head + answer.body


class _Rest:
    """A coroutine that was stepped once, to be awaited from where it stands: on what it waits for."""

    __slots__ = ("_waits_for", "_walk")

    def __init__(self, walk: Coroutine[Any, Any, Answer | None], waits_for: Any) -> None:
        self._walk = walk
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, Answer | None]:
        waits_for = self._waits_for
        while True:
            try:
                sent = yield waits_for
            except BaseException as thrown:  # noqa: BLE001 - a cancellation too is the walk's to hear of
                step, given = self._walk.throw, thrown
            else:
                step, given = self._walk.send, sent  # type: ignore[assignment]
            try:
                waits_for = step(given)
            except StopIteration as done:
                answer: Answer | None = done.value
                return answer
