"""The walk of one API call: who calls, how often, and may they. The contract's checks 3 to 7, in its order."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from frontdesk.flows.bearer import prove_bearer
from frontdesk.flows.decisions import Decision, Decisions, Key
from frontdesk.flows.failures import Failures
from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.limits import Limits
from frontdesk.flows.needs import Mint, Store
from frontdesk.flows.pair_warnings import PairWarnings
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.scope_uses import ScopeUses
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
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.narrowed_access import admits_address, has_ended, judge_narrowing
from frontdesk.protocol.rate_limits import Allowances
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
    limits: Limits
    uses: LastUses
    decisions: Decisions
    failures: Failures
    foreign_secrets: ForeignSecrets
    offered_roles: frozenset[Role]
    inclusion: Inclusion = CONTRACT
    role_scopes: RoleScopes = NO_LIMITS
    renewals: Renewals | None = None
    scope_uses: ScopeUses | None = None
    warnings: PairWarnings | None = None

    async def check(
        self,
        *,
        authorization: bytes | None,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        now: Micros,
        address: str | None = None,
        targeted: tuple[NetworkId, ...] = (),
    ) -> tuple[Admission, Allowances] | Refusal:
        """Admit one call to `operations` (several only where no template is more specific), or refuse it.

        `address` is the caller's, where it is known; `targeted` are the networks that the call's target names. Beside
        an admission stands what its limits leave; a refusal of a call that was counted holds that itself.
        """
        if authorization is None:
            if all("public" in operation.schemes for operation in operations):
                return _PUBLIC, ()
            return _unauthenticated(Reason.NO_CREDENTIAL, operations)
        key = self.key(authorization, network, operations, targeted)
        known = self.recall(key, now, address)
        if known is not None:
            return known
        return await self._decide(key, operations, authorization, now, address)

    def key(
        self,
        authorization: bytes,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        targeted: tuple[NetworkId, ...],
    ) -> Key:
        """What a decision depends on, beside the records and the time. No credential can be read in it."""
        return self.decisions.key(authorization, network, operations, targeted)

    def recall(self, key: Key, now: Micros, address: str | None) -> tuple[Admission, Allowances] | Refusal | None:
        """The answer to a call like one that was decided before, if that still stands; its limits count this one, too.

        A refusal is always of the limits, and was not counted. Raises StoreUnavailable.
        """
        kept = self.decisions.find(key, self.store.glance(), now)
        if kept is None:
            return None
        self._note_use(kept.source, now, address)
        refusal, allowances = self.limits.take(kept.counts, now)
        return refusal or (kept.admission, allowances)

    async def recheck(
        self,
        *,
        authorization: bytes | None,
        network: NetworkId | None,
        operations: tuple[Operation, ...],
        now: Micros,
        address: str | None = None,
        targeted: tuple[NetworkId, ...] = (),
    ) -> tuple[Admission, Allowances] | Refusal:
        """Whether a call that was admitted before would be admitted now: its limits do not count it once more."""
        if authorization is None:
            return await self.check(authorization=None, network=network, operations=operations, now=now)
        key = self.decisions.key(authorization, network, operations, targeted)
        kept = self.decisions.find(key, self.store.glance(), now)
        if kept is not None:
            return kept.admission, ()
        return await self._decide(key, operations, authorization, now, address, is_counted=False)

    async def _decide(
        self,
        key: Key,
        operations: tuple[Operation, ...],
        authorization: bytes,
        now: Micros,
        address: str | None,
        *,
        is_counted: bool = True,
    ) -> tuple[Admission, Allowances] | Refusal:
        _, network, _, targeted = key
        proven = await self._prove(authorization, now, address)
        if proven is None:
            return _unauthenticated(Reason.BAD_CREDENTIAL, operations)
        if isinstance(proven, Refusal):
            return proven
        caller, source, expires_at = proven
        counts = self.limits.counts_of(caller, operations, network)
        allowances: Allowances = ()
        if is_counted:
            self._note_use(source, now, address)
            limited, allowances = self.limits.take(counts, now)
            if limited is not None:
                return limited
        outcome = judge_access(
            caller,
            operations,
            network,
            offered_roles=self.offered_roles,
            role_scopes=self.role_scopes,
            targeted=targeted,
        )
        if isinstance(outcome, Refusal):
            return replace(outcome, allowances=allowances)
        if self.scope_uses is not None and isinstance(source, PartnerCaller):
            self.scope_uses.note(source, operations, now)
        if not isinstance(source, NetworkCredential) or source.is_plain:
            self.decisions.keep(key, Decision(outcome, source, counts, expires_at))
            return outcome, allowances
        # What a narrowed pair may depends on more than a decision is found by: it is decided each time.
        reason = judge_narrowing(source.narrowing, operations)
        if reason is not None:
            return Refusal(reason=reason, schemes=operations[0].schemes, allowances=allowances)
        return outcome, allowances

    def _note_use(
        self, source: PartnerCaller | AppCaller | NetworkCredential, now: Micros, address: str | None
    ) -> None:
        if isinstance(source, NetworkCredential):
            self.uses.credential(source, now, address)
        elif isinstance(source, PartnerCaller):
            self.uses.grant(source.grant, now)

    async def _prove(self, authorization: bytes, now: Micros, address: str | None) -> Proven | Refusal | None:
        credential = read_credential(authorization)
        if isinstance(credential, BasicPair):
            return await self._prove_basic(credential, now, address)
        proven = await self._prove_bearer(credential.value, now) if credential is not None else None
        if proven is None:
            self.failures.note(None, is_known=False, address=address, now=now)
        return proven

    async def _prove_basic(self, pair: BasicPair, now: Micros, address: str | None) -> Proven | Refusal | None:
        client_id = CredentialId(pair.user)
        stored = await self._find_pair(client_id, now)
        if stored is not None and stored.foreign_secret is not None:
            settled = await self.foreign_secrets.settle_pair(stored, pair.password, address)
            if isinstance(settled, Refusal):
                return settled
            stored = settled
        is_proven = self.mint.proves(pair.password, stored.secret_digest if stored is not None else None)
        if stored is None or not is_proven or has_ended(stored, now):
            self.failures.note(client_id, is_known=stored is not None, address=address, now=now)
            return None
        if not admits_address(stored.narrowing, address):
            # Before it is counted: whoever took a secret along must not use up its owner's calls (W11).
            self.failures.note(client_id, is_known=True, address=address, now=now)
            if self.warnings is not None:
                self.warnings.note(stored, address, now)
            return Refusal(reason=Reason.ADDRESS_FORBIDDEN)
        if self.renewals is not None:
            self.renewals.credential(stored, pair.password)
        return NetworkCaller(client_id=stored.client_id, network_id=stored.network_id), stored, None

    async def _find_pair(self, client_id: CredentialId, now: Micros) -> NetworkCredential | None:
        """From memory; else from the store, unless it is known since the last commit that nobody has this id."""
        glance = self.store.glance()
        stored, commits = glance.credential(client_id), glance.commits
        if stored is not None or self.failures.is_missing(client_id, commits, now):
            return stored
        stored = await self.store.find_network_credential(client_id)
        if stored is None:
            self.failures.note_missing(client_id, commits, now)
        return stored

    async def _prove_bearer(self, token: str, now: Micros) -> Proven | None:
        bearer = await prove_bearer(token, now, store=self.store, mint=self.mint, inclusion=self.inclusion)
        return (bearer.caller, bearer.caller, bearer.expires_at) if bearer is not None else None


def _unauthenticated(reason: Reason, operations: tuple[Operation, ...]) -> Refusal:
    schemes = dict.fromkeys(scheme for operation in operations for scheme in operation.schemes if scheme != "public")
    return Refusal(reason=reason, schemes=tuple(schemes))
