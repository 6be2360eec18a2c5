"""Segments that hold a literal and a parameter (`{name}.json`): which of many a text fits, without trying them all.

They are found by the text that they end with or, where they end with a parameter, by the text that they begin with.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

Below = TypeVar("Below")

Pieces: TypeAlias = tuple[str, ...]  # the literal texts around the parameters


@dataclass(slots=True, eq=False)
class MixedSegments(Generic[Below]):
    """The mixed segments of one place in a tree, and what is below each."""

    _all: dict[Pieces, Below] = field(default_factory=dict)
    # Which part of a text to look at, and what ends or begins with it.
    _looks: tuple[tuple[slice, dict[str, list[tuple[Pieces, Below]]]], ...] = ()
    _between: tuple[tuple[Pieces, Below], ...] = ()  # parameters at both ends

    def get(self, pieces: Pieces) -> Below | None:
        """What is below these pieces."""
        return self._all.get(pieces)

    def add(self, pieces: Pieces, below: Below) -> None:
        """Put something below these pieces; nothing happens where there is something already."""
        if pieces in self._all:
            return
        self._all[pieces] = below
        first, last = pieces[0], pieces[-1]
        if last:
            self._table(slice(-len(last), None)).setdefault(last, []).append((pieces, below))
        elif first:
            self._table(slice(len(first))).setdefault(first, []).append((pieces, below))
        else:
            self._between = (*self._between, (pieces, below))

    def _table(self, part: slice) -> dict[str, list[tuple[Pieces, Below]]]:
        for known, table in self._looks:
            if known == part:
                return table
        added: dict[str, list[tuple[Pieces, Below]]] = {}
        self._looks = (*self._looks, (part, added))
        return added

    def fitting(self, text: str) -> Sequence[Below]:
        """What is below the pieces that a text fits, each once."""
        found: Sequence[tuple[Pieces, Below]] = self._between
        for part, table in self._looks:
            some = table.get(text[part])
            if some is not None:
                found = [*found, *some]
        if not found:
            return ()
        return list(dict.fromkeys(below for pieces, below in found if fits(pieces, text)))


def fits(pieces: Pieces, text: str) -> bool:
    """Whether `text` is the pieces in order, with at least one character for each parameter between them.

    Taking the leftmost place for each piece is enough to know, and needs no backtracking.
    """
    first, last = pieces[0], pieces[-1]
    end = len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last):
        return False
    position = len(first)
    for piece in pieces[1:-1]:
        position = text.find(piece, position + 1, end)
        if position < 0:
            return False
        position += len(piece)
    return end - position >= 1
