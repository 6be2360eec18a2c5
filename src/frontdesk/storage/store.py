"""The verbs as methods: which are read inline or beside the loop, from memory, or written, ahead of others or not."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

from frontdesk.protocol.ids import (
    ChallengeId,
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
from frontdesk.protocol.records import (
    AuditEvent,
    AuthorizationCode,
    Client,
    Connection,
    Grant,
    LoginCode,
    Network,
    NetworkCredential,
    Role,
    Session,
    User,
)
from frontdesk.protocol.signin import Budget
from frontdesk.protocol.store import CodeTaken, CodeUsedBefore, LoginTry
from frontdesk.storage import (
    audit as audits,
)
from frontdesk.storage import (
    audit_places,
    cleaning,
    clients,
    codes,
    connections,
    consents,
    endings,
    grants,
    login,
    networks,
    sessions,
    users,
)
from frontdesk.storage.admin_keys_store import AdminKeyVerbs
from frontdesk.storage.adoptions_store import AdoptionVerbs
from frontdesk.storage.cache import Cache
from frontdesk.storage.credentials_store import CredentialVerbs
from frontdesk.storage.decisions_store import DecisionVerbs
from frontdesk.storage.foreign_store import ForeignVerbs
from frontdesk.storage.grants import touch
from frontdesk.storage.habits_store import HabitVerbs
from frontdesk.storage.history_store import HistoryVerbs
from frontdesk.storage.hours_store import HourVerbs
from frontdesk.storage.identities_store import IdentityVerbs
from frontdesk.storage.keys_store import KeyVerbs
from frontdesk.storage.languages_store import LanguageVerbs
from frontdesk.storage.leaks_store import LeakVerbs
from frontdesk.storage.makers_store import MakerVerbs
from frontdesk.storage.members_store import MembersVerbs
from frontdesk.storage.moving_store import MovingVerbs
from frontdesk.storage.network_rules_store import NetworkRulesVerbs
from frontdesk.storage.operators_store import OperatorVerbs
from frontdesk.storage.own_account_store import OwnAccountVerbs
from frontdesk.storage.own_grants_store import OwnGrantVerbs
from frontdesk.storage.ownership_store import OwnershipVerbs
from frontdesk.storage.paging_store import PagingVerbs
from frontdesk.storage.partners_store import PartnerVerbs
from frontdesk.storage.passkeys_store import PasskeyVerbs
from frontdesk.storage.policies_store import PolicyVerbs
from frontdesk.storage.reader import Reader
from frontdesk.storage.removing_store import RemovingVerbs
from frontdesk.storage.resource_servers_store import ResourceServerVerbs
from frontdesk.storage.reveals_store import RevealVerbs
from frontdesk.storage.scope_uses_store import ScopeUseVerbs
from frontdesk.storage.second_factors_store import SecondFactorVerbs
from frontdesk.storage.sessions_store import SessionVerbs
from frontdesk.storage.strictness_store import StrictnessVerbs
from frontdesk.storage.writer import Writer

# Steps at which a test may crash, fail or delay the process.
BREATH = 0.01  # seconds between two parts of a pass of the index, for those who wait

FAILPOINTS = tuple(
    f"{step}.{moment}"
    for step in ("consent", "exchange", "rotate", "revoke", "disconnect", "regenerate")
    for moment in ("before_commit", "after_commit")
)


class VerbStore(
    OperatorVerbs,
    LanguageVerbs,
    CredentialVerbs,
    AdoptionVerbs,
    NetworkRulesVerbs,
    MembersVerbs,
    OwnershipVerbs,
    AdminKeyVerbs,
    HistoryVerbs,
    PagingVerbs,
    ScopeUseVerbs,
    RevealVerbs,
    MovingVerbs,
    RemovingVerbs,
    StrictnessVerbs,
    HabitVerbs,
    HourVerbs,
    PolicyVerbs,
    PartnerVerbs,
    MakerVerbs,
    OwnGrantVerbs,
    ResourceServerVerbs,
    ForeignVerbs,
    KeyVerbs,
    LeakVerbs,
    DecisionVerbs,
    SessionVerbs,
    OwnAccountVerbs,
    PasskeyVerbs,
    SecondFactorVerbs,
    IdentityVerbs,
):
    """Everything that `frontdesk.flows.needs.Store` asks for, on a reader and a writer. Shapes are said there."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        """Both are open."""
        self._reader = reader
        self._writer = writer

    def glance(self) -> Cache:
        """What is in memory, as of the last commit on this host; good until the next await."""
        return self._reader.glance()

    # -- what a check reads
    async def find_client(self, client_id: ClientId) -> Client | None:
        """A partner's app by its id."""
        return await self._reader.recall(self._reader.cache.clients, client_id, clients.find_client)

    async def find_user(self, user_id: UserId) -> User | None:
        """A user with roles."""
        return await self._reader.recall(self._reader.cache.users, user_id, users.find_user)

    async def find_network(self, network_id: NetworkId) -> Network | None:
        """A network."""
        return await self._reader.recall(self._reader.cache.networks, network_id, networks.find_network)

    async def find_networks(self, network_ids: Iterable[NetworkId]) -> Sequence[Network]:
        """Several networks, by one glance at memory."""
        known = self._reader.glance().networks
        found = [(network_id, known.get(network_id)) for network_id in network_ids]
        each = [network or await self.find_network(network_id) for network_id, network in found]
        return [network for network in each if network is not None]

    async def find_grant(self, grant_id: GrantId) -> Grant | None:
        """A grant with its edges, revoked or not."""
        return await self._reader.recall(self._reader.cache.grants, grant_id, grants.find_grant)

    # -- people
    async def find_user_by_email(self, email: Email) -> User | None:
        """A user by address."""
        return await self._reader.read(users.find_user_by_email, email)

    async def list_users(self) -> Sequence[User]:
        """All users, by address."""
        return await self._reader.read_long(users.list_users())

    async def put_membership(
        self, *, new_user: User, network_id: NetworkId, role: Role, audit: AuditEvent
    ) -> User | None:
        """Give a role, making the user where there is none."""
        return await self._writer.write(
            users.put_membership(new_user=new_user, network_id=network_id, role=role, audit=audit)
        )

    async def remove_membership(
        self, *, user_id: UserId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Take a role away, and its edges for good."""
        verb = endings.remove_membership(user_id=user_id, network_id=network_id, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def set_user_blocked(self, *, user_id: UserId, blocked: bool, now: Micros, audit: AuditEvent) -> bool:
        """Block or unblock a user."""
        verb = endings.set_user_blocked(user_id=user_id, blocked=blocked, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)

    # -- networks
    async def add_network(
        self, *, network: Network, owner: User, credential: NetworkCredential, audit: AuditEvent
    ) -> Network | None:
        """A new network with owner and Basic pair."""
        return await self._writer.write(
            networks.add_network(network=network, owner=owner, credential=credential, audit=audit)
        )

    async def list_networks(self) -> Sequence[tuple[Network, User, NetworkCredential]]:
        """All networks with owner and credential, by title."""
        return await self._reader.read_long(networks.list_networks())

    async def touch(
        self,
        *,
        grants: Sequence[tuple[GrantId, Micros]],
        credentials: Sequence[tuple[CredentialId, Micros, str | None]],
    ) -> None:
        """Write last uses in one batch."""
        await self._writer.write(touch(grants=grants, credentials=credentials), long=True)

    # -- clients
    async def add_client(self, *, client: Client, audit: AuditEvent) -> bool:
        """A new app."""
        return await self._writer.write(clients.add_client(client=client, audit=audit))

    async def list_clients(self) -> Sequence[Client]:
        """All apps, by name."""
        return await self._reader.read_long(clients.list_clients())

    async def set_client_disabled(self, *, client_id: ClientId, disabled: bool, now: Micros, audit: AuditEvent) -> bool:
        """Disable or enable an app."""
        verb = clients.set_client_disabled(client_id=client_id, disabled=disabled, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def set_client_secret(
        self, *, client_id: ClientId, digest: Digest, last_four: str = "", now: Micros, audit: AuditEvent
    ) -> bool:
        """Replace an app's secret."""
        verb = clients.set_client_secret(client_id=client_id, digest=digest, last_four=last_four, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)

    # -- connections, codes, grants
    async def find_connection(self, user_id: UserId, client_id: ClientId) -> Connection | None:
        """What the last consent gave."""
        pair = (user_id, client_id)
        return await self._reader.recall(self._reader.cache.connections, pair, connections.find_connection)

    async def list_connections(
        self, user_id: UserId, *, start: int = 0, count: int | None = None
    ) -> Sequence[tuple[Connection, Sequence[Grant]]]:
        """A user's connections with their live grants."""
        return await self._reader.read_brief(partial(grants.list_connections, user_id, start=start, count=count))

    async def count_connections(self, user_id: UserId) -> int:
        """How many apps a user has connected."""
        return await self._reader.read(connections.count_connections, user_id)

    async def list_guests(
        self, network_id: NetworkId, *, start: int, count: int
    ) -> tuple[int, Sequence[Sequence[Grant]]]:
        """Who reaches a network by which app."""
        return await self._reader.read_long(grants.list_guests(network_id, start=start, count=count))

    async def list_reaching_apps(self, network_id: NetworkId) -> Sequence[ClientId]:
        """The apps that reach a network."""
        return await self._reader.read_long(grants.list_reaching_apps(network_id))

    async def list_network_grants(self, network_id: NetworkId) -> Sequence[Grant]:
        """Live grants with an undropped edge to a network."""
        return await self._reader.read_long(grants.list_network_grants(network_id))

    async def list_grants(self) -> Sequence[Grant]:
        """All live grants, newest first."""
        return await self._reader.read_long(grants.list_grants())

    async def save_consent(self, *, code: AuthorizationCode, connection: Connection, audit: AuditEvent) -> None:
        """Store a code and what the connection now is."""
        verb = partial(consents.save_consent, code=code, connection=connection, audit=audit)
        await self._writer.write(verb, step="consent")

    async def renew_consent(self, *, code: AuthorizationCode, consented_at: Micros, audit: AuditEvent) -> bool:
        """Store a code for a connection that stands as it was."""
        verb = partial(consents.renew_consent, code=code, consented_at=consented_at, audit=audit)
        return await self._writer.write(verb, step="consent")

    async def find_code(self, code_id: CodeId) -> AuthorizationCode | None:
        """A code, used or not."""
        return await self._reader.read(codes.find_code, code_id)

    async def take_code(
        self, *, code_id: CodeId, grant: Grant, now: Micros, cap: int, audit: AuditEvent
    ) -> CodeTaken | CodeUsedBefore:
        """Exchange a code for a grant, once."""
        verb = partial(consents.take_code, code_id=code_id, grant=grant, now=now, cap=cap, audit=audit)
        return await self._writer.write(verb, step="exchange")

    async def count_wrong_verifier(self, *, code_id: CodeId, limit: int, now: Micros) -> int:
        """Count a failed PKCE proof."""
        return await self._writer.write(codes.count_wrong_verifier(code_id=code_id, limit=limit, now=now))

    async def revoke_grant(self, *, grant_id: GrantId, now: Micros, audit: AuditEvent) -> bool:
        """End a grant for good."""
        verb = partial(grants.revoke_grant, grant_id=grant_id, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True, step="revoke")

    async def revoke_by_token(
        self, *, grant_id: GrantId, client_id: ClientId, digest: Digest, now: Micros, audit: AuditEvent
    ) -> bool:
        """End a grant by its current refresh token."""
        verb = partial(
            grants.revoke_by_token, grant_id=grant_id, client_id=client_id, digest=digest, now=now, audit=audit
        )
        return await self._writer.write(verb, urgent=True, step="revoke")

    async def disconnect(self, *, user_id: UserId, client_id: ClientId, now: Micros, audit: AuditEvent) -> int:
        """End a connection with all of its grants."""
        verb = endings.disconnect(user_id=user_id, client_id=client_id, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True, step="disconnect")

    async def drop_network(
        self, *, user_id: UserId, client_id: ClientId, network_id: NetworkId, now: Micros, audit: AuditEvent
    ) -> bool:
        """Drop one network of a connection."""
        verb = endings.drop_network(user_id=user_id, client_id=client_id, network_id=network_id, now=now, audit=audit)
        return await self._writer.write(verb, urgent=True)

    # -- sign-in
    async def start_login(self, *, budget_key: bytes, login_code: LoginCode | None, now: Micros) -> bool:
        """Count a mail, store a code."""
        return await self._writer.write(login.start_login(budget_key=budget_key, login_code=login_code, now=now))

    async def find_budget(self, budget_key: bytes) -> Budget:
        """What was counted under a key."""
        return await self._reader.read(login.find_budget, budget_key)

    async def try_login_code(
        self, *, challenge_id: ChallengeId, browser: str, digests: Sequence[Digest], budget_key: bytes, now: Micros
    ) -> LoginTry:
        """Judge one guess."""
        verb = login.try_login_code(
            challenge_id=challenge_id, browser=browser, digests=digests, budget_key=budget_key, now=now
        )
        return await self._writer.write(verb)

    async def start_session(self, *, session: Session, replaces: SessionId | None, audit: AuditEvent) -> None:
        """A new session."""
        await self._writer.write(sessions.start_session(session=session, replaces=replaces, audit=audit))

    async def find_session(self, session_id: SessionId) -> Session | None:
        """A session's row."""
        return await self._reader.recall(self._reader.cache.sessions, session_id, sessions.find_session)

    async def touch_session(self, *, session_id: SessionId, now: Micros) -> None:
        """Note that it was seen."""
        await self._writer.write(sessions.touch_session(session_id=session_id, now=now))

    async def end_session(self, *, session_id: SessionId) -> None:
        """Sign out."""
        await self._writer.write(sessions.end_session(session_id=session_id), urgent=True)

    # -- housekeeping
    async def list_audit(
        self, *, network_id: NetworkId | None = None, client_id: str | None = None, limit: int = 100
    ) -> Sequence[AuditEvent]:
        """The newest audit rows first."""
        return await self._reader.read_long(audits.list_audit(network_id=network_id, client_id=client_id, limit=limit))

    async def index_audit(self, *, limit: int) -> int:
        """Put up to `limit` audit rows where their networks find them quickly; how many are left."""
        found = await self._reader.read_long(audit_places.find_places(limit=limit))
        for part in found.parts():
            if not await self._writer.write(audit_places.put_places(found.start, part), long=True):
                return found.left
            await asyncio.sleep(BREATH)
        await self._writer.write(audit_places.end_pass(found.start, found.end))
        return found.left

    async def clean(self, *, now: Micros, limit: int) -> int:
        """Delete up to `limit` rows that nothing can need any more."""
        return await self._writer.write(cleaning.clean(now=now, limit=limit), long=True)
