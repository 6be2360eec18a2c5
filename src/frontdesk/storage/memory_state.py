"""What the in-memory store holds, and the one place its audit rows go to."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from frontdesk.protocol.call_counts import CallCount, CallKind, Day
from frontdesk.protocol.email_changes import EmailChange
from frontdesk.protocol.explanations import NotedDecision
from frontdesk.protocol.habits import Habit, HabitCount
from frontdesk.protocol.hours import Happening, Hour, WorkerMail
from frontdesk.protocol.ids import (
    AdminKeyId,
    ChallengeId,
    ClientId,
    CodeId,
    CredentialId,
    Digest,
    GrantId,
    Micros,
    NetworkId,
    ResourceServerId,
    SessionId,
    UserId,
)
from frontdesk.protocol.members import Invitation
from frontdesk.protocol.moving_plan import KnownRole
from frontdesk.protocol.network_rules import NetworkRules
from frontdesk.protocol.ownership import OwnershipOffer
from frontdesk.protocol.partners import MakerInvitation, Partner
from frontdesk.protocol.passkeys import Passkey
from frontdesk.protocol.records import (
    AdminKey,
    AuditEvent,
    AuthorizationCode,
    Client,
    Connection,
    Grant,
    LoginCode,
    Network,
    NetworkCredential,
    OwnGrant,
    ResourceServer,
    Session,
    User,
)
from frontdesk.protocol.scope_uses import ScopeUse
from frontdesk.protocol.second_factor import SecondFactor
from frontdesk.protocol.shadow import ShadowCount
from frontdesk.protocol.signin import Budget
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.protocol.weak_forms import WeakForm, WeakUse
from frontdesk.storage.cleaning import AUDIT_KEPT, AUDIT_ROWS


class MemoryState:
    """The dictionaries, keyed as the tables are."""

    def __init__(self, *, failpoint: Callable[[str], None] | None = None) -> None:
        """Empty."""
        self.users: dict[UserId, User] = {}
        self.networks: dict[NetworkId, Network] = {}
        self.credentials: dict[CredentialId, NetworkCredential] = {}
        self.credential_calls: dict[tuple[CredentialId, Day], int] = {}
        self.clients: dict[ClientId, Client] = {}
        self.connections: dict[tuple[UserId, ClientId], Connection] = {}
        self.codes: dict[CodeId, AuthorizationCode] = {}
        self.grants: dict[GrantId, Grant] = {}
        self.set_aside: dict[tuple[UserId, NetworkId], KnownRole] = {}  # roles that do not count now, and why
        self.blocked_users: dict[UserId, Micros] = {}
        self.suspended_users: dict[UserId, Micros] = {}
        self.suspended_networks: dict[NetworkId, Micros] = {}
        self.stopped_networks: dict[NetworkId, Micros] = {}
        self.operators: dict[UserId, Micros] = {}
        self.setup_link: dict[Digest, Micros] = {}
        self.foreign_tokens: dict[Digest, GrantId] = {}
        self.scope_uses: dict[tuple[GrantId, str], ScopeUse] = {}
        self.member_since: dict[tuple[UserId, NetworkId], Micros] = {}
        self.last_sign_ins: dict[UserId, Micros] = {}
        self.invitations: dict[str, Invitation] = {}
        self.ownership_offers: dict[NetworkId, OwnershipOffer] = {}
        self.credential_warnings: dict[CredentialId, Micros] = {}
        self.network_rules: dict[NetworkId, NetworkRules] = {}
        self.rules_looked_at: dict[NetworkId, Micros] = {}
        self.left_edges: dict[tuple[NetworkId, GrantId], Micros] = {}
        self.own_grants: dict[GrantId, OwnGrant] = {}
        self.resource_servers: dict[ResourceServerId, ResourceServer] = {}
        self.admin_keys: dict[AdminKeyId, AdminKey] = {}
        self.login_codes: dict[ChallengeId, LoginCode] = {}
        self.budgets: dict[bytes, Budget] = {}
        self.email_changes: dict[UserId, EmailChange] = {}
        self.passkeys: dict[bytes, Passkey] = {}
        self.spent_challenges: dict[Digest, Micros] = {}
        self.second_factors: dict[UserId, SecondFactor] = {}
        self.recovery_codes: dict[UserId, frozenset[bytes]] = {}
        self.identities: dict[tuple[str, str], UserId] = {}
        self.linked_at: dict[tuple[str, str], Micros] = {}
        self.unlinked_identities: dict[tuple[str, str], Micros] = {}
        self.sessions: dict[SessionId, Session] = {}
        self.secret_uses: dict[tuple[ClientId, int], Micros] = {}
        self.partners: dict[UserId, Partner] = {}
        self.maker_invitations: dict[str, MakerInvitation] = {}
        self.app_owners: dict[tuple[UserId, ClientId], Micros] = {}
        self.app_logos: dict[str, tuple[ClientId, bytes]] = {}
        self.weak_forms: dict[tuple[ClientId, WeakForm], WeakUse] = {}
        self.hour_counts: dict[tuple[Hour, Happening], int] = {}
        self.worker_mail: dict[int, WorkerMail] = {}
        self.habits: dict[tuple[ClientId, Habit, Day], HabitCount] = {}
        self.decisions: dict[str, NotedDecision] = {}
        self.decisions_gone = 0
        self.decision_gaps: dict[int, int] = {}
        self.shadow_counts: dict[tuple[int, str, str, str], ShadowCount] = {}
        self.call_counts: dict[tuple[Day, CallKind], CallCount] = {}
        self.accepted_policies: dict[bytes, Micros] = {}
        self.audit: list[AuditEvent] = []
        self._failpoint = failpoint

    def _note(self, event: AuditEvent) -> None:
        self.audit.append(event)

    def _note_each(self, event: AuditEvent, networks: Iterable[NetworkId]) -> None:
        for network in tuple(dict.fromkeys(networks)) or (event.network_id,):
            self._note(replace(event, network_id=network))

    def _reach(self, step: str) -> None:
        if self._failpoint is None:
            return
        try:
            self._failpoint(step)
        except StoreUnavailable:
            raise
        except Exception as fault:
            raise StoreUnavailable("the change could not be saved") from fault

    def _must_know(self, user_id: UserId, client_id: ClientId) -> None:
        """As a foreign key would."""
        if user_id not in self.users or client_id not in self.clients:
            raise StoreUnavailable("the change names a user or a client that is not there")

    def _forget_tokens_of_gone(self) -> None:
        """As the triggers on grants do."""
        self.scope_uses = {key: use for key, use in self.scope_uses.items() if use.grant_id in self.grants}
        self.foreign_tokens = {digest: grant for digest, grant in self.foreign_tokens.items() if grant in self.grants}

    def _clean_audit(self, now: Micros, limit: int) -> int:
        old = 0
        while old < min(limit, len(self.audit) - 1) and (
            self.audit[old].at <= now - AUDIT_KEPT or len(self.audit) - old > AUDIT_ROWS
        ):
            old += 1
        del self.audit[:old]
        return old

    def _forget_invitations(self, client_id: ClientId, user_id: UserId) -> None:
        made = (client_id, user_id)
        kept = {key: one for key, one in self.maker_invitations.items() if (one.client_id, one.invited_by) != made}
        self.maker_invitations = kept
