"""Faults of what opens an operation: nothing said, nothing possible, or everybody."""

from collections.abc import Iterator, Mapping

from frontdesk.gateway.document import ListedOperation
from frontdesk.gateway.document_values import escape
from frontdesk.gateway.lint_findings import Code, Finding
from frontdesk.gateway.lint_subject import Subject, is_write, name_of
from frontdesk.protocol.access import Alternative


def find_security(subject: Subject) -> Iterator[Finding]:
    """Look at every operation's requirements, then at the schemes that they name."""
    for listed, alternatives in subject.operations:
        if listed.method == "TRACE":
            yield Finding(
                code=Code.METHOD_UNOFFERED,
                place=listed.place,
                words=f"{name_of(listed)} is listed, but TRACE is never let through (RFC 9110 §9.3.8)",
                hint="take it out",
            )
            continue
        if listed.security is None:
            yield from _unsaid(subject, listed)
            continue
        for index, requirement in enumerate(listed.security):
            yield from _look_at(subject, listed, requirement, f"{listed.security_place}/{index}")
        yield from _judge_opening(subject, listed, alternatives)
    yield from _unmet_schemes(subject)


def _unsaid(subject: Subject, listed: ListedOperation) -> Iterator[Finding]:
    if name_of(listed) not in subject.public:
        yield Finding(
            code=Code.SECURITY_MISSING,
            place=listed.place,
            words=f"{name_of(listed)} says nothing of security, and neither does the document as a whole",
            hint="give it security, or name it in the setting public_operations if it may be open",
        )


def _look_at(
    subject: Subject, listed: ListedOperation, requirement: Mapping[str, tuple[str, ...]], place: str
) -> Iterator[Finding]:
    schemes = subject.document.schemes
    unknown = [name for name in requirement if name not in schemes]
    for name in unknown:
        yield Finding(
            code=Code.SCHEME_UNDEFINED,
            place=f"{place}/{escape(name)}",
            words=f"{name_of(listed)} asks for the security scheme {name!r}, which is not defined",
            hint="define it under components/securitySchemes, or correct the name",
        )
    if unknown:
        return
    kinds = {schemes[name].kind for name in requirement}
    if {"basic", "oauth2"} <= kinds:
        yield Finding(
            code=Code.AND_FOR_OR,
            place=place,
            words=f"{name_of(listed)} asks for {' and '.join(requirement)} in one request, which nobody can send",
            hint="write each scheme as an object of its own in the list: then either of them is enough",
        )
    for name, scopes in requirement.items():
        if schemes[name].kind == "basic" and scopes:
            yield Finding(
                code=Code.ROLES_UNCHECKED,
                place=f"{place}/{escape(name)}",
                words=f"{name_of(listed)} lists {', '.join(scopes)} for {name}: a Basic pair has no roles or scopes",
                hint="write [] there; who may do this with a pair must be decided by the API",
            )


def _judge_opening(
    subject: Subject, listed: ListedOperation, alternatives: tuple[Alternative, ...]
) -> Iterator[Finding]:
    schemes = subject.document.schemes
    is_public = not listed.security or any(each.scheme == "public" for each in alternatives)
    if is_public and is_write(listed):
        yield Finding(
            code=Code.WRITE_OPEN_TO_ALL,
            place=listed.security_place,
            words=f"{name_of(listed)} changes something and is open without a credential",
            hint="take the empty requirement out, unless anybody may really do this",
        )
    # Said already where two credentials in one object, or a scheme without a definition, are why.
    said = any(not requirement.keys() <= schemes.keys() for requirement in listed.security or ()) or any(
        {"basic", "oauth2"} <= {schemes[name].kind for name in requirement} for requirement in listed.security or ()
    )
    if not alternatives and not is_public and not said:
        names = ", ".join(dict.fromkeys(name for requirement in listed.security or () for name in requirement))
        yield Finding(
            code=Code.CLOSED,
            place=listed.security_place,
            words=f"no credential opens {name_of(listed)}: it takes only {names}",
            hint="add an alternative for HTTP Basic or a bearer token, or take the operation out of the document",
        )


def _unmet_schemes(subject: Subject) -> Iterator[Finding]:
    named = {name for listed, _ in subject.operations for each in listed.security or () for name in each}
    for name, scheme in subject.document.schemes.items():
        if not scheme.kind and name in named:
            yield Finding(
                code=Code.SCHEME_UNMET,
                place=f"#/components/securitySchemes/{escape(name)}",
                words=f"the scheme {name!r} ({scheme.type}) is asked for, and no credential of Frontdesk's meets it",
                hint="clients use HTTP Basic or a bearer token (oauth2, openIdConnect); take this one out",
            )
