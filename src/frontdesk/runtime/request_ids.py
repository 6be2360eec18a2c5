"""The names of requests: short, never twice in any process of any host, and not to be guessed from one another.

    66abf30c91d2e84f7a5506   six digits of the second, sixteen of randomness

The time in front keeps what is stored by them together on the disk; it comes around after 194 days and proves nothing.
They are made some at a time: taking one from a list costs a tenth of making one.
"""

from collections.abc import Callable
from typing import Protocol

from frontdesk.protocol.ids import SECOND, Micros

_MADE = 64  # at once; what randomness gives in one draw
_RANDOM = 8  # bytes of each


class _Clock(Protocol):
    def now(self) -> Micros: ...


class RequestIds:
    """`request_ids()` gives the next one."""

    def __init__(self, clock: _Clock, *, random: Callable[[int], bytes]) -> None:
        """Nothing is made yet. `random(n)` gives n bytes."""
        self._clock = clock
        self._random = random
        self._made: list[str] = []

    def __call__(self) -> str:
        """An id that nobody had."""
        try:
            return self._made.pop()
        except IndexError:
            second = f"{self._clock.now() // SECOND & 0xFF_FFFF:06x}"
            drawn = self._random(_MADE * _RANDOM).hex()
            self._made = [second + drawn[at : at + 2 * _RANDOM] for at in range(0, len(drawn), 2 * _RANDOM)]
            return self._made.pop()
