"""The clock: real time that never goes back (FT-51)."""

import time

import pytest

from frontdesk.runtime.clock import SystemClock


def test_the_clock_tells_the_time() -> None:
    """Within a second of the system's own."""
    assert abs(SystemClock().now() - time.time_ns() // 1_000) < 1_000_000


def test_the_clock_never_goes_back() -> None:
    """Over many readings."""
    clock = SystemClock()
    times = [clock.now() for _ in range(50_000)]
    assert times == sorted(times)


def test_a_step_back_of_the_wall_clock_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """FT-51: a day back: nothing expired comes back, and time goes on at its own pace."""
    wall, monotonic = 1_764_000_000_000_000_000, 5_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: wall)
    monkeypatch.setattr(time, "monotonic_ns", lambda: monotonic)
    clock = SystemClock()
    before = clock.now()
    wall -= 86_400 * 10**9
    monotonic += 10**9
    assert clock.now() == before + 1_000_000


def test_a_step_forward_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that slept learns the time at once."""
    wall, monotonic = 1_764_000_000_000_000_000, 5_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: wall)
    monkeypatch.setattr(time, "monotonic_ns", lambda: monotonic)
    clock = SystemClock()
    before = clock.now()
    wall += 3_600 * 10**9
    assert clock.now() == before + 3_600_000_000
