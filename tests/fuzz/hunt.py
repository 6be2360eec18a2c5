"""Hunting for a time: rounds by a seed, and for whatever is found the smallest case that still shows it."""

import os
import random
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Case = TypeVar("Case")
Piece = TypeVar("Piece")

# In `make test` the hunts of this folder take half a minute together; `make fuzz` gives them all the time it has.
SHARES = 4


def seconds() -> float:
    """How long one hunt may take."""
    return float(os.environ.get("FUZZ_SECONDS", "30")) / SHARES


def first_seed() -> int:
    """Where the hunts begin: the same place every time, unless FUZZ_SEED names another."""
    return int(os.environ.get("FUZZ_SEED", "1"))


def hunt(what: str, round_: Callable[[random.Random], int], *, lasts: float | None = None) -> int:
    """Play rounds until the time is up; each says how many cases it tried, and raises what it finds. The sum."""
    begun, tried, number = time.monotonic(), 0, 0
    lasts = seconds() if lasts is None else lasts
    while time.monotonic() - begun < lasts:
        seed = f"{first_seed()}/{number}"
        try:
            tried += round_(random.Random(seed))
        except AssertionError as found:
            raise AssertionError(f"{what}, round {seed} (FUZZ_SEED={first_seed()}): {found}") from found
        number += 1
    spent = time.monotonic() - begun
    print(f"{what}: {tried:,} cases in {number:,} rounds, {tried / spent:,.0f} a second, nothing found")
    return tried


def smallest(pieces: Sequence[Piece], still: Callable[[list[Piece]], bool]) -> list[Piece]:
    """Leave out as much as can be left out while `still` holds: halves first, then ever smaller parts."""
    kept, size = list(pieces), max(1, len(pieces) // 2)
    while size:
        place = 0
        while place < len(kept):
            less = kept[:place] + kept[place + size :]
            if less and still(less):
                kept = less
            else:
                place += size
        size //= 2
    return kept


def smallest_target(target: bytes, still: Callable[[bytes], bool]) -> bytes:
    """The shortest target found that still shows it."""
    return bytes(smallest(list(target), lambda kept: still(bytes(kept))))
