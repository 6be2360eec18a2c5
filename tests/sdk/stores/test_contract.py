"""What every store must do, whoever wrote it."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from frontdesk_client.errors import StoreBusy

from sdk.stores.kinds import KINDS, SHARED, Kind
from sdk.stores.samples import MADE, large, sample

TESTS = Path(__file__).parents[2]
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
every_shared_kind = pytest.mark.parametrize("kind", SHARED)


def start(kind: str, folder: Path, *words: str) -> subprocess.Popen[str]:
    """Another process, which does an errand with the store."""
    return subprocess.Popen(
        [sys.executable, str(TESTS / "sdk/stores/errand.py"), kind, str(folder), *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def doing(kind: str, folder: Path, verb: str) -> Iterator[subprocess.Popen[str]]:
    """The same, already at it, and killed afterwards."""
    process = start(kind, folder, verb)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() in ("held\n", "saving\n")
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@every_kind
def test_what_is_saved_is_loaded_under_its_name_alone(kind: Kind, tmp_path: Path) -> None:
    """Names that look alike to a file system, or like a path, are as far apart as any."""
    store = kind.open(tmp_path)
    assert [store.load(name) for name in kind.names] == [None] * len(kind.names)
    for number, name in enumerate(kind.names):
        store.save(name, sample(str(number)))
    for number, name in enumerate(kind.names):
        assert store.load(name) == sample(str(number))


@every_kind
def test_the_last_save_counts_and_none_forgets(kind: Kind, tmp_path: Path) -> None:
    """Saving takes the place of what was there; None takes it away, also where nothing is."""
    store = kind.open(tmp_path)
    store.save("default", sample("one"))
    store.save("default", sample("two"))
    assert store.load("default") == sample("two")
    store.save("default", None)
    assert store.load("default") is None
    store.save("default", None)
    store.save("default", sample("three"))
    assert store.load("default") == sample("three")


@every_kind
def test_the_lock_excludes_threads(kind: Kind, tmp_path: Path) -> None:
    """Read, change, write under the lock: of 8 threads with 10 rounds each, no change is lost."""
    store = kind.open(tmp_path)
    store.save("shared", sample("counted"))

    def count(_: int) -> None:
        for _ in range(10):
            with store.lock("shared", seconds=60):
                found = store.load("shared")
                assert found is not None
                time.sleep(0.0005)
                store.save("shared", sample("counted", found.made_at + timedelta(seconds=1)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    assert store.load("shared") == sample("counted", MADE + timedelta(seconds=80))


@every_kind
def test_who_waits_too_long_is_told_so(kind: Kind, tmp_path: Path) -> None:
    """`StoreBusy` after the time, not before, also for the same thread; another name is free meanwhile."""
    store = kind.open(tmp_path)
    with store.lock("shared", seconds=5):
        since = time.monotonic()
        with pytest.raises(StoreBusy), store.lock("shared", seconds=0.3):
            pass
        assert 0.3 <= time.monotonic() - since < 3
        with store.lock("default", seconds=5):
            pass
    with store.lock("shared", seconds=0):
        pass


@every_kind
def test_a_lock_may_be_let_go_in_another_thread(kind: Kind, tmp_path: Path) -> None:
    """Async code takes and lets go in whichever thread it gets."""
    store = kind.open(tmp_path)
    held = store.lock("shared", seconds=5)
    taker = threading.Thread(target=held.__enter__)
    taker.start()
    taker.join()
    with pytest.raises(StoreBusy), store.lock("shared", seconds=0.05):
        pass
    held.__exit__(None, None, None)
    with store.lock("shared", seconds=1):
        pass


@every_kind
def test_a_lock_that_nobody_remembers_is_free(kind: Kind, tmp_path: Path) -> None:
    """Async code that is cancelled while a thread takes the lock drops it; so it frees itself."""
    store = kind.open(tmp_path)
    held = store.lock("shared", seconds=5)
    held.__enter__()
    del held
    gc.collect()
    with store.lock("shared", seconds=1):
        pass


@every_kind
def test_a_failure_under_the_lock_frees_it(kind: Kind, tmp_path: Path) -> None:
    """What went wrong comes out as it was, and the next one gets in."""
    store = kind.open(tmp_path)
    with pytest.raises(ZeroDivisionError), store.lock("shared", seconds=5):
        raise ZeroDivisionError
    with store.lock("shared", seconds=1):
        pass


@every_kind
def test_a_store_prints_no_token(kind: Kind, tmp_path: Path) -> None:
    """Neither as a text nor as a representation."""
    store = kind.open(tmp_path)
    store.save("default", sample("canary"))
    assert "canary" not in f"{store!r} {store}"


@every_shared_kind
def test_the_lock_excludes_processes(kind: str, tmp_path: Path) -> None:
    """Of 8 processes with 10 rounds each, no change is lost."""
    store = KINDS[kind].open(tmp_path)
    store.save("shared", sample("counted"))
    processes = [start(kind, tmp_path, "count", "10") for _ in range(8)]
    assert [process.wait(60) for process in processes] == [0] * 8
    assert store.load("shared") == sample("counted", MADE + timedelta(seconds=80))


@every_shared_kind
def test_a_lock_ends_with_the_process_that_held_it(kind: str, tmp_path: Path) -> None:
    """Held as long as it lives; after kill -9 the next one gets in."""
    store = KINDS[kind].open(tmp_path)
    store.save("shared", sample("before"))
    with doing(kind, tmp_path, "hold") as holder:
        with pytest.raises(StoreBusy), store.lock("shared", seconds=0.2):
            pass
        holder.send_signal(signal.SIGKILL)
        with store.lock("shared", seconds=30):
            assert store.load("shared") == sample("before")


@every_shared_kind
def test_a_process_killed_while_it_saves_leaves_the_old_or_the_new(kind: str, tmp_path: Path) -> None:
    """Whole, twelve times at different moments of the save; and the next save works."""
    store = KINDS[kind].open(tmp_path)
    store.save("shared", large("a"))
    for trial in range(12):
        with doing(kind, tmp_path, "save") as saver:
            time.sleep(0.003 + trial * 0.0017)
            saver.send_signal(signal.SIGKILL)
            saver.wait()
        assert store.load("shared") in (large("a"), large("b"))
    store.save("shared", sample("after"))
    assert store.load("shared") == sample("after")


@every_shared_kind
def test_a_full_disk_loses_nothing(kind: str, tmp_path: Path) -> None:
    """`StoreFailed`, and what was kept before is kept still. With room again it is saved."""
    store = KINDS[kind].open(tmp_path)
    store.save("shared", sample("before"))
    before = set(tmp_path.rglob("*"))
    process = start(kind, tmp_path, "fill", "20000")
    said, _ = process.communicate(timeout=60)
    assert said.startswith("failed: ")
    assert said.endswith("\nbefore\n")
    assert set(tmp_path.rglob("*")) == before
    assert store.load("shared") == sample("before")
    store.save("shared", large("b"))
    assert store.load("shared") == large("b")
