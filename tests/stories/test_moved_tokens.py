"""Refresh tokens that another server issued keep working: the same value for compat, our line of tokens for strict."""

import hashlib
import secrets
import time
from urllib.parse import urlencode

import pytest

from frontdesk.protocol.ids import GrantId
from frontdesk.testing.story import Partner, Story, tokens_of
from frontdesk.testing.wire import call
from stories.moved import NORTH, app, move_in, network, partner, refresh_token

pytestmark = pytest.mark.anyio

SECRET = "an old secret that was 32 long.."
TOKEN = "7cf8d0e9b1a24b6f9d53"
SIGNATURE = "s" * 42 + "g"
HYDRA = f"ory_rt_{'k' * 43}.{SIGNATURE}"


def sha256(text: str) -> str:
    """As a row has it."""
    return hashlib.sha256(text.encode()).hexdigest()


async def moved(story: Story, *, strict: bool = False, **known_by: str) -> Partner:
    """A partner who came along with a refresh token."""
    profile = {"profile": "strict"} if strict else {}
    await move_in(story, network(), app(secret=SECRET, **profile), refresh_token(**(known_by or {"token": TOKEN})))
    return partner(story, SECRET)


@pytest.mark.parametrize("known_by", ["token", "token_sha256"])
async def test_an_old_refresh_token_is_good_for_ever(story: Story, known_by: str) -> None:
    """Compat: the very same value comes back, now and in three years; the access token opens the network."""
    old = await moved(story, **{known_by: TOKEN if known_by == "token" else sha256(TOKEN)})
    for _ in range(3):
        reply = await old.refreshes(TOKEN)
        assert (reply.status, reply.json()["refresh_token"]) == (200, TOKEN)
        assert reply.json()["scope"] == "resources"
        assert await old.is_let_in("GET /resources/v1", network=NORTH, token=reply.json()["access_token"])
        story.clock.pass_days(365)


async def test_nothing_but_the_token_is_the_token(story: Story) -> None:
    """Its hash, a piece of it, another case, and whatever is no token at all are refused alike."""
    old = await moved(story)
    assert (await old.refreshes(TOKEN)).status == 200
    for wrong in (sha256(TOKEN), TOKEN[:-1], TOKEN + "0", TOKEN.upper(), " " + TOKEN, "ü" * 20, "x" * 5_000, "a\0" * 9):
        reply = await old.refreshes(wrong)
        assert (reply.status, reply.json()["error"]) == (400, "invalid_grant"), wrong[:20]


async def test_an_old_token_is_its_own_app_s_only(story: Story) -> None:
    """Another app with right credentials of its own is refused, and nothing changes (RF-02)."""
    old = await moved(story)
    other = await story.partner()
    assert (await other.refreshes(TOKEN)).json()["error"] == "invalid_grant"
    assert (await old.refreshes(TOKEN)).status == 200


async def test_an_old_token_is_revoked_as_the_contract_says(story: Story) -> None:
    """The token in the query, no authentication; it and every access token of it are dead, and the answer is 200."""
    old = await moved(story)
    access = (await old.refreshes(TOKEN)).json()["access_token"]
    assert await old.is_let_in("GET /resources/v1", network=NORTH, token=access)
    assert (await old.revokes(TOKEN)).status == 200
    assert not await old.is_let_in("GET /resources/v1", network=NORTH, token=access)
    assert (await old.refreshes(TOKEN)).json()["error"] == "invalid_grant"
    assert (await old.revokes(TOKEN)).status == 200


async def test_disconnecting_ends_an_old_token_too(story: Story) -> None:
    """People see what moved in among their connected apps, and can end it there."""
    old = await moved(story)
    user = await story.house.store.find_user_by_email("olena@northside.example")
    ((connection, grants),) = await story.house.store.list_connections(user.id)
    assert (connection.client_id, len(grants)) == ("old-app", 1)
    await story.house.store.disconnect(
        user_id=user.id, client_id=connection.client_id, now=story.clock.now(), audit=story.an_audit_row("disconnect")
    )
    assert (await old.refreshes(TOKEN)).json()["error"] == "invalid_grant"


async def test_a_strict_app_s_old_token_gives_way_to_our_line(story: Story) -> None:
    """Generation 0 is the old value: its refresh gives the successor; presenting it later ends the family (D7)."""
    old = await moved(story, strict=True)
    first = tokens_of(await old.refreshes(TOKEN))
    again = tokens_of(await old.refreshes(TOKEN))
    assert first.refresh_token.startswith("fdrt_")
    assert again.refresh_token == first.refresh_token
    second = await old.refreshes(first.refresh_token)
    assert second.status == 200
    assert second.json()["refresh_token"] != first.refresh_token
    assert (await old.refreshes(TOKEN)).json()["error"] == "invalid_grant"
    assert (await old.refreshes(second.json()["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_hydra_token_is_known_by_its_signature_until_it_is_used(story: Story) -> None:
    """All that Hydra keeps is the signature; the first use by its own app settles what the whole token is."""
    old = await moved(story, token_signature_sha256=sha256(SIGNATURE))
    assert (await old.refreshes(HYDRA)).json()["refresh_token"] == HYDRA
    forged = f"ory_rt_{'f' * 43}.{SIGNATURE}"
    assert (await old.refreshes(forged)).json()["error"] == "invalid_grant"
    assert (await call(story.app, "POST", "/oauth2/revoke?" + urlencode({"token": forged}))).status == 200
    assert (await old.refreshes(HYDRA)).status == 200
    await moved(story, token_signature_sha256=sha256(SIGNATURE))  # the same list again changes nothing
    assert (await old.refreshes(forged)).json()["error"] == "invalid_grant"


async def test_a_signature_is_no_token(story: Story) -> None:
    """Whoever reads Hydra's database reads signatures: none of them is accepted as it stands there."""
    old = await moved(story, token_signature_sha256=sha256(SIGNATURE))
    for text in (SIGNATURE, "." + SIGNATURE, sha256(SIGNATURE)):
        assert (await old.refreshes(text)).json()["error"] == "invalid_grant"
    other = await story.partner()
    assert (await other.refreshes(HYDRA)).json()["error"] == "invalid_grant"
    assert (await old.refreshes(HYDRA)).status == 200


async def test_a_hydra_token_rotates_for_strict_apps_and_can_be_revoked_unused(story: Story) -> None:
    """By its signature it is found for its end as well; the strict line begins at its first use."""
    old = await moved(story, strict=True, token_signature_sha256=sha256(SIGNATURE))
    successor = tokens_of(await old.refreshes(HYDRA)).refresh_token
    assert (await old.refreshes(successor)).status == 200
    assert (await old.refreshes(HYDRA)).json()["error"] == "invalid_grant"
    unused = f"ory_rt_{'k' * 43}.{'u' * 43}"
    await move_in(story, app("second", secret=SECRET), refresh_token("second", token_signature_sha256=sha256("u" * 43)))
    second = partner(story, SECRET, "second")
    assert (await second.revokes(unused)).status == 200
    assert (await second.refreshes(unused)).json()["error"] == "invalid_grant"


async def test_a_hydra_token_is_active_before_its_first_use(story: Story) -> None:
    """Its own app may ask what it is worth (RFC 7662)."""
    await moved(story, token_signature_sha256=sha256(SIGNATURE))
    pair = {"client_id": "old-app", "client_secret": SECRET}
    said = (await story.post("/oauth2/introspect", {**pair, "token": HYDRA})).json()
    assert said["active"] is True
    assert (await story.post("/oauth2/introspect", {**pair, "token": SIGNATURE})).json() == {"active": False}


async def test_without_foreign_tokens_no_text_is_looked_for(story: Story) -> None:
    """The fact that there are none is remembered, and forgotten in the instant in which the first moves in."""
    store = story.house.store
    assert not await store.has_foreign_tokens()
    fresh = await story.connected_partner()
    assert (await fresh.refreshes(TOKEN)).json()["error"] == "invalid_grant"
    old = await moved(story)
    assert await store.has_foreign_tokens()
    assert (await old.refreshes(TOKEN)).status == 200


async def test_garbage_costs_no_more_than_an_unknown_token_of_ours(story: Story) -> None:
    """With foreign tokens in the house, anybody's nonsense at revoke is a hash or two and a look by primary key."""
    await moved(story)
    mint = story.house.mint
    ours = [mint.new_refresh_token(GrantId(mint.new_id())) for _ in range(400)]
    nonsense = [f"{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(32)}" for _ in range(400)]

    async def cost(tokens: list[str]) -> float:
        taken = []
        for token in tokens:
            before = time.process_time()
            assert (await call(story.app, "POST", "/oauth2/revoke?" + urlencode({"token": token}))).status == 200
            taken.append(time.process_time() - before)
        return sorted(taken)[len(taken) // 2]

    await cost(ours[:20])
    assert await cost(nonsense) < 3 * await cost(ours)
