"""Names of requests."""

import re

from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.randomness import Randomness
from frontdesk.runtime.request_ids import RequestIds
from frontdesk.testing.told import ToldClock


def test_no_two_are_the_same_and_all_are_short() -> None:
    """Also those of two processes that began in the same second."""
    makers = [RequestIds(SystemClock(), random=Randomness()) for _ in range(4)]
    made = [new() for _ in range(5_000) for new in makers]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[0-9a-f]{22}", name) for name in made)


def test_what_was_seen_says_nothing_of_what_comes() -> None:
    """Beside the second, 64 bits that come straight from the system's generator, each used once."""
    drawn: list[bytes] = []

    def random(count: int) -> bytes:
        drawn.append(Randomness()(count))
        return drawn[-1]

    new = RequestIds(ToldClock(), random=random)
    made = {new()[6:] for _ in range(128)}
    assert made == {part.hex() for draw in drawn for part in (draw[at : at + 8] for at in range(0, len(draw), 8))}


def test_those_of_a_later_second_sort_behind() -> None:
    """Rows that are named by them lie together."""
    clock = ToldClock()
    new = RequestIds(clock, random=Randomness())
    first = {new()[:6] for _ in range(64)}
    clock.pass_seconds(1)
    second = {new()[:6] for _ in range(64)}
    assert len(first) == len(second) == 1
    assert max(first) < min(second)
