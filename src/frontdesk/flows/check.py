"""The walk of one API call: who calls, how often, and may they. The contract's checks 3 to 7, in its order."""

from dataclasses import dataclass
from typing import TypeAlias

from frontdesk.flows.bearer import prove_bearer
from frontdesk.flows.decisions import Decision, Decisions, Key
from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.needs import Limiter, Mint, Store
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.uses import LastUses
from frontdesk.protocol.access import (
    Admission,
    AppCaller,
    Caller,
    NetworkCaller,
    Operation,
    PartnerCaller,
    judge_access,
)
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.headers import BasicPair, read_credential
from frontdesk.protocol.ids import SECOND, CredentialId, Micros, NetworkId
from frontdesk.protocol.records import NetworkCredential, Role
from frontdesk.protocol.role_scopes import NO_LIMITS, RoleScopes
from frontdesk.protocol.scopes import CONTRACT, Inclusion

# Who it is, the record it was proven by, and when the proof ends.
Proven: TypeAlias = tuple[Caller, PartnerCaller | AppCaller | NetworkCredential, Micros | None]

_PUBLIC = Admission(
    caller=None, scheme="", network_id=None, role=None, subject="", client_id="", scopes=(), networkless=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFlow:
    """Decides calls. Reads only what the store holds in memory, unless something changed."""

    store: Store
    mint: Mint
    limiter: Limiter
    uses: LastUses
    decisions: Decisions
    foreign_secrets: ForeignSecrets
    offered_roles: frozenset[Role]
    inclusion: Inclusion = CONTRACT
    role_scopes: RoleScopes = NO_LIMITS
    renewals: Renewals | None = None

    async def check(
        self,
        *,
        authorization: bytes | None,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        now: Micros,
        address: str | None = None,
    ) -> Admission | Refusal:
        """Admit or refuse one call to `operations` (several only where no template is more specific).

        `address` is the caller's, where it is known.
        """
        if authorization is None:
            if all("public" in operation.schemes for operation in operations):
                return _PUBLIC
            return _unauthenticated(Reason.NO_CREDENTIAL, operations)
        key = self.decisions.key(authorization, network, operations)
        kept = self.decisions.find(key, self.store.glance(), now)
        if kept is not None:
            self._note_use(kept.source, now)
            return self._limit(kept.limit_key, now) or kept.admission
        return await self._decide(key, authorization, now, address)

    async def _decide(self, key: Key, authorization: bytes, now: Micros, address: str | None) -> Admission | Refusal:
        _, network, operations = key
        proven = await self._prove(authorization, now, address)
        if proven is None:
            return _unauthenticated(Reason.BAD_CREDENTIAL, operations)
        if isinstance(proven, Refusal):
            return proven
        caller, source, expires_at = proven
        self._note_use(source, now)
        limit_key = _limit_key(caller)
        limited = self._limit(limit_key, now)
        if limited is not None:
            return limited
        outcome = judge_access(
            caller, operations, network, offered_roles=self.offered_roles, role_scopes=self.role_scopes
        )
        if isinstance(outcome, Admission):
            self.decisions.keep(key, Decision(outcome, source, limit_key, expires_at))
        return outcome

    def _limit(self, key: bytes, now: Micros) -> Refusal | None:
        wait = self.limiter.take(key, now)
        return Refusal(reason=Reason.RATE_LIMITED, retry_after=max(1, -(-wait // SECOND))) if wait else None

    def _note_use(self, source: PartnerCaller | AppCaller | NetworkCredential, now: Micros) -> None:
        if isinstance(source, NetworkCredential):
            self.uses.credential(source, now)
        elif isinstance(source, PartnerCaller):
            self.uses.grant(source.grant, now)

    async def _prove(self, authorization: bytes, now: Micros, address: str | None) -> Proven | Refusal | None:
        credential = read_credential(authorization)
        if credential is None:
            return None
        if isinstance(credential, BasicPair):
            return await self._prove_basic(credential, address)
        return await self._prove_bearer(credential.value, now)

    async def _prove_basic(self, pair: BasicPair, address: str | None) -> Proven | Refusal | None:
        client_id = CredentialId(pair.user)
        stored = self.store.glance().credential(client_id) or await self.store.find_network_credential(client_id)
        if stored is not None and stored.foreign_secret is not None:
            settled = await self.foreign_secrets.settle_pair(stored, pair.password, address)
            if isinstance(settled, Refusal):
                return settled
            stored = settled
        is_proven = self.mint.proves(pair.password, stored.secret_digest if stored is not None else None)
        if stored is None or not is_proven:
            return None
        if self.renewals is not None:
            self.renewals.credential(stored, pair.password)
        return NetworkCaller(client_id=stored.client_id, network_id=stored.network_id), stored, None

    async def _prove_bearer(self, token: str, now: Micros) -> Proven | None:
        bearer = await prove_bearer(token, now, store=self.store, mint=self.mint, inclusion=self.inclusion)
        return (bearer.caller, bearer.caller, bearer.expires_at) if bearer is not None else None


def _limit_key(caller: Caller) -> bytes:
    # For bearer the grant counts, so that a refresh buys no more; an app's own grant keeps its id when it is renewed.
    if isinstance(caller, NetworkCaller):
        return caller.client_id.encode()
    return (caller.grant if isinstance(caller, PartnerCaller) else caller.own_grant).id.encode()


def _unauthenticated(reason: Reason, operations: tuple[Operation, ...]) -> Refusal:
    schemes = dict.fromkeys(scheme for operation in operations for scheme in operation.schemes if scheme != "public")
    return Refusal(reason=reason, schemes=tuple(schemes))
