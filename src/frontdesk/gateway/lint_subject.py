"""What the rules of `lint` look at: a document, and the settings that say what it means here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from frontdesk.gateway.document import Document, ListedOperation
from frontdesk.gateway.policy_alternatives import alternative_of
from frontdesk.protocol.access import Alternative
from frontdesk.protocol.scopes import READONLY, Inclusion

_READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110 §9.2.1
# A POST at such a path asks a question that is too long for a query.
_QUESTIONS = frozenset(
    {
        "search", "query", "find", "lookup", "filter", "count", "export", "validate", "verify", "preview", "estimate",
        "calculate", "batchget", "graphql",
    }
)  # fmt: skip
_WORD = re.compile(r"[.:/_-]")
_READ_WORDS = frozenset({"read", "readonly", "view"})


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A document under settings. `public` and `networkless` are written "GET /path"."""

    document: Document
    inclusion: Inclusion
    needs_all: bool
    public: frozenset[str]
    networkless: frozenset[str]
    network_header: str  # lower case

    @property
    def operations(self) -> Iterator[tuple[ListedOperation, tuple[Alternative, ...]]]:
        """Each operation with what opens it; requirements that cannot be read are left out."""
        yield from self._compiled

    @cached_property
    def _compiled(self) -> tuple[tuple[ListedOperation, tuple[Alternative, ...]], ...]:
        return tuple((listed, tuple(self._alternatives(listed))) for listed in self.document.operations)

    def _alternatives(self, listed: ListedOperation) -> Iterator[Alternative]:
        for requirement in listed.security or ():
            if requirement.keys() <= self.document.schemes.keys():
                found = alternative_of(requirement, self.document.schemes, needs_all=self.needs_all)
                if found is not None:
                    yield found

    @cached_property
    def known_scopes(self) -> frozenset[str]:
        """Declared plus used."""
        declared = {scope for scheme in self.document.schemes.values() for scope in scheme.scopes}
        return frozenset(declared.union(*(each.scopes for _, found in self._compiled for each in found)))

    def is_read_only(self, scope: str) -> bool:
        """Whether a scope's name says that it only reads: by a suffix that others include, or by its first or last
        word."""
        if scope.endswith((READONLY, *self.inclusion.suffixes)):
            return True
        words = _WORD.split(scope.lower().replace("read-only", "readonly").replace("read_only", "readonly"))
        return len(words) > 1 and (words[0] in _READ_WORDS or words[-1] in _READ_WORDS)

    def read_only_twin(self, scope: str) -> str | None:
        """The scope that reads what this one changes, where the document knows one."""
        by_inclusion = [small for small in self.inclusion.directly(scope) if self.is_read_only(small)]
        by_name = [scope.replace("write", word) for word in ("read", "readonly") if "write" in scope]
        return next((twin for twin in (*by_inclusion, *by_name) if twin in self.known_scopes), None)


def name_of(listed: ListedOperation) -> str:
    """As settings name an operation."""
    return f"{listed.method} {listed.template}"


def is_write(listed: ListedOperation) -> bool:
    """Whether an operation changes something, as far as method and path tell."""
    last = re.split(r"[/:]", listed.template)[-1]
    return listed.method not in _READS and not (listed.method == "POST" and _plain(last) in _QUESTIONS)


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")
