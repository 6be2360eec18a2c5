"""The one place that asks what time it is."""

import time

from frontdesk.protocol.ids import Micros


class SystemClock:
    """Wall-clock microseconds (UTC) that never go back within a process.

    The monotonic clock carries the time between readings, and the wall clock may only move it forward. So a step
    back (an administrator, a virtual machine's resume) neither revives what has expired nor makes time stand still,
    which would starve the rate limits. A process believes a step forward at once and a step back after a restart.
    """

    __slots__ = ("_offset",)

    def __init__(self) -> None:
        """Start from what the wall clock says."""
        self._offset = time.time_ns() - time.monotonic_ns()

    def now(self) -> Micros:
        """Microseconds since 1970 UTC."""
        # The wall clock is read first: a pause between the two readings then makes the offset smaller, and is ignored.
        wall = time.time_ns()
        monotonic = time.monotonic_ns()
        if wall - monotonic > self._offset:
            self._offset = wall - monotonic
        return Micros((monotonic + self._offset) // 1_000)
