"""Signing in by the provider's own account: authorization code with PKCE, state and nonce. OIDC Core §3.1, RFC 9700.

The first time, the address that the provider vouches for says who it is; from then on its name for them does, so that
an address which somebody else gets there later opens nothing here.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.needs_provider import Provider
from frontdesk.flows.signin import Device, SecondNeeded, SignedIn, SignIn
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.hours import Happening
from frontdesk.protocol.provider import REQUEST_LIFETIME, Asked, Identity, ProviderAway, read_claims
from frontdesk.protocol.records import AuditEvent, Proof, Session, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came of it, and what the browser carried along."""

    outcome: SignedIn | SecondNeeded
    carried: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSignIn:
    """Sends browsers to the provider and judges what they bring back; without one it offers nothing."""

    store: Store
    clock: Clock
    mint: Mint
    provider: Provider | None
    sign_ins: SignIn

    @property
    def name(self) -> str:
        """What the button says; empty where the provider's own sign-in is not offered."""
        return self.provider.name if self.provider is not None else ""

    def name_of(self, issuer: str) -> str:
        """What people call an issuer: as the button says, or its address where it is no longer the one in use."""
        provider = self.provider
        return provider.name if provider is not None and provider.issuer == issuer else issuer

    async def begin(self, browser: str, carried: Mapping[str, str]) -> str | Refusal:
        """Where to send the browser. Nothing is stored: what its answer must fit travels sealed in `state`."""
        if self.provider is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        nonce, verifier = self.mint.new_client_id("n"), self.mint.new_client_id("v") + self.mint.new_client_id("w")
        content = [browser, nonce, verifier, dict(carried), self.clock.now() + REQUEST_LIFETIME]
        state = self.mint.seal("provider-state", json.dumps(content).encode())
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        try:
            return await self.provider.address_to_ask(state=state, nonce=nonce, challenge=challenge)
        except ProviderAway:
            return Refusal(reason=Reason.PROVIDER_AWAY)

    async def finish(
        self,
        browser: str,
        *,
        state: str,
        code: str,
        said_issuer: str,
        device: Device | None,
        replaces: Session | None,
        origin: Origin,
    ) -> Returned | Refusal:
        """Sign in whom the provider speaks of. Refused where the answer is not this browser's, or names nobody here."""
        provider, asked = self.provider, self._asked(browser, state)
        if provider is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        # RFC 9207: where it says who it is, it must be the one that was asked.
        if asked is None or not code or said_issuer not in ("", provider.issuer):
            return self._refused(Reason.PROVIDER_REFUSED)
        try:
            claims = await provider.redeem(code, verifier=asked.verifier)
        except ProviderAway:
            return self._refused(Reason.PROVIDER_AWAY)
        now = self.clock.now()
        identity = None
        if claims is not None:
            identity = read_claims(
                claims, issuer=provider.issuer, client_id=provider.client_id, nonce=asked.nonce, now=now
            )
        if identity is None:
            return self._refused(Reason.PROVIDER_REFUSED)
        user = await self._user_of(identity, origin)
        if user is None:
            return self._refused(Reason.NOBODY_HERE)

        if await self.store.find_second_factor(user.id) is not None:
            needed = SecondNeeded(sealed=self.sign_ins.seal_first_step(user, browser))
            return Returned(outcome=needed, carried=asked.carried)
        signed_in = await self.sign_ins.admit(user, Proof.PROVIDER, device=device, replaces=replaces, origin=origin)
        return Returned(outcome=signed_in, carried=asked.carried)

    def _refused(self, reason: Reason) -> Refusal:
        self.sign_ins.note(Happening.PROVIDER_REFUSED)
        return Refusal(reason=reason)

    async def _user_of(self, identity: Identity, origin: Origin) -> User | None:
        """The user whom the identity stands for, linked now where the vouched address says so; never a blocked one."""
        known = await self.store.find_identity(identity)
        if known is not None:
            user = await self.store.find_user(known)
            return user if user is not None and user.blocked_at is None else None
        user = await self.store.find_user_by_email(identity.email) if identity.email is not None else None
        if user is None or user.blocked_at is not None:
            return None
        now = self.clock.now()
        audit = AuditEvent(
            at=now,
            action="identity.linked",
            actor=f"user:{user.id}",
            user_id=user.id,
            address=origin.address,
            request_id=origin.request_id,
            detail=identity.issuer,
        )
        linked = await self.store.link_identity(identity=identity, user_id=user.id, now=now, audit=audit)
        return user if linked else None

    def _asked(self, browser: str, state: str) -> Asked | None:
        content = self.mint.unseal("provider-state", state)
        if content is None:
            return None
        asked_by, nonce, verifier, carried, until = json.loads(content)
        if asked_by != browser or self.clock.now() >= until:
            return None
        return Asked(nonce=nonce, verifier=verifier, carried=carried)
