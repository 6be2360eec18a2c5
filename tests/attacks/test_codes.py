"""Attacks on authorization codes and PKCE at the token endpoint (rows CD, PK)."""

import asyncio

import pytest

from attacks.token_requests import CHALLENGE, VERIFIER, is_error, new_code
from frontdesk.testing.story import CALLBACK, OPERATOR, Story, answer_of, tokens_of

pytestmark = pytest.mark.anyio


async def test_cd_06_another_clients_code_is_not_consumed(story: Story) -> None:
    """CD-06: A's code with B's good credentials is invalid_grant, an event, and still A's to redeem."""
    a, b = await story.partner("A"), await story.partner("B")
    code = await new_code(story, a)
    assert is_error(await b.exchanges(code), 400, "invalid_grant")
    assert "code.refused" in story.sightings.names()
    assert (await a.exchanges(code)).status == 200
    assert is_error(await b.exchanges(code), 400, "invalid_grant")
    assert await a.is_let_in("GET /resources/v1")


async def test_cd_07_a_wrong_secret_does_not_consume(story: Story) -> None:
    """CD-07: invalid_client, and the code waits for the right secret."""
    partner = await story.partner()
    code = await new_code(story, partner)
    form = {"grant_type": "authorization_code", "code": code, "client_id": partner.client_id, "client_secret": "x"}
    assert is_error(await story.post("/oauth2/token", form), 401, "invalid_client")
    assert (await partner.exchanges(code)).status == 200


async def test_cd_08_a_code_lives_60_seconds(story: Story) -> None:
    """CD-08: redeemable one microsecond before, dead at the instant."""
    partner = await story.partner()
    code = await new_code(story, partner)
    story.clock.pass_seconds(60)
    assert is_error(await partner.exchanges(code), 400, "invalid_grant")
    code = await new_code(story, partner, prompt="consent")
    story.clock.pass_seconds(60)
    story.clock.pass_micros(-1)
    assert (await partner.exchanges(code)).status == 200


async def test_cd_09_only_the_canonical_code_is_the_code(story: Story) -> None:
    """CD-09: truncated, padded, case flipped, other trailing bits: invalid_grant, and the code is still good."""
    partner = await story.partner()
    code = await new_code(story, partner)
    body, other = code[:-6], "y" if code[-7] == "x" else "x"
    for wrong in (code[:-1], code + "=", code + "x", code.swapcase(), body + "000000", body[:-1] + other + code[-6:]):
        assert is_error(await partner.exchanges(wrong), 400, "invalid_grant")
    assert (await partner.exchanges(code)).status == 200


async def test_cd_11_a_stolen_code_needs_its_verifier(story: Story) -> None:
    """CD-11: with PKCE, the attacker's own session at the honest client has another verifier."""
    partner = await story.partner()
    code = await new_code(story, partner, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert is_error(await partner.exchanges(code, code_verifier="w" * 43), 400, "invalid_grant")
    assert (await partner.exchanges(code, code_verifier=VERIFIER)).status == 200


async def test_cd_12_a_redirect_uri_that_is_sent_must_match(story: Story) -> None:
    """CD-12: equal is fine, different is invalid_grant (and does not consume), absent is the contract's way."""
    partner = await story.partner()
    code = await new_code(story, partner)
    assert is_error(await partner.exchanges(code, redirect_uri=CALLBACK + "x"), 400, "invalid_grant")
    assert (await partner.exchanges(code, redirect_uri=CALLBACK)).status == 200
    assert (await partner.exchanges(await new_code(story, partner, prompt="consent"))).status == 200


async def test_cd_13_the_codes_network_wins(story: Story) -> None:
    """CD-13: a network header at the exchange changes nothing."""
    north, south = await story.network("North"), await story.network("South")
    partner = await story.partner()
    code = await partner.obtains_code(await story.signs_in(), networks=[north.id])
    form = {"client_id": partner.client_id, "client_secret": partner.client_secret}
    reply = await story.post(
        "/oauth2/token",
        {**form, "grant_type": "authorization_code", "code": code},
        headers=[("spacebring-network-id", south.id)],
    )
    partner.tokens = tokens_of(reply)
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)
    assert await partner.is_let_in("GET /resources/v1")


async def test_cd_14_what_the_user_lost_before_the_exchange_is_not_given(story: Story) -> None:
    """CD-14: one of two networks left: that edge only; none left, or blocked: invalid_grant."""
    north = await story.network("North", owner="boss@north.example")
    south = await story.network("South", owner="boss@north.example")
    admin = "admin@north.example"
    for network in (north, south):
        await story.operator.give_role(admin, network_id=network.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    browser = await story.signs_in(admin)
    code = await partner.obtains_code(browser, networks=[north.id, south.id])
    await story.operator.remove_role(admin, network_id=south.id, origin=OPERATOR)
    assert (await partner.exchanges(code)).status == 200
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)

    code = await partner.obtains_code(browser, networks=[north.id], prompt="consent")
    await story.operator.remove_role(admin, network_id=north.id, origin=OPERATOR)
    assert is_error(await partner.exchanges(code), 400, "invalid_grant")

    await story.operator.give_role(admin, network_id=north.id, role="administrator", origin=OPERATOR)
    code = await partner.obtains_code(browser, networks=[north.id], prompt="consent")
    await story.operator.block_user(admin, blocked=True, origin=OPERATOR)
    assert is_error(await partner.exchanges(code), 400, "invalid_grant")


async def test_cd_15_a_disabled_client_gets_nothing(story: Story) -> None:
    """CD-15, RF-07: invalid_client at exchange and refresh; its codes are ended, its grants come back with it."""
    partner = await story.connected_partner()
    code = await new_code(story, partner, prompt="consent")
    store, row = story.house.store, story.an_audit_row
    for disabled in (True, False):
        await store.set_client_disabled(
            client_id=partner.client_id, disabled=disabled, now=story.clock.now(), audit=row("client.disabled")
        )
        if disabled:
            assert is_error(await partner.exchanges(code), 401, "invalid_client")
            assert is_error(await partner.refreshes(), 401, "invalid_client")
            assert not await partner.is_let_in("GET /resources/v1")
    assert is_error(await partner.exchanges(code), 400, "invalid_grant")
    assert (await partner.refreshes()).status == 200
    assert await partner.is_let_in("GET /resources/v1")


async def test_cd_17_three_wrong_verifiers_end_a_code(story: Story) -> None:
    """CD-17: a wrong guess does not consume, the third ends the code."""
    partner = await story.partner()
    code = await new_code(story, partner, code_challenge=CHALLENGE, code_challenge_method="S256")
    for letter in "abc":
        assert is_error(await partner.exchanges(code, code_verifier=letter * 43), 400, "invalid_grant")
    assert is_error(await partner.exchanges(code, code_verifier=VERIFIER), 400, "invalid_grant")


async def test_cd_18_a_stranger_with_the_code_cannot_revoke(story: Story) -> None:
    """CD-18: who knows only the used code, with no or wrong credentials, ends nothing."""
    partner, other = await story.partner(), await story.partner("Other")
    code = await new_code(story, partner)
    await partner.exchanges(code)
    form = {"grant_type": "authorization_code", "code": code}
    await story.post("/oauth2/token", form)
    await story.post("/oauth2/token", {**form, "client_id": partner.client_id})
    await story.post("/oauth2/token", {**form, "client_id": partner.client_id, "client_secret": "wrong"})
    await other.exchanges(code)
    assert await partner.is_let_in("GET /resources/v1")


async def test_cd_04_fifty_exchanges_at_once_give_one_grant(story: Story) -> None:
    """CD-04, CD-05: at most one success, and after the replays its tokens are dead."""
    partner = await story.partner()
    code = await new_code(story, partner)
    replies = await asyncio.gather(*(partner.exchanges(code) for _ in range(50)))
    winners = [reply for reply in replies if reply.status == 200]
    assert len(winners) == 1
    assert all(is_error(reply, 400, "invalid_grant") for reply in replies if reply is not winners[0])
    assert not await partner.is_let_in("GET /resources/v1", token=tokens_of(winners[0]).access_token)
    assert is_error(await partner.refreshes(tokens_of(winners[0]).refresh_token), 400, "invalid_grant")


@pytest.mark.parametrize(
    ("row", "asked", "sent", "is_ok"),
    [
        ("PK-01", {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, {"code_verifier": VERIFIER}, True),
        ("PK-01", {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, {"code_verifier": "x" * 43}, False),
        ("PK-02", {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, {}, False),
        ("PK-06", {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, {"code_verifier": CHALLENGE}, False),
        ("PK-02", {}, {"code_verifier": VERIFIER}, False),
        ("none", {}, {}, True),
    ],
)
async def test_pkce_is_kept_once_it_was_announced(
    story: Story, row: str, asked: dict[str, str], sent: dict[str, str], is_ok: bool
) -> None:
    """PK: a confidential client's too; a verifier that was never announced is a downgrade."""
    partner = await story.partner()
    reply = await partner.exchanges(await new_code(story, partner, **asked), **sent)
    assert reply.status == 200 if is_ok else is_error(reply, 400, "invalid_grant")


async def test_pk_10_a_client_that_must_send_a_challenge(story: Story) -> None:
    """PK-10: require_pkce makes it part of authorize."""
    from dataclasses import replace

    partner = await story.partner()
    client = await story.house.store.find_client(partner.client_id)
    assert client is not None
    strict = replace(client, id=client.id + "p", require_pkce=True)
    await story.house.store.add_client(client=strict, audit=story.an_audit_row("client.created"))
    target = partner.authorize_target(client_id=strict.id)
    assert answer_of(await story.browser().get(target))["error"] == "invalid_request"
