"""One call under several limits: counted under all of them or under none, exactly, in every worker of the host."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros
from frontdesk.protocol.rate_limits import Count, Counts, make_limit, share_of
from frontdesk.runtime.limiter import open_limiter
from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.runtime.mapped_limiter import BUCKETS, HALF, SLOTS, MappedLimiter

NOW = Micros(1_764_000_000_000_000)
SPAWN = multiprocessing.get_context("spawn")
TEN = make_limit("default", requests=10)
HALF_OF_TEN = share_of(TEN, 50)
TWO_A_MINUTE = make_limit("GET /reports", requests=2, per=MINUTE)

Limiter = LocalLimiter | MappedLimiter


@pytest.fixture(params=["local", "mapped"])
def limiter(request: pytest.FixtureRequest, tmp_path: Path) -> Limiter:
    """Each limiter."""
    return open_limiter(tmp_path, workers=1 if request.param == "local" else 2)


def in_network(network: str, key: str = "grant") -> Counts:
    """A call of a grant in one of its networks, half of whose limit one network may take."""
    return Count(key.encode(), TEN), Count(f"{key} {network}".encode(), HALF_OF_TEN)


def passed(limiter: Limiter, counts: Counts, times: int, now: Micros = NOW) -> int:
    """How many of so many calls at one instant pass."""
    return sum(limiter.take(counts, now)[0] == 0 for _ in range(times))


def test_a_noisy_network_leaves_the_others_their_part(limiter: Limiter) -> None:
    """Refused calls of one network count nowhere: not in the grant's limit either."""
    assert passed(limiter, in_network("noisy"), 100) == 5
    assert passed(limiter, in_network("quiet"), 100) == 5
    assert passed(limiter, in_network("third"), 100) == 0  # the grant's own limit is used up


def test_a_call_that_one_limit_refuses_counts_under_none(limiter: Limiter) -> None:
    """The wait is the longest one, and what is left elsewhere stays as it was."""
    both = (Count(b"a", TEN), Count(b"a reports", TWO_A_MINUTE))
    assert passed(limiter, both, 20) == 2
    wait, tats = limiter.take(both, NOW)
    assert wait == 30 * SECOND
    assert passed(limiter, (Count(b"a", TEN),), 20) == 8
    assert limiter.take(both, NOW)[1] == (tats[0] + 8 * TEN.rate.interval, tats[1])


def test_waiting_as_long_as_told_is_enough(limiter: Limiter) -> None:
    """Under every limit at once, to the microsecond; one earlier is not enough."""
    both = (Count(b"a", TEN), Count(b"a reports", TWO_A_MINUTE))
    passed(limiter, both, 20)
    wait, _ = limiter.take(both, NOW)
    assert limiter.take(both, Micros(NOW + wait - 1))[0] == 1
    assert limiter.take(both, Micros(NOW + wait))[0] == 0


@pytest.mark.parametrize("per", [SECOND, 10 * SECOND, MINUTE, HOUR, DAY])
def test_a_long_window_is_remembered_to_its_end(limiter: Limiter, per: int) -> None:
    """Two in each window, whatever goes on beside it meanwhile."""
    count = Count(b"a", make_limit("slow", requests=2, per=per))
    let_in = 0
    for step in range(200):
        now = Micros(NOW + step * per // 50)  # four windows
        let_in += limiter.take((count,), now)[0] == 0
        limiter.take((Count(f"other {step}".encode(), TEN),), now)
    assert let_in == 2 + 7


def test_memory_of_short_limits_does_not_wait_for_long_ones() -> None:
    """Keys lie apart by how long they count, and a limit that is gone takes its keys with it."""
    limiter = LocalLimiter()
    for n in range(10_000):
        now = Micros(NOW + n * 10_000)
        limiter.take((Count(str(n).encode(), TEN),), now)
        limiter.take((Count(str(n % 10).encode(), TWO_A_MINUTE),), now)
    assert len(limiter._shelves) == 2
    assert sum(len(shelf.young) + len(shelf.old) for shelf in limiter._shelves.values()) < 300
    limiter.take((Count(b"a", make_limit("new", requests=1, per=HOUR)),), Micros(NOW + DAY))
    assert len(limiter._shelves) == 1


def test_long_limits_take_no_room_of_short_ones(tmp_path: Path) -> None:
    """With every long slot taken, limits a second are still exact between two workers."""
    one, other = MappedLimiter(tmp_path / "limits.map"), MappedLimiter(tmp_path / "limits.map")
    slow = make_limit("slow", requests=1, per=HOUR)
    for n in range(BUCKETS * SLOTS * 2):
        one.take((Count(str(n).encode(), slow),), NOW)
    for n in range(50):
        quick = (Count(f"quick {n}".encode(), TEN),)
        assert passed(one, quick, 6) + passed(other, quick, 6) == 10
    assert one._place(Count(b"a", slow))[0] >= HALF > one._place(Count(b"a", TEN))[0] - 64


def test_two_limits_in_one_bucket_do_not_take_each_other_s_slot(tmp_path: Path) -> None:
    """Both are new, and the same slot is free for each."""
    limiter = MappedLimiter(tmp_path / "limits.map")
    limiter._addresses = {b"a": (0, 7 * BUCKETS), b"b": (0, 9 * BUCKETS)}
    both = (Count(b"a", TEN), Count(b"b", HALF_OF_TEN))
    assert passed(limiter, both, 20) == 5
    assert passed(limiter, (Count(b"a", TEN),), 20) == 5
    assert passed(limiter, (Count(b"b", HALF_OF_TEN),), 20) == 0


def _call_in_networks(path: Path, start: object, told: object, worker: int) -> None:
    limiter = MappedLimiter(path)
    start.wait()  # type: ignore[attr-defined]
    for round_ in range(30):
        # Each worker begins with another network, so that they meet in every order of their locks.
        for step in range(40):
            network = f"n{(worker + step) % 3}"
            if limiter.take(in_network(network, f"grant {round_}"), NOW)[0] == 0:
                told.put((round_, network))  # type: ignore[attr-defined]
    told.put(None)  # type: ignore[attr-defined]


def test_shares_and_limits_are_exact_over_four_processes(tmp_path: Path) -> None:
    """160 calls a grant in three networks at one instant: ten pass, and of no network more than five."""
    start, told = SPAWN.Barrier(4), SPAWN.Queue()
    processes = [
        SPAWN.Process(target=_call_in_networks, args=(tmp_path / "limits.map", start, told, n)) for n in range(4)
    ]
    for process in processes:
        process.start()
    seen, ended = [], 0
    while ended < 4:
        found = told.get(timeout=60)
        ended += found is None
        seen += [found] if found is not None else []
    for process in processes:
        process.join(30)
    for round_ in range(30):
        networks = [network for each, network in seen if each == round_]
        assert len(networks) == 10
        assert max(networks.count(network) for network in networks) <= 5


def _die_between_two_limits(path: Path, counts: Counts, ready: object) -> None:
    limiter = MappedLimiter(path)
    real = limiter._put
    puts: list[Count] = []

    def put_one_and_stay(count: Count, place: tuple[int, int], tat: int, now: Micros) -> None:
        if puts:
            ready.set()  # type: ignore[attr-defined]
            time.sleep(60)
        puts.append(count)
        real(count, place, tat, now)

    limiter._put = put_one_and_stay  # type: ignore[method-assign]
    limiter.take(counts, NOW)


def test_a_worker_that_dies_in_the_middle_leaves_one_call_at_most(tmp_path: Path) -> None:
    """FT-13: killed after it wrote the first of two: its locks are gone, one call is counted under one limit only."""
    path = tmp_path / "limits.map"
    limiter, ready = MappedLimiter(path), SPAWN.Event()
    counts = in_network("north")
    dying = SPAWN.Process(target=_die_between_two_limits, args=(path, counts, ready))
    dying.start()
    assert ready.wait(30)
    assert dying.pid is not None
    os.kill(dying.pid, signal.SIGKILL)
    dying.join(30)
    began = time.monotonic()
    assert passed(limiter, counts, 20) == 5
    assert passed(limiter, in_network("south"), 20) == 4
    assert time.monotonic() - began < 2
