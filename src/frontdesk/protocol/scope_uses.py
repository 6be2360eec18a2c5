"""Which of its scopes a grant has made use of, so that people can take back what an app never needed. RFC 9700 §2.3."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from frontdesk.protocol.access import Operation
from frontdesk.protocol.ids import GrantId, Micros
from frontdesk.protocol.records import Grant
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, implied


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeUse:
    """When a grant first and last needed a scope, as far as it was seen; days may lie between what is written down."""

    grant_id: GrantId
    scope: str
    first_at: Micros
    last_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeHistory:
    """What is known of a scope's use: `watched_since` None says that nothing is known (older grants, before their use).

    `partly`: only what the scope includes was needed, as when an app that may change data never did.
    """

    last_at: Micros | None
    watched_since: Micros | None
    partly: bool = False


def needed_scopes(operations: Iterable[Operation], held: frozenset[str], inclusion: Inclusion = CONTRACT) -> Scopes:
    """The least that a token with these scopes needed for a call to these operations; nothing where none is asked for.

    Of several scopes any of which opens an operation, the one that includes the fewest others counts.
    """
    needed: dict[str, None] = {}
    for operation in operations:
        for alternative in operation.alternatives:
            if alternative.scheme == "oauth2" and alternative.is_met(held):
                for any_of in alternative.needs:
                    least = min(any_of & held, key=lambda scope: (len(implied((scope,), inclusion)), scope))
                    needed[least] = None
                break
    return tuple(needed)


def history_of(
    scope: str, grants: Iterable[Grant], uses: Iterable[ScopeUse], inclusion: Inclusion = CONTRACT
) -> ScopeHistory:
    """What these grants made of a scope that was given to them."""
    of_grant: dict[GrantId, list[ScopeUse]] = {}
    for use in uses:
        of_grant.setdefault(use.grant_id, []).append(use)
    held, whole, part, since = implied((scope,), inclusion), [], [], []
    for grant in grants:
        if scope not in grant.scopes_given:
            continue
        seen = of_grant.get(grant.id, [])
        if not seen and grant.last_used_at is not None:  # used, before anybody watched
            return ScopeHistory(last_at=None, watched_since=None)
        since.append(min((use.first_at for use in seen), default=grant.created_at))
        whole += [use.last_at for use in seen if use.scope == scope]
        part += [use.last_at for use in seen if use.scope != scope and use.scope in held]
    return ScopeHistory(
        last_at=max([*whole, *part], default=None),
        watched_since=max(since, default=None),
        partly=bool(part and not whole),
    )


def take_scopes(scopes: Scopes, taken: Mapping[str, str]) -> Scopes:
    """What is left of scopes once some are taken: each in its place, or what is left of it (empty: nothing)."""
    left = dict.fromkeys(taken.get(scope, scope) for scope in scopes)
    return tuple(scope for scope in left if scope)
