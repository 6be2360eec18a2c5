"""Why an address is not the registered one that it almost is."""

import pytest

from frontdesk.protocol.near_misses import find_near_miss, lookalikes_of
from frontdesk.protocol.redirects import match

REGISTERED = ("https://app.example/cb", "http://127.0.0.1:8080/cb")


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ("https://app.example/cb/", "slash"),
        ("http://app.example/cb", "http is"),
        ("https://APP.example/cb", "capital"),
        ("https://app.example/CB", "capital"),
        ("https://app.example:444/cb", "port"),
        ("https://www.app.example/cb", "www."),
        ("https://app.example/cb?x=1", "question mark"),
        ("https://app.example/callback", "path"),
        ("http://127.0.0.1:8081/cb", "port"),
    ],
)
def test_the_nearest_one_is_named_with_the_difference(asked: str, word: str) -> None:
    """Whatever is said to be near is refused all the same."""
    near = find_near_miss(asked, REGISTERED)
    assert near is not None
    assert near.registered in REGISTERED
    assert word in near.why
    assert match(asked, REGISTERED) is None


@pytest.mark.parametrize("asked", ["https://other.example/x", "com.example.app:/cb", "", "https://[", *REGISTERED])
def test_what_is_registered_or_far_away_is_near_nothing(asked: str) -> None:
    """Nor does nonsense break it."""
    assert find_near_miss(asked, REGISTERED) is None


@pytest.mark.parametrize("uri", ["https://app.example/cb", "https://app.example/", "http://127.0.0.1/cb?x=1"])
def test_lookalikes_are_never_taken_for_the_address(uri: str) -> None:
    """Each is another one, and refused."""
    found = lookalikes_of(uri)
    assert len(found) >= 2
    for other in found:
        assert other.uri != uri
        assert match(other.uri, (uri,)) is None
