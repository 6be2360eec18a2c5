"""Decisions, and counts of what would have been refused: the contract of both stores."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.causes import Cause
from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.ids import DAY, MINUTE, Micros
from frontdesk.protocol.shadow import KEPT, ShadowCount, day_of
from storage.house import House

pytestmark = pytest.mark.anyio


def noted(house: House, **changes: Any) -> NotedDecision:
    """A decision with nothing special about it."""
    made = NotedDecision(
        request_id=house.new_id(), at=house.now, outcome=Outcome.REFUSED, reason="NO_CREDENTIAL", method="GET"
    )
    return replace(made, **changes)


async def keep(house: House, *decisions: NotedDecision, dropped: int = 0) -> None:
    """Write some at once."""
    await house.store.keep_decisions(noted=decisions, dropped=dropped, now=house.now)


async def test_a_decision_comes_back_as_it_was_given(house: House) -> None:
    """With everything or with next to nothing known."""
    full = noted(
        house,
        outcome=Outcome.LET_THROUGH,
        reason="INSUFFICIENT_SCOPE",
        operations=("GET /a/v1", "GET /a/{id}"),
        path="/x",
        scheme="oauth2",
        is_proven=True,
        credential="fdni_a",
        client_id="fdci_a",
        grant_id=house.new_id(),
        user_id=house.new_id(),
        network_id=house.new_id(),
        named=house.new_id(),
        cause=Cause.EXPIRED,
        cause_at=Micros(7),
        schemes=("basic", "oauth2"),
        scopes=("a", "b"),
        rule="a or b",
        methods=("GET", "HEAD"),
        retry_after=3,
        held=("c",),
        open_networks=(house.new_id(), house.new_id()),
        address="192.0.2.1",
        agent='x "y"',
    )
    bare = noted(house)
    await keep(house, full, bare)
    assert await house.store.find_decision(full.request_id) == full
    assert await house.store.find_decision(bare.request_id) == bare
    assert await house.store.find_decision("0" * 22) is None


async def test_of_two_under_one_id_the_first_counts(house: House) -> None:
    """A batch whose answer was lost may be written again."""
    first = noted(house)
    await keep(house, first)
    await keep(house, replace(first, reason="OTHER"), noted(house))
    assert await house.store.find_decision(first.request_id) == first
    assert len(await house.store.list_decisions(limit=10)) == 2


async def test_a_call_that_was_let_in_and_came_to_nothing_is_told_as_that(house: House) -> None:
    """The API behind did not answer: the refusal takes the place of the admission, whichever is written when."""
    allowed = noted(house, outcome=Outcome.ALLOWED, reason="")
    refused = replace(allowed, outcome=Outcome.REFUSED, reason="UPSTREAM_SLOW")
    await keep(house, allowed)
    await keep(house, refused)
    assert await house.store.find_decision(allowed.request_id) == refused
    await keep(house, allowed)
    assert await house.store.find_decision(allowed.request_id) == refused


async def test_the_newest_are_listed_first_and_found_by_whom_they_concern(house: House) -> None:
    """By app, Basic pair, network and reason, each alone and together."""
    north, south = house.new_id(), house.new_id()
    app = noted(house, client_id="fdci_a", network_id=north)
    pair = noted(house, credential="fdni_a", network_id=north, reason="BAD_CREDENTIAL")
    other = noted(house, client_id="fdci_b", network_id=south)
    nobody = noted(house)
    await keep(house, app, pair)
    await keep(house, other, nobody)

    async def found(**wanted: Any) -> list[NotedDecision]:
        return list(await house.store.list_decisions(**{"limit": 10, **wanted}))

    assert await found() == [nobody, other, pair, app]
    assert await found(limit=2) == [nobody, other]
    assert await found(client="fdci_a") == [app]
    assert await found(client="fdni_a") == [pair]
    assert await found(network_id=north) == [pair, app]
    assert await found(network_id=north, client="fdni_a") == [pair]
    assert await found(network_id=north, reason="NO_CREDENTIAL") == [app]
    assert await found(client="fdci_b", reason="BAD_CREDENTIAL") == []
    assert await found(reason="BAD_CREDENTIAL") == [pair]


async def test_the_oldest_go_when_there_are_too_many_or_they_are_too_old(house: House) -> None:
    """A ring: never more than it may hold, some at a time, and nothing older than it may be (D14)."""
    rows = []
    for _ in range(30):
        house.pass_time(MINUTE)
        rows.append(noted(house))
        await keep(house, rows[-1])

    async def sweep(**wanted: Any) -> int:
        asked = {"now": house.now, "kept": 1_000, "since": Micros(0), "limit": 100, **wanted}
        return int(await house.store.sweep_decisions(**asked))

    assert await sweep() == 0
    assert await sweep(kept=25, limit=3) == 3
    assert await sweep(kept=25) == 2
    assert await sweep(kept=25) == 0
    assert await sweep(since=rows[10].at) == 5
    assert list(await house.store.list_decisions(limit=100)) == rows[:9:-1]
    assert await sweep(kept=0, limit=15) == 15
    assert await sweep(kept=0) == 5
    assert list(await house.store.list_decisions(limit=100)) == []


async def test_what_was_not_noted_is_counted(house: House) -> None:
    """By the minute, and forgotten after thirty days."""
    await keep(house, dropped=3)
    await keep(house, noted(house), dropped=4)
    house.pass_time(MINUTE)
    await keep(house, dropped=5)
    assert await house.store.count_dropped_refusals(since=Micros(0)) == 12
    assert await house.store.count_dropped_refusals(since=house.now) == 5
    house.pass_time(31 * DAY)
    await house.store.sweep_decisions(now=house.now, kept=1, since=Micros(0), limit=10)
    assert await house.store.count_dropped_refusals(since=Micros(0)) == 0


async def test_who_ended_something_is_known_by_its_very_instant(house: House) -> None:
    """An ending and its audit row have one time; a name is never told, only of which kind it was."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    house.pass_time(MINUTE)
    audit = house.event("grant.revoked", actor=f"user:{user.id}", client_id=client.id, grant_id=grant.id)
    await house.store.revoke_grant(grant_id=grant.id, now=house.now, audit=audit)
    assert await house.store.find_ender(client_id=client.id, at=house.now) == "user"
    assert await house.store.find_ender(client_id=client.id, at=Micros(house.now - 1)) == ""
    assert await house.store.find_ender(client_id="fdci_other", at=house.now) == ""


def count(house: House, calls: int, **changes: Any) -> ShadowCount:
    """So many calls now."""
    made = ShadowCount(
        day=day_of(house.now),
        caller="fdci_a",
        operation="GET /a",
        reason="NO_ROLE",
        first_at=house.now,
        last_at=house.now,
        calls=calls,
        example=house.new_id(),
    )
    return replace(made, **changes)


async def test_what_would_be_refused_is_counted_on(house: House) -> None:
    """First, last and example stay the first, the last and the newest, whichever worker writes when."""
    one = count(house, 3)
    other = count(house, 1, caller="", operation="", reason="")
    await house.store.count_shadow(counts=[one, other])
    house.pass_time(MINUTE)
    later = count(house, 2)
    await house.store.count_shadow(counts=[later])
    await house.store.count_shadow(counts=[replace(one, first_at=Micros(one.first_at - 5))])
    whole = replace(one, first_at=Micros(one.first_at - 5), last_at=later.last_at, calls=8, example=later.example)
    assert list(await house.store.list_shadow(since_day=0)) == [other, whole]
    assert list(await house.store.list_shadow(since_day=one.day + 1)) == []


async def test_counts_are_kept_for_thirty_days_or_until_one_begins_anew(house: House) -> None:
    """Old days go with the sweep of decisions."""
    old = count(house, 1)
    await house.store.count_shadow(counts=[old])
    house.pass_time(KEPT)
    new = count(house, 1)
    await house.store.count_shadow(counts=[new])
    assert await house.store.sweep_decisions(now=house.now, kept=1, since=Micros(0), limit=10) == 0
    house.pass_time(DAY)
    assert await house.store.sweep_decisions(now=house.now, kept=1, since=Micros(0), limit=10) == 1
    assert list(await house.store.list_shadow(since_day=0)) == [new]
    assert await house.store.forget_shadow() == 1
    assert list(await house.store.list_shadow(since_day=0)) == []
