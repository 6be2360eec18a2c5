"""What is kept in memory, and what makes it go."""

from frontdesk.protocol.ids import uuid_bytes
from frontdesk.storage.cache import Cache, Shelf

ID = "01900000-0000-7000-8000-00000000000a"


def test_a_shelf_is_bounded() -> None:
    """Whatever is put there, it never holds more than its size."""
    shelf: Shelf[int, str] = Shelf(10)
    for key in range(1_000):
        shelf.put(key, "x")
        assert len(shelf) <= 10


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    """About least recently used: one that is looked for between two generations survives any number of others."""
    shelf: Shelf[int, str] = Shelf(10)
    shelf.put(-1, "used")
    shelf.put(-2, "unused")
    for key in range(100):
        shelf.put(key, "x")
        assert shelf.get(-1) == "used"
    assert shelf.get(-2) is None
    assert shelf.get(99) == "x"


def test_what_is_dropped_is_in_neither_generation() -> None:
    """An older copy must not come back from the old ones."""
    shelf: Shelf[int, str] = Shelf(4)
    shelf.put(1, "first")
    shelf.put(2, "x")
    shelf.put(3, "x")
    assert shelf.get(1) == "first"
    shelf.put(1, "second")
    shelf.drop(1)
    assert shelf.get(1) is None


def cache_with_one_of_each() -> Cache:
    """At position 7, with a record of every kind."""
    cache = Cache(grants=8, others=8)
    cache.position = 7
    for shelf, key in (
        (cache.grants, ID),
        (cache.users, ID),
        (cache.networks, ID),
        (cache.clients, "fdci_ä"),
        (cache.credentials, "fdni_1"),
        (cache.own_grants, ID),
        (cache.resource_servers, "fdri_1"),
    ):
        shelf.put(key, object())
    return cache


def held(cache: Cache) -> list[bool]:
    """Which kinds are still held."""
    return [
        cache.grant(ID) is not None,
        cache.user(ID) is not None,
        cache.network(ID) is not None,
        cache.client("fdci_ä") is not None,
        cache.credential("fdni_1") is not None,
        cache.own_grant(ID) is not None,
        cache.resource_server("fdri_1") is not None,
    ]


def test_only_what_the_log_names_is_dropped() -> None:
    """By kind and subject; our own position's row names nothing new, and a kind of the future names nothing of ours."""
    subjects = {
        "grant": uuid_bytes(ID),
        "user": uuid_bytes(ID),
        "network": uuid_bytes(ID),
        "client": "fdci_ä".encode(),
        "credential": b"fdni_1",
        "own_grant": uuid_bytes(ID),
        "resource_server": b"fdri_1",
    }
    for place, (kind, subject) in enumerate(subjects.items()):
        cache = cache_with_one_of_each()
        cache.learn([(7, kind, subject)])
        assert held(cache) == [True] * 7
        cache.learn([(7, "start", b""), (9, "passkey", subject), (12, kind, subject)])
        assert held(cache) == [at != place for at in range(7)]
        assert cache.position == 12


def test_a_log_that_begins_after_us_drops_everything() -> None:
    """What was trimmed away may have named any of it."""
    cache = cache_with_one_of_each()
    cache.learn([(8, "grant", bytes(16))])
    assert held(cache) == [False] * 7
    assert cache.position == 8
