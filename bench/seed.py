"""Fills a store through its own verbs, many at a time so that commits are grouped, and writes what wrk sends.

What is written: networks with owners, apps, grants in several pools, sessions. Each connection stays below the cap on
its grants, so that no workload measures eviction by accident.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from frontdesk.flows.needs import Mint, Store
from frontdesk.protocol.ids import (
    ClientId,
    CodeId,
    CredentialId,
    Email,
    GrantId,
    Micros,
    NetworkId,
    ResourceServerId,
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
    Network,
    NetworkCredential,
    ResourceServer,
    Session,
    User,
)

SCOPES = ("resources", "locations")
CALLBACK = "https://partner.example/callback"
HOUR = 3_600_000_000
NETWORKS_EACH = 5  # of one owner
AT_A_TIME = 400

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much to write. `to_revoke` is one pool of grants for each round of revocations."""

    networks: int
    grants: int
    rounds: int
    to_revoke: int


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A registered app, or a resource server, and its secret."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One grant as the partner holds it."""

    network: str
    refresh: str
    access: str
    app: App


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """What was written, as far as the workloads need it."""

    basic: list[tuple[str, str]]
    grants: list[Issued]
    to_revoke: list[list[Issued]]
    sessions: list[str]  # Cookie headers of signed-in browsers
    flow_app: App
    api: App  # a resource server


class Seeder:
    """Writes one store full. `now` is microseconds."""

    def __init__(self, store: Store, mint: Mint, now: Micros) -> None:
        self.store, self.mint, self.now = store, mint, now
        self.owners: list[User] = []
        self.basic: list[tuple[str, str]] = []

    async def fill(self, sizes: Sizes) -> Seed:
        """Everything, in the order in which it depends on each other."""
        owners = max(1, sizes.networks // NETWORKS_EACH)
        self.owners = [self._owner(number) for number in range(owners)]
        await many(self.add_network(owner, NetworkId(network)) for owner in self.owners for network in owner.roles)
        grants = await self._pool(sizes.grants)
        to_revoke = [await self._pool(sizes.to_revoke) for _ in range(sizes.rounds)]
        flow_app = await self.add_app("Flows")
        await many(self.connect(owner, flow_app) for owner in self.owners)
        sessions = await many(self.start_session(owner) for owner in self.owners)
        api = await self._add_api()
        return Seed(basic=self.basic, grants=grants, to_revoke=to_revoke, sessions=sessions, flow_app=flow_app, api=api)

    def _owner(self, number: int) -> User:
        roles = {NetworkId(self.mint.new_id()): "owner" for _ in range(NETWORKS_EACH)}
        return User(
            id=UserId(self.mint.new_id()),
            email=Email(f"owner{number}@bench.example"),
            created_at=self.now,
            roles=roles,  # type: ignore[arg-type]
        )

    async def add_network(self, owner: User, network_id: NetworkId) -> None:
        client_id = CredentialId(self.mint.new_client_id("fdni_"))
        secret = self.mint.new_secret("fdns_")
        credential = NetworkCredential(
            client_id=client_id,
            network_id=network_id,
            version=1,
            last_four=secret[-4:],
            secret_digest=self.mint.digest(secret),
            created_at=self.now,
        )
        network = Network(id=network_id, title=f"Network {len(self.basic)}", created_at=self.now)
        self.basic.append((client_id, secret))
        await self.store.add_network(
            network=network, owner=owner, credential=credential, audit=self._audit("network.created")
        )

    async def add_app(self, name: str) -> App:
        app = App(id=self.mint.new_client_id("fdci_"), secret=self.mint.new_secret("fdcs_"))
        client = Client(
            id=ClientId(app.id),
            name=name,
            redirect_uris=(CALLBACK,),
            scopes=SCOPES,
            secret_digest=self.mint.digest(app.secret),
            created_at=self.now,
        )
        await self.store.add_client(client=client, audit=self._audit("client.created"))
        return app

    async def _add_api(self) -> App:
        api = App(id=self.mint.new_client_id("fdri_"), secret=self.mint.new_secret("fdrs_"))
        server = ResourceServer(
            id=ResourceServerId(api.id),
            name="Bookings",
            secret_digest=self.mint.digest(api.secret),
            created_at=self.now,
        )
        await self.store.add_resource_server(server=server, audit=self._audit("resource_server.created"))
        return api

    async def _pool(self, count: int) -> list[Issued]:
        """Grants spread over the owners, ten to a connection at most."""
        pool: list[Issued] = []
        while len(pool) < count:
            app = await self.add_app(f"Pool {len(pool)}")
            wanted = min(count - len(pool), 10 * len(self.owners))
            owners = (self.owners[number % len(self.owners)] for number in range(wanted))
            pool += await many(self.connect(owner, app) for owner in owners)
        return pool

    async def connect(self, owner: User, app: App) -> Issued:
        """One consent and one exchange, as the walks do them."""
        networks = tuple(owner.roles)
        code_id, grant_id = CodeId(self.mint.new_id()), GrantId(self.mint.new_id())
        code_value = self.mint.new_code(code_id)
        refresh = self.mint.new_refresh_token(grant_id)
        code = AuthorizationCode(
            id=code_id,
            digest=self.mint.digest(code_value),
            client_id=ClientId(app.id),
            user_id=owner.id,
            redirect_uri=CALLBACK,
            scopes_asked=SCOPES,
            scopes_given=SCOPES,
            networks=networks,
            code_challenge=None,
            created_at=self.now,
            expires_at=Micros(self.now + HOUR),
        )
        connection = Connection(
            user_id=owner.id,
            client_id=ClientId(app.id),
            redirect_uri=CALLBACK,
            scopes_given=SCOPES,
            networks_offered=networks,
            networks_given=networks,
            created_at=self.now,
            consented_at=self.now,
        )
        grant = Grant(
            id=grant_id,
            user_id=owner.id,
            client_id=ClientId(app.id),
            stamp=self.mint.new_stamp(),
            scopes_asked=SCOPES,
            scopes_given=SCOPES,
            edges=tuple(Edge(network_id=network) for network in networks),
            refresh_digest=self.mint.digest(refresh),
            code_id=code_id,
            created_at=self.now,
        )
        await self.store.save_consent(code=code, connection=connection, audit=self._audit("consent.given"))
        await self.store.take_code(
            code_id=code_id, grant=grant, now=self.now, cap=50, audit=self._audit("code.exchanged")
        )
        access = self.mint.access_token(grant, 0b11, self.now, Micros(self.now + HOUR))
        return Issued(network=networks[0], refresh=refresh, access=access, app=app)

    async def start_session(self, owner: User) -> str:
        session_id = SessionId(self.mint.new_id())
        token = self.mint.new_session_token(session_id)
        session = Session(
            id=session_id,
            user_id=owner.id,
            digest=self.mint.digest(token),
            signed_in_at=self.now,
            last_seen_at=self.now,
        )
        await self.store.start_session(session=session, replaces=None, audit=self._audit("session.started"))
        return f"fd_session={token}; fd_browser={self.mint.new_client_id('fdbr_')}"

    def _audit(self, action: str) -> AuditEvent:
        return AuditEvent(at=self.now, action=action, actor="operator", detail="bench")


async def many(works: Iterable[Awaitable[Done]]) -> list[Done]:
    """Run AT_A_TIME at once; results in order."""
    queue = enumerate(works)
    done: dict[int, Done] = {}

    async def worker() -> None:
        for number, work in queue:
            done[number] = await work

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_A_TIME):
            group.create_task(worker())
    return [done[number] for number in range(len(done))]
