"""Who may look into the data folder (attack row BK-01)."""

import os
import stat
from pathlib import Path

import pytest

from frontdesk.storage.opening import DatabaseRefused
from frontdesk.storage.sqlite import open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio


def _modes(folder: Path) -> dict[str, str]:
    return {path.name: f"{stat.S_IMODE(path.stat().st_mode):04o}" for path in folder.iterdir()}


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
async def test_bk_01_everything_is_its_owner_s_alone(tmp_path: Path, mask: int) -> None:
    """BK-01: database, log, index and locks are 0600 in 0700, whatever the umask and the folder's mode before."""
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    before = os.umask(mask)
    try:
        store = await open_sqlite(folder / "frontdesk.db", create=True)
        await House(store).network()
        modes = _modes(folder)
        await store.aclose()
    finally:
        os.umask(before)
    assert {"frontdesk.db", "frontdesk.db-wal", "frontdesk.db-shm", "writer.lock", "open.lock"} <= modes.keys()
    assert set(modes.values()) == {"0600"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(_modes(folder).values()) == {"0600"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o602])
@pytest.mark.parametrize("name", ["frontdesk.db", "frontdesk.db-wal", "frontdesk.db-shm"])
async def test_bk_01_a_file_that_others_may_read_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    """BK-01: the start is refused, and says which file and what to do; closed again, it starts."""
    path = tmp_path / "frontdesk.db"
    await (await open_sqlite(path, create=True)).aclose()
    if not (tmp_path / name).exists():
        (tmp_path / name).touch(mode=0o600)
    (tmp_path / name).chmod(mode)
    with pytest.raises(DatabaseRefused) as refused:
        await open_sqlite(path, create=False)
    assert str(refused.value) == f"{tmp_path / name} can be read by others (mode {mode:04o})"
    assert refused.value.hint.startswith(f"run 'chmod 600 {tmp_path / name}'")
    (tmp_path / name).chmod(0o600)
    await (await open_sqlite(path, create=False)).aclose()


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777, 0o710])
async def test_bk_01_a_folder_that_others_may_enter_is_refused(tmp_path: Path, mode: int) -> None:
    """BK-01: its name tells which, its mode how wide; nothing of it is changed."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    path = folder / "frontdesk.db"
    await (await open_sqlite(path, create=True)).aclose()
    folder.chmod(mode)
    with pytest.raises(DatabaseRefused) as refused:
        await open_sqlite(path, create=False)
    assert str(refused.value) == f"{folder} is open to others (mode {mode:04o})"
    assert refused.value.hint == f"run 'chmod 700 {folder}'"
    assert stat.S_IMODE(folder.stat().st_mode) == mode


async def test_bk_01_an_empty_file_that_was_laid_out_is_judged_too(tmp_path: Path) -> None:
    """Somebody may put an open file in the database's place before it is made."""
    (tmp_path / "frontdesk.db").touch(mode=0o644)
    (tmp_path / "frontdesk.db").chmod(0o644)
    with pytest.raises(DatabaseRefused, match="can be read by others"):
        await open_sqlite(tmp_path / "frontdesk.db", create=True)
