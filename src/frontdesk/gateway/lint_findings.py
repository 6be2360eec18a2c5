"""What `frontdesk policy lint` may find: one code for each kind of fault, and how grave it is."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """An error lets callers in or keeps them out against all likelihood; a warning is doubtful."""

    ERROR = "error"
    WARNING = "warning"


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


class Code(Enum):
    """The name of a fault, which scripts may rely on; how grave it is; and what it means, in a few words."""

    def __init__(self, word: str, severity: Severity, meaning: str) -> None:
        """Keep what the table says."""
        self.word = word
        self.severity = severity
        self.meaning = meaning

    REFUSED = "refused", _ERROR, "no server would start with this document"
    SECURITY_MISSING = "security-missing", _ERROR, "neither the operation nor the document says what opens it"
    SCHEME_UNDEFINED = "scheme-undefined", _ERROR, "a requirement names a scheme that is not defined"
    TEMPLATE_UNMATCHED = "template-unmatched", _ERROR, "no request can ever have this path"
    TEMPLATES_IDENTICAL = "templates-identical", _ERROR, "two paths differ in the names of their parameters only"
    TEMPLATES_AMBIGUOUS = "templates-ambiguous", _WARNING, "two paths fit one request, and neither is more specific"
    AND_FOR_OR = "and-for-or", _ERROR, "one object asks for two credentials, which no request carries"
    CLOSED = "closed", _WARNING, "no credential opens the operation"
    SCHEME_UNMET = "scheme-unmet", _WARNING, "a scheme that no credential of Frontdesk's meets"
    ROLES_UNCHECKED = "roles-unchecked", _WARNING, "a Basic requirement lists roles, which are not checked"
    METHOD_UNOFFERED = "method-unoffered", _WARNING, "TRACE is never let through"
    WRITE_OPEN_TO_ALL = "write-open-to-all", _WARNING, "a write needs no credential"
    WRITE_OPEN_TO_READONLY = "write-open-to-readonly", _ERROR, "a write is open to a read-only scope"
    WRITE_OPEN_TO_ANY_TOKEN = "write-open-to-any-token", _WARNING, "a write asks for no scope, where others do"
    READ_NEEDS_WRITE = "read-needs-write", _WARNING, "a read needs a write scope although a read-only one exists"
    SCOPE_MALFORMED = "scope-malformed", _ERROR, "a scope that nobody can ask for"
    SCOPE_UNDECLARED = "scope-undeclared", _WARNING, "a scope is used and not declared"
    SCOPE_UNUSED = "scope-unused", _WARNING, "a scope is declared and opens nothing"
    NETWORK_HEADER_MISSING = "network-header-missing", _WARNING, "no operation declares the network header"
    NETWORK_HEADER_UNEVEN = "network-header-uneven", _WARNING, "the network header is declared on some operations only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault: where it is (a JSON pointer), what is wrong there, and what to do."""

    code: Code
    place: str
    words: str
    hint: str

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return self.code.severity
