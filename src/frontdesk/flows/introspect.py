"""The introspection walk: who asks, about which token, and what it is worth right now. RFC 7662 §2."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from frontdesk.flows.bearer import prove_bearer
from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.foreign_tokens import ForeignTokens
from frontdesk.flows.introspections import Answered, Introspections
from frontdesk.flows.needs import Clock, Mint, Origin, Store, Witness
from frontdesk.flows.prove import prove_client
from frontdesk.flows.recall import Recalled, recall_grant
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.rotation import find_standing
from frontdesk.protocol.access import AppCaller, PartnerCaller
from frontdesk.protocol.client_auth import ClientClaim, judge_claim, read_claim
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import Form
from frontdesk.protocol.ids import RESOURCE_SERVER_ID, Micros, ResourceServerId
from frontdesk.protocol.introspect import (
    INACTIVE,
    Asker,
    Introspection,
    describe_access,
    describe_refresh,
    may_ask,
)
from frontdesk.protocol.records import Client, ResourceServer, Role
from frontdesk.protocol.role_scopes import NO_LIMITS, RoleScopes
from frontdesk.protocol.rotation import Standing
from frontdesk.protocol.scopes import CONTRACT, Inclusion

# What is said of a token, and the records that it was made of.
Found: TypeAlias = tuple[Introspection, PartnerCaller | AppCaller | Recalled]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrospectFlow:
    """Tells confidential clients of their own tokens, and resource servers of access tokens.

    `encode` writes a JSON object: what was written once is kept as it is.
    """

    store: Store
    clock: Clock
    mint: Mint
    witness: Witness
    answered: Introspections
    foreign_secrets: ForeignSecrets
    foreign_tokens: ForeignTokens
    encode: Callable[[object], bytes]
    issuer: str
    offered_roles: frozenset[Role]
    inclusion: Inclusion = CONTRACT
    role_scopes: RoleScopes = NO_LIMITS
    renewals: Renewals | None = None

    def answer_again(self, authorization: bytes | None, body: bytes) -> bytes | None:
        """The JSON for bytes that were told of a living token before; None: serve them as if they were new.

        They came as the whole proof of the request: with no other Authorization header, and no query.
        """
        key = self.answered.key(authorization, body)
        return self.answered.find(key, self.store.glance(), self.clock.now())

    async def answer(
        self, form: Form, authorization: list[bytes], origin: Origin, *, body: bytes | None = None
    ) -> bytes | Refusal:
        """The JSON for one request. `body`: its bytes, where they and the header are its whole proof."""
        asker = await self._prove(form, authorization, origin)
        if isinstance(asker, Refusal):
            return asker
        token = form.get("token")
        if token is None:
            return Refusal(reason=Reason.MISSING_TOKEN)
        found = await self._find(token, asker, self.clock.now())
        if found is None:
            return self.encode(INACTIVE)
        said, source = found
        answered = Answered(asker, source, said.expires_at, self.encode(said.document(self.issuer, self.role_scopes)))
        # Whether a token that was issued elsewhere still is what it was known by is more than its records tell.
        is_ours = not isinstance(source, Recalled) or self.mint.read_refresh_token(token) is not None
        if body is not None and is_ours:
            self.answered.keep(self.answered.key(authorization[0] if authorization else None, body), answered)
        return answered.body

    async def _prove(self, form: Form, authorization: list[bytes], origin: Origin) -> Asker | Refusal:
        claim = read_claim(form, authorization)
        if claim is None:
            return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="no client authentication", schemes=("basic",))
        if isinstance(claim, Refusal):
            return claim
        if claim.client_id.startswith(RESOURCE_SERVER_ID):
            return await self._prove_server(claim)
        client = await prove_client(
            claim,
            store=self.store,
            mint=self.mint,
            witness=self.witness,
            foreign=self.foreign_secrets,
            origin=origin,
            renewals=self.renewals,
        )
        if isinstance(client, Client) and not client.is_confidential:
            # Its id is no proof: anybody could ask about its tokens (RFC 7662 §2.1).
            return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="a public client")
        return client

    async def _prove_server(self, claim: ClientClaim) -> ResourceServer | Refusal:
        server_id = ResourceServerId(claim.client_id)
        server = self.store.glance().resource_server(server_id) or await self.store.find_resource_server(server_id)
        is_proven = self.mint.proves(claim.secret or "", server.secret_digest if server is not None else None)
        refusal = judge_claim(claim, server, is_proven=is_proven)
        if refusal is not None:
            self.witness.saw("resource_server.unproven", client_id=server.id if server is not None else None)
            return refusal
        assert server is not None
        if self.renewals is not None and claim.secret is not None:
            self.renewals.resource_server(server, claim.secret)
        return server

    async def _find(self, token: str, asker: Asker, now: Micros) -> Found | None:
        """What the asker may know of a token; None: it is inactive, or so for this asker."""
        bearer = await prove_bearer(token, now, store=self.store, mint=self.mint, inclusion=self.inclusion)
        if bearer is None:
            return await self._find_refresh(token, asker)
        caller = bearer.caller
        if not may_ask(asker, caller.client.id, is_refresh=False):
            self.witness.saw("introspect.other_client", client_id=asker.id)
            return None
        said = describe_access(
            caller, issued_at=bearer.issued_at, expires_at=bearer.expires_at, offered_roles=self.offered_roles
        )
        return (said, caller) if said is not None else None

    async def _find_refresh(self, token: str, asker: Asker) -> Found | None:
        grant_id = self.mint.read_refresh_token(token)
        foreign = await self.foreign_tokens.find(token) if grant_id is None else None
        if foreign is not None:
            grant_id = foreign.id
        recalled = await recall_grant(self.store, self.store.glance(), grant_id) if grant_id is not None else None
        if recalled is None:
            return None
        grant = recalled.grant
        standing = find_standing(token, grant, self.mint)
        if foreign is not None and grant.generation == 0:
            standing = Standing.CURRENT  # known by its signature so far, which alone proves no digest
        if standing is None:
            return None
        if not may_ask(asker, grant.client_id, is_refresh=True):
            self.witness.saw("introspect.refresh_token", client_id=asker.id, grant_id=grant.id)
            return None
        said = describe_refresh(
            grant, recalled.client, recalled.user, offered_roles=self.offered_roles, inclusion=self.inclusion
        )
        return (said, recalled) if said is not None and standing is not Standing.REPLACED else None
