"""Who asks why a call was refused: an app or a network's Basic pair by its secret, a grant by a living access token."""

from dataclasses import dataclass

from frontdesk.flows.bearer import prove_bearer
from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.needs import Clock, Limiter, Mint, Origin, Store, Witness
from frontdesk.flows.prove import prove_client
from frontdesk.flows.renewals import Renewals
from frontdesk.protocol.access import PartnerCaller
from frontdesk.protocol.client_auth import ClientClaim
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.headers import BasicPair, read_credential
from frontdesk.protocol.ids import SECOND, ClientId, CredentialId, Micros
from frontdesk.protocol.narrowed_access import admits_address, has_ended
from frontdesk.protocol.rate_limits import Count, make_limit
from frontdesk.protocol.scopes import CONTRACT, Inclusion
from frontdesk.protocol.sight import App, GrantHolder, Pair, Reader

# Of each reader; apart from the calls of the API, so that asking why costs no calls.
LIMIT = make_limit("explain", requests=5)

_SCHEMES = ("basic", "oauth2")
_NOBODY = Refusal(reason=Reason.NO_CREDENTIAL, schemes=_SCHEMES)
_UNPROVEN = Refusal(reason=Reason.BAD_CREDENTIAL, schemes=_SCHEMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReaders:
    """Proves readers, and counts how often each asks."""

    store: Store
    clock: Clock
    mint: Mint
    witness: Witness
    limiter: Limiter
    foreign_secrets: ForeignSecrets
    inclusion: Inclusion = CONTRACT
    renewals: Renewals | None = None

    async def prove(self, authorization: list[bytes], origin: Origin) -> Reader | Refusal:
        """Who asks. A public app cannot by its id: that is no proof; it asks with an access token."""
        if len(authorization) > 1 or b"," in b"".join(authorization):
            return Refusal(reason=Reason.TWO_CREDENTIALS)
        if not authorization:
            return _NOBODY
        reader = await self._prove(authorization[0], origin)
        if isinstance(reader, Refusal):
            return reader
        wait, _ = self.limiter.take((Count(b"explain\0" + repr(reader).encode(), LIMIT),), self.clock.now())
        return Refusal(reason=Reason.RATE_LIMITED, retry_after=-(-wait // SECOND)) if wait else reader

    async def _prove(self, authorization: bytes, origin: Origin) -> Reader | Refusal:
        credential = read_credential(authorization) if authorization.isascii() else None
        if credential is None:
            return _UNPROVEN
        if isinstance(credential, BasicPair):
            return await self._prove_basic(credential, origin)
        now: Micros = self.clock.now()
        bearer = await prove_bearer(credential.value, now, store=self.store, mint=self.mint, inclusion=self.inclusion)
        if bearer is None:
            return _UNPROVEN
        caller = bearer.caller
        return GrantHolder(caller.grant.id if isinstance(caller, PartnerCaller) else caller.own_grant.id)

    async def _prove_basic(self, pair: BasicPair, origin: Origin) -> Reader | Refusal:
        stored = await self.store.find_network_credential(CredentialId(pair.user))
        if stored is None:
            return await self._prove_app(pair, origin)
        if stored.foreign_secret is not None:
            settled = await self.foreign_secrets.settle_pair(stored, pair.password, origin.address)
            if isinstance(settled, Refusal):
                return settled
            stored = settled
        if stored is None or not self.mint.proves(pair.password, stored.secret_digest):
            return _UNPROVEN
        if has_ended(stored, self.clock.now()):
            return _UNPROVEN
        if not admits_address(stored.narrowing, origin.address):
            return Refusal(reason=Reason.ADDRESS_FORBIDDEN)
        return Pair(stored.client_id)

    async def _prove_app(self, pair: BasicPair, origin: Origin) -> Reader | Refusal:
        client = await prove_client(
            ClientClaim(client_id=ClientId(pair.user), secret=pair.password, by_header=True),
            store=self.store,
            mint=self.mint,
            witness=self.witness,
            foreign=self.foreign_secrets,
            origin=origin,
            renewals=self.renewals,
        )
        if isinstance(client, Refusal):
            is_unchecked = client.reason is Reason.SECRET_UNCHECKED
            return Refusal(reason=Reason.OUT_OF_ORDER, retry_after=client.retry_after) if is_unchecked else _UNPROVEN
        return App(client.id) if client.is_confidential else _UNPROVEN
