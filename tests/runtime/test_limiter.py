"""The limiters: exact within one process and across the workers of a host (FT-62, FT-67)."""

import multiprocessing
import os
import signal
import stat
import time
from pathlib import Path

import pytest

from frontdesk.protocol.ids import Micros
from frontdesk.protocol.rate_limits import Count, make_limit
from frontdesk.runtime.limiter import LIMIT_TABLE, open_limiter
from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.runtime.mapped_limiter import BUCKETS, FILE_SIZE, PATIENCE, SLOTS, MappedLimiter

NOW = Micros(1_764_000_000_000_000)
SECOND = 1_000_000
SPAWN = multiprocessing.get_context("spawn")
TEN = make_limit("default", requests=10)

Limiter = LocalLimiter | MappedLimiter


def take(limiter: Limiter, key: bytes, now: Micros) -> int:
    """One call under a limit of ten a second: 0, or how long to wait."""
    return limiter.take((Count(key, TEN),), now)[0]


@pytest.fixture(params=["local", "mapped"])
def limiter(request: pytest.FixtureRequest, tmp_path: Path) -> Limiter:
    """Each limiter, ten calls a second."""
    return open_limiter(tmp_path, workers=1 if request.param == "local" else 2)


def test_ten_pass_and_the_eleventh_is_told_how_long(limiter: Limiter) -> None:
    """The contract's limit, at one instant; waiting that long is enough."""
    assert [take(limiter, b"a", NOW) for _ in range(12)] == [0] * 10 + [100_000] * 2
    assert take(limiter, b"a", Micros(NOW + 100_000)) == 0
    assert take(limiter, b"a", Micros(NOW + 100_001)) == 99_999


def test_one_credential_s_calls_are_nobody_else_s(limiter: Limiter) -> None:
    """FT-62: whoever is over the limit is alone in it."""
    for _ in range(50):
        take(limiter, b"noisy", NOW)
    assert [take(limiter, f"quiet {n}".encode(), NOW) for n in range(500)] == [0] * 500
    assert take(limiter, b"noisy", NOW) > 0


def test_a_bucket_refills_while_others_come_and_go(limiter: Limiter) -> None:
    """Over ten seconds an insistent caller gets its burst and then ten a second, whatever happens beside it."""
    passed = 0
    for step in range(1_000):
        now = Micros(NOW + step * 10_000)
        passed += take(limiter, b"insistent", now) == 0
        take(limiter, f"other {step}".encode(), now)
    assert passed == 10 + 99


def test_memory_holds_the_last_seconds_only() -> None:
    """FT-67: a hundred thousand keys over a hundred seconds leave no more than two seconds' keys behind."""
    limiter = LocalLimiter()
    for n in range(100_000):
        take(limiter, str(n).encode(), Micros(NOW + n * 1_000))
    assert sum(len(shelf.old) + len(shelf.young) for shelf in limiter._shelves.values()) <= 2_000


def test_a_mapped_table_is_private_and_its_size_fixed(tmp_path: Path) -> None:
    """0600, and no larger after many keys."""
    limiter = MappedLimiter(tmp_path / "limits.map")
    for n in range(10_000):
        take(limiter, str(n).encode(), Micros(NOW + n))
    found = (tmp_path / "limits.map").stat()
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert found.st_size == FILE_SIZE


def test_a_full_bucket_evicts_nobody(tmp_path: Path) -> None:
    """What still counts is never forgotten: with every slot taken, a new key is counted in the process alone."""
    limiter = MappedLimiter(tmp_path / "limits.map")
    victim = b"victim"
    while take(limiter, victim, NOW) == 0:
        pass
    for n in range(BUCKETS * SLOTS * 2):
        take(limiter, str(n).encode(), NOW)
    assert take(limiter, victim, NOW) > 0
    assert [take(limiter, b"late", NOW) for _ in range(11)] == [0] * 10 + [100_000]


def test_two_tables_hash_differently(tmp_path: Path) -> None:
    """The hash is keyed by each file's own random bytes: collisions found for one are none for another."""
    one, other = MappedLimiter(tmp_path / "a"), MappedLimiter(tmp_path / "b")
    assert one._hash_key != other._hash_key
    assert MappedLimiter(tmp_path / "a")._hash_key == one._hash_key


def _take_many(path: Path, start: object, passed: object) -> None:
    limiter = MappedLimiter(path)
    start.wait()  # type: ignore[attr-defined]
    for round_ in range(50):
        key = f"key {round_}".encode()
        passed.put((round_, sum(take(limiter, key, NOW) == 0 for _ in range(50))))  # type: ignore[attr-defined]


def test_ten_of_two_hundred_calls_over_four_processes_pass(tmp_path: Path) -> None:
    """Exactly ten at one instant, in each of fifty rounds; the table is made by whoever comes first."""
    start, passed = SPAWN.Barrier(4), SPAWN.Queue()
    processes = [SPAWN.Process(target=_take_many, args=(tmp_path / "limits.map", start, passed)) for _ in range(4)]
    for process in processes:
        process.start()
    totals = [0] * 50
    for _ in range(4 * 50):
        round_, count = passed.get(timeout=60)
        totals[round_] += count
    for process in processes:
        process.join(30)
    assert totals == [10] * 50


def _hold(path: Path, key: bytes, holds: object) -> None:
    limiter = MappedLimiter(path)
    real = limiter._lock

    def lock_and_stay(place: int) -> bool:
        real(place)
        holds.set()  # type: ignore[attr-defined]
        time.sleep(60)
        return True

    limiter._lock = lock_and_stay  # type: ignore[method-assign]
    take(limiter, key, NOW)


def test_a_holder_that_stops_or_dies_does_not_stop_the_others(tmp_path: Path) -> None:
    """FT-13: a worker paused inside its turn costs a call 50 ms; after kill -9 the kernel has let go of its lock."""
    path = tmp_path / "limits.map"
    limiter = MappedLimiter(path)
    holds = SPAWN.Event()
    holder = SPAWN.Process(target=_hold, args=(path, b"key", holds))
    holder.start()
    assert holds.wait(30)
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGSTOP)
    began = time.monotonic()
    assert take(limiter, b"key", NOW) == 0
    assert PATIENCE <= time.monotonic() - began < PATIENCE + 2
    os.kill(holder.pid, signal.SIGKILL)
    holder.join(30)
    assert limiter._lock(64)
    assert [take(limiter, b"key", NOW) for _ in range(10)] == [0] * 9 + [100_000]


@pytest.mark.parametrize("content", [b"x", b"x" * FILE_SIZE, b"FDLIMIT0" + bytes(FILE_SIZE - 8), bytes(FILE_SIZE)])
def test_a_file_of_another_layout_is_replaced(tmp_path: Path, content: bytes) -> None:
    """Half made or of another version: a new file takes its place, and the old one is not cut short under a reader."""
    path = tmp_path / "limits.map"
    path.write_bytes(content)
    old = path.open("rb")
    limiter = MappedLimiter(path)
    assert take(limiter, b"a", NOW) == 0
    assert path.stat().st_size == FILE_SIZE
    assert len(old.read()) == len(content)
    old.close()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link in its place is an error, and what it points at stays as it was."""
    (tmp_path / "precious").write_text("precious")
    (tmp_path / LIMIT_TABLE).symlink_to(tmp_path / "precious")
    with pytest.raises(OSError):
        open_limiter(tmp_path, workers=4)
    assert (tmp_path / "precious").read_text() == "precious"


def test_the_first_worker_of_a_new_folder_makes_it(tmp_path: Path) -> None:
    """Limits are opened before the keys and the database."""
    assert take(open_limiter(tmp_path / "a" / "b", workers=2), b"a", NOW) == 0
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_limits_outlive_a_restart_within_the_second(tmp_path: Path) -> None:
    """A new worker on the same folder sees what the old one counted."""
    first = open_limiter(tmp_path, workers=2)
    assert [take(first, b"a", NOW) for _ in range(10)] == [0] * 10
    first.close()
    assert take(open_limiter(tmp_path, workers=2), b"a", NOW) > 0
