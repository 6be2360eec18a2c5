"""What comes from outside: the time, chance, and waiting. Tests put their own in its place."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from frontdesk_client.clock import draw, read_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`monotonic` and both sleeps count seconds, `chance` gives 0 up to but not 1, `now` is for dates in headers."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = read_clock
    chance: Callable[[], float] = draw
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = asyncio.sleep
