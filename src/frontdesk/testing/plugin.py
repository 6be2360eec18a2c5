"""Fixtures for integrators' tests. pytest finds them by itself wherever the package `frontdesk` is installed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from frontdesk.testing.authority import FakeAuthority


@pytest.fixture
def authority_options() -> dict[str, Any]:
    """What `FakeAuthority` is made with. Define a fixture of this name, or parametrize it, for other options."""
    return {}


@pytest.fixture
def authority(authority_options: dict[str, Any]) -> "Iterator[FakeAuthority]":
    """A fake authority in this process, without a network: `authority.transport()` is the way to it."""
    yield from _opened(authority_options)


@pytest.fixture
def listening_authority(authority_options: dict[str, Any]) -> "Iterator[FakeAuthority]":
    """A fake authority that also listens at `listening_authority.url`, a free port of 127.0.0.1."""
    yield from _opened({**authority_options, "listens": True})


def _opened(options: dict[str, Any]) -> "Iterator[FakeAuthority]":
    from frontdesk.testing.authority import FakeAuthority  # here: most runs of pytest have no use for it

    with FakeAuthority(**options) as authority:
        yield authority
