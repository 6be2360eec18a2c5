"""Named steps at which a test makes the process crash, fail or stall. Absent from normal runs.

`FRONTDESK_FAILPOINT=name:nth:action` acts the nth time (from 1, counted in each process) that the step `name` is
reached:

    crash   the process kills itself with SIGKILL, as if the power went
    error   the step raises OSError (EIO), as if the disk did
    delay   the step stalls the whole process for two seconds, as if the machine had paused
"""

import errno
import os
import re
import signal
import time
from collections.abc import Callable, Mapping

VARIABLE = "FRONTDESK_FAILPOINT"
DELAY = 2.0  # seconds
_SPEC = re.compile(r"([a-z][a-z0-9_.-]*):([1-9][0-9]{0,8}):(crash|error|delay)")


class FailpointSpecError(ValueError):
    """The variable's value is not `name:nth:crash|error|delay`."""


def from_environment(environ: Mapping[str, str]) -> Callable[[str], None] | None:
    """What the steps call with their name; None where the variable is absent or empty."""
    text = environ.get(VARIABLE, "")
    if not text:
        return None
    spec = _SPEC.fullmatch(text)
    if spec is None:
        raise FailpointSpecError(
            f"{VARIABLE}={text[:100]!r} is not name:nth:crash|error|delay, as in code.taken:1:crash"
        )
    return Failpoint(name=spec[1], nth=int(spec[2]), action=spec[3])


class Failpoint:
    """Acts once, at the nth reach of its step."""

    __slots__ = ("_action", "_left", "_name")

    def __init__(self, *, name: str, nth: int, action: str) -> None:
        """`action` is crash, error or delay."""
        self._name = name
        self._left = nth
        self._action = action

    def __call__(self, name: str) -> None:
        """A step was reached."""
        if name != self._name or self._left == 0:
            return
        self._left -= 1
        if self._left > 0:
            return
        if self._action == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._action == "error":
            raise OSError(errno.EIO, f"failpoint {self._name}")
        if self._action == "delay":
            time.sleep(DELAY)
