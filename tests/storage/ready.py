"""A database that is made once in a run and copied: making one takes ten times as long."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from frontdesk.storage import SqliteStore, open_sqlite

NAME = "frontdesk.db"


async def open_new(folder: Path) -> SqliteStore:
    """An empty database in an empty folder, of an identity that all of them share."""
    ready = _workshop() / "ready"
    if not ready.exists():
        making = _workshop() / "making"
        making.mkdir()
        await (await open_sqlite(making / NAME, create=True, identity=bytes(16))).aclose()
        making.rename(ready)
    shutil.copytree(ready, folder, dirs_exist_ok=True)
    return await open_sqlite(folder / NAME, create=False)


@cache
def _workshop() -> Path:
    keeper = tempfile.TemporaryDirectory(prefix="frontdesk-ready-")
    _kept.append(keeper)
    return Path(keeper.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []
