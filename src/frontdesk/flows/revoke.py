"""The revocation walk: any token of a grant ends the whole grant. RFC 7009, and the contract's step 5."""

from dataclasses import dataclass

from frontdesk.flows.needs import Clock, Mint, Origin, Store, Witness
from frontdesk.flows.notices import Notices
from frontdesk.flows.prove import prove_client
from frontdesk.protocol.client_auth import read_claim
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import Form
from frontdesk.protocol.ids import GrantId
from frontdesk.protocol.records import AuditEvent, Client, Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeFlow:
    """Ends grants by one of their tokens."""

    store: Store
    clock: Clock
    mint: Mint
    witness: Witness
    notices: Notices

    async def answer(self, token: str, form: Form, authorization: list[bytes], origin: Origin) -> Refusal | None:
        """None: nothing that this token stands for works any more. An unknown token is no fault (RFC 7009 §2.2).

        Client authentication is checked where it is present (compat): right credentials of another client give no
        effect and an event; a bare `client_id` is no authentication, but must not name another client.
        """
        client: Client | None = None
        claim = read_claim(form, authorization)
        if isinstance(claim, Refusal):
            return claim
        if claim is not None and claim.secret is not None:
            proven = await prove_client(claim, store=self.store, mint=self.mint, witness=self.witness)
            # A disabled app may still give its keys back.
            if isinstance(proven, Refusal) and proven.reason is not Reason.CLIENT_DISABLED:
                return proven
            client = proven if isinstance(proven, Client) else await self.store.find_client(claim.client_id)
        grant = await self._find(token)
        if grant is None:
            return None
        owner = client.id if client is not None else (claim.client_id if claim is not None else grant.client_id)
        if owner != grant.client_id:
            self.witness.saw("revoke.other_client", client_id=owner, grant_id=grant.id)
            return None
        now = self.clock.now()
        ended = await self.store.revoke_grant(
            grant_id=grant.id,
            now=now,
            audit=AuditEvent(
                at=now,
                action="grant.revoked",
                actor=f"client:{client.id}" if client is not None else "unauthenticated",
                client_id=grant.client_id,
                user_id=grant.user_id,
                grant_id=grant.id,
                address=origin.address,
                request_id=origin.request_id,
            ),
        )
        if client is None and ended:
            await self.notices.taken_back(grant, now=now, origin=origin)
        return None

    async def _find(self, token: str) -> Grant | None:
        """The grant that a genuine access or refresh token belongs to, expired or not."""
        claims = self.mint.read_access_token(token)
        if claims is not None:
            grant = await self.store.find_grant(GrantId(claims.grant_id))
            return grant if grant is not None and grant.stamp == claims.stamp else None
        grant_id = self.mint.read_refresh_token(token)
        grant = await self.store.find_grant(grant_id) if grant_id is not None else None
        return grant if grant is not None and self.mint.proves(token, grant.refresh_digest) else None
