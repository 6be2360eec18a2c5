"""What becomes allowed and what becomes refused when one policy takes another's place. Pure.

Scopes are compared by the smallest sets that open an operation: whatever opens it holds one of these, so that where
none of them is lost, nobody loses anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

from frontdesk.gateway.policy import Operations, Policy
from frontdesk.gateway.policy_impact import describe_needs, meant_by
from frontdesk.protocol.access import Operation, opens
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.scopes import Inclusion, implied

MOST_WAYS = 10_000  # to meet the needs of one operation, and
MOST_SETS = 500  # of scopes that these come to; beyond, they are not compared one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One operation's, in sentences: who may now call it, and who may no longer. `kind` is added, removed, changed."""

    operation: str  # "GET /v1/rooms/{id}"
    kind: str
    allowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def compare(old: Policy, new: Policy, inclusion: Inclusion) -> tuple[Change, ...]:
    """Every operation that is decided otherwise: those of the old policy in its order, then those that are new."""
    lost = [_from_old(operation, new, inclusion) for operation in old.operations]
    gained = [_from_new(operation, old, inclusion) for operation in new.operations]
    return tuple(change for change in (*lost, *gained) if change is not None)


def _from_old(operation: Operation, new: Policy, inclusion: Inclusion) -> Change | None:
    name = f"{operation.method} {operation.path}"
    found = meant_by(new, operation.method, operation.path)
    if isinstance(found, Reason):
        status = "405" if found is Reason.METHOD_NOT_ALLOWED else "404"
        return Change(operation=name, kind="removed", refused=(f"it is not listed any more: every call gets {status}",))
    return _change(name, "changed", (operation,), found, inclusion)


def _from_new(operation: Operation, old: Policy, inclusion: Inclusion) -> Change | None:
    """An operation that no call of the old policy's went to; one that takes some of another's calls is compared."""
    name = f"{operation.method} {operation.path}"
    before = meant_by(old, operation.method, operation.path)
    if isinstance(before, Reason):
        return Change(operation=name, kind="added", allowed=(_opened_by(operation),))
    if any(_shape(each) == _shape(operation) for each in before):
        return None  # compared already, from the other side
    change = _change(name, "added", before, (operation,), inclusion)
    if change is None:
        return None
    taken = " and ".join(f"{each.method} {each.path}" for each in before)
    note = f"it takes over what was {taken} until now"
    return Change(operation=name, kind="added", allowed=(note, *change.allowed), refused=change.refused)


def _shape(operation: Operation) -> str:
    """A path without the names of its parameters."""
    pieces = operation.path.split("{")
    return "{".join([pieces[0], *(piece.partition("}")[2] for piece in pieces[1:])])


def _opened_by(operation: Operation) -> str:
    needs = describe_needs(operation)
    words = {
        "public": "anybody",
        "basic": "HTTP Basic",
        "oauth2": f"a bearer token with {needs}" if needs else "any bearer token",
    }
    return f"it is new, and open to {', '.join(words[scheme] for scheme in operation.schemes) or 'nobody'}"


def _change(name: str, kind: str, old: Operations, new: Operations, inclusion: Inclusion) -> Change | None:
    allowed = tuple(_gains(old, new, inclusion, "may now"))
    refused = tuple(_gains(new, old, inclusion, "may no longer"))
    return Change(operation=name, kind=kind, allowed=allowed, refused=refused) if allowed or refused else None


def _gains(old: Operations, new: Operations, inclusion: Inclusion, may: str) -> Iterator[str]:
    """Who is let in by `new` and not by `old`."""
    if _is_public(new):
        if not _is_public(old):
            yield f"anybody {may} call it without a credential"
        return
    if _takes(new, "basic") and not _takes(old, "basic"):
        yield f"HTTP Basic {may} be used"
    if not _takes(new, "oauth2"):
        return
    if not _takes(old, "oauth2"):
        yield f"a bearer token {may} be used"
        return
    sets = _smallest_sets(new)
    if sets is None:
        yield f"some sets of scopes {may} call it: there are too many to be compared one by one"
        return
    for scopes in sets:
        if not all(opens(each, implied(scopes, inclusion)) for each in old):
            yield f"a token {'with only ' + ' and '.join(scopes) if scopes else 'without any scope'} {may} call it"


def _is_public(operations: Operations) -> bool:
    return all("public" in operation.schemes for operation in operations)


def _takes(operations: Operations, scheme: str) -> bool:
    return all(scheme in each.schemes or "public" in each.schemes for each in operations)


def _smallest_sets(operations: Operations) -> list[tuple[str, ...]] | None:
    """The sets of scopes that open all of these, without those that hold another one; None where they are too many."""
    needs: list[list[tuple[frozenset[str], ...]]] = [
        [each.needs for each in operation.alternatives if each.scheme == "oauth2"]
        for operation in operations
        if "public" not in operation.schemes
    ]
    every = (
        frozenset(chosen)
        for ways in product(*needs)
        for chosen in product(*(sorted(needed) for way in ways for needed in way))
    )
    ways_to = list(islice(every, MOST_WAYS + 1))
    found = frozenset(ways_to)
    if len(ways_to) > MOST_WAYS or len(found) > MOST_SETS:
        return None
    smallest = [each for each in found if not any(other < each for other in found)]
    return sorted(tuple(sorted(each)) for each in smallest)
