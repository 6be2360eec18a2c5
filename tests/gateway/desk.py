"""A gateway with real checks behind it: two networks of one owner, a foreign one, a customer and a partner."""

import base64
import json
from dataclasses import replace
from typing import Any

from frontdesk.assemble import house_of
from frontdesk.assemble.front import furnish
from frontdesk.gateway.document import read_document
from frontdesk.gateway.gateway import Gateway
from frontdesk.gateway.policy import Policy, compile_policy
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.ids import HOUR, ClientId, CodeId, CredentialId, Email, GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.records import Client, Edge, Grant, Network, NetworkCredential, Profile, Role, User
from frontdesk.protocol.scopes import mask_of
from frontdesk.settings import Settings
from frontdesk.storage import MemoryStore
from frontdesk.testing.told import START, Pigeonholes, Sightings, ToldClock

NORTH = NetworkId("0190b3a0-0000-7000-8000-000000000001")
SOUTH = NetworkId("0190b3a0-0000-7000-8000-000000000002")
FOREIGN = NetworkId("0190b3a0-0000-7000-8000-00000000000f")
SECRET = "fdns_secret"

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


class Desk:
    """Builds gateways over one small world, and makes the credentials to call them with."""

    def __init__(self, *, limit: int = 1_000) -> None:
        """The store is filled record by record: a case may need what no verb leaves behind."""
        self.store = MemoryStore()
        self.clock = ToldClock()
        self.limit = limit
        self.house = house_of(
            Settings(requests_per_second=limit),
            store=self.store,
            clock=self.clock,
            post_office=Pigeonholes(),
            witness=Sightings(),
        )
        self.mint = self.house.mint
        self.owner = UserId("0190b3a0-0000-7000-8000-0000000000a1")
        self.client = ClientId("fdci_partner")
        for network_id, title in ((NORTH, "North"), (SOUTH, "South"), (FOREIGN, "Foreign")):
            self.store.networks[network_id] = Network(id=network_id, title=title, created_at=START)
            credential_id = CredentialId(f"fdni_{title.lower()}")
            self.store.credentials[credential_id] = NetworkCredential(
                client_id=credential_id,
                network_id=network_id,
                version=1,
                last_four="cret",
                secret_digest=self.mint.digest(SECRET),
                created_at=START,
            )
        self.store.users[self.owner] = User(
            id=self.owner,
            email=Email("olena@north.example"),
            created_at=START,
            roles={NORTH: Role.OWNER, SOUTH: Role.ADMINISTRATOR},
        )
        self.store.clients[self.client] = Client(
            id=self.client,
            name="Partner",
            redirect_uris=("https://partner.example/cb",),
            scopes=("rooms",),
            secret_digest=None,
            profile=Profile.STRICT,
            created_at=START,
        )

    def gateway(self, document: dict[str, Any] | None = None, **settings: Any) -> Gateway:
        """A gateway under a document, with settings changed."""
        read = Settings(**{"requests_per_second": self.limit, **settings})
        policy = policy_of(
            document or DOCUMENT,
            scope_match=read.scope_match,
            public_operations=read.public_operations,
            networkless_operations=read.networkless_operations,
            serve_networks=read.serve_networks,
            network_parameters=read.network_parameters,
        )
        return furnish(replace(self.house, settings=read), worker=0, policy=policy).gateway

    def lose_role(self, network_id: NetworkId) -> None:
        """The owner holds no role there any more; the edges of grants stay."""
        user = self.store.users[self.owner]
        left = {held: role for held, role in user.roles.items() if held != network_id}
        self.store.users[self.owner] = replace(user, roles=left)

    def restamp(self, bearer: bytes) -> bytes:
        """The same token, whose grant is another than the one it was made for."""
        claims = self.mint.read_access_token(bearer.removeprefix(b"Bearer ").decode())
        assert claims is not None
        grant_id = GrantId(claims.grant_id)
        self.store.grants[grant_id] = replace(self.store.grants[grant_id], stamp=claims.stamp ^ 1)
        return bearer

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
        self.store.grants[grant.id] = grant
        now = self.clock.now()
        token = self.mint.access_token(grant, mask_of(scopes, scopes), now, Micros(now + HOUR))
        return b"Bearer " + token.encode()


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
