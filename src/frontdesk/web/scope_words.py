"""Scopes in plain words, reading and changing apart, from the texts of the API's own document. ATTACKS CS-02."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from frontdesk.protocol.scopes import CONTRACT, READONLY, Inclusion, implied

_READING = ("Read and write ", "Read ", "View ", "See ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeLine:
    """One thing that an app will be able to do."""

    text: str
    name: str
    writes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeWords:
    """Turns scopes into sentences. `writes` names those that change data; None: all that are not `.readonly`."""

    texts: Mapping[str, str]
    writes: frozenset[str] | None = None
    inclusion: Inclusion = CONTRACT

    def lines(self, scopes: Iterable[str]) -> tuple[ScopeLine, ...]:
        """What these scopes allow: what changes data first, and nothing that another line includes."""
        asked = tuple(scopes)
        kept = [scope for scope in asked if not any(self._includes(other, scope) for other in asked)]
        found = [ScopeLine(text=self._text(scope), name=scope, writes=self._changes(scope)) for scope in kept]
        return tuple(sorted(found, key=lambda line: not line.writes))

    def limit(self, scopes: Iterable[str]) -> str:
        """What is left where a role leaves less, in one line: "see plans; see and change locations"."""
        return "; ".join(line.text[:1].lower() + line.text[1:] for line in self.lines(scopes))

    def beyond(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """What these scopes do not allow, of all that the API has: "see plans", "change locations"."""
        asked = tuple(scopes)
        held = implied(asked, self.inclusion)
        out = []
        for scope, text in sorted(self.texts.items()):
            if scope in held:
                continue
            if not scope.endswith(READONLY):
                if scope + READONLY in held:
                    out.append(f"change {_things(text)}")
                elif scope + READONLY not in self.texts:
                    out.append(f"see or change {_things(text)}" if self._changes(scope) else f"see {_things(text)}")
            elif scope.removesuffix(READONLY) not in held:
                out.append(f"see or change {_things(text)}")
            else:  # where changing does not include seeing
                out.append(f"see {_things(text)}")
        return tuple(dict.fromkeys(out))

    def _includes(self, other: str, scope: str) -> bool:
        return other != scope and scope in implied((other,), self.inclusion)

    def _changes(self, scope: str) -> bool:
        return scope in self.writes if self.writes is not None else not scope.endswith(READONLY)

    def _text(self, scope: str) -> str:
        text = self.texts.get(scope, "").strip()
        if not text:
            return scope
        if text.startswith("Read and write "):
            return f"See and change {_things(text)}"
        return f"See {_things(text)}" if text.startswith("Read ") else text[:1].upper() + text[1:]


def _things(text: str) -> str:
    """The things a description is about, without its verb."""
    for verb in _READING:
        if text.startswith(verb):
            return text.removeprefix(verb)
    return text[:1].lower() + text[1:]
