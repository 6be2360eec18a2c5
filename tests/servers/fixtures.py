"""Fixtures for tests that want real servers. Each starts what it needs and takes it away."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.house import House
from servers.needs import need
from servers.partner import Town, settle
from servers.upstream import Upstream


@pytest.fixture
def needs() -> Callable[[str], str]:
    """Ask for something beside Python: `needs("chromium")` gives its path, or skips (fails in CI)."""
    return need


@pytest.fixture(scope="session")
def reference_document() -> Path:
    """The real OpenAPI document, in a folder beside the project; skips where there is none."""
    return Path(need("reference"))


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """The echo API behind every gateway of the run."""
    api = Upstream()
    yield api
    api.stop()


@pytest.fixture
def new_house(upstream: Upstream) -> Iterator[Callable[..., House]]:
    """Makes houses that are not started yet: `new_house(workers=2, log_level="debug")`."""
    made: list[House] = []

    def make(**wishes: object) -> House:
        made.append(House(upstream=upstream.url, **wishes))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for house in made:
        house.leave()


@pytest.fixture(scope="module")
def town(upstream: Upstream) -> Iterator[Town]:
    """One worker with the usual town, shared by the tests of a module."""
    yield from _town(upstream, workers=1)


@pytest.fixture(scope="module")
def busy_town(upstream: Upstream) -> Iterator[Town]:
    """The same with four workers, and no rate limit that a test would meet."""
    yield from _town(upstream, workers=4, requests_per_second="10000")


def _town(upstream: Upstream, workers: int, **settings: str) -> Iterator[Town]:
    house = House(upstream=upstream.url, workers=workers, **settings)
    try:
        place = settle(house.start())
        yield place
        place.close()
    finally:
        house.leave()
