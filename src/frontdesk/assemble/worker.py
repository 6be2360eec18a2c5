"""One worker: opens the house when its lifespan starts, keeps it clean while it serves, closes it at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress

from frontdesk.assemble.front import Furnished, furnish
from frontdesk.assemble.house import open_house
from frontdesk.assemble.policy_room import LOOK_EVERY, NEVER, PolicyRoom, see
from frontdesk.assemble.policy_start import PolicyStart
from frontdesk.flows.needs import Store
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.limiter import open_limiter
from frontdesk.runtime.logs import start_logs
from frontdesk.runtime.witness import log_background_trouble
from frontdesk.settings import Settings
from frontdesk.web.asgi import Receive, Scope, Send
from frontdesk.web.front import Front

FLUSH_EVERY = 5.0  # seconds between two writes of last uses
EXPLAIN_EVERY = 1.0  # seconds between two writes of decisions: about as long a caller waits to learn why
CLEAN_EVERY = 30.0
CLEAN_BATCH = 500
INDEX_EVERY = 10.0
INDEX_BATCH = 10_000  # rows, whose places are sorted together: some 5 MB while it lasts


class WorkerApp:
    """An ASGI app with a lifespan; what goes wrong at its start is raised, for whoever started it to say in words."""

    def __init__(self, settings: Settings, *, worker: int, replaces: bool = False) -> None:
        """Nothing is opened yet. `replaces`: it takes a dead worker's place, and may begin with that one's rules."""
        self._settings = settings
        self._replaces = replaces
        self._worker = worker
        self._stack = AsyncExitStack()
        self._furnished: Furnished | None = None
        self._policies: PolicyRoom | None = None

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

    @property
    def admin(self) -> Front | None:
        """The administration's own door, once it is furnished; None where the settings name no port for it."""
        return self._furnished.admin if self._furnished is not None else None

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                start_logs(self._settings.log_level)
                await self.open(create=True)
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.aclose()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def open(self, *, create: bool) -> Furnished:
        """Open and furnish the house, and begin what runs beside the requests; all or nothing.

        `create`: make the data folder's content where there is none. Raises what was wrong, with a sentence for people.
        """
        try:
            return await self._open(create=create)
        except BaseException:
            await self.aclose()
            raise

    async def read_document_again(self) -> None:
        """Load the API's document as it is now, where it can be the policy."""
        if self._policies is not None:
            await self._policies.reload()

    async def aclose(self) -> None:
        """Write what was noted, and close everything."""
        await self._stack.aclose()

    async def _open(self, *, create: bool) -> Furnished:
        settings = self._settings
        seen = see(settings)
        start = PolicyStart(settings=settings, replaces=self._replaces)
        policy = start.load()
        limiter = open_limiter(settings.data, workers=settings.workers)
        self._stack.callback(limiter.close)
        house = await self._stack.enter_async_context(open_house(settings, create=create, limiter=limiter))
        judged = await start.judge(house, policy)
        furnished = furnish(house, worker=self._worker, policy=judged.policy)
        await furnished.gateway.open()
        self._stack.push_async_callback(furnished.gateway.close)
        self._stack.push_async_callback(_quietly, "flush", furnished.flush_all)
        self._keep("flush", furnished.flush, FLUSH_EVERY)
        self._keep("explain", furnished.explaining.flush, EXPLAIN_EVERY)
        self._policies = PolicyRoom(house, furnished, loaded=NEVER if start.is_old else seen)
        self._stack.push_async_callback(self._policies.close)
        await self._policies.settle(judged)
        self._keep("policy", self._policies.look, LOOK_EVERY)
        # Workers take turns, so that no two clean at the same moment.
        self._keep("index", lambda: _index(house.store), INDEX_EVERY + self._worker)
        self._keep("clean", lambda: _clean(house.store, furnished), CLEAN_EVERY + self._worker)
        self._furnished = furnished
        return furnished

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
    except Exception as trouble:  # noqa: BLE001 - a border: a bug in one round must not end all the later ones
        log_background_trouble(name, trouble)


async def _index(store: Store) -> None:
    """As many rows at a time as they are: the more are sorted together, the fewer pages of the index are written."""
    more = True
    while more:
        more = await store.index_audit(limit=INDEX_BATCH) > 0
        await asyncio.sleep(0.05)


async def _clean(store: Store, furnished: Furnished) -> None:
    """Small batches until nothing is left, with room for others between them."""
    clock, more = SystemClock(), True
    while more:
        more = await furnished.explaining.explanations.sweep() > 0
        await asyncio.sleep(0.05)
    more = True
    while more:
        more = await store.clean(now=clock.now(), limit=CLEAN_BATCH) >= CLEAN_BATCH
        await asyncio.sleep(0.05)
