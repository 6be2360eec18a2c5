"""Scopes in plain words, reading and changing apart, from the texts of the API's own document. ATTACKS CS-02."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from frontdesk.protocol.messages import Text, say
from frontdesk.protocol.scope_operations import OpenedOperation, ScopeOperations, opened_by
from frontdesk.protocol.scopes import CONTRACT, READONLY, Inclusion, Scopes, implied

SHOWN_OPERATIONS = 20  # of one scope
REMEMBERED = 1_024  # sets of scopes: an app asks for the same again and again

_READING = ("Read and write ", "Read ", "View ", "See ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeLine:
    """One thing that an app will be able to do."""

    text: str
    name: str
    writes: bool
    operations: tuple[OpenedOperation, ...] = ()  # some of those that it opens, where they are asked for
    more: int = 0  # how many others there are


class _Opened:
    """What each scope opens, remembered for as long as the same document is in force."""

    def __init__(self) -> None:
        self._named: ScopeOperations | None = None
        self._found: dict[str, tuple[OpenedOperation, ...]] = {}

    def find(self, scope: str, named: ScopeOperations, inclusion: Inclusion) -> tuple[OpenedOperation, ...]:
        """The operations that this scope alone opens."""
        if named is not self._named:
            self._named, self._found = named, {}
        if scope not in self._found:
            self._found[scope] = opened_by((scope,), named, inclusion)
        return self._found[scope]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeWords:
    """Turns scopes into sentences. `writes` names those that change data; None: all that are not `.readonly`."""

    texts: Mapping[str, str]
    writes: frozenset[str] | None = None
    inclusion: Inclusion = CONTRACT
    operations: Callable[[], ScopeOperations] = dict  # of the document in force
    _opened: _Opened = field(default_factory=_Opened, repr=False)
    _lines: dict[Scopes, tuple[ScopeLine, ...]] = field(default_factory=dict, repr=False)
    _parts: dict[str, ScopeLine | None] = field(default_factory=dict, repr=False)

    def explained(self, scopes: Iterable[str]) -> tuple[ScopeLine, ...]:
        """The same as `lines`, each with the operations that it opens."""
        return tuple(self.explain(line) for line in self.lines(scopes))

    def explain(self, line: ScopeLine) -> ScopeLine:
        """A line with the operations that it opens."""
        found = self._opened.find(line.name, self.operations(), self.inclusion)
        return replace(line, operations=found[:SHOWN_OPERATIONS], more=max(0, len(found) - SHOWN_OPERATIONS))

    def has(self, scopes: Iterable[str], scope: str) -> bool:
        """Whether whoever holds these scopes holds this one."""
        return scope in implied(tuple(scopes), self.inclusion)

    def line(self, scope: str) -> ScopeLine:
        """One scope as a line."""
        return ScopeLine(text=self._text(scope), name=scope, writes=self._changes(scope))

    def part(self, scope: str) -> ScopeLine | None:
        """What may be left of a scope that changes data: seeing the same; None where the API has no such scope."""
        if scope not in self._parts:
            smaller = self.inclusion.directly(scope) if self._changes(scope) else ()
            parts = [name for name in smaller if name in self.texts and not self._changes(name)]
            if len(self._parts) >= REMEMBERED:
                self._parts.clear()
            self._parts[scope] = self.line(parts[0]) if parts else None
        return self._parts[scope]

    def subject(self, scope: str) -> str:
        """What a scope is about, without what may be done with it: "Resources and bookings"."""
        text = self.texts.get(scope, "").strip()
        things = _things(text) if text else scope
        return things[:1].upper() + things[1:]

    def lines(self, scopes: Iterable[str]) -> tuple[ScopeLine, ...]:
        """What these scopes allow: what changes data first, and nothing that another line includes."""
        asked = tuple(scopes)
        lines = self._lines.get(asked)
        if lines is None:
            kept = [scope for scope in asked if not any(self._includes(other, scope) for other in asked)]
            lines = tuple(sorted(map(self.line, kept), key=lambda line: not line.writes))
            if len(self._lines) >= REMEMBERED:
                self._lines.clear()
            self._lines[asked] = lines
        return lines

    def limit(self, scopes: Iterable[str]) -> str:
        """What is left where a role leaves less, in one line: "see plans; see and change locations"."""
        said = [self._text(line.name, in_sentence=True) for line in self.lines(scopes)]
        return Text(*[part for one in said for part in ("; ", one)][1:])

    def beyond(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """What these scopes do not allow, of all that the API has: "see plans", "change locations"."""
        asked = tuple(scopes)
        held = implied(asked, self.inclusion)
        out: list[str] = []
        for scope, text in sorted(self.texts.items()):
            if scope in held:
                continue
            things = _things(text)
            if not scope.endswith(READONLY):
                if scope + READONLY in held:
                    out.append(say("change %(things)s", things=things))
                elif scope + READONLY not in self.texts:
                    out.append(_see_or_change(things) if self._changes(scope) else _see(things))
            elif scope.removesuffix(READONLY) not in held:
                out.append(_see_or_change(things))
            else:  # where changing does not include seeing
                out.append(_see(things))
        return tuple(dict.fromkeys(out))

    def _includes(self, other: str, scope: str) -> bool:
        return other != scope and scope in implied((other,), self.inclusion)

    def _changes(self, scope: str) -> bool:
        return scope in self.writes if self.writes is not None else not scope.endswith(READONLY)

    def _text(self, scope: str, *, in_sentence: bool = False) -> str:
        text = self.texts.get(scope, "").strip()
        if not text:
            return scope
        things = _things(text)
        if text.startswith("Read and write "):
            if in_sentence:
                return say("see and change %(things)s", things=things)
            return say("See and change %(things)s", things=things)
        if text.startswith("Read "):
            return _see(things) if in_sentence else say("See %(things)s", things=things)
        return text[:1].lower() + text[1:] if in_sentence else text[:1].upper() + text[1:]


def _see(things: str) -> str:
    return say("see %(things)s", things=things)


def _see_or_change(things: str) -> str:
    return say("see or change %(things)s", things=things)


def _things(text: str) -> str:
    """The things a description is about, without its verb."""
    for verb in _READING:
        if text.startswith(verb):
            return text.removeprefix(verb)
    return text[:1].lower() + text[1:]
