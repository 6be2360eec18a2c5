"""A partner's app on its own: client credentials. RFC 6749 §4.4."""

import asyncio

import pytest

from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import FreshClient, Registration
from frontdesk.testing.story import OPERATOR, Partner, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

LIST = "GET /networks/v1"


def registration(story: Story) -> Registration:
    """The operator's walks over apps."""
    return Registration(store=story.house.store, clock=story.clock, mint=story.house.mint)


async def gives(story: Story, partner: Partner, scope: str) -> None:
    """The operator says what the app may do without a user."""
    done = await registration(story).set_own_scopes(partner.client_id, scope, origin=OPERATOR)
    assert not isinstance(done, Objection)


async def own_token(partner: Partner, **more: str) -> str:
    """A token of its own."""
    reply = await partner.gets_own_token(**more)
    assert reply.status == 200, reply.text
    token: str = reply.json()["access_token"]
    return token


def is_fault(reply: Reply, error: str) -> bool:
    """400 with this word, not to be stored."""
    return (reply.status, reply.json()["error"], reply.header("cache-control")) == (400, error, "no-store")


async def test_an_app_gets_a_token_of_its_own(story: Story) -> None:
    """RFC 6749 §4.4.3: no refresh token; all its own scopes where none is asked for."""
    partner = await story.partner(own_scope="resources locations.readonly")
    reply = await partner.gets_own_token()
    assert reply.status == 200
    assert reply.header("cache-control") == "no-store"
    said = reply.json()
    assert said.pop("access_token").startswith("fdat_")
    assert said == {"expires_in": 3_600, "scope": "resources locations.readonly", "token_type": "Bearer"}
    asked = await partner.gets_own_token(scope="locations.readonly")
    assert asked.json()["scope"] == "locations.readonly"


async def test_without_scopes_of_its_own_an_app_gets_none(story: Story) -> None:
    """Fail closed: what users let it do gives it nothing of its own (`unauthorized_client`)."""
    partner = await story.connected_partner()
    assert is_fault(await partner.gets_own_token(), "unauthorized_client")
    assert is_fault(await partner.gets_own_token(scope="resources"), "unauthorized_client")


@pytest.mark.parametrize("scope", ["locations", "resources locations", "resources.readonly", "Resources", 'a"b'])
async def test_it_may_ask_for_no_more_than_it_was_given(story: Story, scope: str) -> None:
    """SC-09: beyond its own scopes is `invalid_scope`, whatever the app may ask of users."""
    partner = await story.partner(scope="resources locations", own_scope="resources")
    assert is_fault(await partner.gets_own_token(scope=scope), "invalid_scope")


async def test_it_must_prove_itself(story: Story) -> None:
    """A wrong secret and a disabled app get nothing."""
    partner = await story.partner(own_scope="resources")
    form = {"grant_type": "client_credentials", "client_id": partner.client_id}
    for wrong in ({}, {"client_secret": "wrong"}):
        assert (await story.post("/oauth2/token", {**form, **wrong})).status == 401
    await story.operating.stop_app(partner.client_id, stopped=True, origin=OPERATOR)
    assert (await partner.gets_own_token()).status == 401


async def test_it_opens_what_needs_no_network_and_nothing_else(story: Story) -> None:
    """TN-03: the list of networks is empty; a network header is 403 like any other; without one, 400 as for others."""
    north = await story.network("North")
    partner = await story.partner(own_scope="resources")
    token = await own_token(partner)
    reply = await partner.calls(LIST, token=token)
    assert reply.status == 200
    assert reply.header("x-frontdesk-subject") == f"client:{partner.client_id}"
    assert reply.header("x-frontdesk-client") == partner.client_id
    assert reply.header("x-frontdesk-scheme") == "oauth2"
    assert reply.header("x-frontdesk-scopes") == "resources"
    for name in ("x-frontdesk-network", "x-frontdesk-role", "spacebring-network-id"):
        assert reply.header(name) == ""
    missing = await partner.calls("GET /resources/v1", token=token)
    assert (missing.status, missing.json()["type"]) == (400, "networkRequired")
    for network in (north.id, "01900000-0000-7000-8000-000000000001"):
        for operation in (LIST, "GET /resources/v1"):
            refused = await partner.calls(operation, token=token, network=network)
            assert (refused.status, refused.json()["type"]) == (403, "networkForbidden")


async def test_what_users_gave_an_app_is_not_its_own(story: Story) -> None:
    """TN-18: an app that is let into a network by its owner does not get there on its own."""
    partner = await story.connected_partner()
    await gives(story, partner, "resources locations")
    token = await own_token(partner)
    (network,) = [row[0].id for row in await story.house.store.list_networks()]
    assert await partner.is_let_in("GET /resources/v1", network=network)
    assert (await partner.calls("GET /resources/v1", network=network, token=token)).status == 403


async def test_it_is_told_what_its_own_token_is_worth(story: Story) -> None:
    """The subject is the app; there is no network."""
    partner, api = await story.partner(own_scope="resources"), await story.api()
    token = await own_token(partner)
    said = (await api.introspects(token)).json()
    assert (said["active"], said["sub"], said["client_id"]) == (True, partner.client_id, partner.client_id)
    assert (said["scope"], said["networks"]) == ("resources", [])
    assert said["exp"] - said["iat"] == 3_600
    assert (await partner.introspects(token)).json() == said
    other = await story.partner("Other", own_scope="resources")
    assert (await other.introspects(token)).json() == {"active": False}


async def test_only_the_first_token_writes(story: Story) -> None:
    """One row an app, one audit row; parallel first requests share it."""
    partner = await story.partner(own_scope="resources")
    replies = await asyncio.gather(*(partner.gets_own_token() for _ in range(20)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json()["access_token"] for reply in replies}) == 20
    for reply in replies[:3]:
        assert await partner.is_let_in(LIST, token=reply.json()["access_token"])
    await own_token(partner)
    actions = [event.action for event in await story.house.store.list_audit(client_id=partner.client_id)]
    assert actions.count("own_grant.created") == 1


async def test_revoking_one_ends_them_all_and_users_grants_stay(story: Story) -> None:
    """RV-02: every own token of the app dies at once; it may ask for new ones."""
    partner, api = await story.connected_partner(), await story.api()
    await gives(story, partner, "resources")
    first, second = await own_token(partner), await own_token(partner)
    for token in (first, second):
        assert await partner.is_let_in(LIST, token=token)
        assert (await api.introspects(token)).json()["active"]
    assert (await partner.revokes(first)).body == b"{}"
    for token in (first, second):
        assert not await partner.is_let_in(LIST, token=token)
        assert (await api.introspects(token)).json() == {"active": False}
    assert (await partner.revokes(second)).status == 200
    assert await partner.is_let_in(LIST, token=await own_token(partner))
    assert await partner.is_let_in(LIST)
    actions = [event.action for event in await story.house.store.list_audit(client_id=partner.client_id)]
    assert (actions.count("own_grant.revoked"), actions.count("own_grant.created")) == (1, 1)


async def test_another_apps_own_token_is_left_alone(story: Story) -> None:
    """Contract: right credentials of another client give 200, no effect, and an event."""
    partner, other = await story.partner(own_scope="resources"), await story.partner("Other")
    token = await own_token(partner)
    form = {"token": token, "client_id": other.client_id, "client_secret": other.client_secret}
    assert (await story.post("/oauth2/revoke", form)).status == 200
    assert "revoke.other_client" in story.sightings.names()
    assert await partner.is_let_in(LIST, token=token)


async def test_living_tokens_are_cut_with_the_apps_own_scopes(story: Story) -> None:
    """What is taken away is gone from every token at once; with nothing left it is dead; given back, it counts."""
    partner, api = await story.partner(own_scope="resources locations"), await story.api()
    token = await own_token(partner)
    assert (await partner.calls(LIST, token=token)).header("x-frontdesk-scopes") == "resources locations"
    await gives(story, partner, "locations")
    assert (await partner.calls(LIST, token=token)).header("x-frontdesk-scopes") == "locations"
    assert (await api.introspects(token)).json()["scope"] == "locations"
    narrow = await own_token(partner, scope="locations")
    for scope in ("resources", ""):
        await gives(story, partner, scope)
        assert not await partner.is_let_in(LIST, token=narrow)
        assert (await api.introspects(narrow)).json() == {"active": False}
    assert is_fault(await partner.gets_own_token(), "unauthorized_client")
    await gives(story, partner, "locations resources")
    assert (await partner.calls(LIST, token=token)).header("x-frontdesk-scopes") == "resources locations"


async def test_later_scopes_do_not_widen_earlier_tokens(story: Story) -> None:
    """SC-14: a token holds what it was given; the new scope is in new tokens only."""
    partner = await story.partner(own_scope="resources")
    old = await own_token(partner)
    await gives(story, partner, "locations resources")
    new = await own_token(partner)
    assert (await partner.calls(LIST, token=old)).header("x-frontdesk-scopes") == "resources"
    assert (await partner.calls(LIST, token=new)).header("x-frontdesk-scopes") == "resources locations"


async def test_a_disabled_apps_own_tokens_are_refused_until_it_is_enabled(story: Story) -> None:
    """As its users' grants are."""
    partner = await story.partner(own_scope="resources")
    token = await own_token(partner)
    for disabled in (True, False):
        await story.operating.stop_app(partner.client_id, stopped=disabled, origin=OPERATOR)
        assert await partner.is_let_in(LIST, token=token) is not disabled


async def test_a_new_secret_ends_what_was_got_with_the_old_one(story: Story) -> None:
    """Whoever had the secret could have asked for a token of the app's own; what users granted stays."""
    partner = await story.connected_partner()
    await gives(story, partner, "resources")
    token = await own_token(partner)
    assert await partner.is_let_in(LIST, token=token)
    made = await registration(story).rotate_secret(partner.client_id, origin=OPERATOR)
    assert isinstance(made, FreshClient)
    assert not await partner.is_let_in(LIST, token=token)
    assert await partner.is_let_in(LIST)
    partner.client_secret = made.secret
    assert await partner.is_let_in(LIST, token=await own_token(partner))


async def test_an_own_token_lives_an_hour(story: Story) -> None:
    """Half-open: dead at the very instant."""
    partner = await story.partner(own_scope="resources")
    token = await own_token(partner)
    story.clock.pass_seconds(3_600)
    story.clock.pass_micros(-1)
    assert await partner.is_let_in(LIST, token=token)
    story.clock.pass_micros(1)
    assert not await partner.is_let_in(LIST, token=token)


async def test_a_new_token_buys_no_more_calls(story: Story) -> None:
    """Ten a second for all own tokens of an app together, a revocation between them included."""
    partner = await story.partner(own_scope="resources")
    statuses = []
    for number in range(12):
        if number == 6:
            await partner.revokes(await own_token(partner))
        statuses.append((await partner.calls(LIST, token=await own_token(partner))).status)
    assert statuses == [200] * 10 + [429] * 2
