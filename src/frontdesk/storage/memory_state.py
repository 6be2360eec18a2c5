"""What the in-memory store holds, and the one place its audit rows go to."""

from collections.abc import Callable

from frontdesk.protocol.ids import (
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
from frontdesk.protocol.moving_plan import KnownRole
from frontdesk.protocol.records import (
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
        self.clients: dict[ClientId, Client] = {}
        self.connections: dict[tuple[UserId, ClientId], Connection] = {}
        self.codes: dict[CodeId, AuthorizationCode] = {}
        self.grants: dict[GrantId, Grant] = {}
        self.set_aside: dict[tuple[UserId, NetworkId], KnownRole] = {}  # roles that do not count now, and why
        self.blocked_users: dict[UserId, Micros] = {}
        self.suspended_users: dict[UserId, Micros] = {}
        self.foreign_tokens: dict[Digest, GrantId] = {}
        self.own_grants: dict[GrantId, OwnGrant] = {}
        self.resource_servers: dict[ResourceServerId, ResourceServer] = {}
        self.login_codes: dict[ChallengeId, LoginCode] = {}
        self.budgets: dict[bytes, Budget] = {}
        self.sessions: dict[SessionId, Session] = {}
        self.weak_forms: dict[tuple[ClientId, WeakForm], WeakUse] = {}
        self.audit: list[AuditEvent] = []
        self._failpoint = failpoint

    def _note(self, event: AuditEvent) -> None:
        self.audit.append(event)

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
        """As the trigger on grants does."""
        self.foreign_tokens = {digest: grant for digest, grant in self.foreign_tokens.items() if grant in self.grants}

    def _clean_audit(self, now: Micros, limit: int) -> int:
        old = 0
        while old < min(limit, len(self.audit)) and (
            self.audit[old].at <= now - AUDIT_KEPT or len(self.audit) - old > AUDIT_ROWS
        ):
            old += 1
        del self.audit[:old]
        return old
