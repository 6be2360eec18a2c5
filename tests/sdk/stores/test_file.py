"""What files of tokens must look like, and which are refused."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest
from frontdesk_client import FileStore
from frontdesk_client.errors import StoreBusy, StoreFailed

from sdk.stores.samples import sample
from sdk.stores.test_contract import TESTS
from servers.processes import new_folder, ordinary_user


def kept(tmp_path: Path) -> tuple[FileStore, Path]:
    """A store that keeps tokens, and their file."""
    store = FileStore(tmp_path / "kept")
    store.save("default", sample("canary"))
    return store, tmp_path / "kept" / "tokens-default.json"


def mode(path: Path) -> int:
    """Its permissions."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_open_what_is_made(tmp_path: Path, mask: int) -> None:
    """0700 and 0600, whatever the mask of the process says."""
    before = os.umask(mask)
    try:
        store = FileStore(tmp_path / "deep" / "kept")
        with store.lock("default", seconds=1):
            store.save("default", sample("a"))
    finally:
        os.umask(before)
    assert mode(tmp_path / "deep" / "kept") == 0o700
    assert {mode(path) for path in (tmp_path / "deep" / "kept").iterdir()} == {0o600}


def test_a_file_that_others_may_open_is_refused(tmp_path: Path) -> None:
    """Its tokens may be known: read by group or others, it is neither used nor exchanged."""
    store, path = kept(tmp_path)
    for open_mode in (0o640, 0o604, 0o660, 0o601):
        path.chmod(open_mode)
        with pytest.raises(StoreFailed, match="chmod 600"):
            store.load("default")
        with pytest.raises(StoreFailed, match="chmod 600"):
            store.save("default", sample("new"))
    path.chmod(0o600)
    assert store.load("default") == sample("canary")


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    """They could put another file in the place of this one."""
    store, path = kept(tmp_path)
    path.parent.chmod(0o770)
    for attempt in (lambda: store.load("default"), lambda: store.save("default", sample("new"))):
        with pytest.raises(StoreFailed, match="chmod go-w"):
            attempt()
    with pytest.raises(StoreFailed, match="chmod go-w"), store.lock("default", seconds=1):
        pass


def as_link(path: Path) -> None:
    """In its place, a link to it."""
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def as_pipe(path: Path) -> None:
    """In its place, a pipe that nobody writes to."""
    path.unlink()
    os.mkfifo(path, 0o600)


def as_folder(path: Path) -> None:
    """In its place, a folder."""
    path.unlink()
    path.mkdir(0o700)


@pytest.mark.parametrize("exchange", [as_link, as_pipe, as_folder])
@pytest.mark.parametrize("which", ["tokens-default.json", "tokens-default.lock"])
def test_what_is_no_ordinary_file_is_refused(tmp_path: Path, exchange: Callable[[Path], None], which: str) -> None:
    """Links, pipes and folders: not followed, not waited for, not written over; each refusal names the path."""
    store, path = kept(tmp_path)
    with store.lock("default", seconds=1):
        pass
    exchange(path.with_name(which))
    if which.endswith(".json"):
        with pytest.raises(StoreFailed, match=which):
            store.load("default")
        with pytest.raises(StoreFailed, match=which):
            store.save("default", sample("new"))
    else:
        with pytest.raises(StoreFailed, match=which), store.lock("default", seconds=1):
            pass


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Whoever may exchange the link chooses where tokens go."""
    kept(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    with pytest.raises(StoreFailed, match="symbolic link"):
        FileStore(tmp_path / "link").load("default")


def test_somebody_elses_file_or_folder_is_refused(tmp_path: Path) -> None:
    """Whoever owns it can read it and change it, also where this user may."""
    if os.geteuid() != 0:
        assert Path("/").stat().st_uid == 0
        with pytest.raises(StoreFailed, match="belongs to user 0"):
            FileStore("/").load("default")
        return
    store, path = kept(tmp_path)
    os.chown(path, 65534, -1)
    with pytest.raises(StoreFailed, match="belongs to user 65534"):
        store.load("default")
    os.chown(path.parent, 65534, -1)
    with pytest.raises(StoreFailed, match="belongs to user 65534"):
        store.load("default")


@pytest.mark.parametrize("said", ["", "{", "[]", '{"access_token": "canary"}', "\xff" * 40, "a" * (2 << 20)])
def test_what_are_no_tokens_is_refused_without_being_quoted(tmp_path: Path, said: str) -> None:
    """The refusal names the file and what to do; nothing of what stands in it."""
    store, path = kept(tmp_path)
    path.write_text(said, "latin-1")
    with pytest.raises(StoreFailed, match="connect again") as caught:
        store.load("default")
    assert str(path) in str(caught.value)
    assert "canary" not in str(caught.value)


def test_what_a_dead_process_left_half_written_goes(tmp_path: Path) -> None:
    """With a later save, an hour on; what another one may still be writing stays."""
    store, path = kept(tmp_path)
    old, young = (path.with_name(f"{path.name}.{word}.half") for word in ("0123", "4567"))
    for half in (old, young):
        half.write_text("{")
    os.utime(old, (0, path.stat().st_mtime - 3601))
    store.save("default", sample("new"))
    assert not old.exists()
    assert young.exists()


def test_a_lock_file_that_was_taken_away_keeps_nobody_out_twice(tmp_path: Path) -> None:
    """Who waits for a file that is no longer there goes on to the one that took its place, and both exclude again."""
    store, path = kept(tmp_path)
    with store.lock("default", seconds=1):
        path.with_name("tokens-default.lock").unlink()
        one, other = FileStore(path.parent), FileStore(path.parent)
        with one.lock("default", seconds=1), pytest.raises(StoreBusy), other.lock("default", seconds=0.1):
            pass


def test_a_forked_child_does_not_hold_what_its_parent_held(tmp_path: Path) -> None:
    """It waits while the parent holds the lock, and takes it when the parent does not."""
    store, _ = kept(tmp_path)
    with store.lock("default", seconds=1):
        child = get_context("fork").Process(target=_try_both, args=(store, tmp_path / "said"))
        child.start()
        child.join(30)
        assert (tmp_path / "said").read_text() == "busy"
    child = get_context("fork").Process(target=_try_both, args=(store, tmp_path / "said"))
    child.start()
    child.join(30)
    assert (tmp_path / "said").read_text() == "free"


def _try_both(store: FileStore, said: Path) -> None:
    """What the child finds."""
    try:
        with store.lock("default", seconds=0.2):
            said.write_text("free")
    except StoreBusy:
        said.write_text("busy")


def test_a_child_that_outlives_its_parent_holds_nothing(tmp_path: Path) -> None:
    """Killed with the lock in hand, the parent frees it although its child lives."""
    program = f"""
import os, time
from frontdesk_client import FileStore
with FileStore({str(tmp_path / "kept")!r}).lock("default", seconds=1):
    child = os.fork()
    if child == 0:
        os.close(1)
        time.sleep(60)
        os._exit(0)
    print(child, flush=True)
    time.sleep(0.2)
    os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, close_fds=True, timeout=90
    )
    try:
        with FileStore(tmp_path / "kept").lock("default", seconds=1):
            pass
    finally:
        os.kill(int(done.stdout), 9)


@pytest.fixture
def of_an_ordinary_user() -> Iterator[Path]:
    """A folder of the user whom permissions bind."""
    folder = new_folder("store")
    yield folder
    shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written_fails_and_loses_nothing(of_an_ordinary_user: Path) -> None:
    """`StoreFailed` with the path and the reason; what is kept is read as before."""
    command = [*ordinary_user(), sys.executable, str(TESTS / "sdk/stores/errand.py"), "file", str(of_an_ordinary_user)]
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([*command, "begin"], check=True, env=environment)
    (of_an_ordinary_user / "kept").chmod(0o500)
    done = subprocess.run([*command, "attempt"], check=True, env=environment, stdout=subprocess.PIPE, text=True)
    assert done.stdout.startswith(
        f"failed: cannot write {of_an_ordinary_user}/kept/tokens-shared.json: Permission denied"
    )
    assert done.stdout.endswith("\nbefore\n")
