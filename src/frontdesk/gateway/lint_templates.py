"""Faults of paths: those that nothing matches, and those of which one request fits several."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from frontdesk.gateway.document import ListedOperation
from frontdesk.gateway.document_values import escape
from frontdesk.gateway.lint_findings import Code, Finding
from frontdesk.gateway.lint_subject import Subject
from frontdesk.gateway.matcher import PathTree, Segment, TemplateError, read_template

_LITERAL = 2
# Fits a parameter, and is no literal of anybody's document.
_ANYTHING = "~anything~"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A template under one base, with what is listed there."""

    base: str
    template: str
    segments: tuple[Segment, ...]
    methods: dict[str, ListedOperation]

    @property
    def shape(self) -> tuple[tuple[str, ...], ...]:
        return tuple(segment.pieces for segment in self.segments)


@dataclass(slots=True, eq=False)
class _Branch:
    """Templates by their first segments; one branch for each different segment."""

    below: dict[Segment, "_Branch"] = field(default_factory=dict)
    ends: list[_Place] = field(default_factory=list)


def find_templates(subject: Subject) -> Iterator[Finding]:
    """Look at every path as it is matched, its base before it."""
    places, faults = _read(subject)
    yield from faults
    tree: PathTree[_Place] = PathTree()
    root = _Branch()
    for place in places:
        tree.add(place.segments, place)
        branch = root
        for segment in place.segments:
            branch = branch.below.setdefault(segment, _Branch())
        branch.ends.append(place)
    seen: set[tuple[str, str]] = set()  # a pair under several bases is told once
    for one, other in _overlapping(root, root):
        pair = (one.template, other.template)
        if pair not in seen:
            found = _judge(tree, one, other)
            if found is not None:
                seen.add(pair)
                yield found


def _read(subject: Subject) -> tuple[list[_Place], list[Finding]]:
    places: dict[tuple[str, str], _Place] = {}
    faults: dict[tuple[str, str], Finding] = {}
    for listed in subject.document.operations:
        for base in listed.bases:
            key = (base, listed.template)
            if key not in places and key not in faults:
                try:
                    segments = tuple(segment.normal for segment in read_template(base + listed.template))
                except TemplateError as fault:
                    faults[key] = _unmatched(base + listed.template, fault)
                    continue
                places[key] = _Place(base=base, template=listed.template, segments=segments, methods={})
            if key in places:
                places[key].methods[listed.method] = listed
    return list(places.values()), list(faults.values())


def _unmatched(path: str, fault: TemplateError) -> Finding:
    return Finding(
        code=Code.TEMPLATE_UNMATCHED,
        place=f"#/paths/{escape(path)}",
        words=f"no request can ever match the path {path!r}: {fault}",
        hint="correct the path, or take it out of the document",
    )


def _overlapping(one: _Branch, other: _Branch) -> Iterator[tuple[_Place, _Place]]:
    """Each pair of templates that one path can fit, once; only branches that overlap are walked."""
    if one is other:
        yield from ((left, right) for index, left in enumerate(one.ends) for right in one.ends[index + 1 :])
    else:
        yield from ((left, right) for left in one.ends for right in other.ends)
    ways = list(one.below.items())
    if one is not other:
        others = list(other.below.items())
        yield from (
            pair
            for left, first in ways
            for right, second in _candidates(left, other, others)
            if _overlap(left, right)
            for pair in _overlapping(first, second)
        )
        return
    open_ways = [(index, way) for index, way in enumerate(ways) if way[0].rank != _LITERAL]
    for index, (left, first) in enumerate(ways):
        yield from _overlapping(first, first)
        # Two different literals never meet: only what has a parameter is compared with the rest.
        later = ways[index + 1 :] if left.rank != _LITERAL else [way for at, way in open_ways if at > index]
        for right, second in later:
            if _overlap(left, right):
                yield from _overlapping(first, second)


def _candidates(left: Segment, other: _Branch, others: list[tuple[Segment, _Branch]]) -> list[tuple[Segment, _Branch]]:
    if left.rank != _LITERAL:
        return others
    same = [(left, other.below[left])] if left in other.below else []
    return same + [way for way in others if way[0].rank != _LITERAL]


def _overlap(one: Segment, other: Segment) -> bool:
    """Whether some text fits both: what stands before the first parameter and after the last one must agree."""
    if one.rank == _LITERAL and other.rank == _LITERAL:
        return one.pieces == other.pieces
    if one.rank == _LITERAL or other.rank == _LITERAL:
        literal, open_ = (one, other) if one.rank == _LITERAL else (other, one)
        return literal.pieces != ("",) and open_.fits(literal.pieces[0])
    return _agree(one.pieces[0], other.pieces[0]) and _agree(one.pieces[-1][::-1], other.pieces[-1][::-1])


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _judge(tree: PathTree[_Place], one: _Place, other: _Place) -> Finding | None:
    shared = sorted(one.methods.keys() & other.methods.keys())
    if one.shape == other.shape:
        return _identical(one, other)
    path = "/" + "/".join(_witness(*pair) for pair in zip(one.segments, other.segments, strict=True))
    best = tree.find(path)
    if not shared or one not in best or other not in best:
        return None
    methods = ", ".join(shared)
    return Finding(
        code=Code.TEMPLATES_AMBIGUOUS,
        place=other.methods[shared[0]].place,
        words=f"{methods} {path.replace(_ANYTHING, '…')} fits both {one.template} and {other.template}: "
        "neither is more specific, so that both must allow a call",
        hint="rename one of the paths; until then give both the same security",
    )


def _identical(one: _Place, other: _Place) -> Finding:
    return Finding(
        code=Code.TEMPLATES_IDENTICAL,
        place=next(iter(other.methods.values())).place,
        words=f"{one.base}{one.template} and {other.base}{other.template} are the same path under two names",
        hint="write all its methods under one of them (OpenAPI 3.1 §4.8.8)",
    )


def _witness(one: Segment, other: Segment) -> str:
    """A text that fits both, with nothing in it that a third template could name."""
    if one.rank == _LITERAL or other.rank == _LITERAL:
        return (one if one.rank == _LITERAL else other).pieces[0]
    first = max(one.pieces[0], other.pieces[0], key=len)
    last = max(one.pieces[-1], other.pieces[-1], key=len)
    inner = [piece for each in (one, other) for piece in each.pieces[1:-1]]
    return first + _ANYTHING + "".join(piece + _ANYTHING for piece in inner) + last
