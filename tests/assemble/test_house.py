"""Opening the data folder: keys and database are one pair, made together or not at all (FT-16, BK-06)."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from frontdesk.assemble import open_house
from frontdesk.protocol.ids import uuid_text
from frontdesk.runtime.keys import KeyFileError, open_keys
from frontdesk.settings import Settings
from frontdesk.storage import DatabaseRefused

pytestmark = pytest.mark.anyio


async def _open(data: Path, *, create: bool = True) -> str:
    async with open_house(Settings(data=data), create=create) as house:
        await house.store.check()
        return uuid_text(house.store.database_id)  # type: ignore[attr-defined]


async def test_a_new_folder_gets_a_pair_for_its_owner_only(tmp_path: Path) -> None:
    """Key file and database name each other, and nobody else can read either."""
    data = tmp_path / "desk"
    made = await _open(data)
    assert made == open_keys(data, database_id=made).database_id
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in ("keys.json", "frontdesk.db"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    assert await _open(data) == made
    assert await _open(data, create=False) == made


async def test_a_lost_database_is_not_begun_anew(tmp_path: Path) -> None:
    """Keys without their database: refused with what to do, and nothing is made."""
    await _open(tmp_path)
    for name in os.listdir(tmp_path):
        if name.startswith("frontdesk.db"):
            os.unlink(tmp_path / name)
    with pytest.raises(KeyFileError, match=r"database frontdesk\.db is missing"):
        await _open(tmp_path)
    assert not (tmp_path / "frontdesk.db").exists()


async def test_lost_keys_are_not_made_anew(tmp_path: Path) -> None:
    """BK-06: a database without its keys is refused."""
    await _open(tmp_path)
    (tmp_path / "keys.json").unlink()
    with pytest.raises(KeyFileError, match="is missing"):
        await _open(tmp_path)
    assert not (tmp_path / "keys.json").exists()


async def test_nothing_is_made_unless_asked(tmp_path: Path) -> None:
    """Without `create` an empty folder stays empty of keys and database."""
    with pytest.raises(DatabaseRefused):
        await _open(tmp_path, create=False)
    assert not (tmp_path / "keys.json").exists()
    assert not (tmp_path / "frontdesk.db").exists()


def test_of_eight_that_start_at_once_all_open_one_pair(tmp_path: Path) -> None:
    """Eight processes in an empty folder: one makes the pair, the others find it."""
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from frontdesk.assemble import open_house; from frontdesk.settings import Settings\n"
        "async def main():\n"
        "    async with open_house(Settings(data=Path(sys.argv[1])), create=True) as house:\n"
        "        print(house.store.database_id.hex())\n"
        "asyncio.run(main())\n"
    )
    data = str(tmp_path / "desk")
    started = [
        subprocess.Popen([sys.executable, "-c", code, data], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(8)
    ]
    outcomes = [process.communicate(timeout=60)[0].strip() for process in started]
    assert [process.returncode for process in started] == [0] * 8
    assert len(set(outcomes)) == 1
    assert len(outcomes[0]) == 32
