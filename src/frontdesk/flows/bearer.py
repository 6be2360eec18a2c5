"""Who an access token stands for right now: asked by the check of a call and by introspection, so that both agree."""

from dataclasses import dataclass

from frontdesk.flows.needs import Mint, Store
from frontdesk.flows.recall import Recalled, RecalledOwn, recall_pointed
from frontdesk.protocol.access import AccessClaims, AppCaller, PartnerCaller, judge_grant
from frontdesk.protocol.ids import GrantId, Micros
from frontdesk.protocol.own_tokens import judge_own_grant, own_scopes_now
from frontdesk.protocol.scopes import Inclusion, implied, token_scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A living access token: for whom, from when, until when (exclusive)."""

    caller: PartnerCaller | AppCaller
    issued_at: Micros
    expires_at: Micros


async def prove_bearer(token: str, now: Micros, *, store: Store, mint: Mint, inclusion: Inclusion) -> Bearer | None:
    """Read an access token and judge it by its grant as it is now; None where it opens nothing at all."""
    claims = mint.read_access_token(token)
    if claims is None or now >= claims.expires_at:
        return None
    recalled = await recall_pointed(store, store.glance(), GrantId(claims.grant_id))
    if isinstance(recalled, Recalled):
        caller: PartnerCaller | AppCaller | None = _partner(recalled, claims, inclusion)
    else:
        caller = _app(recalled, claims, inclusion) if recalled is not None else None
    if caller is None:
        return None
    return Bearer(caller=caller, issued_at=claims.issued_at, expires_at=claims.expires_at)


def _partner(recalled: Recalled, claims: AccessClaims, inclusion: Inclusion) -> PartnerCaller | None:
    grant, client, user = recalled.grant, recalled.client, recalled.user
    if grant.stamp != claims.stamp or user is None or client is None or judge_grant(grant, user, client) is not None:
        return None
    scopes = token_scopes(grant.scopes_asked, claims.scope_mask, grant.scopes_given, inclusion)
    return PartnerCaller(grant=grant, client=client, user=user, scopes=scopes, held=implied(scopes, inclusion))


def _app(recalled: RecalledOwn, claims: AccessClaims, inclusion: Inclusion) -> AppCaller | None:
    own_grant, client = recalled.own_grant, recalled.client
    if client is None or judge_own_grant(own_grant, client, claims.stamp) is not None:
        return None
    scopes = own_scopes_now(own_grant, client, claims.scope_mask, inclusion)
    if not scopes:
        return None  # fail closed: what the operator took away leaves no token that is good for a call without scopes
    return AppCaller(own_grant=own_grant, client=client, scopes=scopes, held=implied(scopes, inclusion))
