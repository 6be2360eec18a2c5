"""Slowing down a spray: one guess at each of many addresses, which no address's own budget can see. ATTACKS OT-07."""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from frontdesk.protocol.ids import MINUTE, Micros

WRONG_A_MINUTE = 60  # of all addresses together, in this process; a busy house sees a handful
LONGEST_PAUSE = 4.0  # seconds: slows everybody a little, blocks nobody


def _log_alarm(wrong: int) -> None:
    logging.getLogger("frontdesk.signin").warning("sign-in codes are being sprayed: %d wrong in a minute", wrong)


@dataclass(slots=True)
class SprayBreaker:
    """Counts wrong codes of all addresses; the more there were in the last minute, the longer a guess waits."""

    alarm: Callable[[int], None] = _log_alarm
    _wrong: deque[Micros] = field(default_factory=lambda: deque(maxlen=10_000), repr=False)
    _alarmed_at: Micros | None = None

    def note_wrong(self, now: Micros) -> None:
        """One more wrong code, of whichever address; raises the alarm at most once a minute."""
        self._wrong.append(now)
        count = self._lately(now)
        if count > WRONG_A_MINUTE and (self._alarmed_at is None or now >= self._alarmed_at + MINUTE):
            self._alarmed_at = now
            self.alarm(count)

    def pause(self, now: Micros) -> float:
        """How many seconds the next guess waits before it is judged: 0 in quiet times."""
        return min(LONGEST_PAUSE, max(0, self._lately(now) - WRONG_A_MINUTE) / WRONG_A_MINUTE)

    def _lately(self, now: Micros) -> int:
        while self._wrong and self._wrong[0] <= now - MINUTE:
            self._wrong.popleft()
        return len(self._wrong)
