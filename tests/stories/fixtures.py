"""A story on each store: the rules must not depend on where things are remembered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.storage import MemoryStore
from frontdesk.testing.story import Story
from storage.ready import open_new


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the product runs on."""
    return "asyncio"


@pytest.fixture(params=["memory", "sqlite"])
async def story(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Story]:
    """A new house around an empty store."""
    store = MemoryStore() if request.param == "memory" else await open_new(tmp_path)
    try:
        yield await Story.begin(store)
    finally:
        await store.aclose()
