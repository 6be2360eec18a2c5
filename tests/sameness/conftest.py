"""One street for all that asks the same of every way in."""

from collections.abc import AsyncIterator

import pytest

from sameness.street import Street, open_street
from servers.house import API
from servers.needs import REFERENCE


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The loop that everything here runs in."""
    return "asyncio"


@pytest.fixture(scope="session")
async def street() -> AsyncIterator[Street]:
    """One server with every way that leads to it, under the reference document (a small one where that is not here)."""
    async with open_street(REFERENCE if REFERENCE.exists() else API) as opened:
        yield opened
