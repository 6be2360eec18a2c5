"""Attacks on the rotation of strict and public clients (rows RF)."""

import asyncio
from dataclasses import replace

import pytest

from attacks.strict_apps import BOTH, PUBLIC, STRICT, change, connected, grant_of, is_invalid_grant
from frontdesk.flows.hardening import Hardening, Treatment
from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import Registration
from frontdesk.protocol.ids import ClientId, GrantId
from frontdesk.protocol.records import Profile
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import OPERATOR, Story, tokens_of

pytestmark = pytest.mark.anyio


# -- rotation
@BOTH
async def test_each_refresh_gives_the_next_token(story: Story, treatment: Treatment) -> None:
    """D7: the answer holds the successor; using that gives the one after it, and access all the while."""
    partner = await connected(story, treatment)
    seen = [partner.held.refresh_token]
    for _ in range(5):
        await partner.refreshes()
        seen.append(partner.held.refresh_token)
        assert await partner.is_let_in("GET /resources/v1")
        story.clock.pass_days(1)
    assert len(set(seen)) == 6
    assert (await grant_of(story)).generation == 4  # the last one was handed out and not used yet


@BOTH
async def test_rf_10_parallel_rotations_make_one_family_and_no_fork(story: Story, treatment: Treatment) -> None:
    """RF-10: fifty at once with the same token, first or later: one successor for all, access for each."""
    partner = await connected(story, treatment)
    for generation in (0, 1, 2):
        token = partner.held.refresh_token
        replies = await asyncio.gather(*(partner.refreshes(token) for _ in range(50)))
        given = {tokens_of(reply).refresh_token for reply in replies}
        assert len(given) == 1
        assert len({tokens_of(reply).access_token for reply in replies}) == 50
        assert (await grant_of(story)).generation == generation
        partner.tokens = tokens_of(replies[-1])
    assert await partner.is_let_in("GET /resources/v1")


async def test_rf_11_a_lost_answer_costs_nothing(story: Story) -> None:
    """RF-11: the token before works until its successor is used, however often and however long."""
    partner = await connected(story)
    first = partner.held.refresh_token
    given = {tokens_of(await partner.refreshes(first)).refresh_token for _ in range(5)}
    story.clock.pass_days(30)
    given.add(tokens_of(await partner.refreshes(first)).refresh_token)
    assert len(given) == 1
    second = given.pop()
    # The answer to the successor's first use is lost too.
    thirds = {tokens_of(await partner.refreshes(second)).refresh_token for _ in range(3)}
    assert len(thirds) == 1
    assert (await grant_of(story)).generation == 1


async def test_the_successors_access_token_confirms_nothing(story: Story) -> None:
    """D7: only the token endpoint does; until then the token before is good."""
    partner = await connected(story)
    first = partner.held.refresh_token
    successor = tokens_of(await partner.refreshes(first))
    for _ in range(3):
        assert await partner.is_let_in("GET /resources/v1", token=successor.access_token)
    assert (await grant_of(story)).generation == 0
    assert (await partner.refreshes(first)).status == 200


@BOTH
@pytest.mark.parametrize("back", [1, 2, 3], ids=["the one before", "an earlier one", "the first"])
async def test_a_replaced_token_ends_the_family(story: Story, treatment: Treatment, back: int) -> None:
    """RFC 9700 §4.14.2: revoked with all that it gave, audited, and an event; the thief's and the owner's alike."""
    partner = await connected(story, treatment)
    line = [partner.held]
    for _ in range(4):
        await partner.refreshes()
        line.append(partner.held)
    # line[3] is the current one, line[4] its successor.
    assert is_invalid_grant(await partner.refreshes(line[3 - back].refresh_token))
    assert "refresh.replayed" in story.sightings.names()
    newest = (await story.house.store.list_audit(limit=1))[0]
    assert (newest.action, newest.client_id, newest.address) == ("refresh.replayed", partner.client_id, "192.0.2.7")
    for tokens in line:
        assert is_invalid_grant(await partner.refreshes(tokens.refresh_token))
        assert not await partner.is_let_in("GET /resources/v1", token=tokens.access_token)
    actions = [event.action for event in await story.house.store.list_audit()]
    assert actions.count("refresh.replayed") == 1


async def test_a_replay_ends_nothing_but_its_own_family(story: Story) -> None:
    """D1: another grant of the same connection lives on."""
    north = await story.network("North")
    partner = await story.partner(treatment=STRICT)
    browser = await story.signs_in()
    other = await partner.connects(browser, networks=[north.id])
    first = await partner.connects(browser, networks=[north.id])
    await partner.refreshes()
    await partner.refreshes()
    assert is_invalid_grant(await partner.refreshes(first.refresh_token))
    assert (await partner.refreshes(other.refresh_token)).status == 200


async def test_only_the_proven_client_can_end_a_family(story: Story) -> None:
    """CD-18 in spirit: who holds an old token but not the app's secret changes nothing; nor does another app."""
    partner = await connected(story)
    first = partner.held.refresh_token
    await partner.refreshes()
    await partner.refreshes()
    thief = replace(partner, client_secret="wrong")
    assert (await thief.refreshes(first)).status == 401
    other = await story.partner("Other", treatment=STRICT)
    assert is_invalid_grant(await other.refreshes(first))
    assert "refresh.other_client" in story.sightings.names()
    assert (await partner.refreshes()).status == 200


async def test_a_token_that_was_never_given_is_nobodys_replay(story: Story) -> None:
    """The one after the next, one of another key, a random one: refused, and the family lives."""
    partner = await connected(story)
    await partner.refreshes()
    await partner.refreshes()
    grant = await grant_of(story)
    mint = story.house.mint
    ahead = mint.successor(replace(grant, generation=grant.generation + 1))
    elsewhere = (await Story.begin(MemoryStore())).house.mint.successor(grant)
    for token in (ahead, elsewhere, mint.new_refresh_token(grant.id), mint.new_refresh_token(GrantId(mint.new_id()))):
        assert is_invalid_grant(await partner.refreshes(token))
    assert (await partner.refreshes()).status == 200


async def test_a_refused_request_with_the_next_token_loses_nothing(story: Story) -> None:
    """Too wide a scope is no reason to lose the line: the same token is good afterwards."""
    partner = await connected(story)
    await partner.refreshes()
    assert (await partner.refreshes(partner.held.refresh_token, scope="bookings")).json()["error"] == "invalid_scope"
    assert (await partner.refreshes()).status == 200


async def test_a_revoked_family_is_not_revived_by_its_next_token(story: Story) -> None:
    """RV-14: handed out before the revocation, used for the first time after it."""
    partner = await connected(story)
    await partner.refreshes()
    successor = partner.held.refresh_token
    assert (await partner.revokes_properly(partner.held.access_token)).status == 200
    assert is_invalid_grant(await partner.refreshes(successor))


async def test_strict_refreshes_are_never_kept(story: Story) -> None:
    """The same bytes are judged anew each time: what was current may have been replaced, on another host even."""
    partner = await connected(story)
    first = partner.held.refresh_token
    for _ in range(3):
        await partner.refreshes(first)
    await partner.refreshes()
    await partner.refreshes()
    assert is_invalid_grant(await partner.refreshes(first))


async def test_rf_13_a_compat_client_is_given_back_what_it_sent(story: Story) -> None:
    """RF-13: the same value, whether it was strict in between or not; nothing of the line is lost on the way."""
    partner = await story.connected_partner(scope="resources")
    first = partner.held.refresh_token
    assert tokens_of(await partner.refreshes()).refresh_token == first
    await change(story, partner, Profile.STRICT)
    await partner.refreshes(first)
    second = tokens_of(await partner.refreshes(first)).refresh_token
    assert second != first
    await change(story, partner, Profile.COMPAT)
    for _ in range(3):
        assert tokens_of(await partner.refreshes(second)).refresh_token == second
    assert (await grant_of(story)).generation == 1
    # Back to strict it goes on from there, and the first one is a replay as ever.
    await change(story, partner, Profile.STRICT)
    assert tokens_of(await partner.refreshes(second)).refresh_token not in (first, second)
    assert is_invalid_grant(await partner.refreshes(first))
    assert is_invalid_grant(await partner.refreshes(second))


async def test_rf_14_a_public_client_that_does_not_rotate_is_refused_as_configuration(story: Story) -> None:
    """RF-14: at registration, and later."""
    registration = Registration(store=story.house.store, clock=story.clock, mint=story.house.mint)
    for treatment in (
        Treatment(profile=Profile.COMPAT, public=True),
        Treatment(profile=Profile.COMPAT, native=True),
        Treatment(profile=Profile.COMPAT, public=True, require_pkce=True),
    ):
        made = await registration.add_client(
            "App", redirect_uris=["https://p.example/cb"], scope="resources", treatment=treatment, origin=OPERATOR
        )
        assert isinstance(made, Objection)
    assert not await story.house.store.list_clients()
    partner = await story.partner(treatment=PUBLIC)
    hardening = Hardening(store=story.house.store, clock=story.clock)
    changed = await hardening.change(
        partner.client_id, profile=Profile.COMPAT, require_pkce=None, force=True, origin=OPERATOR
    )
    assert isinstance(changed, Objection)
    client = await story.house.store.find_client(ClientId(partner.client_id))
    assert client is not None
    assert client.is_strict
