"""Finding the most specific path template: a tree of segments, in which a literal beats a parameter.

OpenAPI 3.1 §4.8.8.2 (path templating matching) says that concrete paths come first and leaves the rest open; here
templates are compared position by position, and where none of several is more specific all of them are given.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

from frontdesk.gateway.target import normalise_literal

Value = TypeVar("Value")

_PARAMETER, _MIXED, _LITERAL = range(3)


class TemplateError(ValueError):
    """A path template that no request could ever match, or that is not well-formed."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a template: a literal, a parameter, or both in one (`{name}.{format}`).

    `pieces` are the literal texts around the parameters: one for a literal, two empty ones for a bare parameter.
    """

    pieces: tuple[str, ...]

    @property
    def rank(self) -> int:
        """How specific it is."""
        if len(self.pieces) == 1:
            return _LITERAL
        return _MIXED if any(self.pieces) else _PARAMETER

    def variants(self) -> tuple[tuple[str, ...], ...]:
        """The pieces as they look in a target's normal form and in its decoded form; one where these are equal."""
        normal = tuple(normalise_literal(piece) for piece in self.pieces)
        decoded = tuple(unquote(piece) for piece in normal)
        return (normal,) if normal == decoded else (normal, decoded)


def read_template(template: str) -> tuple[Segment, ...]:
    """Split a template, base path included, into segments. Raises TemplateError."""
    segments = tuple(_read_segment(text) for text in template[1:].split("/"))
    for index, segment in enumerate(segments):
        if segment.pieces == ("",) and index < len(segments) - 1:
            raise TemplateError("it has an empty segment")
        if segment.pieces in ((".",), ("..",)):
            raise TemplateError("it has a dot segment")
    return segments


def _read_segment(text: str) -> Segment:
    pieces: list[str] = []
    rest = text
    while True:
        literal, opened, rest = rest.partition("{")
        if any(sign in unquote(literal) for sign in "}%;?#/\\"):
            raise TemplateError(f"{text!r} holds a character that is refused in targets, or a stray brace")
        pieces.append(literal)
        if not opened:
            return Segment(tuple(pieces))
        name, closed, rest = rest.partition("}")
        if not closed or not name or "{" in name:
            raise TemplateError(f"the braces of {text!r} do not match")


def _fits(pieces: tuple[str, ...], text: str) -> bool:
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


@dataclass(slots=True, eq=False)
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    mixed: list[tuple[tuple[str, ...], "_Node"]] = field(default_factory=list)
    parameter: "_Node | None" = None
    leaves: tuple[int, ...] = ()


class PathTree(Generic[Value]):
    """Templates and what each stands for. Filled once, then only read; `find` walks each node at most once."""

    def __init__(self) -> None:
        """An empty tree."""
        self._root = _Node()
        self._ranks: list[tuple[int, ...]] = []
        self._values: list[Value] = []
        self._best: dict[tuple[int, ...], tuple[Value, ...]] = {}

    def add(self, segments: tuple[Segment, ...], value: Value) -> None:
        """Add a template."""
        node = self._root
        for segment in segments:
            node = self._descend(node, segment)
        node.leaves = (*node.leaves, len(self._values))
        self._ranks.append(tuple(segment.rank for segment in segments))
        self._values.append(value)

    @staticmethod
    def _descend(node: _Node, segment: Segment) -> _Node:
        if segment.rank == _PARAMETER and len(segment.pieces) == 2:
            node.parameter = node.parameter or _Node()
            return node.parameter
        variants = segment.variants()
        if segment.rank == _LITERAL:
            child = node.literals.get(variants[0][0]) or _Node()
            for (text,) in variants:
                node.literals[text] = child
            return child
        child = next((child for pieces, child in node.mixed if pieces == variants[0]), None) or _Node()
        node.mixed += [(pieces, child) for pieces in variants if (pieces, child) not in node.mixed]
        return child

    def find(self, path: str) -> tuple[Value, ...]:
        """What the most specific templates that fit a normal path stand for; empty where none fits."""
        nodes = [self._root]
        for text in path[1:].split("/"):
            below = []
            for node in nodes:
                child = node.literals.get(text)
                if child is not None:
                    below.append(child)
                if text:
                    if node.parameter is not None:
                        below.append(node.parameter)
                    for pieces, mixed in node.mixed:
                        if _fits(pieces, text) and mixed not in below:
                            below.append(mixed)
            if not below:
                return ()
            nodes = below
        found = nodes[0].leaves if len(nodes) == 1 else tuple(leaf for node in nodes for leaf in node.leaves)
        # There are as many keys as sets of templates that can fit one path, however many paths are asked for.
        best = self._best.get(found)
        if best is None:
            best = self._best[found] = self._most_specific(found)
        return best

    def _most_specific(self, found: tuple[int, ...]) -> tuple[Value, ...]:
        ranks = self._ranks
        return tuple(
            self._values[one]
            for one in sorted(found)
            if not any(_is_more_specific(ranks[other], ranks[one]) for other in found)
        )


def _is_more_specific(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """At no position less specific, and at one more."""
    return one != other and all(left >= right for left, right in zip(one, other, strict=True))
