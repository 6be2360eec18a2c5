"""A trial's town: made whole or not at all, removed whole, and found again after a run that was killed."""

import pytest

from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import Registration
from frontdesk.flows.trials import LEFT_BEHIND, Trials, TrialTown
from frontdesk.protocol.records import Role
from frontdesk.protocol.trials import Removed, began_at, is_trial_title, read_mark, trial_address, trial_title
from frontdesk.testing.story import OPERATOR, Partner, Story

pytestmark = pytest.mark.anyio

URI = "https://frontdesk-try.invalid/callback"


def trials_of(story: Story) -> Trials:
    """The trials of a story's house."""
    house = story.house
    return Trials(
        store=house.store,
        clock=story.clock,
        mint=house.mint,
        operator=story.operator,
        registration=Registration(store=house.store, clock=story.clock, mint=house.mint),
    )


async def make(story: Story, *, scope: str = "resources") -> TrialTown:
    """A town."""
    made = await trials_of(story).make(redirect_uri=URI, scope=scope, origin=OPERATOR)
    assert isinstance(made, TrialTown)
    return made


async def is_empty(story: Story) -> bool:
    """Whether there is no network, nobody and no app."""
    store = story.house.store
    return not (await store.list_networks() or await store.list_users() or await store.list_clients())


async def test_a_town_has_an_owner_of_three_networks_two_members_and_two_apps(story: Story) -> None:
    """All of it carries the run's mark, which tells when the run began."""
    town = await make(story)
    owner = await story.house.store.find_user_by_email(trial_address(town.mark, "owner"))
    guest = await story.house.store.find_user_by_email(trial_address(town.mark, "guest"))
    assert owner is not None
    assert guest is not None
    ids = [made.network.id for made in town.networks]
    assert owner.roles == dict.fromkeys(ids, Role.OWNER)
    assert guest.roles == {ids[0]: Role.MEMBER}
    for title in (*(made.network.title for made in town.networks), town.app.client.name, town.other_app.client.name):
        assert is_trial_title(title, town.mark)
        assert read_mark(title) == town.mark
    assert 0 <= story.clock.now() - began_at(town.mark) < 1_000_000
    assert town.app.secret not in repr(town)


async def test_a_town_is_removed_whole_with_what_happened_in_it(story: Story) -> None:
    """A session, a code on its way and a connection among it; its tokens are refused at once."""
    town = await make(story)
    address = trial_address(town.mark, "owner")
    browser = await story.signs_in(address)
    partner = Partner(
        story=story, client_id=town.app.client.id, client_secret=town.app.secret, redirect_uri=URI, scope="resources"
    )
    await partner.connects(browser, networks=[town.networks[0].network.id])
    assert await partner.is_let_in("GET /resources/v1")

    removed = await trials_of(story).remove(town.mark, origin=OPERATOR)

    assert removed == Removed(networks=3, users=3, clients=2)
    assert await is_empty(story)
    assert not await partner.is_let_in("GET /resources/v1")
    assert (await partner.refreshes()).json()["error"] == "invalid_client"
    assert (await browser.open("/account")).header("location") != "/account"
    assert [row.detail for row in await story.house.store.list_audit(limit=1)] == [town.mark]


async def test_a_town_that_cannot_be_made_whole_is_not_made(story: Story) -> None:
    """What was made before the objection goes again."""
    refused = await trials_of(story).make(redirect_uri="http://not.loopback/", scope="resources", origin=OPERATOR)
    assert isinstance(refused, Objection)
    assert await is_empty(story)


async def test_what_a_killed_run_left_is_removed_by_a_later_one(story: Story) -> None:
    """Ten minutes on: no run takes as long. One that is still at work is left alone, and so is everything else."""
    real = await story.network("Northside")
    app = await story.partner("Frontdesk try it yourself")
    town = await make(story)
    trials = trials_of(story)
    assert await trials.remove_left_behind(origin=OPERATOR) == 0
    story.clock.pass_seconds(LEFT_BEHIND // 1_000_000)
    young = await make(story)
    assert await trials.remove_left_behind(origin=OPERATOR) == 1
    store = story.house.store
    assert {row[0].id for row in await store.list_networks()} == {real.id, *(m.network.id for m in young.networks)}
    assert {c.id for c in await store.list_clients()} == {
        app.client_id,
        young.app.client.id,
        young.other_app.client.id,
    }
    assert await store.find_user_by_email(trial_address(town.mark, "owner")) is None


@pytest.mark.parametrize(
    "title",
    [
        "Frontdesk try",
        "Frontdesk try A",
        "frontdesk try 01a10000-0000-7000-8000-00000000abcd A",
        "Frontdesk try 01A10000-0000-7000-8000-00000000ABCD A",
        " Frontdesk try 01a10000-0000-7000-8000-00000000abcd A",
    ],
)
def test_only_the_very_form_of_a_mark_is_one(title: str) -> None:
    """What people type by chance is not taken for a run's."""
    assert read_mark(title) is None
    assert not is_trial_title(title, "01a10000-0000-7000-8000-00000000abcd")
    assert read_mark(trial_title("01a10000-0000-7000-8000-00000000abcd", "A")) is not None
