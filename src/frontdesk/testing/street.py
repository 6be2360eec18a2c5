"""Troubles that a test asks for: calls over the limit, a store out of order, answers that are lost on their way."""

from contextvars import ContextVar
from dataclasses import dataclass, field

from frontdesk.flows.needs import StoreUnavailable
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.rate_limits import Counts
from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.runtime.witness import log_trouble
from frontdesk.storage import MemoryStore
from frontdesk.testing.issued import Seen
from frontdesk.web.asgi import AsgiApp, Message, Receive, Scope, Send

_out_of_order: ContextVar[bool] = ContextVar("frontdesk_testing_out_of_order", default=False)

LONG_AGO = Micros(0)


class ShakyStore(MemoryStore):
    """The store in memory, each of whose verbs fails in a request that is to meet a store out of order."""

    def __getattribute__(self, name: str) -> object:
        """The verb, or what fails in its place."""
        verb = super().__getattribute__(name)
        if name.startswith("_") or not callable(verb) or not _out_of_order.get():
            return verb
        return _fail


def _fail(*_: object, **__: object) -> object:
    raise StoreUnavailable("out of order, as the test asked")


def tell_bugs(request_id: str, trouble: BaseException) -> None:
    """Log what broke; not what the test asked for."""
    if not isinstance(trouble, StoreUnavailable):
        log_trouble(request_id, trouble)


@dataclass(slots=True)
class PressedLimiter:
    """A real limiter that can be told that every caller has just used up what it may."""

    until: Micros = LONG_AGO
    times: int | None = None  # None: as often as they call before then
    _real: LocalLimiter = field(default_factory=LocalLimiter)

    def press(self, *, until: Micros, times: int | None) -> None:
        """Nobody passes until then, or so many times."""
        self.until, self.times = until, times

    def take(self, counts: Counts, now: Micros) -> tuple[int, tuple[int, ...]]:
        """As the real one; while pressed, as it would answer a caller that is so far ahead of its limit."""
        wait = self.until - now
        if wait <= 0 or self.times == 0:
            return self._real.take(counts, now)
        if self.times is not None:
            self.times -= 1
        return wait, tuple(now + count.limit.rate.tolerance + wait for count in counts)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True, kw_only=True)
class Trouble:
    """Something that the next requests meet. `times` None: all of them; `path` None: on any path."""

    loses_answer: bool
    times: int | None
    path: str | None


class AnswerLostError(ConnectionError):
    """The request was served, and its answer will not arrive."""


@dataclass(slots=True, kw_only=True)
class Street:
    """The way from clients to the authority: who comes is seen, and what the test asked for happens here."""

    app: AsgiApp
    ahead: list[Trouble] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; AnswerLostError in the place of an answer that is lost."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["raw_path"].decode("latin-1")
        trouble = self._meet(path)
        is_lost = trouble is not None and trouble.loses_answer

        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":  # before the client can have heard of it
                status = None if is_lost else message["status"]
                self.seen.append(Seen(method=scope["method"], path=path, status=status))
            if not is_lost:
                await send(message)

        token = _out_of_order.set(trouble is not None and not is_lost)
        try:
            await self.app(scope, receive, pass_on)
        finally:
            _out_of_order.reset(token)
        if is_lost:
            raise AnswerLostError("the answer was lost, as the test asked")

    def _meet(self, path: str) -> Trouble | None:
        for trouble in self.ahead:
            if trouble.path in (None, path):
                if trouble.times is not None:
                    trouble.times -= 1
                    if trouble.times <= 0:
                        self.ahead.remove(trouble)
                return trouble
        return None
