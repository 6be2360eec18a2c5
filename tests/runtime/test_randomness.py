"""Randomness that is drawn a page at a time."""

import os
import threading

from frontdesk.runtime.randomness import Randomness


def test_no_byte_is_given_twice_and_none_is_left_behind() -> None:
    """Thousands of values, none like another, of the size asked for; what was given is wiped from the page."""
    random = Randomness()
    given = [random(32) for _ in range(5_000)]
    assert len(set(given)) == 5_000
    assert {len(value) for value in given} == {32}
    assert given[-1] not in bytes(random._pool)


def test_any_size_may_be_asked_for() -> None:
    """From nothing to more than a page."""
    random = Randomness()
    assert [len(random(size)) for size in (0, 1, 16, 511, 512, 513, 4_096, 10_000)] == [
        0, 1, 16, 511, 512, 513, 4_096, 10_000,
    ]  # fmt: skip


def test_threads_never_get_the_same() -> None:
    """The page is shared under a lock."""
    random, given = Randomness(), []
    threads = [threading.Thread(target=lambda: given.extend([random(16) for _ in range(2_000)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 8_000


def test_a_forked_child_draws_its_own() -> None:
    """Parent and child hold the same page at the fork; neither may give what the other gives."""
    random = Randomness()
    random(8)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, random(64))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 64)
    os.close(reading)
    os.close(writing)
    assert len(theirs) == 64
    assert theirs != random(64)
