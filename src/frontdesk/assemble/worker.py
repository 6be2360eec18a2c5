"""One worker: opens the house when its lifespan starts, keeps it clean while it serves, closes it at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress

from frontdesk.assemble.front import Furnished, furnish, load_policy
from frontdesk.assemble.house import open_house
from frontdesk.flows.needs import Store
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.limiter import open_limiter
from frontdesk.runtime.logs import start_logs
from frontdesk.runtime.witness import log_background_trouble
from frontdesk.settings import Settings
from frontdesk.web.asgi import Receive, Scope, Send
from frontdesk.web.front import Front

FLUSH_EVERY = 5.0  # seconds between two writes of last uses
CLEAN_EVERY = 30.0
CLEAN_BATCH = 500


class WorkerApp:
    """An ASGI app with a lifespan; what goes wrong at its start is raised, for whoever started it to say in words."""

    def __init__(self, settings: Settings, *, worker: int) -> None:
        """Nothing is opened yet."""
        self._settings = settings
        self._worker = worker
        self._stack = AsyncExitStack()
        self._furnished: Furnished | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or live and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if self._furnished is None:
            raise RuntimeError("a request came before the lifespan's start-up")
        await self._furnished.front(scope, receive, send)

    @property
    def front(self) -> Front | None:
        """The front door, once it is furnished: for a server that can ask it without ASGI."""
        return self._furnished.front if self._furnished is not None else None

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self._open()
                except BaseException:
                    await self._stack.aclose()
                    raise
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stack.aclose()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _open(self) -> None:
        settings = self._settings
        start_logs(settings.log_level)
        policy = load_policy(settings)
        limiter = open_limiter(settings.data, calls_per_second=settings.requests_per_second, workers=settings.workers)
        self._stack.callback(limiter.close)
        house = await self._stack.enter_async_context(open_house(settings, create=True, limiter=limiter))
        furnished = furnish(house, worker=self._worker, policy=policy)
        await furnished.gateway.open()
        self._stack.push_async_callback(furnished.gateway.close)
        self._stack.push_async_callback(_quietly, "flush", furnished.flush_all)
        self._keep("flush", furnished.flush, FLUSH_EVERY)
        # Workers take turns, so that no two clean at the same moment.
        self._keep("clean", lambda: _clean(house.store), CLEAN_EVERY + self._worker)
        self._furnished = furnished

    def _keep(self, name: str, task: Callable[[], Awaitable[None]], every: float) -> None:
        running = asyncio.get_running_loop().create_task(_repeat(name, task, every), name=name)

        async def end() -> None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

        self._stack.push_async_callback(end)


async def _repeat(name: str, task: Callable[[], Awaitable[None]], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        await _quietly(name, task)


async def _quietly(name: str, task: Callable[[], Awaitable[None]]) -> None:
    try:
        await task()
    except (StoreUnavailable, OSError) as trouble:
        log_background_trouble(name, trouble)


async def _clean(store: Store) -> None:
    """Small batches until nothing is left, with room for others between them."""
    clock, more = SystemClock(), True
    while more:
        more = await store.clean(now=clock.now(), limit=CLEAN_BATCH) >= CLEAN_BATCH
        await asyncio.sleep(0.05)
