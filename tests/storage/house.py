"""A small house to remember: networks, people, apps and what they let each other do, with made-up ids and told time."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from frontdesk.protocol.ids import (
    MINUTE,
    SECOND,
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
    Edge,
    Grant,
    LoginCode,
    Network,
    NetworkCredential,
    Role,
    Session,
    User,
)
from frontdesk.protocol.store import CodeTaken

START = Micros(1_800_000_000 * SECOND)
SCOPES = ("resources", "locations.readonly", "bookings")


@dataclass
class House:
    """Acts on a store; every act may be told when it happens."""

    store: Any
    now: Micros = START
    _ids: count = field(default_factory=lambda: count(1))

    def new_id(self) -> str:
        """An id that no other record has, later ones greater."""
        return f"01900000-0000-7000-8000-{next(self._ids):012x}"

    def digest(self) -> Digest:
        """A digest that no other record has."""
        return Digest(b"\x01" + next(self._ids).to_bytes(32, "big"))

    def event(self, action: str, **about: Any) -> AuditEvent:
        """An audit row."""
        about = {"actor": "operator", "address": "192.0.2.7", "request_id": "r-1", "detail": "d", **about}
        return AuditEvent(at=self.now, action=action, **about)

    def pass_time(self, micros: int) -> None:
        """Let time go by."""
        self.now = Micros(self.now + micros)

    def person(self, email: str) -> User:
        """A user that is not stored yet."""
        return User(id=UserId(self.new_id()), email=Email(email), created_at=self.now)

    def pair(self, network: NetworkId, version: int = 1) -> NetworkCredential:
        """A Basic pair that is not stored yet."""
        return NetworkCredential(
            client_id=CredentialId(f"fdni_{next(self._ids)}"),
            network_id=network,
            version=version,
            last_four="wxyz",
            secret_digest=self.digest(),
            created_at=self.now,
        )

    async def network(self, title: str = "North", owner: str = "olga@example.com") -> NetworkId:
        """A network with its owner and pair."""
        network = Network(id=NetworkId(self.new_id()), title=title, created_at=self.now)
        added = await self.store.add_network(
            network=network,
            owner=self.person(owner),
            credential=self.pair(network.id),
            audit=self.event("network.created", network_id=network.id),
        )
        assert added == network
        return network.id

    async def member(self, email: str, *networks: NetworkId, role: Role = Role.ADMINISTRATOR) -> User:
        """A user with a role in each of the networks."""
        user = None
        for network in networks:
            user = await self.store.put_membership(
                new_user=self.person(email), network_id=network, role=role, audit=self.event("membership.given")
            )
        assert user is not None
        return user

    def new_client(self, **changes: Any) -> Client:
        """An app that is not stored yet."""
        client = Client(
            id=ClientId(f"fdci_{next(self._ids)}"),
            name="Partner",
            redirect_uris=("https://p.example/cb", "https://p.example/cb?tenant=1"),
            scopes=SCOPES,
            secret_digest=self.digest(),
            created_at=self.now,
        )
        return replace(client, **changes)

    async def client(self, **changes: Any) -> Client:
        """An app."""
        client = self.new_client(**changes)
        assert await self.store.add_client(client=client, audit=self.event("client.created", client_id=client.id))
        return client

    def new_code(self, user: UserId, client: ClientId, *networks: NetworkId, **changes: Any) -> AuthorizationCode:
        """A code of sixty seconds that is not stored yet."""
        code = AuthorizationCode(
            id=CodeId(self.new_id()),
            digest=self.digest(),
            client_id=client,
            user_id=user,
            redirect_uri="https://p.example/cb",
            scopes_asked=SCOPES,
            scopes_given=SCOPES[:2],
            networks=networks,
            code_challenge=None,
            created_at=self.now,
            expires_at=Micros(self.now + MINUTE),
        )
        return replace(code, **changes)

    async def consent(self, user: UserId, client: ClientId, *networks: NetworkId, **changes: Any) -> AuthorizationCode:
        """The user allowed the app these networks."""
        code = self.new_code(user, client, *networks, **changes)
        connection = Connection(
            user_id=user,
            client_id=client,
            redirect_uri=code.redirect_uri,
            scopes_given=code.scopes_given,
            networks_offered=networks,
            networks_given=networks,
            created_at=self.now,
            consented_at=self.now,
        )
        audit = self.event("consent.given", user_id=user, client_id=client)
        await self.store.save_consent(code=code, connection=connection, audit=audit)
        return code

    def new_grant(self, code: AuthorizationCode, **changes: Any) -> Grant:
        """What a code would be exchanged for."""
        grant = Grant(
            id=GrantId(self.new_id()),
            user_id=code.user_id,
            client_id=code.client_id,
            stamp=-(2**62) + next(self._ids),
            scopes_asked=code.scopes_asked,
            scopes_given=code.scopes_given,
            edges=tuple(Edge(network_id=network) for network in code.networks),
            refresh_digest=self.digest(),
            code_id=code.id,
            created_at=self.now,
        )
        return replace(grant, **changes)

    async def exchange(self, code: AuthorizationCode, *, cap: int = 50, **changes: Any) -> Any:
        """The app exchanges a code; whatever comes of it."""
        grant = self.new_grant(code, **changes)
        audit = self.event("code.exchanged", client_id=code.client_id, grant_id=grant.id)
        return await self.store.take_code(code_id=code.id, grant=grant, now=self.now, cap=cap, audit=audit)

    async def connect(self, user: UserId, client: ClientId, *networks: NetworkId) -> Grant:
        """Consent and exchange."""
        taken = await self.exchange(await self.consent(user, client, *networks))
        assert isinstance(taken, CodeTaken)
        return taken.grant

    async def revoke(self, grant: GrantId) -> bool:
        """Somebody revokes a grant."""
        audit = self.event("grant.revoked", grant_id=grant)
        return await self.store.revoke_grant(grant_id=grant, now=self.now, audit=audit)

    def login_code(self, user: UserId, browser: str = "b1") -> LoginCode:
        """A sign-in code that is not stored yet."""
        return LoginCode(
            id=self.new_id(),
            user_id=user,
            browser=browser,
            digest=self.digest(),
            created_at=self.now,
            expires_at=Micros(self.now + 10 * MINUTE),
        )

    async def guess(self, code: LoginCode, digest: Digest | None = None, **changes: Any) -> Any:
        """Somebody types a code: a wrong one unless the right digest is given."""
        asked = {"challenge_id": code.id, "browser": code.browser, "budget_key": b"key", **changes}
        digests = [self.digest() if digest is None else digest]
        return await self.store.try_login_code(digests=digests, now=self.now, **asked)

    async def sign_in(self, user: UserId, replaces: SessionId | None = None) -> Session:
        """A new session."""
        session = Session(
            id=SessionId(self.new_id()),
            user_id=user,
            digest=self.digest(),
            signed_in_at=self.now,
            last_seen_at=self.now,
        )
        audit = self.event("session.started", user_id=user)
        await self.store.start_session(session=session, replaces=replaces, audit=audit)
        return session

    async def actions(self) -> list[str]:
        """The audited actions, oldest first."""
        return [event.action for event in reversed(await self.store.list_audit(limit=10_000))]
