"""What an API and a partner are told of a token. RFC 7662."""

import hashlib
import json

import pytest

from frontdesk.protocol.ids import SECOND, ClientId, Email, NetworkId
from frontdesk.protocol.network_rules import NetworkRules
from frontdesk.protocol.records import AuditEvent
from frontdesk.testing.browser import ISSUER
from frontdesk.testing.story import OPERATOR, OWNER, Story
from frontdesk.testing.wire import call
from stories.moved import app, move_in, network, partner, refresh_token

pytestmark = pytest.mark.anyio

ADA = "ada@north.example"


async def test_an_api_is_told_what_a_token_is_worth(story: Story) -> None:
    """RFC 7662 §2.2: every member, with the role that its user has in each network; not to be stored."""
    north, south = await story.network("North"), await story.network("South", owner="sven@south.example")
    await story.operator.give_role(OWNER, network_id=south.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(scope="resources locations", networks=[north.id, south.id])
    api = await story.api()
    reply = await api.introspects(partner.held.access_token)
    assert (reply.status, reply.header("content-type")) == (200, "application/json")
    assert reply.header("cache-control") == "no-store"
    said = reply.json()
    user = next(user for user in await story.house.store.list_users() if user.email == OWNER)
    now = story.clock.now() // SECOND
    assert said == {
        "active": True,
        "client_id": partner.client_id,
        "scope": "resources locations",
        "sub": user.id,
        "token_type": "Bearer",
        "iss": ISSUER,
        "iat": now,
        "exp": now + 3_600,
        "networks": [{"id": north.id, "role": "owner"}, {"id": south.id, "role": "administrator"}],
    }


async def test_a_partner_asks_about_its_own_tokens(story: Story) -> None:
    """Its access token as an API sees it; its refresh token, which has no end."""
    partner, api = await story.connected_partner(), await story.api()
    access = (await partner.introspects(partner.held.access_token)).json()
    assert access == (await api.introspects(partner.held.access_token)).json()
    refresh = (await partner.introspects(partner.held.refresh_token)).json()
    del access["exp"]
    assert refresh == access


async def test_the_networks_are_those_that_are_open_now(story: Story) -> None:
    """A role taken away takes its network off the list; the last one ends the token. A second question is as right."""
    north, south = await story.network("North"), await story.network("South")
    for place in (north, south):
        await story.operator.give_role(ADA, network_id=place.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(networks=[north.id, south.id], owner=ADA)
    api, token = await story.api(), partner.held.access_token
    for _ in range(2):
        assert len((await api.introspects(token)).json()["networks"]) == 2
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    for _ in range(2):
        assert (await api.introspects(token)).json()["networks"] == [{"id": south.id, "role": "administrator"}]
    await story.operator.remove_role(ADA, network_id=south.id, origin=OPERATOR)
    for _ in range(2):
        assert (await api.introspects(token)).json() == {"active": False}
        assert (await partner.introspects(partner.held.refresh_token)).json() == {"active": False}


async def test_the_scope_is_what_the_token_holds_now(story: Story) -> None:
    """Narrowed at refresh, the new token holds less, and the old one what it held."""
    partner, api = await story.connected_partner(scope="resources locations"), await story.api()
    first = partner.held.access_token
    narrow = (await partner.refreshes(scope="locations")).json()["access_token"]
    assert (await api.introspects(first)).json()["scope"] == "resources locations"
    assert (await api.introspects(narrow)).json()["scope"] == "locations"


async def test_where_an_app_only_reads_so_far_the_network_says_so(story: Story) -> None:
    """Its `scope` is the reading part there; an API behind the gateway hears the same; let to write, nothing is cut."""
    north, south = await story.network("North"), await story.network("South")
    rules = NetworkRules(network_id=NetworkId(north.id), version=1, read_only_first=True)
    owner = await story.house.store.find_user_by_email(Email(OWNER))
    audit = AuditEvent(at=story.clock.now(), action="network.rules_changed", actor="test")
    assert await story.house.store.put_network_rules(rules=rules, owner_id=owner.id, now=audit.at, audit=audit)
    partner = await story.connected_partner(scope="resources locations", networks=[north.id, south.id])
    api, token = await story.api(), partner.held.access_token

    async def told() -> dict[str, str]:
        said = (await api.introspects(token)).json()
        assert said["scope"] == "resources locations"
        return {one["id"]: one.get("scope", "") for one in said["networks"]}

    reading = "resources.readonly locations.readonly"
    assert await told() == {north.id: reading, south.id: ""}
    call = await partner.calls("GET /resources/v1", network=north.id)
    assert call.header("x-frontdesk-scopes") == reading
    told_of = {"user_id": owner.id, "client_id": ClientId(partner.client_id), "network_id": rules.network_id}
    assert await story.house.store.let_write(**told_of, audit=audit)
    assert await told() == {north.id: "", south.id: ""}


async def test_an_api_and_the_gateway_agree(story: Story) -> None:
    """An active token is let in, with the scopes that the API is told; a revoked one is neither."""
    partner, api = await story.connected_partner(), await story.api()
    call_ = await partner.calls("GET /resources/v1")
    said = (await api.introspects(partner.held.access_token)).json()
    assert (call_.status, call_.header("x-frontdesk-scopes")) == (200, said["scope"])
    assert (call_.header("x-frontdesk-subject"), call_.header("x-frontdesk-client")) == (said["sub"], said["client_id"])
    await partner.revokes()
    assert not await partner.is_let_in("GET /resources/v1")
    assert (await api.introspects(partner.held.access_token)).json() == {"active": False}


async def test_a_token_of_another_server_is_told_anew_each_time(story: Story) -> None:
    """Known by its signature until its first use, any text with this signature is active; from then on one only."""
    signature, secret = "s" * 42 + "g", "an old secret that was 32 long.."
    known_by = hashlib.sha256(signature.encode()).hexdigest()
    await move_in(story, network(), app(secret=secret), refresh_token(token_signature_sha256=known_by))
    old = partner(story, secret)
    right, made_up = (f"ory_rt_{letter * 43}.{signature}" for letter in "km")
    for token in (right, made_up):
        for _ in range(2):
            assert (await old.introspects(token)).json()["active"]
    assert (await old.refreshes(right)).status == 200
    assert (await old.introspects(right)).json()["active"]
    assert (await old.introspects(made_up)).json() == {"active": False}


async def test_the_metadata_tells_where_and_how(story: Story) -> None:
    """RFC 8414 §2."""
    reply = await call(story.app, "GET", "/.well-known/oauth-authorization-server")
    document = json.loads(reply.body)
    assert document["introspection_endpoint"] == f"{ISSUER}/oauth2/introspect"
    assert document["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert document["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
