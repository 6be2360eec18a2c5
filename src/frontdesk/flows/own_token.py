"""Tokens of an app's own: no user, no network, no refresh token. RFC 6749 §4.4."""

from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import SECOND, GrantId, Micros
from frontdesk.protocol.own_tokens import judge_own_request
from frontdesk.protocol.records import AuditEvent, Client, OwnGrant
from frontdesk.protocol.scopes import mask_of
from frontdesk.protocol.token import TokenAnswer


async def give_own_token(
    client: Client, scope: str | None, origin: Origin, *, store: Store, clock: Clock, mint: Mint, lifetime: int
) -> TokenAnswer | Refusal:
    """A token of `lifetime` microseconds for a client that is proven and enabled.

    The first one writes the app's row; later ones write nothing, unless the app was given more scopes meanwhile.
    """
    scopes = judge_own_request(client, scope)
    if isinstance(scopes, Reason):
        return Refusal(reason=scopes)
    now = clock.now()
    own_grant = await store.find_own_grant_of(client.id)
    if own_grant is None or not set(own_grant.scopes).issuperset(scopes):
        wanted = OwnGrant(
            id=GrantId(mint.new_id()),
            client_id=client.id,
            stamp=mint.new_stamp(),
            scopes=client.own_scopes,
            created_at=now,
        )
        audit = _audit("own_grant.created", f"client:{client.id}", wanted, now, origin)
        own_grant = await store.put_own_grant(own_grant=wanted, audit=audit)
    mask = mask_of(scopes, own_grant.scopes)
    return TokenAnswer(
        access_token=mint.access_token(own_grant, mask, now, Micros(now + lifetime)),
        expires_in=lifetime // SECOND,
        refresh_token=None,
        scopes=scopes,
    )


async def end_own_tokens(
    own_grant: OwnGrant, *, actor: str, origin: Origin, store: Store, clock: Clock, mint: Mint
) -> bool:
    """End every token of the app's own that lives; it may ask for new ones. False: there was nothing to end."""
    return await store.renew_own_grant(
        grant_id=own_grant.id,
        stamp=own_grant.stamp,
        fresh_stamp=mint.new_stamp(),
        audit=_audit("own_grant.revoked", actor, own_grant, clock.now(), origin),
    )


def _audit(action: str, actor: str, own_grant: OwnGrant, now: Micros, origin: Origin) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=actor,
        client_id=own_grant.client_id,
        grant_id=own_grant.id,
        address=origin.address,
        request_id=origin.request_id,
    )
