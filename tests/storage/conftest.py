"""Both stores, one after the other, for every test of the contract; SQLite alone where a file is needed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.storage.memory import MemoryStore
from frontdesk.storage.sqlite import SqliteStore
from storage.house import House
from storage.ready import open_new


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@pytest.fixture(params=["memory", "sqlite"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A house on each store in turn."""
    if request.param == "memory":
        yield House(MemoryStore())
        return
    store = await open_new(tmp_path)
    yield House(store)
    await store.aclose()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A store on a file of its own."""
    store = await open_new(tmp_path)
    yield store
    await store.aclose()
