"""Looking a document over: every rule, over everything that the document says."""

from collections.abc import Callable, Iterator

from frontdesk.gateway.lint_findings import Code, Finding, Severity
from frontdesk.gateway.lint_network import find_network_header
from frontdesk.gateway.lint_scopes import find_scope_names, find_scope_use
from frontdesk.gateway.lint_security import find_security
from frontdesk.gateway.lint_subject import Subject
from frontdesk.gateway.lint_templates import find_templates

__all__ = ["RULES", "Code", "Finding", "Severity", "Subject", "lint"]

RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    find_security,
    find_templates,
    find_scope_use,
    find_scope_names,
    find_network_header,
)


def lint(subject: Subject) -> tuple[Finding, ...]:
    """Every finding, errors first, each kind in the document's order."""
    found = [finding for rule in RULES for finding in rule(subject)]
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))
