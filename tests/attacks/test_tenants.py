"""One network's callers among others' (rows TN-01 to TN-05, TN-10, TN-12, TN-13): the whole app before a real API."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from attacks.street import HEADER, READ, Street, basic, bearer, outcome, street_with
from frontdesk.assemble.front import furnish
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OPERATOR, Story
from frontdesk.testing.wire import Reply, call
from storage.ready import open_new

pytestmark = pytest.mark.anyio


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    """A street as the contract has it."""
    async with street_with() as made:
        yield made


async def test_tn_01_a_pair_does_not_open_another_network(street: Street) -> None:
    """TN-01: Basic of North with South's header: 403, and the API never hears of it."""
    for other in (street.south.id, street.foreign.id, "0190b3a0-0000-7000-8000-00000000dead"):
        assert outcome(await street.asks(READ, basic(street.north), (HEADER, other))) == (403, "networkForbidden")
    assert street.reached == []


async def test_tn_02_a_pair_needs_no_header(street: Street) -> None:
    """TN-02: the API is told North, whether the header was left out or said so."""
    assert outcome(await street.asks(READ, basic(street.north))) == (200, "")
    assert outcome(await street.asks(READ, basic(street.north), (HEADER, street.north.id))) == (200, "")
    assert street.reached == [[street.north.id.encode()]] * 2


async def test_tn_03_a_token_opens_what_was_ticked(street: Street) -> None:
    """TN-03: a grant of North alone: South is 403, no header is North; with two networks one must be named."""
    one, two = bearer(street.north_only), bearer(street.partner)
    assert outcome(await street.asks(READ, one, (HEADER, street.south.id))) == (403, "networkForbidden")
    assert outcome(await street.asks(READ, two, (HEADER, street.foreign.id))) == (403, "networkForbidden")
    assert outcome(await street.asks(READ, two)) == (400, "networkRequired")
    assert street.reached == []
    assert outcome(await street.asks(READ, one)) == (200, "")
    assert outcome(await street.asks(READ, two, (HEADER, street.south.id))) == (200, "")
    assert street.reached == [[street.north.id.encode()], [street.south.id.encode()]]


@pytest.mark.parametrize("credential", ["basic", "bearer"])
async def test_tn_04_the_network_is_named_once(street: Street, credential: str) -> None:
    """TN-04: doubled, joined by a comma or in a look-alike spelling: 400 and nothing reaches the API."""
    given = basic(street.north) if credential == "basic" else bearer(street.partner)
    own, other = street.north.id, street.south.id
    look_alikes = ("spacebring_network_id", "spacebring.network.id", "Spacebring-Network_Id")
    wrong: list[tuple[tuple[str, str], ...]] = [
        ((HEADER, own), (HEADER, other)),
        ((HEADER, own), (HEADER, own)),
        ((HEADER, f"{own},{other}"),),
        ((HEADER, f"{own}, {own}"),),
        *(((name, other),) for name in look_alikes),
        *(((HEADER, own), (name, other)) for name in look_alikes),
    ]
    for headers in wrong:
        assert outcome(await street.asks(READ, given, *headers)) == (400, "invalidRequest"), headers
    assert street.reached == []


async def test_tn_04_one_canonical_header_goes_on(street: Street) -> None:
    """TN-04: letter case is free (RFC 9110 §5.1); what the API reads is ours, once, in its canonical form."""
    given = bearer(street.partner)
    for name, value in (("Spacebring-Network-ID", street.south.id), (HEADER, street.south.id.upper())):
        assert outcome(await street.asks(READ, given, (name, value))) == (200, "")
    assert street.reached == [[street.south.id.encode()]] * 2
    assert all(b"spacebring_network_id" not in each.names for each in street.api.calls)


@pytest.mark.parametrize("credential", ["basic", "bearer"])
async def test_tn_05_an_id_is_exact_or_refused(street: Street, credential: str) -> None:
    """TN-05: blanks inside, braces, other hyphens and digits, 64 kB: 400; upper case is the same id."""
    given = basic(street.north) if credential == "basic" else bearer(street.partner)
    own = street.north.id
    malformed = [
        "", own[:-1], own + "0", "{" + own + "}", own.replace("-", ""), own.replace("-", "\xad"), f"urn:uuid:{own}",
        own.replace("0", "\xd9\xa0", 1), own + "\x00", f"{own} {own}", f'"{own}"', "null", "*", "../" + own,
    ]  # fmt: skip
    for value in malformed:
        assert outcome(await street.asks(READ, given, (HEADER, value))) == (400, "invalidRequest"), value
    assert (await street.asks(READ, given, (HEADER, "a" * 65_536))).status in (400, 431)
    assert street.reached == []
    assert outcome(await street.asks(READ, given, (HEADER, own.upper()))) == (200, "")


async def test_tn_10_a_lost_network_is_lost_at_the_next_call(tmp_path: Path) -> None:
    """TN-10: the user loses South and keeps North: South is refused by every worker's next call, North goes on."""
    store = await open_new(tmp_path)
    elsewhere = await open_sqlite(tmp_path / "frontdesk.db", create=False)
    try:
        story = await Story.begin(store)
        there = replace(story, app=furnish(replace(story.house, store=elsewhere), worker=1).front)
        north, south = await story.network("North"), await story.network("South")
        for network in (north, south):
            await story.operator.give_role(
                "ada@north.example", network_id=network.id, role="administrator", origin=OPERATOR
            )
        partner = await story.connected_partner(networks=[north.id, south.id], owner="ada@north.example")
        for at in (story, there):
            for network in (north, south):
                assert await replace(partner, story=at).is_let_in(f"GET {READ}", network=network.id)
        await story.operator.remove_role("ada@north.example", network_id=south.id, origin=OPERATOR)
        for at in (there, story):
            lost = await replace(partner, story=at).calls(f"GET {READ}", network=south.id)
            assert (lost.status, lost.json()["type"]) == (403, "networkForbidden")
            assert await replace(partner, story=at).is_let_in(f"GET {READ}", network=north.id)
    finally:
        await store.aclose()
        await elsewhere.aclose()


async def test_tn_12_a_flood_of_one_is_nobody_else_s(street: Street) -> None:
    """TN-12: North's pair is over its limit all the time; South's pair, and partners in North itself, never see 429."""
    flood, others = 0, []
    for _ in range(20):
        flooded = [await street.asks(READ, basic(street.north)) for _ in range(10)]
        flood += sum(reply.status == 429 for reply in flooded)
        others += [
            await street.asks(READ, basic(street.south)),
            await street.asks(READ, bearer(street.north_only)),
            await street.asks(READ, bearer(street.partner), (HEADER, street.north.id)),
        ]
        street.story.clock.pass_seconds(0.1)
    assert flood > 150
    assert {reply.status for reply in others} == {200}
    assert all(reply.header("ratelimit") == '"default";r=9;t=1' for reply in others)


async def test_tn_12_one_network_of_a_partner_is_not_another() -> None:
    """TN-12: with a share for each, a partner's noisy network leaves its quiet one served."""
    async with street_with(network_share=50) as street:
        given = bearer(street.partner)
        statuses = []
        for _ in range(20):
            await asyncio.gather(*(street.asks(READ, given, (HEADER, street.north.id)) for _ in range(10)))
            statuses.append((await street.asks(READ, given, (HEADER, street.south.id))).status)
            street.story.clock.pass_seconds(0.25)
        assert statuses == [200] * 20


@dataclass
class SharedCache:
    """A cache between callers and the desk, as RFC 9111 §3 lets it be: it keeps what it may, and answers with it."""

    street: Street
    takes_private: bool = False  # as a browser's own cache does
    kept: list[tuple[str, dict[str, str | None], Reply]] | None = None

    async def asks(self, target: str, headers: dict[str, str]) -> Reply:
        """A kept answer that fits, else the desk's."""
        self.kept = self.kept or []
        for known, varying, reply in self.kept:
            if known == target and all(headers.get(name) == value for name, value in varying.items()):
                return reply
        reply = await call(self.street.story.app, "GET", target, headers=list(headers.items()))
        control = ",".join(reply.all("cache-control"))
        vary = [name.strip().lower() for name in ",".join(reply.all("vary")).split(",") if name.strip()]
        may_keep = "no-store" not in control and (self.takes_private or "private" not in control)
        if may_keep and reply.status == 200 and "*" not in vary:
            self.kept.append((target, {name: headers.get(name) for name in vary}, reply))
        return reply


@pytest.mark.parametrize("takes_private", [False, True], ids=["shared", "private"])
async def test_tn_13_no_cache_gives_one_network_s_answer_to_another(street: Street, takes_private: bool) -> None:
    """TN-13: whatever the API says of caching, another network or another caller misses."""
    street.api.answer = (
        b"HTTP/1.1 200 OK\r\nCache-Control: public, max-age=600, s-maxage=600\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2\r\n\r\n{}"
    )
    cache = SharedCache(street, takes_private=takes_private)
    callers = [
        {"authorization": basic(street.north)},
        {"authorization": basic(street.south)},
        {"authorization": bearer(street.partner), HEADER: street.north.id},
        {"authorization": bearer(street.partner), HEADER: street.south.id},
        {"authorization": bearer(street.north_only)},
    ]
    for headers in callers:
        assert (await cache.asks(READ, headers)).status == 200
    networks = [street.north, street.south, street.north, street.south, street.north]
    assert street.reached == [[network.id.encode()] for network in networks]
    again = [(await cache.asks(READ, headers)).status for headers in callers]
    assert again == [200] * 5
    assert len(street.api.calls) == (5 if takes_private else 10)
