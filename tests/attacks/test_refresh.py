"""Attacks on refreshing, and on the scopes it gives (rows RF, SC)."""

import asyncio

import pytest

from attacks.token_requests import is_error
from frontdesk.testing.story import OPERATOR, OWNER, Story, tokens_of

pytestmark = pytest.mark.anyio


async def test_rf_01_another_clients_refresh_token(story: Story) -> None:
    """RF-01: A's token with B's credentials is invalid_grant, and A's is unharmed."""
    a = await story.connected_partner()
    b = await story.partner("B")
    assert is_error(await b.refreshes(a.held.refresh_token), 400, "invalid_grant")
    assert (await a.refreshes()).status == 200


async def test_rf_02_refresh_needs_client_authentication(story: Story) -> None:
    """RF-02: none, or an id alone, is invalid_client."""
    partner = await story.connected_partner()
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    assert is_error(await story.post("/oauth2/token", form), 401, "invalid_client")
    alone = {**form, "client_id": partner.client_id}
    assert is_error(await story.post("/oauth2/token", alone), 401, "invalid_client")


async def test_rf_04_a_refresh_never_widens(story: Story) -> None:
    """RF-04: never asked for, or nothing left: invalid_scope, and the grant is unharmed."""
    partner = await story.connected_partner(scope="resources")
    for scope in ("locations", "resources locations", "resources.readonly.x", 'a"b', "Resources"):
        assert is_error(await partner.refreshes(scope=scope), 400, "invalid_scope")
    assert (await partner.refreshes()).json()["scope"] == "resources"


async def test_rf_05_a_thousand_refreshes_at_once(story: Story) -> None:
    """RF-05: compat refreshes never conflict: all 200, all different access tokens, one refresh token."""
    partner = await story.connected_partner()
    token = partner.held.refresh_token
    replies = await asyncio.gather(*(partner.refreshes(token) for _ in range(1_000)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json()["access_token"] for reply in replies}) == 1_000
    assert {reply.json()["refresh_token"] for reply in replies} == {token}


async def test_rf_07_no_live_edge_left(story: Story) -> None:
    """RF-07: no network left is invalid_grant; one of several left works for that one."""
    north = await story.network("North", owner="boss@north.example")
    south = await story.network("South", owner="boss@north.example")
    for network in (north, south):
        await story.operator.give_role(OWNER, network_id=network.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id, south.id])
    await story.operator.remove_role(OWNER, network_id=south.id, origin=OPERATOR)
    assert (await partner.refreshes()).status == 200
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    await story.operator.remove_role(OWNER, network_id=north.id, origin=OPERATOR)
    assert is_error(await partner.refreshes(), 400, "invalid_grant")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    assert is_error(await partner.refreshes(), 400, "invalid_grant")


async def test_rf_07_a_role_below_the_picker_s_opens_nothing_while_it_lasts(story: Story) -> None:
    """D1: an edge lives while its user holds a role that the picker offers."""
    north = await story.network("North", owner="boss@north.example")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id])
    await story.operator.give_role(OWNER, network_id=north.id, role="member", origin=OPERATOR)
    assert not await partner.is_let_in("GET /resources/v1")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    assert await partner.is_let_in("GET /resources/v1")


async def test_rf_17_the_51st_grant_ends_the_least_recently_used(story: Story) -> None:
    """RF-17, D1: at most 50 grants a connection."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    held = []
    for _ in range(51):
        held.append(await partner.connects(browser, networks=[north.id]))
        story.clock.pass_seconds(1)
    alive = [(await partner.refreshes(tokens.refresh_token)).status == 200 for tokens in held]
    assert alive == [False] + [True] * 50


async def test_sc_14_a_later_consent_does_not_widen_an_earlier_grant(story: Story) -> None:
    """SC-14, D1: each grant keeps its own scopes and networks."""
    north, south = await story.network("North"), await story.network("South")
    partner = await story.partner(scope="resources locations")
    browser = await story.signs_in()
    first_code = await partner.obtains_code(browser, networks=[north.id], scope="resources")
    first = tokens_of(await partner.exchanges(first_code))
    await partner.exchanges(await partner.obtains_code(browser, networks=[south.id], scope="resources locations"))
    again = tokens_of(await partner.refreshes(first.refresh_token))
    assert again.scope == "resources"
    assert not await partner.is_let_in("GET /resources/v1", network=south.id, token=again.access_token)
    assert await partner.is_let_in("GET /resources/v1", network=south.id)


async def test_sc_16_the_order_of_scopes_changes_nothing_else(story: Story) -> None:
    """SC-16, SC-03: the same set in another order or doubled is the same grant, told in the order asked."""
    north = await story.network("North")
    partner = await story.partner(scope="resources locations")
    browser = await story.signs_in()
    for scope, told in (("locations resources", "locations resources"), ("resources resources", "resources")):
        code = await partner.obtains_code(browser, networks=[north.id], scope=scope, prompt="consent")
        assert (await partner.exchanges(code)).json()["scope"] == told
