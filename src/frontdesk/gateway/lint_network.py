"""Faults of the network header: callers with a token must be told to send it, everywhere alike."""

from collections.abc import Iterator

from frontdesk.gateway.document import ListedOperation
from frontdesk.gateway.lint_findings import Code, Finding
from frontdesk.gateway.lint_subject import Subject, name_of

_SHOWN = 5


def find_network_header(subject: Subject) -> Iterator[Finding]:
    """One finding at most: the operations that take a token and a network declare the header alike, or they do not.

    Where only a token opens it the header may be required, where a Basic pair does too it need not be: each of the
    two kinds must be even in itself.
    """
    header = subject.network_header
    needing = [
        (listed, any(each.scheme == "basic" for each in alternatives))
        for listed, alternatives in subject.operations
        if name_of(listed) not in subject.networkless and any(each.scheme == "oauth2" for each in alternatives)
    ]
    declared = [listed for listed in subject.document.operations if header in listed.headers]
    if needing and not declared:
        yield Finding(
            code=Code.NETWORK_HEADER_MISSING,
            place="#/paths",
            words=f"no operation declares the header {header}, which a call with a token needs",
            hint=f"declare it as a header parameter, or name yours in the setting network_header (now {header})",
        )
        return
    missing = [listed for listed, _ in needing if header not in listed.headers]
    odd = _odd(header, needing)
    if missing or odd:
        yield _uneven(subject, declared, missing, odd)


def _odd(header: str, needing: list[tuple[ListedOperation, bool]]) -> list[ListedOperation]:
    """Those that say otherwise than most of their kind whether the header is required."""
    odd = []
    for kind in (True, False):
        alike = [listed for listed, takes_basic in needing if takes_basic is kind and header in listed.headers]
        required = [listed for listed in alike if listed.headers[header]]
        optional = [listed for listed in alike if not listed.headers[header]]
        odd += required if len(required) <= len(optional) else optional
    return odd


def _uneven(
    subject: Subject, declared: list[ListedOperation], missing: list[ListedOperation], odd: list[ListedOperation]
) -> Finding:
    header, total = subject.network_header, len(subject.document.operations)
    required = [listed for listed in declared if listed.headers[header]]
    words = f"the header {header} is declared on {len(declared)} of {total} operations and required on {len(required)}"
    if required and len(required) <= _SHOWN:
        words += f" ({', '.join(map(name_of, required))})"
    if missing:
        shown = ", ".join(map(name_of, missing[:_SHOWN]))
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        words += f"; {len(missing)} that need it do not declare it: {shown}{more}"
    first = (missing or odd)[0]
    return Finding(
        code=Code.NETWORK_HEADER_UNEVEN,
        place=first.place,
        words=words,
        hint="declare it alike on every operation that takes a token (one parameter under components will do)",
    )
