"""What the walks need of the rest of the house, said as protocols: a store, a clock, a mint, a limiter, a post office.

Every verb of the store is atomic, and durable before it returns. A storage fault raises `StoreUnavailable`; no verb
ever answers "done" when it may not be. Time is passed in; the store never reads a clock.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from frontdesk.flows.needs_admin_keys import AdminKeyStore
from frontdesk.flows.needs_adoption import AdoptionStore
from frontdesk.flows.needs_credentials import CredentialStore
from frontdesk.flows.needs_explanations import ExplanationStore
from frontdesk.flows.needs_foreign import ForeignStore
from frontdesk.flows.needs_habits import HabitStore
from frontdesk.flows.needs_history import HistoryStore
from frontdesk.flows.needs_hours import HourStore
from frontdesk.flows.needs_keys import KeyStore
from frontdesk.flows.needs_languages import LanguageStore
from frontdesk.flows.needs_leaks import LeakStore
from frontdesk.flows.needs_makers import MakerStore
from frontdesk.flows.needs_members import MembersStore
from frontdesk.flows.needs_mint import Mint
from frontdesk.flows.needs_moving import MovingStore
from frontdesk.flows.needs_network_rules import NetworkRulesStore
from frontdesk.flows.needs_operators import OperatorStore
from frontdesk.flows.needs_own_account import OwnAccountStore
from frontdesk.flows.needs_own_tokens import OwnGrantGlance, OwnGrantStore
from frontdesk.flows.needs_ownership import OwnershipStore
from frontdesk.flows.needs_paging import PagingStore
from frontdesk.flows.needs_partners import PartnerStore
from frontdesk.flows.needs_passkeys import PasskeyStore
from frontdesk.flows.needs_policies import PolicyStore
from frontdesk.flows.needs_provider import IdentityStore
from frontdesk.flows.needs_resource_servers import ResourceServerGlance, ResourceServerStore
from frontdesk.flows.needs_reveal import RevealStore
from frontdesk.flows.needs_scope_uses import ScopeUseStore
from frontdesk.flows.needs_second_factor import SecondFactorStore
from frontdesk.flows.needs_sessions import SessionStore
from frontdesk.flows.needs_sign_in import SignInStore
from frontdesk.flows.needs_strictness import StrictnessStore
from frontdesk.flows.needs_trials import TrialStore
from frontdesk.protocol.browsers import NO_AGENT, Agent
from frontdesk.protocol.ids import (
    ClientId,
    CodeId,
    CredentialId,
    Digest,
    Email,
    GrantId,
    Micros,
    NetworkId,
    SessionId,
    UserId,
)
from frontdesk.protocol.rate_limits import Counts
from frontdesk.protocol.records import (
    AuditEvent,
    AuthorizationCode,
    Client,
    Connection,
    Grant,
    Network,
    NetworkCredential,
    Role,
    Session,
    User,
)
from frontdesk.protocol.standing import MailState
from frontdesk.protocol.store import CodeTaken, CodeUsedBefore, StoreUnavailable

__all__ = ["Clock", "Glance", "Limiter", "Mint", "PostOffice", "Store", "StoreUnavailable", "Witness"]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Micros:
        """Microseconds since 1970 UTC, never going back within a process."""


class Limiter(Protocol):
    """Counts calls of one credential, exactly across the workers of a host."""

    def take(self, counts: Counts, now: Micros) -> tuple[int, tuple[int, ...]]:
        """Count one call under every limit, or under none.

        Gives 0 when the call may pass, else microseconds until one would; and the TAT under each limit, in order.
        """


class PostOffice(Protocol):
    """Sends mail off the request path."""

    def post(self, to: Email, subject: str, text: str, *, language: str = "") -> None:
        """Queue one message, said in the reader's language (empty: the installation's first).

        ValueError on CR, LF or NUL in `to` or `subject`.
        """

    @property
    def state(self) -> MailState:
        """What became of the letters since it was opened."""


class Witness(Protocol):
    """Hears of what happened to no effect (wrong secrets, replays of dead tokens): logged and counted, never stored."""

    def saw(self, event: str, **facts: str | None) -> None:
        """Note an event; the same event about the same client is thinned out."""


class Glance(OwnGrantGlance, ResourceServerGlance, Protocol):
    """What a store holds in memory, proven to be as of the last commit on this host. Good until the next await.

    None says "not in memory", never "there is none": the `find_…` verb of the same name knows.
    """

    @property
    def commits(self) -> int:
        """Another number after each commit on this host, whatever it was about; 0 where that cannot be told."""

    def client(self, client_id: ClientId) -> Client | None:
        """A partner's app, if in memory."""

    def user(self, user_id: UserId) -> User | None:
        """A user with roles, if in memory."""

    def network(self, network_id: NetworkId) -> Network | None:
        """A network, if in memory."""

    def credential(self, client_id: CredentialId) -> NetworkCredential | None:
        """The Basic pair in force under this id, if in memory."""

    def grant(self, grant_id: GrantId) -> Grant | None:
        """A grant with its edges, revoked or not, if in memory."""

    def session(self, session_id: SessionId) -> Session | None:
        """A session's row, if in memory."""

    def connection(self, user_id: UserId, client_id: ClientId) -> Connection | None:
        """What the last consent gave, if in memory."""


class Store(
    OperatorStore,
    LanguageStore,
    CredentialStore,
    AdoptionStore,
    NetworkRulesStore,
    MembersStore,
    OwnershipStore,
    AdminKeyStore,
    HistoryStore,
    PagingStore,
    RevealStore,
    ScopeUseStore,
    MovingStore,
    TrialStore,
    StrictnessStore,
    HabitStore,
    HourStore,
    OwnGrantStore,
    ResourceServerStore,
    ForeignStore,
    KeyStore,
    LeakStore,
    PartnerStore,
    MakerStore,
    PolicyStore,
    ExplanationStore,
    SessionStore,
    SignInStore,
    OwnAccountStore,
    PasskeyStore,
    SecondFactorStore,
    IdentityStore,
    Protocol,
):
    """Remembers. `audit` rows are saved in the verb's own transaction.

    Reads that a check makes (`find_client`, `find_user`, `find_network`, `find_network_credential`, `find_grant`)
    may be answered from memory, and are never older than the last commit on this host (D5).
    """

    def glance(self) -> Glance:
        """What is in memory, proven fresh once for a whole synchronous stretch: ask anew after every await."""

    # -- what a check reads
    async def find_client(self, client_id: ClientId) -> Client | None:
        """A partner's app by its id."""

    async def find_user(self, user_id: UserId) -> User | None:
        """A user with roles."""

    async def find_network(self, network_id: NetworkId) -> Network | None:
        """A network."""

    async def find_networks(self, network_ids: Iterable[NetworkId]) -> Sequence[Network]:
        """Those of these networks that there are, in this order."""

    async def find_grant(self, grant_id: GrantId) -> Grant | None:
        """A grant with its edges, revoked or not."""

    # -- people
    async def find_user_by_email(self, email: Email) -> User | None:
        """A user by address."""

    async def list_users(self) -> Sequence[User]:
        """All users, by address."""

    async def put_membership(
        self, *, new_user: User, network_id: NetworkId, role: Role, audit: AuditEvent
    ) -> User | None:
        """Give the user with `new_user.email` a role, making the user where there is none.

        None, with nothing changed, where the network does not exist, or where the user is its owner or `role` is
        owner: the owner changes by transfer only.
        """

    async def remove_membership(
        self, *, user_id: UserId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take the role away and drop that network's edges of all the user's grants and connections for good.

        Pending codes lose the network too. False where there was no role or it is the owner's.
        """

    async def set_user_blocked(self, *, user_id: UserId, blocked: bool, now: Micros, audit: AuditEvent) -> bool:
        """Block: sessions, pending codes and login codes end for good; grants are refused until unblocked.

        False where there is no such user, or (blocking) the user owns a network.
        """

    # -- networks
    async def add_network(
        self, *, network: Network, owner: User, credential: NetworkCredential, audit: AuditEvent
    ) -> Network | None:
        """A new network with its owner (made where the address is new) and its Basic pair; None: the id is taken."""

    async def list_networks(self) -> Sequence[tuple[Network, User, NetworkCredential]]:
        """All networks with owner and credential, by title."""

    async def touch(
        self,
        *,
        grants: Sequence[tuple[GrantId, Micros]],
        credentials: Sequence[tuple[CredentialId, Micros, str | None]],
    ) -> None:
        """Write last uses in one batch, a pair's with where it was used from; never moves one back.

        Not a change that a cache must learn of.
        """

    # -- clients
    async def add_client(self, *, client: Client, audit: AuditEvent) -> bool:
        """A new app; False: the id is taken."""

    async def list_clients(self) -> Sequence[Client]:
        """All apps, by name."""

    async def set_client_disabled(self, *, client_id: ClientId, disabled: bool, now: Micros, audit: AuditEvent) -> bool:
        """Disable: pending codes end for good; grants are refused until enabled. False: no such app."""

    async def set_client_secret(
        self, *, client_id: ClientId, digest: Digest, last_four: str = "", now: Micros, audit: AuditEvent
    ) -> bool:
        """Replace an app's secret; the old one is refused from now on. False: no such app."""

    # -- connections, codes, grants
    async def find_connection(self, user_id: UserId, client_id: ClientId) -> Connection | None:
        """What the last consent gave; None once everything of it ended."""

    async def list_connections(
        self, user_id: UserId, *, start: int = 0, count: int | None = None
    ) -> Sequence[tuple[Connection, Sequence[Grant]]]:
        """A user's connections with their live grants, newest consent first."""

    async def count_connections(self, user_id: UserId) -> int:
        """How many apps a user has connected."""

    async def list_guests(
        self, network_id: NetworkId, *, start: int, count: int
    ) -> tuple[int, Sequence[Sequence[Grant]]]:
        """Who reaches a network by which app, the latest connected first: how many, and the live grants of some."""

    async def list_reaching_apps(self, network_id: NetworkId) -> Sequence[ClientId]:
        """The apps that have a live grant with an undropped edge to a network."""

    async def list_network_grants(self, network_id: NetworkId) -> Sequence[Grant]:
        """Live grants with an undropped edge to this network."""

    async def list_grants(self) -> Sequence[Grant]:
        """All live grants, newest first; for the operator."""

    async def save_consent(self, *, code: AuthorizationCode, connection: Connection, audit: AuditEvent) -> None:
        """Store a code and what the connection now is, together.

        Networks in which the user holds no role any more are left out of both: a role that was taken away between
        the page and this write must not leave an edge behind that a later role revives.
        """

    async def renew_consent(self, *, code: AuthorizationCode, consented_at: Micros, audit: AuditEvent) -> bool:
        """Store a code whose consent page was skipped, for a connection that still stands as of `consented_at`.

        False, with nothing stored, where the connection ended or was consented to anew meanwhile.
        """

    async def find_code(self, code_id: CodeId) -> AuthorizationCode | None:
        """A code, used or not, until it is cleaned away. `take_code` decides whether it is still good for anything."""

    async def take_code(
        self, *, code_id: CodeId, grant: Grant, now: Micros, cap: int, audit: AuditEvent
    ) -> CodeTaken | CodeUsedBefore:
        """Exchange: mark the code used and insert `grant`, all or nothing; the database decides the winner.

        The grant is inserted with the code's networks less those dropped meanwhile. A connection that then has
        more than `cap` live grants loses its least recently used one. Losing a race, or a code that is void or no
        longer alive at `now`, gives `CodeUsedBefore` with the grant that the code was exchanged for, if any.
        """

    async def count_wrong_verifier(self, *, code_id: CodeId, limit: int, now: Micros) -> int:
        """Count a failed PKCE proof; void the code at `limit`. The number of failures so far."""

    async def revoke_grant(self, *, grant_id: GrantId, now: Micros, audit: AuditEvent) -> bool:
        """End a grant for good, ahead of other writes; the last one of a connection ends the connection.

        True where it was alive; False (and no audit row) where there was nothing to end.
        """

    async def revoke_by_token(
        self, *, grant_id: GrantId, client_id: ClientId, digest: Digest, now: Micros, audit: AuditEvent
    ) -> bool:
        """The same where it is this app's and `digest` is its current refresh token's; False: nothing was ended.

        The audit row is told whose grant it was.
        """

    async def disconnect(self, *, user_id: UserId, client_id: ClientId, now: Micros, audit: AuditEvent) -> int:
        """End all grants of a connection, void its pending codes and forget its consent; how many grants ended."""

    async def drop_network(
        self, *, user_id: UserId, client_id: ClientId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Drop one network's edges from a connection's grants and codes; one left without any ends."""

    # -- housekeeping
    async def list_audit(
        self, *, network_id: NetworkId | None = None, client_id: str | None = None, limit: int = 100
    ) -> Sequence[AuditEvent]:
        """The newest audit rows first."""

    async def index_audit(self, *, limit: int) -> int:
        """Put up to `limit` audit rows where their networks find them quickly; how many are left.

        They are found before, too, by looking through those that are left.
        """

    async def clean(self, *, now: Micros, limit: int) -> int:
        """Delete up to `limit` rows that nothing can need any more; how many went."""

    async def check(self) -> None:
        """Raise `StoreUnavailable` unless the store can be read and its migrations are complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request came from, for audit rows and mails; `agent` is what its browser says of itself.

    `operator` is who acts where the operator does: "operator" typed it on this machine, "operator:…" came otherwise.
    """

    address: str | None
    request_id: str
    agent: Agent = NO_AGENT
    operator: str = "operator"

    def unplaced(self) -> "Origin":
        """The same from nowhere: where an operator sits is not for those whom it concerns."""
        return Origin(address=None, request_id=self.request_id, operator=self.operator)


# A named step at which a test may crash, fail or delay the process; None in normal runs.
Failpoint: TypeAlias = Callable[[str], None]
