"""A real server before an API that plays what a test tells it."""

from collections.abc import Callable, Iterator

import pytest

from builtin_proxy.callers import Caller
from builtin_proxy.played_api import PlayedApi
from servers.house import House
from servers.partner import Town, settle


@pytest.fixture(scope="module")
def api() -> Iterator[PlayedApi]:
    """The API of a module's tests."""
    played = PlayedApi()
    yield played
    played.stop()


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """What the server is told; a module may say otherwise."""
    return {}


@pytest.fixture(scope="module")
def street(api: PlayedApi, settings: dict[str, str]) -> Iterator[Town]:
    """One worker before the API, with networks, people and an app."""
    house = House(upstream=api.url, **{"requests_per_second": "100000", **settings})
    try:
        place = settle(house.start())
        yield place
        place.close()
    finally:
        house.leave()


@pytest.fixture
def caller(street: Town) -> Iterator[Callable[..., Caller]]:
    """Opens connections of the first network's customer: `caller(place=1)` for another's."""
    opened: list[Caller] = []

    def open_one(place: int = 0, address: str = "127.0.0.1") -> Caller:
        pair = street.places[place].client_id, street.places[place].client_secret
        opened.append(Caller(street.house.port, pair, address))
        return opened[-1]

    yield open_one
    for each in opened:
        each.socket.close()


@pytest.fixture(autouse=True)
def fresh(api: PlayedApi) -> None:
    """Nothing played, nothing heard."""
    api.plays.clear()
    api.calls.clear()
