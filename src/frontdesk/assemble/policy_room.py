"""Loading another document while a worker serves, and refusing one that would cut off those who call.

The file is looked at about once a second, off the requests' path. What is broken, empty, in conflict with the settings
or cuts clients off leaves the policy in force as it is; why is told in the log, once a change, and by /readyz.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog

from frontdesk.assemble.front import Furnished, load_policy
from frontdesk.assemble.house import House
from frontdesk.assemble.policy_judging import Judged, PolicyRefused, judge_policy
from frontdesk.assemble.policy_start import keep_copy
from frontdesk.gateway.document import DocumentError
from frontdesk.gateway.policy_impact import fingerprint_of
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.settings import Settings, inclusion_of

LOOK_EVERY = 0.5  # seconds; a change counts once two looks have found the same
AGAIN_AFTER = 60.0  # seconds, in which workers that a reload has replaced count their last calls

Sight: TypeAlias = tuple[int, int, int] | None  # change time, size and inode; None: it cannot be seen
NEVER: Sight = (0, 0, 0)  # no file was loaded

_log = structlog.get_logger()


class PolicyRoom:
    """One worker's watch over the document."""

    def __init__(self, house: House, furnished: Furnished, *, loaded: Sight) -> None:
        """`loaded` is what was seen of the file before the policy in force was read from it; NEVER: it was not."""
        self._house = house
        self._in_force = furnished.in_force
        self._flush: Callable[[], Awaitable[None]] = lambda: furnished.calls.flush(everything=True)
        self._loaded = self._last = loaded
        self._waits_for: bytes = b""  # the fingerprint that somebody may agree to
        self._loading = asyncio.Lock()
        self._later: set[asyncio.Task[None]] = set()

    async def look(self) -> None:
        """Load the document if it has changed and is at rest, or if what it would do was agreed to meanwhile."""
        sight = await asyncio.to_thread(see, self._house.settings)
        at_rest, self._last = sight == self._last, sight
        if at_rest and (sight != self._loaded or await self._was_accepted()):
            await self.reload()

    async def reload(self) -> None:
        """Load the document now; what cannot be loaded changes nothing but what is told."""
        async with self._loading:
            settings = self._house.settings
            if settings.openapi is None:
                return
            self._loaded = see(settings)
            self._waits_for = b""
            try:
                policy = await asyncio.to_thread(load_policy, settings)
                self._waits_for = fingerprint_of(policy, inclusion_of(settings))
                await self._flush()
                judged = await judge_policy(self._house, policy)
            except (DocumentError, PolicyRefused) as refused:
                self._keep(str(refused), refused.hint)
            except StoreUnavailable:
                self._loaded = None  # look at it again in a moment
            except Exception as bug:  # noqa: BLE001 - whatever is wrong with a file, the policy in force stays
                self._keep(f"{type(bug).__name__} while it was read", "see the log", bug)
            else:
                await self._put(judged)

    async def _put(self, judged: Judged) -> None:
        self._waits_for = b""
        self._in_force.put(judged.policy)
        _log.info("policy.loaded", document=str(self._house.settings.openapi), operations=len(judged.policy.operations))
        await self.settle(judged)

    async def settle(self, judged: Judged) -> None:
        """What follows once a policy is in force.

        The document is kept for workers that take a dead one's place. Calls that it refuses are forgotten: at once, and
        again when the last old worker has ended.
        """
        if self._loaded == await asyncio.to_thread(see, self._house.settings):
            try:
                await asyncio.to_thread(keep_copy, self._house.settings)
            except OSError as trouble:
                _log.warning("policy.uncopied", error=str(trouble))
        if judged.cut_off:
            await self._settle(judged)
            later = asyncio.get_running_loop().create_task(self._settle(judged, after=AGAIN_AFTER))
            self._later.add(later)
            later.add_done_callback(self._later.discard)

    async def _settle(self, judged: Judged, *, after: float = 0.0) -> None:
        """Nobody is cut off by the next policy that refuses these calls too: somebody agreed to it."""
        await asyncio.sleep(after)
        try:
            await self._flush()
            if self._in_force.policy is judged.policy:
                await self._house.store.forget_calls(kinds=[one.count.kind for one in judged.cut_off])
        except StoreUnavailable as trouble:
            _log.warning("policy.unsettled", error=str(trouble))

    def _keep(self, problem: str, hint: str, bug: Exception | None = None) -> None:
        self._in_force.trouble = f"an older document is in force: {problem}"
        _log.error("policy.kept", problem=problem, hint=hint, **({"exc_info": bug} if bug is not None else {}))

    async def _was_accepted(self) -> bool:
        if not self._waits_for:
            return False
        try:
            return await self._house.store.is_policy_accepted(self._waits_for, self._house.clock.now())
        except StoreUnavailable:
            return False

    async def close(self) -> None:
        """Let go of what was to be done later."""
        for task in list(self._later):
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)


def see(settings: Settings) -> Sight:
    """What tells whether the file is still the one that was read."""
    if settings.openapi is None:
        return None
    try:
        found = settings.openapi.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
