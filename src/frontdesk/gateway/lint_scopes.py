"""Faults of scopes: what reads and what writes, and names that are only at one of two places."""

from collections.abc import Iterator
from difflib import get_close_matches

from frontdesk.gateway.document import ListedOperation
from frontdesk.gateway.document_values import escape
from frontdesk.gateway.lint_findings import Code, Finding
from frontdesk.gateway.lint_subject import Subject, is_write, name_of
from frontdesk.protocol.access import Alternative
from frontdesk.protocol.scopes import implied, read_scopes

# Scopes of OpenID Connect Core §5.4 and §11: they say what is told of the user, and open no operation.
_OF_SIGN_IN = frozenset({"openid", "profile", "email", "address", "phone", "offline_access"})


def find_scope_use(subject: Subject) -> Iterator[Finding]:
    """Writes that a read-only scope opens, or any token; reads that only a write scope opens."""
    uses_scopes = any(each.needs for _, alternatives in subject.operations for each in alternatives)
    for listed, alternatives in subject.operations:
        bearers = [each for each in alternatives if each.scheme == "oauth2"]
        if is_write(listed):
            yield from _judge_write(subject, listed, bearers, uses_scopes=uses_scopes)
        elif listed.method in ("GET", "HEAD") and all(each.scheme != "public" for each in alternatives):
            yield from _judge_read(subject, listed, bearers)


def _judge_write(
    subject: Subject, listed: ListedOperation, bearers: list[Alternative], *, uses_scopes: bool
) -> Iterator[Finding]:
    for each in bearers:
        reading = [sorted(filter(subject.is_read_only, needed)) for needed in each.needs]
        if reading and all(reading):
            names = " and ".join(" or ".join(scopes) for scopes in reading)
            yield Finding(
                code=Code.WRITE_OPEN_TO_READONLY,
                place=listed.security_place,
                words=f"{name_of(listed)} changes something and is open to the read-only scope {names}",
                hint=f"take {names} out of its scopes",
            )
            return
    if uses_scopes and any(not each.needs for each in bearers):
        yield Finding(
            code=Code.WRITE_OPEN_TO_ANY_TOKEN,
            place=listed.security_place,
            words=f"{name_of(listed)} changes something and asks for no scope: any valid token opens it",
            hint="list the scopes that may do this",
        )


def _judge_read(subject: Subject, listed: ListedOperation, bearers: list[Alternative]) -> Iterator[Finding]:
    if any(all(any(map(subject.is_read_only, needed)) for needed in each.needs) for each in bearers):
        return
    for each in bearers:
        twins = [_reading(subject, needed) for needed in each.needs]
        if all(twins):
            missing = " and ".join(
                sorted({twin for twin, needed in zip(twins, each.needs, strict=True) if twin and twin not in needed})
            )
            needed = " or ".join(sorted(each.scopes))
            yield Finding(
                code=Code.READ_NEEDS_WRITE,
                place=listed.security_place,
                words=f"{name_of(listed)} reads and needs {needed}, although {missing} exists",
                hint=f"add {missing} to its scopes",
            )
            return


def _reading(subject: Subject, needed: frozenset[str]) -> str | None:
    """A read-only scope that is among them or that one of them has as its twin."""
    found = [scope if subject.is_read_only(scope) else subject.read_only_twin(scope) for scope in sorted(needed)]
    return next((scope for scope in found if scope is not None), None)


def find_scope_names(subject: Subject) -> Iterator[Finding]:
    """Scopes that are used and not declared, declared and not used, or that nobody could ask for."""
    used: dict[tuple[str, str], list[str]] = {}  # (scheme, scope) -> where
    schemes = subject.document.schemes
    for listed, _ in subject.operations:
        for index, requirement in enumerate(listed.security or ()):
            for name, scopes in requirement.items():
                if name in schemes and schemes[name].kind == "oauth2":
                    for number, scope in enumerate(scopes):
                        place = f"{listed.security_place}/{index}/{escape(name)}/{number}"
                        used.setdefault((name, scope), []).append(place)
    for (name, scope), places in used.items():
        yield from _judge_name(scope, places[0])
        if schemes[name].type == "oauth2" and scope not in schemes[name].scopes:
            yield _undeclared(subject, name, scope, places)
    yield from _unused(subject, {scope for _, scope in used})


def _judge_name(scope: str, place: str) -> Iterator[Finding]:
    if read_scopes(scope) != (scope,):
        yield Finding(
            code=Code.SCOPE_MALFORMED,
            place=place,
            words=f"the scope {scope!r} cannot be asked for: it holds a space, a comma, a quote or a backslash",
            hint="rename it (RFC 6749 appendix A.4)",
        )


def _undeclared(subject: Subject, scheme: str, scope: str, places: list[str]) -> Finding:
    declared = sorted(subject.document.schemes[scheme].scopes)
    close = get_close_matches(scope, declared, n=1, cutoff=0.8)
    times = "once" if len(places) == 1 else f"{len(places)} times"
    return Finding(
        code=Code.SCOPE_UNDECLARED,
        place=places[0],
        words=f"the scope {scope!r} is used {times} and not declared by {scheme}",
        hint=f"did you mean {close[0]!r}?"
        if close
        else "declare it with its words for the consent page, or correct it",
    )


def _unused(subject: Subject, used: set[str]) -> Iterator[Finding]:
    for name, scheme in subject.document.schemes.items():
        for scope in scheme.scopes:
            place = f"#/components/securitySchemes/{escape(name)}/flows"
            if scope not in used:
                yield from _judge_name(scope, place)
            # One that includes a used one opens what that one opens.
            if scope not in _OF_SIGN_IN and implied((scope,), subject.inclusion).isdisjoint(used):
                yield Finding(
                    code=Code.SCOPE_UNUSED,
                    place=place,
                    words=f"the scope {scope!r} is declared by {name} and opens no operation",
                    hint="use it, or take it out: users would be asked for what means nothing",
                )
