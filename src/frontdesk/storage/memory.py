"""The in-memory twin of the database: the same verbs, the same answers, for tests and for reading what they mean.

No verb awaits anything between its first look and its last change: on one event loop that is a critical section.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from frontdesk.protocol.ids import (
    ClientId,
    CredentialId,
    Digest,
    Email,
    GrantId,
    Micros,
    NetworkId,
    SessionId,
    UserId,
)
from frontdesk.protocol.records import (
    AuditEvent,
    Client,
    Connection,
    Grant,
    Network,
    NetworkCredential,
    Role,
    Session,
    User,
)
from frontdesk.storage.memory_admin_keys import MemoryAdminKeys
from frontdesk.storage.memory_adoptions import MemoryAdoptions
from frontdesk.storage.memory_credentials import MemoryCredentials
from frontdesk.storage.memory_decisions import MemoryDecisions
from frontdesk.storage.memory_foreign import MemoryForeign
from frontdesk.storage.memory_grants import MemoryGrants
from frontdesk.storage.memory_habits import MemoryHabits
from frontdesk.storage.memory_history import MemoryHistory
from frontdesk.storage.memory_hours import MemoryHours
from frontdesk.storage.memory_identities import MemoryIdentities
from frontdesk.storage.memory_keys import MemoryKeys
from frontdesk.storage.memory_languages import MemoryLanguages
from frontdesk.storage.memory_leaks import MemoryLeaks
from frontdesk.storage.memory_makers import MemoryMakers
from frontdesk.storage.memory_members import MemoryMembers
from frontdesk.storage.memory_moving import MemoryMoving
from frontdesk.storage.memory_network_rules import MemoryNetworkRules
from frontdesk.storage.memory_operators import MemoryOperators
from frontdesk.storage.memory_own_account import MemoryOwnAccount
from frontdesk.storage.memory_own_grants import MemoryOwnGrants
from frontdesk.storage.memory_ownership import MemoryOwnership
from frontdesk.storage.memory_paging import MemoryPaging
from frontdesk.storage.memory_passkeys import MemoryPasskeys
from frontdesk.storage.memory_policies import MemoryPolicies
from frontdesk.storage.memory_removing import MemoryRemoving
from frontdesk.storage.memory_resource_servers import MemoryResourceServers
from frontdesk.storage.memory_reveals import MemoryReveals
from frontdesk.storage.memory_scope_uses import MemoryScopeUses
from frontdesk.storage.memory_second_factors import MemorySecondFactors
from frontdesk.storage.memory_signin import MemorySignIn
from frontdesk.storage.memory_strictness import MemoryStrictness


class MemoryStore(
    MemoryOperators,
    MemoryCredentials,
    MemoryAdoptions,
    MemoryNetworkRules,
    MemoryMembers,
    MemoryOwnership,
    MemoryAdminKeys,
    MemoryHistory,
    MemoryPaging,
    MemoryMoving,
    MemoryOwnAccount,
    MemoryPasskeys,
    MemorySecondFactors,
    MemoryIdentities,
    MemoryLeaks,
    MemoryScopeUses,
    MemoryGrants,
    MemorySignIn,
    MemoryLanguages,
    MemoryReveals,
    MemoryRemoving,
    MemoryStrictness,
    MemoryHabits,
    MemoryHours,
    MemoryPolicies,
    MemoryMakers,
    MemoryOwnGrants,
    MemoryResourceServers,
    MemoryForeign,
    MemoryKeys,
    MemoryDecisions,
):
    """Everything that `frontdesk.flows.needs.Store` asks for, in dictionaries."""

    @property
    def database_id(self) -> bytes:
        """Which database this is; memory is the same nowhere everywhere."""
        return bytes(16)

    async def aclose(self) -> None:
        """Nothing is held."""

    async def check(self) -> None:
        """Memory can always be read."""

    @property
    def commits(self) -> int:
        """Not counted: nothing that is looked up here costs anything."""
        return 0

    # -- what a check reads
    def glance(self) -> "MemoryStore":
        """Everything is in memory."""
        return self

    def client(self, client_id: ClientId) -> Client | None:
        """A partner's app."""
        return self.clients.get(client_id)

    def user(self, user_id: UserId) -> User | None:
        """A user with roles."""
        return self.users.get(user_id)

    def session(self, session_id: SessionId) -> Session | None:
        """A session's row."""
        return self.sessions.get(session_id)

    def connection(self, user_id: UserId, client_id: ClientId) -> Connection | None:
        """What the last consent gave."""
        return self.connections.get((user_id, client_id))

    def network(self, network_id: NetworkId) -> Network | None:
        """A network."""
        return self.networks.get(network_id)

    def credential(self, client_id: CredentialId) -> NetworkCredential | None:
        """The Basic pair in force under this id."""
        return self._pair_in_force(client_id)

    def grant(self, grant_id: GrantId) -> Grant | None:
        """A grant with its edges."""
        return self.grants.get(grant_id)

    async def find_client(self, client_id: ClientId) -> Client | None:
        """A partner's app by its id."""
        return self.clients.get(client_id)

    async def find_user(self, user_id: UserId) -> User | None:
        """A user with roles."""
        return self.users.get(user_id)

    async def find_network(self, network_id: NetworkId) -> Network | None:
        """A network."""
        return self.networks.get(network_id)

    async def find_networks(self, network_ids: Iterable[NetworkId]) -> Sequence[Network]:
        """Several networks."""
        return [self.networks[network_id] for network_id in network_ids if network_id in self.networks]

    async def find_grant(self, grant_id: GrantId) -> Grant | None:
        """A grant with its edges, revoked or not."""
        return self.grants.get(grant_id)

    # -- people
    async def find_user_by_email(self, email: Email) -> User | None:
        """A user by address."""
        return self._user_at(email)

    async def list_users(self) -> Sequence[User]:
        """All users, by address."""
        return sorted(self.users.values(), key=lambda user: user.email)

    async def put_membership(
        self, *, new_user: User, network_id: NetworkId, role: Role, audit: AuditEvent
    ) -> User | None:
        """Give a role, making the user where there is none."""
        known = self._user_at(new_user.email)
        if role is Role.OWNER or network_id not in self.networks:
            return None
        held = None if known is None else self._role_of(known.id, network_id)
        if held is not None and held.role is Role.OWNER:
            return None
        user = self._give_role(new_user, network_id, role, audit)
        if role is Role.MEMBER:
            self._end_invitations_of(user.id, network_id, audit.at)
        return user

    async def remove_membership(
        self, *, user_id: UserId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take a role away, and its edges for good."""
        held = self._role_of(user_id, network_id)
        if held is None or held.role is Role.OWNER:
            return False
        self._take_role(user_id, network_id)
        self._end_invitations_of(user_id, network_id, now)
        self._drop_everywhere(user_id, network_id, now)
        self._note(audit)
        return True

    async def set_user_blocked(self, *, user_id: UserId, blocked: bool, now: Micros, audit: AuditEvent) -> bool:
        """Block or unblock a user."""
        if user_id not in self.users or (blocked and self._owns_any(user_id)):
            return False
        self._block(user_id, self.blocked_users.get(user_id, now) if blocked else None)
        if blocked:
            self._end_visits(user_id)
            self._void(lambda code: code.user_id == user_id, now)
        self._note(audit)
        return True

    # -- networks
    async def add_network(
        self, *, network: Network, owner: User, credential: NetworkCredential, audit: AuditEvent
    ) -> Network | None:
        """A new network with owner and Basic pair."""
        if network.id in self.networks or credential.client_id in self.credentials:
            return None
        self.networks[network.id] = network
        self.credentials[credential.client_id] = credential
        self._give_role(owner, network.id, Role.OWNER, audit)
        return network

    async def list_networks(self) -> Sequence[tuple[Network, User, NetworkCredential]]:
        """All networks with owner and credential, by title."""
        pairs = {pair.network_id: pair for pair in self.credentials.values() if pair.is_main}
        owners = {at: self.users[user] for (user, at), held in self._all_roles().items() if held.role is Role.OWNER}
        networks = sorted(self.networks.values(), key=lambda network: (network.title, network.id))
        return [(network, owners[network.id], pairs[network.id]) for network in networks]

    # -- clients
    async def add_client(self, *, client: Client, audit: AuditEvent) -> bool:
        """A new app."""
        if client.id in self.clients:
            return False
        self.clients[client.id] = client
        self._note(audit)
        return True

    async def list_clients(self) -> Sequence[Client]:
        """All apps, by name."""
        return sorted(self.clients.values(), key=lambda client: (client.name, client.id))

    async def set_client_disabled(self, *, client_id: ClientId, disabled: bool, now: Micros, audit: AuditEvent) -> bool:
        """Disable or enable an app."""
        client = self.clients.get(client_id)
        if client is None:
            return False
        since = now if client.disabled_at is None else client.disabled_at
        self.clients[client_id] = replace(client, disabled_at=since if disabled else None)
        if disabled:
            self._void(lambda code: code.client_id == client_id, now)
        self._note(audit)
        return True

    async def set_client_secret(
        self, *, client_id: ClientId, digest: Digest, last_four: str = "", now: Micros, audit: AuditEvent
    ) -> bool:
        """Replace an app's secret."""
        client = self.clients.get(client_id)
        if client is None:
            return False
        self.clients[client_id] = replace(
            client,
            secret_digest=digest,
            foreign_secret=None,
            secret_changed_at=now,
            secret_number=client.secret_number + 1,
            secret_last_four=last_four,
            earlier_digest=None,
            earlier_last_four="",
            earlier_made_at=None,
        )
        self.secret_uses = {key: at for key, at in self.secret_uses.items() if key[0] != client_id}
        self._end_own_grant(client_id)
        self._note(audit)
        return True

    # -- housekeeping
    async def list_audit(
        self, *, network_id: NetworkId | None = None, client_id: str | None = None, limit: int = 100
    ) -> Sequence[AuditEvent]:
        """The newest audit rows first."""
        rows = [
            event
            for event in reversed(self.audit)
            if network_id in (None, event.network_id) and client_id in (None, event.client_id)
        ]
        return rows[:limit]

    async def index_audit(self, *, limit: int) -> int:
        """There is no index here."""
        return 0

    async def clean(self, *, now: Micros, limit: int) -> int:
        """Delete up to `limit` rows that nothing can need any more."""
        gone = self._clean_grants(now, limit)
        gone += self._clean_visits(now, limit - gone)
        self._end_outlived(now)
        gone += self._clean_offers(now, limit - gone)
        gone += self._clean_invitations(now, limit - gone)
        gone += self._clean_left_edges(now, limit - gone)
        gone += self._clean_policies(now, limit - gone)
        gone += self._clean_habits(now, limit - gone)
        gone += self._clean_hours(now, limit - gone)
        gone += self._clean_credentials(now, limit - gone)
        return gone + self._clean_audit(now, limit - gone)

    def _user_at(self, email: Email) -> User | None:
        return next((user for user in self.users.values() if user.email == email), None)

    def _give_role(self, new_user: User, network_id: NetworkId, role: Role, audit: AuditEvent) -> User:
        known = self._user_at(new_user.email) or replace(new_user, roles={})
        self.users[known.id] = known
        self._set_role(known.id, network_id, role, audit.at)
        user = self.users[known.id]
        self._note(replace(audit, user_id=user.id) if audit.user_id == new_user.id else audit)
        return user
