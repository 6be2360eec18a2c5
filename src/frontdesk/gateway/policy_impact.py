"""Whom a policy would cut off: calls that were let in by another one, judged by this one. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from frontdesk.gateway.matcher import TemplateError, read_template
from frontdesk.gateway.policy import Operations, Policy
from frontdesk.gateway.target import Target, read_target
from frontdesk.protocol.access import Operation, opens
from frontdesk.protocol.call_counts import OTHER_SETS, CallCount, CallKind
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.scopes import Inclusion, implied

# Fits any parameter, and is no literal of anybody's document.
ANY_VALUE = "~any~"


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """Calls that would be refused from now on, and why."""

    count: CallCount
    why: str


def find_cut_off(policy: Policy, counts: Iterable[CallCount], inclusion: Inclusion) -> tuple[CutOff, ...]:
    """Of these calls, those that the policy refuses.

    Calls that were counted without their sets of scopes being told apart are left out where it depends on these.
    """
    found: list[CutOff] = []
    for count in counts:
        why = judge_kind(policy, count.kind, inclusion)
        if why:
            found.append(CutOff(count=count, why=why))
    return tuple(found)


def judge_kind(policy: Policy, kind: CallKind, inclusion: Inclusion) -> str:
    """Why the policy refuses calls of a kind, in words; empty where it lets them in."""
    method, _, template = kind.operation.partition(" ")
    operations = meant_by(policy, method, template)
    if isinstance(operations, Reason):
        gone = operations is Reason.METHOD_NOT_ALLOWED
        return "the document lists the path without this method" if gone else "the document does not list it"
    return next(filter(None, (_refuses(operation, kind, inclusion) for operation in operations)), "")


def meant_by(policy: Policy, method: str, template: str) -> Operations | Reason:
    """The operations that a call to another document's operation would mean here, whatever its parameters are.

    UNKNOWN_OPERATION or METHOD_NOT_ALLOWED where it would mean none.
    """
    target = stand_in(template)
    if target is None:
        return Reason.UNKNOWN_OPERATION
    found = policy.match(method, target)
    return found.reason if isinstance(found, Refusal) else found


def stand_in(template: str) -> Target | None:
    """A target that fits a whole template; None for one that no request could ever match."""
    try:
        segments = read_template(template)
    except TemplateError:
        return None
    path = "/" + "/".join(ANY_VALUE.join(segment.normal.pieces) for segment in segments)
    target = read_target(path.encode("ascii"))
    return target if isinstance(target, Target) else None


def _refuses(operation: Operation, kind: CallKind, inclusion: Inclusion) -> str:
    if "public" in operation.schemes:
        return ""
    if not kind.scheme:
        return "it needs a credential"
    if kind.scheme not in operation.schemes:
        return "it does not take HTTP Basic" if kind.scheme == "basic" else "it does not take bearer tokens"
    if kind.scheme == "basic" or kind.scopes == OTHER_SETS:
        return ""
    held = tuple(kind.scopes.split())
    if opens(operation, implied(held, inclusion)):
        return ""
    return f"it takes {describe_needs(operation)}, and the token held {' '.join(held) or 'no scope'}"


def describe_needs(operation: Operation) -> str:
    """What a bearer token must hold: "rooms or rooms.readonly", "rooms and staff"."""
    ways = [
        " and ".join(_one_of(needed, alone=len(each.needs) == 1) for needed in each.needs)
        for each in operation.alternatives
        if each.scheme == "oauth2"
    ]
    return ", or ".join(ways)


def _one_of(needed: frozenset[str], *, alone: bool) -> str:
    words = " or ".join(sorted(needed))
    return words if alone or len(needed) == 1 else f"({words})"


def fingerprint_of(policy: Policy, inclusion: Inclusion) -> bytes:
    """What a policy decides, in 32 bytes: two documents that differ in words only have the same."""
    lines = sorted(
        f"{operation.method} {operation.path} {operation.networkless} "
        + "|".join(sorted(f"{each.scheme} {sorted(map(sorted, each.needs))}" for each in operation.alternatives))
        for operation in policy.operations
    )
    rules = [f"{sorted(inclusion.suffixes)} {sorted(inclusion.pairs)}"]
    return hashlib.sha256("\n".join(rules + lines).encode()).digest()
