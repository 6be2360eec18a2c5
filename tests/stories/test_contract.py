"""The contract as stories: what a customer and a partner do, and what they get."""

from urllib.parse import urlsplit

import pytest

from frontdesk.protocol.records import AuditEvent
from frontdesk.testing.story import CALLBACK, OPERATOR, OWNER, Story, answer_of, code_of, tokens_of
from frontdesk.testing.wire import call

pytestmark = pytest.mark.anyio


async def test_a_customer_calls_with_basic_in_its_own_network(story: Story) -> None:
    """Basic needs no network header; its own is fine, another's is 403 (contract, first table)."""
    north, south = await story.network("North"), await story.network("South")
    assert await north.is_let_in("GET /resources/v1")
    assert await north.is_let_in("GET /resources/v1", network=north.id)
    refused = await north.calls("GET /resources/v1", network=south.id)
    assert (refused.status, refused.json()["type"]) == (403, "networkForbidden")


async def test_the_five_steps_of_oauth2(story: Story) -> None:
    """Authorize, exchange, call, refresh, revoke: each answer as the contract's table shows it."""
    north = await story.network("North")
    partner = await story.partner(scope="resources locations")
    browser = await story.signs_in()

    sent_back = await partner.asks(browser, networks=[north.id])
    assert sent_back.status == 303
    assert sent_back.location.startswith(CALLBACK + "?")
    answer = answer_of(sent_back)
    assert answer["state"] == "s-1"
    assert answer["iss"] == story.house.settings.issuer

    bought = await partner.exchanges(answer["code"])
    assert bought.status == 200
    document = bought.json()
    assert list(document) == ["access_token", "expires_in", "refresh_token", "scope", "token_type"]
    assert (document["expires_in"], document["scope"], document["token_type"]) == (
        3600,
        "resources locations",
        "Bearer",
    )
    assert bought.header("cache-control") == "no-store"

    assert await partner.is_let_in("GET /resources/v1", network=north.id)

    again = await partner.refreshes()
    assert again.status == 200
    assert again.json()["refresh_token"] == document["refresh_token"]
    assert again.json()["access_token"] != document["access_token"]

    ended = await partner.revokes()
    assert (ended.status, ended.body) == (200, b"{}")
    assert not await partner.is_let_in("GET /resources/v1", network=north.id)
    assert (await partner.refreshes()).json()["error"] == "invalid_grant"


async def test_a_visitor_who_is_not_signed_in_is_sent_to_sign_in(story: Story) -> None:
    """Step 1: valid parameters give a 302 to the login page."""
    partner = await story.partner()
    reply = await story.browser().get(partner.authorize_target())
    assert reply.status == 302
    assert urlsplit(reply.location).path == "/sign-in"


async def test_sign_in_leads_to_consent_and_back_to_the_partner(story: Story) -> None:
    """The whole way in one browser that was never here: authorize, address, code, consent, code at the partner."""
    north = await story.network("North")
    partner = await story.partner()
    browser = story.browser()
    page = await browser.open(partner.authorize_target())
    page = await browser.submit(page, email=OWNER)
    page = await browser.submit(page, code=story.login_code(OWNER))
    assert "Door Locks" in page.text
    sent_back = await browser.submit(page, network=[north.id], decision="allow")
    assert (await partner.exchanges(code_of(sent_back))).status == 200


async def test_scopes_may_be_separated_by_commas(story: Story) -> None:
    """Spaces or commas in, spaces out, in the order asked."""
    north = await story.network("North")
    partner = await story.partner(scope="resources locations")
    browser = await story.signs_in()
    code = await partner.obtains_code(browser, networks=[north.id], scope="locations,resources")
    assert (await partner.exchanges(code)).json()["scope"] == "locations resources"


async def test_a_refresh_token_outlives_its_access_tokens(story: Story) -> None:
    """A year on, the same refresh token still buys access (contract, step 4)."""
    partner = await story.connected_partner()
    refresh_token = partner.held.refresh_token
    story.clock.pass_days(365)
    assert not await partner.is_let_in("GET /resources/v1")
    reply = await partner.refreshes()
    assert reply.json()["refresh_token"] == refresh_token
    assert await partner.is_let_in("GET /resources/v1")


async def test_an_access_token_lives_one_hour_to_the_microsecond(story: Story) -> None:
    """Alive while now < expires_at, dead at that very instant."""
    partner = await story.connected_partner()
    story.clock.pass_seconds(3600)
    story.clock.pass_micros(-1)
    assert await partner.is_let_in("GET /resources/v1")
    story.clock.pass_micros(1)
    assert not await partner.is_let_in("GET /resources/v1")


async def test_a_bearer_call_names_its_network(story: Story) -> None:
    """Without the header 400 where the grant has two networks; a network outside the grant is 403, existing or not."""
    north, south, third = [await story.network(title) for title in ("North", "South", "Third")]
    partner = await story.connected_partner(networks=[north.id, south.id])
    nameless = await partner.calls("GET /resources/v1")
    assert (nameless.status, nameless.json()["type"]) == (400, "networkRequired")
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    assert await partner.is_let_in("GET /resources/v1", network=south.id)
    foreign = await partner.calls("GET /resources/v1", network=third.id)
    unknown = await partner.calls("GET /resources/v1", network="0190a000-0000-7000-8000-00000000ffff")
    assert (foreign.status, foreign.json()["type"]) == (403, "networkForbidden")
    assert foreign.body == unknown.body


async def test_the_list_of_networks_needs_none(story: Story) -> None:
    """GET /networks/v1 is networkless by default; a header that is sent is checked all the same."""
    north, south, third = [await story.network(title) for title in ("North", "South", "Third")]
    partner = await story.connected_partner(networks=[north.id, south.id])
    assert await partner.is_let_in("GET /networks/v1")
    assert (await partner.calls("GET /networks/v1", network=third.id)).status == 403


async def test_networks_are_answered_by_the_desk(story: Story) -> None:
    """`{"networks":[{"id","title"}]}`: those that this caller may use now."""
    north, south = await story.network("North"), await story.network("South")
    partner = await story.connected_partner(networks=[south.id])
    bearer = [("authorization", f"Bearer {partner.held.access_token}")]
    reply = await call(story.app, "GET", "/networks/v1", headers=bearer)
    assert (reply.status, reply.json()) == (200, {"networks": [{"id": south.id, "title": "South"}]})
    assert north.id not in reply.text


async def test_consent_is_skipped_only_for_what_was_approved(story: Story) -> None:
    """Same app, same redirect URI, no wider scope, no new network to offer: then the page is not shown again."""
    north = await story.network("North")
    partner = await story.partner(scope="resources locations")
    browser = await story.signs_in()
    await partner.exchanges(await partner.obtains_code(browser, networks=[north.id], scope="resources"))
    skipped = await browser.get(partner.authorize_target(scope="resources"))
    assert skipped.status == 302
    assert (await partner.exchanges(code_of(skipped))).json()["scope"] == "resources"
    wider = await browser.open(partner.authorize_target(scope="resources locations"))
    assert wider.status == 200
    asked = await browser.open(partner.authorize_target(scope="resources", prompt="consent"))
    assert asked.status == 200
    await story.network("South")
    offered = await browser.open(partner.authorize_target(scope="resources"))
    assert offered.status == 200


async def test_a_skipped_consent_gives_the_earlier_networks_that_live(story: Story) -> None:
    """What was given and dropped since does not come back by itself."""
    north, south = await story.network("North"), await story.network("South")
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.exchanges(await partner.obtains_code(browser, networks=[north.id, south.id]))
    page = await browser.open("/account/apps")
    assert "Door Locks" in page.text
    user = await story.house.store.find_user_by_email(OWNER)
    assert user is not None
    await story.operator.store.drop_network(
        user_id=user.id,
        client_id=partner.client_id,
        network_id=south.id,
        now=story.clock.now(),
        audit=AuditEvent(at=story.clock.now(), action="network.disconnected", actor="operator"),
    )
    await partner.exchanges(code_of(await browser.get(partner.authorize_target())))
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)


async def test_disconnecting_ends_every_grant_at_once(story: Story) -> None:
    """Account > Connected apps > disconnect: both tokens of every grant are dead, and consent is asked again."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    first = await partner.connects(browser, networks=[north.id])
    second = await partner.connects(browser, networks=[north.id])
    page = await browser.open("/account/apps")
    await browser.submit(page, action="/account/apps/disconnect")
    for tokens in (first, second):
        assert not await partner.is_let_in("GET /resources/v1", token=tokens.access_token)
        assert (await partner.refreshes(tokens.refresh_token)).json()["error"] == "invalid_grant"
    assert (await browser.open(partner.authorize_target())).status == 200


async def test_the_owner_regenerates_and_the_old_pair_is_dead(story: Story) -> None:
    """Account > [network] > API: the new secret is shown once, the old pair is refused from then on."""
    north = await story.network("North")
    browser = await story.signs_in()
    page = await browser.open(f"/account/networks/{north.id}/api")
    assert north.client_id in page.text
    assert north.client_secret not in page.text
    assert north.client_secret[-4:] in page.text
    shown = await browser.submit(page, title="North")
    assert shown.status == 200
    assert "fdns_" in shown.text
    assert not await north.is_let_in("GET /resources/v1")
    assert "fdns_" not in (await browser.open(f"/account/networks/{north.id}/api")).text


async def test_the_rate_is_ten_a_second_for_each_credential(story: Story) -> None:
    """The eleventh call at one instant is 429 with Retry-After; other credentials pass; later it passes again."""
    north, south = await story.network("North"), await story.network("South")
    partner = await story.connected_partner(networks=[north.id])
    assert all([await north.is_let_in("GET /resources/v1") for _ in range(10)])
    limited = await north.calls("GET /resources/v1")
    assert (limited.status, limited.json()["type"], limited.header("retry-after")) == (429, "rateLimited", "1")
    assert await south.is_let_in("GET /resources/v1")
    assert await partner.is_let_in("GET /resources/v1")
    story.clock.pass_seconds(1)
    assert await north.is_let_in("GET /resources/v1")


async def test_a_refresh_buys_no_more_calls(story: Story) -> None:
    """For bearer the grant is counted, not the token."""
    partner = await story.connected_partner()
    assert all([await partner.is_let_in("GET /resources/v1") for _ in range(10)])
    await partner.refreshes()
    assert (await partner.calls("GET /resources/v1")).status == 429


async def test_oauth_endpoints_are_not_counted(story: Story) -> None:
    """A partner over its rate still refreshes and revokes (RV-10)."""
    partner = await story.connected_partner()
    for _ in range(12):
        await partner.calls("GET /resources/v1")
    assert all([(await partner.refreshes()).status == 200 for _ in range(20)])
    assert (await partner.revokes()).status == 200


async def test_a_code_works_once_and_its_replay_ends_what_it_bought(story: Story) -> None:
    """RFC 6749 §4.1.2, and the contract: a second use fails and revokes what the first one issued."""
    north = await story.network("North")
    partner = await story.partner()
    code = await partner.obtains_code(await story.signs_in(), networks=[north.id])
    tokens = tokens_of(await partner.exchanges(code))
    assert await partner.is_let_in("GET /resources/v1", token=tokens.access_token)
    assert (await partner.exchanges(code)).json()["error"] == "invalid_grant"
    assert not await partner.is_let_in("GET /resources/v1", token=tokens.access_token)
    assert (await partner.refreshes(tokens.refresh_token)).json()["error"] == "invalid_grant"


async def test_refresh_narrows_and_never_widens(story: Story) -> None:
    """What was asked at authorize and not granted is cut silently; what was never asked for is invalid_scope."""
    partner = await story.connected_partner(scope="resources locations")
    narrowed = await partner.refreshes(scope="locations")
    assert narrowed.json()["scope"] == "locations"
    assert not await partner.is_let_in("GET /resources/v1")
    assert (await partner.refreshes(scope="locations resources")).json()["scope"] == "locations resources"
    assert (await partner.refreshes(scope="locations floors")).json()["error"] == "invalid_scope"
    assert await partner.is_let_in("GET /resources/v1")


async def test_a_blocked_user_s_grants_are_refused_until_unblocked(story: Story) -> None:
    """D1: blocking refuses, unblocking undoes; sessions are ended for good."""
    north = await story.network("North", owner="somebody@else.example")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    await story.operator.block_user(OWNER, blocked=True, origin=OPERATOR)
    assert not await partner.is_let_in("GET /resources/v1")
    assert (await partner.refreshes()).json()["error"] == "invalid_grant"
    assert (await browser.get("/account")).status == 303
    await story.operator.block_user(OWNER, blocked=False, origin=OPERATOR)
    assert await partner.is_let_in("GET /resources/v1")
    assert (await browser.get("/account")).status == 303


async def test_what_the_document_does_not_list_is_refused(story: Story) -> None:
    """404 for a path, 405 with Allow for a method, both before any credential is asked for."""
    unknown = await story.check("GET /nothing/v1")
    assert (unknown.status, unknown.json()["type"]) == (404, "unknownOperation")
    wrong = await story.check("DELETE /resources/v1")
    assert (wrong.status, wrong.json()["type"]) == (405, "methodNotAllowed")
    assert set((wrong.header("allow") or "").split(", ")) == {"GET", "HEAD", "POST"}


async def test_a_call_without_a_credential_is_told_what_is_accepted(story: Story) -> None:
    """401 with a challenge per scheme and no `error`, since no credential was sent (RFC 6750 §3)."""
    reply = await story.check("GET /resources/v1")
    assert (reply.status, reply.json()["type"]) == (401, "unauthenticated")
    challenges = " ".join(reply.all("www-authenticate"))
    assert "Basic" in challenges
    assert "Bearer" in challenges
    assert "error" not in challenges
    assert reply.header("x-request-id")
