"""What a document's security objects become: alternatives that one credential can meet. OpenAPI 3.1 §4.8.30.

The objects of a list are alternatives (OR); the schemes in one object must all be met (AND). A request carries one
credential, so that several schemes are met together only where that one credential meets each of them.
"""

from collections.abc import Iterable, Iterator, Mapping

from frontdesk.gateway.document import ListedScheme
from frontdesk.protocol.access import Alternative

PUBLIC = Alternative(scheme="public")


def read_alternatives(
    requirements: Iterable[Mapping[str, tuple[str, ...]]], schemes: Mapping[str, ListedScheme], *, needs_all: bool
) -> Iterator[Alternative]:
    """One alternative for each requirement object that a credential of ours can meet; every scheme is defined."""
    for requirement in requirements:
        alternative = alternative_of(requirement, schemes, needs_all=needs_all)
        if alternative is not None:
            yield alternative


def alternative_of(
    requirement: Mapping[str, tuple[str, ...]], schemes: Mapping[str, ListedScheme], *, needs_all: bool
) -> Alternative | None:
    """What one requirement object asks of a credential; None where no credential can meet it.

    A bearer token meets `oauth2` and `openIdConnect` alike; where an object names several of these, it must hold what
    each of them asks for.
    """
    if not requirement:
        return PUBLIC
    kinds = {schemes[name].kind for name in requirement}
    if kinds == {"basic"}:
        return Alternative(scheme="basic")
    if kinds != {"oauth2"}:
        # A pair and a token at once, or an API key, a certificate: nobody can prove all of it to us.
        return None
    needs = (needed for scopes in requirement.values() for needed in _needs(scopes, needs_all=needs_all))
    return Alternative(scheme="oauth2", needs=tuple(dict.fromkeys(needs)))


def _needs(scopes: tuple[str, ...], *, needs_all: bool) -> Iterable[frozenset[str]]:
    if needs_all:
        return (frozenset({scope}) for scope in scopes)
    return (frozenset(scopes),) if scopes else ()
