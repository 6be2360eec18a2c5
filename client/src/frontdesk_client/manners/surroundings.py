"""What comes from outside: the time, chance, and waiting. Tests put their own in its place."""

import asyncio
import random  # noqa: TID251 - the SDK has no runtime/; chance spreads waits here, and keeps no secret
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    """The wall clock, UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place of this package that reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`monotonic` and both sleeps count seconds, `chance` gives 0 up to but not 1, `now` is for dates in headers."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _now
    chance: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = asyncio.sleep
