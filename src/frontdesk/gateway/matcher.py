"""Finding the most specific path template: a tree of segments, in which a literal beats a parameter.

OpenAPI 3.1 §4.8.8.2 (path templating matching) says that concrete paths come first and leaves the rest open; here
templates are compared position by position, and where none of several is more specific all of them are given.
"""

from dataclasses import dataclass, field
from sys import intern
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from frontdesk.gateway.mixed import MixedSegments, fits
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

    @property
    def normal(self) -> "Segment":
        """The segment with its pieces as they look in a target's normal form."""
        return Segment(tuple(normalise_literal(piece) for piece in self.pieces))

    def fits(self, text: str) -> bool:
        """Whether a segment of a target, in its normal form, is one that this stands for; the segment is normal too."""
        return fits(self.pieces, text)

    @property
    def is_bare(self) -> bool:
        """Whether it is one parameter and nothing else."""
        return self.pieces == ("", "")

    def variants(self) -> tuple[tuple[str, ...], ...]:
        """The pieces as they look in a target's normal form and in its decoded form; one where these are equal."""
        normal = self.normal.pieces
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


@dataclass(slots=True, eq=False)
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    mixed: "MixedSegments[_Node] | None" = None
    parameter: "_Node | None" = None
    leaves: tuple[int, ...] = ()
    best: tuple[Any, ...] | None = None  # what the most specific leaves here stand for, once it was asked for


class PathTree(Generic[Value]):
    """Templates and what each stands for. Filled once, then only read; `find` walks each node at most once."""

    def __init__(self) -> None:
        """An empty tree."""
        self._root = _Node()
        self._templates: list[tuple[Segment, ...]] = []
        self._values: list[Value] = []
        self._best: dict[tuple[int, ...], tuple[Value, ...]] = {}

    def add(self, segments: tuple[Segment, ...], value: Value) -> None:
        """Add a template."""
        node = self._root
        for segment in segments:
            node = self._descend(node, segment)
        node.leaves, node.best = (*node.leaves, len(self._values)), None
        self._templates.append(tuple(segment.normal for segment in segments))
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
                # One text for all places that have it: looking it up waits for one cache line less in each.
                node.literals[intern(text)] = child
            return child
        node.mixed = node.mixed or MixedSegments()
        child = node.mixed.get(variants[0]) or _Node()
        for pieces in variants:
            node.mixed.add(pieces, child)
        return child

    def find(self, path: str) -> tuple[Value, ...]:
        """What the most specific templates that fit a normal path stand for; empty where none fits."""
        node = self._root
        segments = path.split("/")
        for place in range(1, len(segments)):
            text = segments[place]
            child = node.literals.get(text)
            # Mostly there is one way to go on; where there are more, all of them are gone from here.
            if (child is not None and node.parameter is not None and text) or (
                node.mixed is not None and node.mixed.fitting(text)
            ):
                return self._best_of(_descend_all(node, segments[place:]))
            following = child or (node.parameter if text else None)
            if following is None:
                return ()
            node = following
        return self._best_of([node])

    def _best_of(self, nodes: list[_Node]) -> tuple[Value, ...]:
        if len(nodes) == 1:
            # Remembered where it is found: in a large tree each further place to look is a cache line to wait for.
            node = nodes[0]
            if node.best is None:
                node.best = self._most_specific(node.leaves)
            return node.best
        found = tuple([leaf for node in nodes for leaf in node.leaves])
        # There are as many keys as sets of templates that can fit one path, however many paths are asked for.
        best = self._best.get(found)
        if best is None:
            best = self._best[found] = self._most_specific(found)
        return best

    def _most_specific(self, found: tuple[int, ...]) -> tuple[Value, ...]:
        templates = self._templates
        return tuple(
            self._values[one]
            for one in sorted(found)
            if not any(_is_more_specific(templates[other], templates[one]) for other in found)
        )


def _descend_all(node: _Node, segments: list[str]) -> list[_Node]:
    """Every node that segments lead to from here."""
    nodes = [node]
    for text in segments:
        below = []
        for each in nodes:
            child = each.literals.get(text)
            if child is not None:
                below.append(child)
            if text:
                if each.parameter is not None:
                    below.append(each.parameter)
                if each.mixed is not None:
                    below += each.mixed.fitting(text)
        if not below:
            return below
        nodes = below
    return nodes


def _is_more_specific(one: tuple[Segment, ...], other: tuple[Segment, ...]) -> bool:
    """Whether all that fits one fits the other too, and not the reverse, as far as their forms tell.

    `pre-{a}` and `{b}.json` are not comparable: a server may take either for `pre-x.json`, whatever stands beside it.
    """
    return one != other and all(map(_is_within, one, other)) and not all(map(_is_within, other, one))


def _is_within(one: Segment, other: Segment) -> bool:
    return one.rank == _LITERAL or other.is_bare or one == other
