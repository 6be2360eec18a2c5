"""A gateway with real checks behind it: two networks of one owner, a foreign one, a customer and a partner."""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from frontdesk.flows.check import CheckFlow
from frontdesk.flows.decisions import Decisions
from frontdesk.flows.uses import LastUses
from frontdesk.gateway.document import read_document
from frontdesk.gateway.gateway import Gateway, build_gateway
from frontdesk.gateway.policy import Policy, compile_policy
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.ids import DAY, HOUR, ClientId, CodeId, CredentialId, Email, GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.records import Client, Edge, Grant, Network, NetworkCredential, Role, User
from frontdesk.protocol.scopes import mask_of
from frontdesk.runtime.keys import Key, KeyRing
from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.runtime.mint import Mint
from frontdesk.settings import Settings

NORTH = NetworkId("0190b3a0-0000-7000-8000-000000000001")
SOUTH = NetworkId("0190b3a0-0000-7000-8000-000000000002")
FOREIGN = NetworkId("0190b3a0-0000-7000-8000-00000000000f")
SECRET = "fdns_secret"
START = Micros(1_750_000_000_000_000)

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Rooms", "version": "1"},
    "components": {
        "securitySchemes": {
            "Basic": {"type": "http", "scheme": "basic"},
            "OAuth": {
                "type": "oauth2",
                "flows": {
                    "authorizationCode": {"scopes": {"rooms.readonly": "Read rooms", "rooms": "Read and write rooms"}}
                },
            },
            "Key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        }
    },
    "paths": {
        "/networks/v1": {"get": {"security": [{"Basic": []}, {"OAuth": []}]}},
        "/rooms/v1": {
            "get": {"summary": "List rooms", "security": [{"Basic": []}, {"OAuth": ["rooms.readonly", "rooms"]}]},
            "post": {"summary": "Add a room", "security": [{"Basic": []}, {"OAuth": ["rooms"]}]},
        },
        "/rooms/v1/{id}": {
            "get": {"security": [{"Basic": []}, {"OAuth": ["rooms.readonly", "rooms"]}]},
            "put": {"security": [{"OAuth": ["rooms"]}]},
        },
        "/partners/v1": {"get": {"security": [{"OAuth": ["rooms"]}]}},
        "/both/v1": {"get": {"security": [{"Basic": [], "OAuth": ["rooms"]}]}},
        "/keys/v1": {"get": {"security": [{"Key": []}]}},
        "/open/v1": {"get": {"security": []}},
        "/public/v1/{name}": {"get": {"security": [{}]}},
        "/private/v1": {"get": {"security": [{"Basic": []}]}},
        "/private/v1/{name}": {"get": {"security": [{"Basic": []}]}},
    },
}


def document_with(paths: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The document above with other paths, and whatever else is changed at its top."""
    return {**DOCUMENT, "paths": paths, **changes}


def policy_of(document: dict[str, Any], **options: Any) -> Policy:
    """A document, compiled."""
    return compile_policy(read_document(document), **options)


@dataclass
class ToldClock:
    """Says what it was told."""

    time: Micros = START

    def now(self) -> Micros:
        """The told time."""
        return self.time


class NothingHeld:
    """Memory that holds nothing: everything is asked of the shelf itself."""

    def __getattr__(self, _: str) -> Callable[[str], None]:
        return lambda _: None


@dataclass
class Shelf:
    """Remembers records in dictionaries: what a check reads of a store."""

    networks: dict[str, Network] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    credentials: dict[str, NetworkCredential] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)

    def glance(self) -> NothingHeld:
        """Nothing is held in memory."""
        return NothingHeld()

    async def find_network(self, network_id: NetworkId) -> Network | None:
        """A network."""
        return self.networks.get(network_id)

    async def find_user(self, user_id: UserId) -> User | None:
        """A user."""
        return self.users.get(user_id)

    async def find_client(self, client_id: ClientId) -> Client | None:
        """An app."""
        return self.clients.get(client_id)

    async def find_network_credential(self, client_id: CredentialId) -> NetworkCredential | None:
        """A Basic pair."""
        return self.credentials.get(client_id)

    async def find_grant(self, grant_id: GrantId) -> Grant | None:
        """A grant."""
        return self.grants.get(grant_id)


def _key() -> tuple[Key, ...]:
    return (Key(id=1, secret=os.urandom(32), made_at="2025-01-01T00:00:00Z"),)


class Desk:
    """Builds gateways over one small world, and makes the credentials to call them with."""

    def __init__(self, *, limit: int = 1_000) -> None:
        self.clock = ToldClock()
        ring = KeyRing(database_id=FOREIGN, mac=_key(), digest=_key(), seal=_key(), cookie=_key())
        self.mint = Mint(ring, self.clock)
        self.shelf = Shelf()
        self.owner = UserId("0190b3a0-0000-7000-8000-0000000000a1")
        self.client = ClientId("fdci_partner")
        for network_id, title in ((NORTH, "North"), (SOUTH, "South"), (FOREIGN, "Foreign")):
            self.shelf.networks[network_id] = Network(id=network_id, title=title, created_at=START)
            credential_id = CredentialId(f"fdni_{title.lower()}")
            self.shelf.credentials[credential_id] = NetworkCredential(
                client_id=credential_id,
                network_id=network_id,
                version=1,
                last_four="cret",
                secret_digest=self.mint.digest(SECRET),
                created_at=START,
            )
        self.shelf.users[self.owner] = User(
            id=self.owner,
            email=Email("olena@north.example"),
            created_at=START,
            roles={NORTH: Role.OWNER, SOUTH: Role.ADMINISTRATOR},
        )
        self.shelf.clients[self.client] = Client(
            id=self.client,
            name="Partner",
            redirect_uris=("https://partner.example/cb",),
            scopes=("rooms",),
            secret_digest=None,
            created_at=START,
        )
        self.door = CheckFlow(
            store=self.shelf,  # type: ignore[arg-type]
            mint=self.mint,
            limiter=LocalLimiter(limit),
            uses=LastUses(self.shelf),  # type: ignore[arg-type]
            decisions=Decisions(self.mint.trace),
            offered_roles=frozenset({Role.OWNER, Role.ADMINISTRATOR}),
        )

    def gateway(self, document: dict[str, Any] | None = None, **settings: Any) -> Gateway:
        """A gateway under a document, with settings changed."""
        read = Settings(**settings)
        policy = policy_of(
            document or DOCUMENT,
            scope_match=read.scope_match,
            public_operations=read.public_operations,
            networkless_operations=read.networkless_operations,
            serve_networks=read.serve_networks,
        )
        return build_gateway(read, policy=policy, door=self.door, clock=self.clock, store=self.shelf, mac=self.mint.mac)

    def basic(self, network: str = "north", secret: str = SECRET) -> bytes:
        """An Authorization value of a network's pair."""
        return b"Basic " + base64.b64encode(f"fdni_{network}:{secret}".encode())

    def bearer(
        self, scopes: tuple[str, ...] = ("rooms",), networks: tuple[NetworkId, ...] = (NORTH, SOUTH), **changes: Any
    ) -> bytes:
        """An Authorization value of a new grant's access token; `changes` are the grant's fields."""
        grant = Grant(
            **{
                "id": GrantId(self.mint.new_id()),
                "user_id": self.owner,
                "client_id": self.client,
                "stamp": self.mint.new_stamp(),
                "scopes_asked": scopes,
                "scopes_given": scopes,
                "edges": tuple(Edge(network_id=network) for network in networks),
                "refresh_digest": self.mint.digest("refresh"),
                "code_id": CodeId(self.mint.new_id()),
                "created_at": START,
                **changes,
            }
        )
        self.shelf.grants[grant.id] = grant
        now = self.clock.now()
        token = self.mint.access_token(grant, mask_of(scopes, scopes), now, Micros(now + HOUR))
        return b"Bearer " + token.encode()

    def pass_a_day(self) -> None:
        """Time goes on."""
        self.clock.time = Micros(self.clock.time + DAY)


def call(
    method: str, target: str | bytes, authorization: bytes | None = None, *more: tuple[bytes, bytes], **fields: Any
) -> Request:
    """A request as the server would hand it over."""
    headers: Headers = [(b"host", b"api.example"), *more]
    if authorization is not None:
        headers.append((b"authorization", authorization))
    raw = target.encode("latin-1") if isinstance(target, str) else target
    return Request(method=method, target=raw, headers=headers, request_id="r-1", peer="203.0.113.9", **fields)


def network(network_id: str) -> tuple[bytes, bytes]:
    """The network header."""
    return b"spacebring-network-id", network_id.encode()


def all_of(answer: Answer, name: str) -> list[str]:
    """Every value of an answer's header."""
    return [value.decode("latin-1") for key, value in answer.headers if key == name.encode()]


def outcome(answer: Answer) -> tuple[int, str]:
    """Status and type of a refusal; type "" where it is none."""
    body = json.loads(answer.body) if answer.body else {}
    return answer.status, body.get("type", "")
