"""Wrong credentials at the API's door, in any number (rows CA-12 and CA-20): 401, cheap, nobody locked out."""

import time
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.flows.failures import EACH_ADDRESS, EACH_CLIENT, EVENT
from frontdesk.protocol.ids import Email, NetworkId
from frontdesk.protocol.records import Network
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OWNER, Customer, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

READ = "GET /resources/v1"


@dataclass
class CountedStore:
    """The real store, and which of its look-ups were made."""

    store: Any
    finds: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        """Everything is the store's own."""
        if name.startswith("find_"):
            self.finds.append(name)
        return getattr(self.store, name)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[Story, CountedStore]]:
    """A house whose look-ups are counted."""
    store = CountedStore(await open_sqlite(tmp_path / "frontdesk.db", create=True, identity=bytes(16)))
    story = await Story.begin(store)
    yield story, store
    await store.aclose()


def is_plain_401(reply: Reply) -> bool:
    """Nothing of limits, budgets or waiting."""
    told = {name for name, _ in reply.headers}
    return (
        reply.status == 401
        and reply.json()["type"] == "unauthenticated"
        and "www-authenticate" in told
        and told.isdisjoint({"retry-after", "ratelimit", "ratelimit-policy"})
    )


async def try_pair(story: Story, client_id: str, secret: str) -> Reply:
    """A call with this pair."""
    pair = b64encode(f"{client_id}:{secret}".encode()).decode()
    return await story.check(READ, authorization=f"Basic {pair}")


async def test_ca_12_wrong_secrets_lock_nobody_out(desk: tuple[Story, CountedStore]) -> None:
    """CA-12: 500 wrong secrets for one pair: 401 each, one look-up in all, no audit row, one line.

    The right one passes, with its whole limit: wrong ones used up nothing of it.
    """
    story, store = desk
    north = await story.network("North")
    rows = len(await story.house.store.list_audit(limit=1_000))
    store.finds.clear()
    for n in range(500):
        assert is_plain_401(await try_pair(story, north.client_id, f"fdns_{n}"))
    assert store.finds == ["find_network_credential"]
    right = await north.calls(READ)
    assert right.status == 200
    assert right.header("ratelimit") == '"default";r=9;t=1'
    assert len(await story.house.store.list_audit(limit=1_000)) == rows
    told = [facts for event, facts in story.sightings.events if event == EVENT]
    assert [facts["client_id"] for facts in told] == [north.client_id]


async def test_ca_12_an_id_that_nobody_has_is_not_looked_up_for_ever(desk: tuple[Story, CountedStore]) -> None:
    """CA-12: over its budget it is looked up no more, until something is committed: it may then be somebody's."""
    story, store = desk
    store.finds.clear()
    for n in range(200):
        assert is_plain_401(await try_pair(story, "fdni_nobody", f"fdns_{n}"))
    asked = len(store.finds)
    assert asked <= EACH_CLIENT + 1
    await story.network("South")
    store.finds.clear()
    for n in range(200):
        assert is_plain_401(await try_pair(story, "fdni_nobody", f"fdns_{n}"))
    assert store.finds == ["find_network_credential"]


async def test_ca_12_a_pair_that_was_tried_before_it_was_there_passes(desk: tuple[Story, CountedStore]) -> None:
    """CA-12: a customer who came too early, far over the budget, is let in by the first call once moved in."""
    story, _ = desk
    maker = story.house.pairs
    network = Network(id=NetworkId(story.house.mint.new_id()), title="Moved", created_at=story.clock.now())
    credential, secret = maker.make(network.id, version=1, now=story.clock.now())
    early = Customer(story=story, id=network.id, client_id=credential.client_id, client_secret=secret)
    for _ in range(100):
        assert is_plain_401(await early.calls(READ))
    await story.network("Somebody else's")
    owner = await story.house.store.find_user_by_email(Email(OWNER))
    assert owner is not None
    audit = story.an_audit_row("network.created")
    await story.house.store.add_network(network=network, owner=owner, credential=credential, audit=audit)
    assert await early.is_let_in(READ)


@pytest.mark.parametrize("kind", ["forged", "cut short", "another kind", "no token at all"])
async def test_ca_12_a_flood_of_bad_tokens(desk: tuple[Story, CountedStore], kind: str) -> None:
    """CA-12: 300 bad tokens: 401 each and not one look-up; one line; the partner's own token passes beside them."""
    story, store = desk
    partner = await story.connected_partner()
    token = partner.held.access_token
    bad = {
        "forged": token[:-20] + "A" * 14 + token[-6:],
        "cut short": token[:-1],
        "another kind": partner.held.refresh_token,
        "no token at all": "x",
    }[kind]
    store.finds.clear()
    for _ in range(3 * EACH_ADDRESS):
        assert is_plain_401(await partner.calls(READ, token=bad))
    assert store.finds == []
    assert story.sightings.names().count(EVENT) == 1
    right = await partner.calls(READ)
    assert right.status == 200
    assert right.header("ratelimit") == '"default";r=9;t=1'


async def test_ca_12_a_flood_of_a_dead_token(desk: tuple[Story, CountedStore]) -> None:
    """CA-12: a revoked token, replayed 300 times, costs one look at its grant, and no other partner anything."""
    story, store = desk
    partner = await story.connected_partner()
    story.clock.pass_minutes(15)  # between two mails with a code
    other = await story.connected_partner()
    await partner.refreshes()
    await partner.revokes()
    store.finds.clear()
    for _ in range(300):
        assert is_plain_401(await partner.calls(READ))
    assert store.finds.count("find_grant") <= 1
    assert await other.is_let_in(READ)


async def test_ca_12_a_failed_flood_uses_up_nobody_s_limit(desk: tuple[Story, CountedStore]) -> None:
    """CA-12: neither the claimed client's nor that of others who come from the same address; and never 429."""
    story, _ = desk
    north, south = await story.network("North"), await story.network("South")
    for n in range(100):
        reply = await try_pair(story, north.client_id, f"fdns_{n}")
        assert reply.status == 401
    for customer in (north, south):
        assert [(await customer.calls(READ)).status for _ in range(11)] == [200] * 10 + [429]


async def test_ca_20_a_wrong_secret_at_the_api_costs_no_more_than_a_call(desk: tuple[Story, CountedStore]) -> None:
    """CA-20: no slow hash on this path: 300 wrong ones take at most three times what 300 calls decided anew take."""
    story, _ = desk
    north = await story.network("North")

    async def spend(customer: Customer, *, expected: int) -> float:
        before = time.process_time()
        for n in range(300):
            story.clock.pass_seconds(0.1)
            named = north.id if n % 2 else None
            assert (await customer.calls(f"{READ}?n={n}", network=named)).status == expected
        return time.process_time() - before

    stranger = replace(north, client_secret="fdns_" + "x" * 49)
    await spend(north, expected=200)
    right = min([await spend(north, expected=200) for _ in range(3)])
    wrong = min([await spend(stranger, expected=401) for _ in range(3)])
    assert wrong < 3 * right
