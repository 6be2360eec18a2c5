"""Attacks on revocation: what must end does end, and nothing else does (rows RV)."""

import asyncio
from base64 import b64encode
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from frontdesk.flows.operator import FreshPair
from frontdesk.testing.story import Story, tokens_of
from frontdesk.testing.wire import call

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"], ids=["RV-02", "RV-01"])
async def test_either_token_ends_the_grant(story: Story, kind: str) -> None:
    """RV-01, RV-02: the token, its grant and every other token of it are dead."""
    partner = await story.connected_partner()
    first = partner.held
    second = tokens_of(await partner.refreshes(first.refresh_token))
    assert (await partner.revokes(getattr(first, kind))).body == b"{}"
    for token in (first.access_token, second.access_token):
        assert not await partner.is_let_in("GET /resources/v1", token=token)
    assert (await partner.refreshes(first.refresh_token)).json()["error"] == "invalid_grant"
    assert (await partner.revokes(getattr(first, kind))).status == 200


async def test_revoking_one_grant_leaves_the_others(story: Story) -> None:
    """D1: a grant is one refresh token; its siblings live on."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    first = await partner.connects(browser, networks=[north.id])
    second = await partner.connects(browser, networks=[north.id])
    await partner.revokes(first.refresh_token)
    assert not await partner.is_let_in("GET /resources/v1", token=first.access_token)
    assert await partner.is_let_in("GET /resources/v1", token=second.access_token)


@pytest.mark.parametrize("token", ["unknown", "fdrt_x", "fdat_" + "x" * 200, "\u00e9", "' OR 1=1", "x" * 60_000])
async def test_rv_03_an_unknown_token_is_fine(story: Story, token: str) -> None:
    """RV-03: 200 (RFC 7009 §2.2)."""
    reply = await story.post("/oauth2/revoke", {"token": token})
    assert (reply.status, reply.body) == (200, b"{}")


async def test_rv_04_the_token_is_in_the_query_or_in_the_body(story: Story) -> None:
    """RV-04: one of them; in both, equal or different, is 400 and ends nothing."""
    partner = await story.connected_partner()
    token = partner.held.refresh_token
    query = "/oauth2/revoke?" + urlencode({"token": token})
    assert (await story.post(query, {"token": token})).status == 400
    assert (await story.post(query, {"token": partner.held.access_token})).status == 400
    assert (await call(story.app, "POST", query + "&token=x")).status == 400
    assert (await call(story.app, "POST", "/oauth2/revoke")).status == 400
    assert await partner.is_let_in("GET /resources/v1")
    assert (await story.post("/oauth2/revoke", {"token": token})).status == 200
    assert not await partner.is_let_in("GET /resources/v1")


async def test_rv_05_get_and_head_end_nothing(story: Story) -> None:
    """RV-05: a link preview must not kill a token."""
    partner = await story.connected_partner()
    for method in ("GET", "HEAD"):
        target = "/oauth2/revoke?" + urlencode({"token": partner.held.refresh_token})
        assert (await call(story.app, method, target)).status == 405
    assert await partner.is_let_in("GET /resources/v1")


async def test_rv_07_wrong_credentials_end_nothing(story: Story) -> None:
    """RV-07: 401, by header and by body."""
    partner = await story.connected_partner()
    token = {"token": partner.held.refresh_token}
    pair = b64encode(f"{partner.client_id}:wrong".encode()).decode()
    assert (await story.post("/oauth2/revoke", token, headers=[("authorization", f"Basic {pair}")])).status == 401
    body = {**token, "client_id": partner.client_id, "client_secret": "wrong"}
    assert (await story.post("/oauth2/revoke", body)).status == 401
    assert await partner.is_let_in("GET /resources/v1")


async def test_rv_08_no_credentials_are_needed_in_compat(story: Story) -> None:
    """RV-08: the contract's step 5 has none; the audit row says that nobody was authenticated."""
    partner = await story.connected_partner()
    assert (await partner.revokes()).status == 200
    newest = (await story.house.store.list_audit(limit=1))[0]
    assert (newest.action, newest.actor, newest.client_id) == ("grant.revoked", "unauthenticated", partner.client_id)
    assert newest.address == "192.0.2.7"


async def test_another_clients_token_is_left_alone(story: Story) -> None:
    """Contract: right credentials of another client give 200, no effect, and an event."""
    partner, other = await story.connected_partner(), await story.partner("Other")
    body = {"token": partner.held.refresh_token, "client_id": other.client_id, "client_secret": other.client_secret}
    assert (await story.post("/oauth2/revoke", body)).status == 200
    assert "revoke.other_client" in story.sightings.names()
    assert await partner.is_let_in("GET /resources/v1")


async def test_rv_10_revocation_is_never_rate_limited(story: Story) -> None:
    """RV-10: over its call rate, the grant is still revoked."""
    partner = await story.connected_partner()
    for _ in range(11):
        reply = await partner.calls("GET /resources/v1")
    assert reply.status == 429
    assert (await partner.revokes()).status == 200
    story.clock.pass_seconds(5)
    assert (await partner.calls("GET /resources/v1")).status == 401


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
async def test_rv_11_a_wrong_hint_is_ignored(story: Story, hint: str) -> None:
    """RV-11: found anyway."""
    partner = await story.connected_partner()
    form = {"token": partner.held.refresh_token, "token_type_hint": hint}
    assert (await story.post("/oauth2/revoke", form)).status == 200
    assert not await partner.is_let_in("GET /resources/v1")


async def test_an_expired_access_token_still_ends_its_grant(story: Story) -> None:
    """RV-12 in spirit: who gives a key back is heard, however old the key is."""
    partner = await story.connected_partner()
    story.clock.pass_days(1)
    await partner.revokes(partner.held.access_token)
    assert (await partner.refreshes()).json()["error"] == "invalid_grant"


async def test_rv_14_nothing_minted_beside_a_revocation_survives_it(story: Story) -> None:
    """RV-14: refreshes in parallel with the revocation; after its 200, none of their tokens works."""
    partner = await story.connected_partner()
    token = partner.held.refresh_token
    replies = await asyncio.gather(
        *(partner.refreshes(token) for _ in range(20)),
        partner.revokes(token),
        *(partner.refreshes(token) for _ in range(20)),
    )
    story.clock.pass_seconds(10)
    for reply in replies:
        if reply.status == 200 and reply.body != b"{}":
            assert not await partner.is_let_in("GET /resources/v1", token=reply.json()["access_token"])
    assert (await partner.refreshes(token)).status == 400


async def test_ow_01_ca_16_the_old_pair_is_dead_at_once(story: Story) -> None:
    """OW-01, CA-16: a regenerated pair is refused on the next call, the new one is let in."""
    north = await story.network("North")
    assert await north.is_let_in("GET /resources/v1")
    made = await story.operator.regenerate_credential(north.id, origin=story.origin)
    assert isinstance(made, FreshPair)
    assert (await north.calls("GET /resources/v1")).status == 401
    new = replace(north, client_id=made.credential.client_id, client_secret=made.secret)
    assert await new.is_let_in("GET /resources/v1")


async def test_ow_02_of_two_regenerations_at_once_one_wins(story: Story) -> None:
    """OW-02: both saw the same pair; the loser is told, and exactly one new pair is in force."""
    north = await story.network("North")
    store = story.house.store
    old = await store.find_credential_of(north.id)
    assert old is not None
    pairs = [replace(old, client_id=old.client_id + end, version=old.version + 1) for end in "ab"]
    won = await asyncio.gather(
        *(
            store.regenerate_credential(
                credential=pair, replaces_version=old.version, audit=story.an_audit_row("credential.regenerated")
            )
            for pair in pairs
        )
    )
    assert sorted(won) == [False, True]
    assert await store.find_credential_of(north.id) == pairs[won.index(True)]


async def test_bt_07_every_dead_token_looks_the_same(story: Story) -> None:
    """BT-07: malformed, expired, revoked, made elsewhere: 401 invalid_token with identical bodies."""
    partner = await story.connected_partner()
    old = partner.held.access_token
    await partner.revokes()
    elsewhere = old[:20] + ("A" if old[20] != "A" else "B") + old[21:]
    bodies = set()
    for token in (old, elsewhere, "nonsense", "fdat_" + "x" * 500, old[:-1]):
        reply = await partner.calls("GET /resources/v1", token=token)
        assert reply.status == 401
        assert any('error="invalid_token"' in challenge for challenge in reply.all("www-authenticate"))
        bodies.add(reply.body)
    assert len(bodies) == 1


async def test_bt_01_a_token_in_the_query_is_refused(story: Story) -> None:
    """BT-01, BT-02: beside a header or alone, the query never authenticates."""
    partner = await story.connected_partner()
    target = f"GET /resources/v1?access_token={partner.held.access_token}"
    assert (await partner.calls(target)).status == 400
    assert (await story.check(target)).status in (400, 401)
