"""What a scope opens, operation by operation, in the words of the API's own document. ATTACKS CS-02."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, implied

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedOperation:
    """One operation that a scope opens. `words` is its summary; empty where the document gives none."""

    method: str
    template: str
    words: str = ""

    @property
    def reads(self) -> bool:
        """Whether a call of it changes nothing (RFC 9110 §9.2.1)."""
        return self.method in _READING

    @property
    def text(self) -> str:
        """What a person is told: its summary, or how it is called."""
        return self.words or f"{self.method} {self.template}"


# Scope -> the operations that name it.
ScopeOperations: TypeAlias = Mapping[str, Sequence[OpenedOperation]]


def opened_by(scopes: Scopes, named: ScopeOperations, inclusion: Inclusion = CONTRACT) -> tuple[OpenedOperation, ...]:
    """The operations that name any of these scopes, or what they include: those that change data first, each once."""
    held = implied(scopes, inclusion)
    found = {
        (operation.method, operation.template): operation
        for scope in sorted(held)
        for operation in named.get(scope, ())
    }
    return tuple(sorted(found.values(), key=lambda operation: (operation.reads, operation.text.casefold())))
