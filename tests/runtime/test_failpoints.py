"""Failpoints: absent unless asked for, exact, and refused when malformed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from frontdesk.runtime import failpoints
from frontdesk.runtime.failpoints import FailpointSpecError, from_environment


def test_a_normal_run_has_none() -> None:
    """Absent or empty: None, so that a step costs one comparison."""
    assert from_environment({}) is None
    assert from_environment({"FRONTDESK_FAILPOINT": ""}) is None


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x:1",
        "x:0:crash",
        "x:-1:crash",
        "x:01:crash",
        "x:1:boom",
        "x:1:crash:",
        "X:1:crash",
        ":1:crash",
        "x:1:crash\n",
    ],
)
def test_a_malformed_one_is_a_clear_error(text: str) -> None:
    """A typo must not make a test run without its fault."""
    with pytest.raises(FailpointSpecError, match="name:nth:crash"):
        from_environment({"FRONTDESK_FAILPOINT": text})


def test_it_acts_at_the_nth_reach_only() -> None:
    """The third time, neither before nor after, and other steps do not count."""
    step = from_environment({"FRONTDESK_FAILPOINT": "code.taken:3:error"})
    assert step is not None
    for _ in range(2):
        step("code.taken")
        step("code.other")
    with pytest.raises(OSError, match=r"code\.taken"):
        step("code.taken")
    step("code.taken")


def test_a_delay_stalls_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the machine had paused; shortened here."""
    monkeypatch.setattr(failpoints, "DELAY", 0.05)
    step = from_environment({"FRONTDESK_FAILPOINT": "x:1:delay"})
    assert step is not None
    began = time.monotonic()
    step("x")
    assert time.monotonic() - began >= 0.05


def test_a_crash_is_a_kill_9() -> None:
    """Nothing is cleaned up: no finally, no atexit."""
    program = (
        "import os\nfrom frontdesk.runtime.failpoints import from_environment\n"
        "try:\n    from_environment(os.environ)('x')\nfinally:\n    print('cleaned up')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"FRONTDESK_FAILPOINT": "x:1:crash"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == ""
