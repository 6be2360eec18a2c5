"""What goes on for long is asked about again: an answer, an upload or a WebSocket ends soon after its credential did.

Every `EVERY` seconds each is judged once more, as it was at its beginning but for the limits; whatever could not be
proven for nearly `BOUND` seconds ends too, so that trouble in the store keeps nothing alive. They are asked about in
turns, a few at a time: a thousand at once would make everybody else wait.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Request
from frontdesk.protocol.store import StoreUnavailable

EVERY = 0.8  # seconds
BOUND = 2.0  # seconds, from the end of a credential to the end of what it opened
TURNS = 16  # in which all are asked about
PATIENCE = EVERY / 4  # seconds, for the store to say something about those of one turn
AT_A_TIME = 32

_OUT_OF_ORDER = Refusal(reason=Reason.OUT_OF_ORDER)
_log = logging.getLogger("frontdesk.gateway")


class Watch:
    """One thing under way. `drop` it once it is over."""

    __slots__ = ("_turn", "end", "proven_at", "request")

    def __init__(
        self, turn: "dict[Watch, None]", request: Request, end: Callable[[Refusal], None], proven_at: float
    ) -> None:
        """`end` is called once at most, when the request would be refused. `turn` is whom it is asked about with."""
        self._turn = turn
        self.request = request
        self.end = end
        self.proven_at = proven_at

    def drop(self) -> None:
        """It is over."""
        self._turn.pop(self, None)


class Vigil:
    """Watches over one worker's long exchanges. `open` inside the running loop, `close` at the end."""

    def __init__(self, recheck: Callable[[Request], Awaitable[Refusal | None]]) -> None:
        """`recheck` says why a request would be refused now; it may raise StoreUnavailable."""
        self._recheck = recheck
        self._turns: tuple[dict[Watch, None], ...] = tuple({} for _ in range(TURNS))
        self._count = 0
        self._running: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Begin."""
        self._running = asyncio.get_running_loop().create_task(self._go_round(), name="vigil")

    async def close(self) -> None:
        """Stop."""
        for task in (self._running, *self._asking):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._running = None

    def watch(self, request: Request, end: Callable[[Refusal], None]) -> Watch:
        """Ask about this request from now on, which was let in a moment ago."""
        self._count += 1
        turn = self._turns[self._count % TURNS]  # the same for as long as it lasts, so that it is asked about in time
        watch = Watch(turn, request, end, asyncio.get_running_loop().time())
        turn[watch] = None
        return watch

    async def _go_round(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for turn in self._turns:
                if turn:
                    task = loop.create_task(self._ask_about(turn))
                    self._asking.add(task)
                    task.add_done_callback(self._asking.discard)
                await asyncio.sleep(EVERY / TURNS)

    async def _ask_about(self, turn: dict[Watch, None]) -> None:
        watches = list(turn)
        queue = iter(watches)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
                for _ in range(min(AT_A_TIME, len(watches))):
                    group.create_task(self._ask(turn, queue))
        latest = asyncio.get_running_loop().time() + EVERY - BOUND
        for watch in watches:
            if watch.proven_at < latest:  # next time would be too late
                _end(turn, watch, _OUT_OF_ORDER)

    async def _ask(self, turn: dict[Watch, None], queue: Iterator[Watch]) -> None:
        loop = asyncio.get_running_loop()
        for number, watch in enumerate(queue):
            if watch not in turn:
                continue
            asked_at = loop.time()
            try:
                refusal = await self._recheck(watch.request)
            except StoreUnavailable:
                continue
            except Exception:  # noqa: BLE001 - a border: a bug proves nothing, and the others are asked about all the same
                _log.exception("a call that goes on could not be judged again")
                continue
            if refusal is None:
                watch.proven_at = asked_at
            elif refusal.reason is not Reason.SECRET_UNCHECKED:  # that one says nothing of the credential
                _end(turn, watch, refusal)
            if number % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)


def _end(turn: dict[Watch, None], watch: Watch, refusal: Refusal) -> None:
    if watch in turn:
        watch.drop()
        watch.end(refusal)
