"""Who asks, on the consent page: its maker, whether anybody has checked, and names that are much like another's."""

from dataclasses import replace

import pytest

from frontdesk.protocol.ids import ClientId, Email
from frontdesk.protocol.partners import Partner as Maker
from frontdesk.testing.story import OWNER, Partner, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

WARNING = "Is this the app that you mean?"


async def asks(story: Story, partner: Partner) -> Reply:
    """Its consent page."""
    return await (await story.signs_in()).open(partner.authorize_target())


async def two_apps(story: Story, first: str, second: str) -> tuple[Partner, Partner]:
    """One after the other."""
    await story.network("Northside")
    one = await story.partner(first)
    story.clock.pass_minutes(1)
    return one, await story.partner(second)


async def verify(story: Story, partner: Partner) -> None:
    """Somebody has checked who makes it."""
    client = await story.house.store.find_client(ClientId(partner.client_id))
    assert client is not None
    assert await story.house.store.set_client_review(
        client_id=client.id,
        seen=client.review,
        seen_at=client.review_at,
        review=client.review,
        note="",
        verified_at=story.clock.now(),
        now=story.clock.now(),
        audit=story.an_audit_row("app.verified"),
    )


async def made_by(story: Story, partner: Partner, email: str, name: str) -> None:
    """Its maker, with a name and a site."""
    store = story.house.store
    user = await store.find_user_by_email(Email(email))
    client = await store.find_client(ClientId(partner.client_id))
    assert user is not None
    assert client is not None
    maker = Maker(user_id=user.id, name=name, website="", created_at=story.clock.now())
    await store.add_partner(partner=maker, audit=story.an_audit_row("partner.added"))
    given = story.an_audit_row("app.given")
    assert await store.give_app(client_id=client.id, user_id=user.id, now=story.clock.now(), audit=given)
    changed = replace(client, homepage="https://keyless.example/", privacy_url="https://keyless.example/privacy")
    assert await store.change_app(client=changed, before=client, audit=story.an_audit_row("app.changed"))


async def test_the_newer_of_two_names_is_warned_of(story: Story) -> None:
    """And not the older one, which people know."""
    first, second = await two_apps(story, "Door Locks", "Door L0cks")
    warned = await asks(story, second)
    assert WARNING in warned.text
    assert "<strong>Door Locks</strong>" in warned.text
    story.clock.pass_minutes(2)
    assert WARNING not in (await asks(story, first)).text


async def test_an_app_whose_maker_is_proven_resembles_nobody(story: Story) -> None:
    """The other one does, though it be the older."""
    first, second = await two_apps(story, "Door Locks", "D00R LOCKS")
    await verify(story, second)
    assert WARNING not in (await asks(story, second)).text
    story.clock.pass_minutes(2)
    assert WARNING in (await asks(story, first)).text


async def test_an_app_that_is_switched_off_is_no_longer_meant(story: Story) -> None:
    """What is known of names is at most a minute old."""
    first, second = await two_apps(story, "Door Locks", "Door L0cks")
    assert WARNING in (await asks(story, second)).text
    await story.house.store.set_client_disabled(
        client_id=ClientId(first.client_id), disabled=True, now=story.clock.now(), audit=story.an_audit_row("off")
    )
    story.clock.pass_minutes(2)
    assert WARNING not in (await asks(story, second)).text


async def test_two_apps_of_one_maker_may_be_called_alike(story: Story) -> None:
    """One for each country, say."""
    first, second = await two_apps(story, "Door Locks UA", "Door Locks UK")
    assert WARNING in (await asks(story, second)).text
    for partner in (first, second):
        await made_by(story, partner, OWNER, "Keyless Ltd")
    story.clock.pass_minutes(2)
    assert WARNING not in (await asks(story, second)).text


async def test_the_maker_is_named(story: Story) -> None:
    """What it calls itself and the host of its page; its privacy policy is a link that tells it nothing."""
    await story.network("Northside")
    partner = await story.partner()
    await made_by(story, partner, OWNER, "Keyless & Sons")
    page = await asks(story, partner)
    assert "By <strong>Keyless &amp; Sons</strong>, keyless.example" in page.text
    assert '<a href="https://keyless.example/privacy" rel="noreferrer">' in page.text
    assert "not verified" in page.text


async def test_a_name_like_the_houses_own_is_set_right(story: Story) -> None:
    """Unless somebody has checked who makes it."""
    await story.network("Northside")
    partner = await story.partner("Frontdesk Support")
    assert "This is not Frontdesk itself" in (await asks(story, partner)).text
    await verify(story, partner)
    story.clock.pass_minutes(2)
    assert "This is not Frontdesk itself" not in (await asks(story, partner)).text
