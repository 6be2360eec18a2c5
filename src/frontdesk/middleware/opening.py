"""Opening something once, when it is first needed, in the one event loop that uses it; anew after a fork."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from frontdesk.middleware.desk import DeskError

Opened = TypeVar("Opened")

# What a process had open when it forked is the parent's: closing it in the child could let go of the parent's locks.
_inherited: list[object] = []


class Opening(Generic[Opened]):
    """Something that is open or not. Its methods are called in a running event loop."""

    def __init__(
        self, begin: Callable[[], Awaitable[Opened]], end: Callable[[Opened], Awaitable[None]], *, what: str
    ) -> None:
        """`begin` opens it, all or nothing; `end` closes it. `what` names it in errors."""
        self._begin = begin
        self._end = end
        self._what = what
        self._opened: Opened | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock: asyncio.Lock | None = None
        self._process = os.getpid()

    async def get(self) -> Opened:
        """It, opened now where that is due. DeskError where another living event loop has it open."""
        loop = asyncio.get_running_loop()
        if self._opened is not None and self._loop is loop and self._process == os.getpid():
            return self._opened
        await self._settle(loop)
        assert self._lock is not None
        async with self._lock:  # the first calls come together
            if self._opened is None:
                self._opened = await self._begin()
            return self._opened

    @property
    def opened(self) -> Opened | None:
        """It, where it is open."""
        return self._opened

    async def aclose(self) -> None:
        """Close it where this loop has it open."""
        opened, self._opened = self._opened, None
        if opened is None or self._process != os.getpid() or self._loop is not asyncio.get_running_loop():
            return
        await self._end(opened)

    async def _settle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make this loop the one that has it, and give up what another left behind."""
        if self._process != os.getpid():
            _inherited.append(self._opened)
            self._opened = self._loop = None
            self._process = os.getpid()
        if self._loop is loop:
            return
        if self._loop is not None and self._opened is not None and not self._loop.is_closed():
            raise DeskError(f"{self._what} is open in another event loop", "make one desk for each loop")
        left, self._opened, self._loop, self._lock = self._opened, None, loop, asyncio.Lock()
        if left is not None:
            with suppress(Exception):  # its loop is gone: some of it may not close any more
                await self._end(left)
