"""Secrets whose hash was made elsewhere: right at every door, checked slowly once, and nobody else held up (CA-20)."""

import asyncio
import hashlib
import time
from base64 import b64encode
from typing import Any

import pytest

from frontdesk.testing.story import Customer, Partner, Story
from frontdesk.testing.wire import call
from stories.moved import NORTH, app, move_in, network, partner, refresh_token

pytestmark = pytest.mark.anyio

SECRET = "an old secret, as long as they were: " + "x" * 91
TOKEN = "old-refresh-token-0001"
ROUNDS = 400_000


def django_hash(secret: str, *, rounds: int = ROUNDS) -> str:
    """As Django writes it."""
    raw = hashlib.pbkdf2_hmac("sha256", secret.encode(), b"salt0123", rounds)
    return f"pbkdf2_sha256${rounds}$salt0123${b64encode(raw).decode()}"


async def moved_partner(story: Story, *, rounds: int = ROUNDS, client_id: str = "old-app", **more: Any) -> Partner:
    """A partner whose secret is known by its hash."""
    await move_in(
        story,
        network(),
        app(client_id, secret_hash=django_hash(SECRET, rounds=rounds), **more),
        refresh_token(client_id, token=f"{TOKEN}-{client_id}"),
    )
    return partner(story, SECRET, client_id)


async def refreshes(moved: Partner) -> Any:
    """With the refresh token that it always had."""
    return await moved.refreshes(f"{TOKEN}-{moved.client_id}")


async def test_an_old_secret_is_right_at_the_token_endpoint_and_slow_only_once(story: Story) -> None:
    """The first right use puts our own digest in the hash's place, durably, with an audit row."""
    moved = await moved_partner(story, rounds=1_000_000)
    before = time.perf_counter()
    assert (await refreshes(moved)).status == 200
    first = time.perf_counter() - before
    known = await story.house.store.find_client(moved.client_id)
    assert known.foreign_secret is None
    assert known.secret_digest is not None
    assert [event.action for event in await story.house.store.list_audit(client_id=moved.client_id)].count(
        "client.secret_adopted"
    ) == 1
    before = time.perf_counter()
    assert (await refreshes(moved)).status == 200
    assert time.perf_counter() - before < first / 5
    assert (await partner(story, SECRET + "x").refreshes(TOKEN)).status == 401


async def test_a_wrong_secret_stays_wrong_and_changes_nothing(story: Story) -> None:
    """401 as for any other app (CA-03), whether empty, wrong or none at all; the right one still passes."""
    moved = await moved_partner(story)
    for wrong in ("wrong", SECRET[:-1], SECRET + " ", ""):
        reply = await partner(story, wrong).refreshes(f"{TOKEN}-old-app")
        assert (reply.status, reply.json()["error"]) == (401, "invalid_client")
    form = {"grant_type": "refresh_token", "client_id": "old-app", "refresh_token": f"{TOKEN}-old-app"}
    assert (await story.post("/oauth2/token", form)).status == 401
    assert (await story.house.store.find_client(moved.client_id)).foreign_secret is not None
    assert (await refreshes(moved)).status == 200


async def test_an_old_secret_is_right_at_revoke_and_at_introspect(story: Story) -> None:
    """Wherever clients prove themselves; both halves of Basic form-decoded there, as always."""
    await move_in(story, network(), app("one", secret_hash=django_hash(SECRET)), refresh_token("one", token=TOKEN))
    pair = {"client_id": "one", "client_secret": SECRET}
    told = await story.post("/oauth2/introspect", {**pair, "token": TOKEN})
    assert (told.status, told.json()["active"]) == (200, True)
    await move_in(story, app("two", secret_hash=django_hash(SECRET)), refresh_token("two", token=TOKEN + "2"))
    wrong = await story.post("/oauth2/revoke", {"client_id": "two", "client_secret": "x", "token": TOKEN + "2"})
    assert wrong.status == 401
    done = await story.post("/oauth2/revoke", {"client_id": "two", "client_secret": SECRET, "token": TOKEN + "2"})
    assert done.status == 200
    assert (await partner(story, SECRET, "two").refreshes(TOKEN + "2")).json()["error"] == "invalid_grant"
    assert (await story.house.store.find_client("two")).foreign_secret is None


async def test_an_old_basic_pair_is_right_at_the_api_and_slow_only_once(story: Story) -> None:
    """The network's pair keeps its id and secret; after its first right use its owner may see its end again."""
    await move_in(
        story,
        network(),
        {"kind": "credential", "network": NORTH, "client_id": "north", "secret_hash": django_hash(SECRET)},
    )
    customer = Customer(story=story, id=NORTH, client_id="north", client_secret=SECRET)
    stranger = Customer(story=story, id=NORTH, client_id="north", client_secret="wrong")
    assert (await stranger.calls("GET /resources/v1")).status == 401
    assert await customer.is_let_in("GET /resources/v1")
    stored = await story.house.store.find_network_credential("north")
    assert (stored.foreign_secret, stored.last_four) == (None, SECRET[-4:])
    assert story.house.mint.reveal_secret(NORTH, stored.version, stored.sealed_secret) == SECRET
    assert await customer.is_let_in("GET /resources/v1")
    assert (await stranger.calls("GET /resources/v1")).status == 401


async def test_a_new_secret_ends_the_old_hash(story: Story) -> None:
    """A secret that was rotated away before it was ever used here is refused (CA-16)."""
    moved = await moved_partner(story)
    digest = story.house.mint.digest("another")
    await story.house.store.set_client_secret(
        client_id=moved.client_id, digest=digest, now=story.clock.now(), audit=story.an_audit_row("rotated")
    )
    assert (await refreshes(moved)).status == 401


async def test_a_hash_that_is_replaced_while_it_is_checked_lets_nobody_in(story: Story) -> None:
    """The check takes long; a rotation meanwhile wins, and the old secret does not come back by being adopted."""
    moved = await moved_partner(story)
    asked = asyncio.create_task(refreshes(moved))
    await asyncio.sleep(0.02)
    await story.house.store.set_client_secret(
        client_id=moved.client_id,
        digest=story.house.mint.digest("another"),
        now=story.clock.now(),
        audit=story.an_audit_row("rotated"),
    )
    assert (await asked).status == 401
    assert (await refreshes(moved)).status == 401
    assert (await refreshes(partner(story, "another"))).status == 200


async def test_a_plain_sha256_never_is_a_slow_one(story: Story) -> None:
    """Doorkeeper's hashes, and secrets that were in the clear: our digest is made of them when they move in."""
    sha256 = hashlib.sha256(SECRET.encode()).hexdigest()
    await move_in(story, network(), app(secret_hash=f"sha256${sha256}"), refresh_token(token=TOKEN))
    assert (await story.house.store.find_client("old-app")).foreign_secret is None
    assert (await partner(story, SECRET).refreshes(TOKEN)).status == 200
    assert (await partner(story, sha256).refreshes(TOKEN)).status == 401


async def test_a_disabled_app_is_refused_with_its_old_secret(story: Story) -> None:
    """Proven, but switched off."""
    moved = await moved_partner(story, disabled=True)
    assert (await refreshes(moved)).status == 401


async def test_ca_20_wrong_secrets_are_no_lever(story: Story) -> None:
    """CA-20: of 100 different wrong secrets from one address five are checked; the right one comes from elsewhere."""
    moved = await moved_partner(story, rounds=200_000)
    other = await story.connected_partner()
    alone = await _latencies(other)
    form = {"grant_type": "refresh_token", "refresh_token": f"{TOKEN}-old-app", "client_id": "old-app"}

    async def attacks(number: int) -> int:
        return (await story.post("/oauth2/token", {**form, "client_secret": f"wrong {number}"})).status

    attack = asyncio.gather(*(attacks(number) for number in range(100)))
    beside = await _latencies(other)
    statuses = await attack
    assert statuses.count(401) <= 5
    assert statuses.count(503) == 100 - statuses.count(401)
    assert beside < 5 * alone + 0.01
    # Refused without a look, and told to come again: the right secret is not called wrong.
    reply = await refreshes(moved)
    assert (reply.status, reply.json()["error"]) == (503, "temporarily_unavailable")
    assert int(reply.header("retry-after")) > 0
    elsewhere = await call(
        story.app,
        "POST",
        "/oauth2/token",
        form={**form, "client_secret": SECRET},
        peer="198.51.100.9",
    )
    assert elsewhere.status == 200
    assert (await refreshes(moved)).status == 200


async def test_ca_20_the_budget_comes_back_and_a_repeated_wrong_secret_costs_nothing(story: Story) -> None:
    """CA-20: a partner with a stale secret, who repeats it, uses up one try a minute and hears 401 each time."""
    moved = await moved_partner(story)
    stale = partner(story, "stale")
    for _ in range(30):
        assert (await refreshes(stale)).status == 401
    for number in range(4):
        assert (await refreshes(partner(story, f"wrong {number}"))).status == 401
    assert (await refreshes(moved)).status == 503
    story.clock.pass_minutes(1)
    assert (await refreshes(moved)).status == 200


async def test_parallel_first_uses_share_one_check(story: Story) -> None:
    """A partner's ten workers all refresh at once after the move: all are served, one hash is checked."""
    moved = await moved_partner(story, rounds=1_000_000)
    replies = await asyncio.gather(*(refreshes(moved) for _ in range(10)))
    assert [reply.status for reply in replies] == [200] * 10
    audit = await story.house.store.list_audit(client_id=moved.client_id)
    assert [event.action for event in audit].count("client.secret_adopted") == 1


async def _latencies(other: Partner) -> float:
    """The median of 60 refreshes of a partner who has nothing to do with it, in seconds."""
    taken = []
    for _ in range(60):
        before = time.perf_counter()
        assert (await other.refreshes()).status == 200
        taken.append(time.perf_counter() - before)
        await asyncio.sleep(0.001)
    return sorted(taken)[30]
