"""Counting how apps behave: flows/habits.py, over the walks that feed it."""

import pytest

from frontdesk.flows import habits
from frontdesk.flows.habits import HabitCounts
from frontdesk.protocol.habits import EXPLAINED, Habits, sum_habits
from frontdesk.protocol.ids import HOUR, ClientId, GrantId
from frontdesk.protocol.records import Profile
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import Partner, Story
from frontdesk.testing.told import ToldClock

pytestmark = pytest.mark.anyio


async def habits_of(story: Story, partner: Partner) -> Habits:
    """What was written of an app."""
    await story.habits.flush(everything=True)
    return sum_habits(await story.house.store.list_habits(ClientId(partner.client_id), since=0))


@pytest.mark.parametrize("profile", ["compat", "strict"])
async def test_an_app_that_refreshes_before_every_call_is_told_apart(story: Story, profile: str) -> None:
    """One refresh an hour is never too many; twenty within a token's life are, but for those that are explained."""
    north = await story.network("Northside")
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id])
    audit, treated = story.an_audit_row("client.changed"), Profile(profile)
    await story.house.store.set_client_profile(
        client_id=ClientId(partner.client_id), profile=treated, require_pkce=False, audit=audit
    )
    for _ in range(30):
        story.clock.pass_minutes(60)
        await partner.refreshes()
    assert (await habits_of(story, partner)).storms == 0
    story.clock.pass_minutes(60)
    for _ in range(20):
        await partner.refreshes()
    found = await habits_of(story, partner)
    assert (found.storms, found.worst, found.storm_at) == (20 - EXPLAINED, 20, story.clock.now())


async def test_care_at_authorize_is_counted_with_each_code(story: Story) -> None:
    """With a state, with PKCE, with neither; a code that our own pages asked for says nothing of the app."""
    north = await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.obtains_code(browser, networks=[north.id], state=None)
    await partner.obtains_code(browser, networks=[north.id], state="s")
    found = await habits_of(story, partner)
    assert (found.codes, found.with_pkce, found.with_state) == (2, 0, 1)


async def test_nothing_grows_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its room a worker counts no more grants; what could not be written is written later."""
    monkeypatch.setattr(habits, "MAX_GRANTS", 2)
    story = await Story.begin(MemoryStore())
    partner, clock = await story.partner(), ToldClock()
    client = ClientId(partner.client_id)

    class Away(MemoryStore):
        async def count_habits(self, **_: object) -> None:
            raise StoreUnavailable("the disk is full")

    counts = HabitCounts(Away(), clock, token_life=HOUR)
    for grant in ("a", "b", "c"):
        for _ in range(EXPLAINED + 1):
            counts.refreshed(client, GrantId(grant), clock.now())
    with pytest.raises(StoreUnavailable):
        await counts.flush()
    monkeypatch.setattr(counts, "_store", story.house.store)
    await counts.flush()
    assert sum_habits(await story.house.store.list_habits(client, since=0)).storms == 2
    clock.pass_seconds(3_600)
    counts.refreshed(client, GrantId("a"), clock.now())
    await counts.flush(everything=True)
    assert sum_habits(await story.house.store.list_habits(client, since=0)).storms == 2
