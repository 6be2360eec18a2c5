"""The revocation walk: any token of a grant ends the whole grant. RFC 7009, and the contract's step 5."""

from dataclasses import dataclass

from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.foreign_tokens import ForeignTokens
from frontdesk.flows.needs import Clock, Mint, Origin, Store, Witness
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_token import end_own_tokens
from frontdesk.flows.prove import prove_client
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.rotation import find_standing
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.protocol.client_auth import ClientClaim, read_claim
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import Form
from frontdesk.protocol.ids import ClientId, GrantId, Micros, UserId
from frontdesk.protocol.records import AuditEvent, Client, Grant, OwnGrant
from frontdesk.protocol.weak_forms import WeakForm


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeFlow:
    """Ends grants by one of their tokens."""

    store: Store
    clock: Clock
    mint: Mint
    witness: Witness
    weak_forms: WeakForms
    notices: Notices
    foreign_secrets: ForeignSecrets
    foreign_tokens: ForeignTokens
    renewals: Renewals | None = None

    async def answer(
        self, token: str, form: Form, authorization: list[bytes], origin: Origin, *, in_query: bool
    ) -> Refusal | None:
        """None: nothing that this token stands for works any more. An unknown token is no fault (RFC 7009 §2.2).

        Client authentication is checked where it is present (compat): right credentials of another client give no
        effect and an event; a bare `client_id` is no authentication, but must not name another client. A strict
        client's token takes its authentication (of a public one: the id), and must not come in the query.
        """
        claim = read_claim(form, authorization)
        if isinstance(claim, Refusal):
            return claim
        client = await self._prove(claim, origin) if claim is not None else None
        if isinstance(client, Refusal):
            return client
        self.mint.freshen()  # a key that was retired a moment ago proves nothing
        if client is not None and await self._end_current(token, client, origin, in_query=in_query):
            return None
        grant = await self._find(token)
        if grant is None:
            return None
        owner = client.id if client is not None else (claim.client_id if claim is not None else grant.client_id)
        if owner != grant.client_id:
            self.witness.saw("revoke.other_client", client_id=owner, grant_id=grant.id)
            return None
        weak = await self._judge_form(owner, is_proven=client is not None, in_query=in_query)
        if weak is not None:
            return weak
        actor = f"client:{client.id}" if client is not None else "unauthenticated"
        if isinstance(grant, OwnGrant):
            await end_own_tokens(grant, actor=actor, origin=origin, store=self.store, clock=self.clock, mint=self.mint)
            return None
        now = self.clock.now()
        audit = _audit(grant.id, grant.client_id, grant.user_id, actor=actor, origin=origin, now=now)
        ended = await self.store.revoke_grant(grant_id=grant.id, now=now, audit=audit)
        if client is None and ended:
            await self.notices.taken_back(grant, now=now, origin=origin)
        return None

    async def _end_current(self, token: str, client: Client, origin: Origin, *, in_query: bool) -> bool:
        """Whether it was the current refresh token of a grant of this client, and ended it. Most of them are.

        It spares reading the grant before it is ended. Whatever else the token may be is found out after.
        """
        grant_id = self.mint.read_refresh_token(token)
        if grant_id is None or (in_query and client.is_strict):
            return False
        now = self.clock.now()
        ended = await self.store.revoke_by_token(
            grant_id=grant_id,
            client_id=client.id,
            digest=self.mint.digest(token),
            now=now,
            audit=_audit(grant_id, client.id, None, actor=f"client:{client.id}", origin=origin, now=now),
        )
        if ended and in_query:
            self.weak_forms.saw(client.id, WeakForm.REVOKE_QUERY, now)
        return ended

    async def _prove(self, claim: ClientClaim, origin: Origin) -> Client | Refusal | None:
        """Who is proven by a claim; None where a confidential client only names itself."""
        known = await self.store.find_client(claim.client_id)
        if claim.secret is None and (known is None or known.is_confidential):
            return None
        proven = await prove_client(
            claim,
            store=self.store,
            mint=self.mint,
            witness=self.witness,
            renewals=self.renewals,
            foreign=self.foreign_secrets,
            origin=origin,
        )
        # A disabled app may still give its keys back.
        return known if isinstance(proven, Refusal) and proven.reason is Reason.CLIENT_DISABLED else proven

    async def _judge_form(self, client_id: ClientId, *, is_proven: bool, in_query: bool) -> Refusal | None:
        """Refuse the weak forms to strict clients, count those of the others."""
        client = self.store.glance().client(client_id) or await self.store.find_client(client_id)
        is_strict, now = client is None or client.is_strict, self.clock.now()
        if in_query:
            if is_strict:
                return Refusal(reason=Reason.PARAMETER_IN_QUERY)
            self.weak_forms.saw(client_id, WeakForm.REVOKE_QUERY, now)
        if not is_proven:
            if is_strict:
                return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="no client authentication")
            self.weak_forms.saw(client_id, WeakForm.REVOKE_UNAUTHENTICATED, now)
        return None

    async def _find(self, token: str) -> Grant | OwnGrant | None:
        """The grant that a genuine access or refresh token belongs to, expired or not."""
        claims = self.mint.read_access_token(token)
        if claims is not None:
            named = GrantId(claims.grant_id)
            pointed = await self.store.find_grant(named) or await self.store.find_own_grant(named)
            return pointed if pointed is not None and pointed.stamp == claims.stamp else None
        grant_id = self.mint.read_refresh_token(token)
        if grant_id is None:
            return await self.foreign_tokens.find(token)
        grant = await self.store.find_grant(grant_id)
        # Of a line of tokens each one ends it, the next and the earlier ones too.
        return grant if grant is not None and find_standing(token, grant, self.mint) is not None else None


def _audit(
    grant_id: GrantId, client_id: ClientId, user_id: UserId | None, *, actor: str, origin: Origin, now: Micros
) -> AuditEvent:
    return AuditEvent(
        at=now,
        action="grant.revoked",
        actor=actor,
        client_id=client_id,
        user_id=user_id,
        grant_id=grant_id,
        address=origin.address,
        request_id=origin.request_id,
    )
