"""A small API for a test, and a connection to it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from frontdesk_client import MemoryStore, OAuth, Tokens

from sdk.small_api import SmallApi


@pytest.fixture
def new_api() -> Iterator[Callable[..., SmallApi]]:
    """Starts small APIs."""
    started: list[SmallApi] = []

    def start(**wishes: object) -> SmallApi:
        started.append(SmallApi(**wishes).start())  # type: ignore[arg-type]
        return started[-1]

    yield start
    for api in started:
        api.stop()


@pytest.fixture
def api(new_api: Callable[..., SmallApi]) -> SmallApi:
    """One whose refresh tokens stay."""
    return new_api()


def tokens(access: str = "access-0", *, refresh: str | None = "refresh-0", left: timedelta | None = None) -> Tokens:
    """Tokens with an hour left, or so much."""
    now = datetime.now(UTC)
    lifetime = timedelta(hours=1)
    expires_at = now + (lifetime if left is None else left)
    return Tokens(access_token=access, refresh_token=refresh, expires_at=expires_at, made_at=expires_at - lifetime)


ENDED = timedelta(seconds=-1)


def keep(held: Tokens | None) -> MemoryStore:
    """A store with these in it."""
    store = MemoryStore()
    store.save("default", held)
    return store


def connect(api: SmallApi, store: MemoryStore, **wishes: object) -> OAuth:
    """The credential of a connection to a small API."""
    return OAuth("the-id", "the-secret", store, endpoints=api.url, **wishes)  # type: ignore[arg-type]
