"""A fresh desk for each test, and an API behind it."""

from collections.abc import AsyncIterator

import pytest

from gateway.desk import Desk
from gateway.upstream import RawApi


@pytest.fixture
def anyio_backend() -> str:
    """The server runs on asyncio."""
    return "asyncio"


@pytest.fixture
def desk() -> Desk:
    """A small world with credentials."""
    return Desk()


@pytest.fixture
async def api() -> AsyncIterator[RawApi]:
    """An API on a free loopback port."""
    async with RawApi() as running:
        yield running
