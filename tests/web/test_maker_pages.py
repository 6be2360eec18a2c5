"""An app's people as their browsers see it: inviting, accepting with that very address, leaving."""

import re

import pytest

from frontdesk.protocol.ids import DAY, MINUTE, ClientId, Email, UserId
from frontdesk.protocol.partners import Partner
from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import ISSUER, Browser, find_form
from frontdesk.testing.story import OWNER, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

QUINN, SAM = "quinn@south.example", "sam@west.example"


async def a_story() -> tuple[Story, Browser, str]:
    """Somebody with an app, and two more people with accounts."""
    story = await Story.begin(MemoryStore())
    for title, owner in (("Northside", OWNER), ("South", QUINN), ("West", SAM)):
        await story.network(title, owner=owner)
    browser = await story.signs_in(OWNER)
    await browser.submit(await browser.open("/partner"), name="Pat's Apps", homepage="")
    form = {"name": "Room Lights", "redirect_uris": "https://lights.example/cb", "scope:resources": "required"}
    made = await browser.submit(await browser.open("/partner/apps/new"), action="/partner/apps/new", **form)
    found = re.search(r'href="(/partner/apps/fdci_[A-Za-z0-9_-]+)"', made.text)
    assert found is not None
    return story, browser, f"{found[1]}/makers"


async def invites(browser: Browser, path: str, email: str) -> Reply:
    """Send the form."""
    return await browser.submit(await browser.open(path), step="invite", email=email)


def link_to(story: Story, email: str) -> str:
    """The link in the newest mail."""
    found = re.search(rf"{ISSUER}(/partner/invitations/\S+)", story.mail.to(email)[-1].text)
    assert found is not None
    return found[1]


async def makers_of(story: Story, path: str) -> list[str]:
    """Whose app it is, by address."""
    store, client = story.house.store, ClientId(path.split("/")[3])
    found = [await store.find_user(user_id) for user_id in await store.list_app_owners(client)]
    return sorted(user.email for user in found if user is not None)


async def test_somebody_is_invited_accepts_and_leaves() -> None:
    """The mail leads there through sign-in; everybody hears of it; the link works once; whoever leaves sees no more."""
    story, browser, path = await a_story()
    sent = await invites(browser, path, QUINN.upper())
    assert f"An invitation was sent to {QUINN}" in sent.text
    assert "was invited to be one of" in story.mail.to(OWNER)[-1].text
    link = link_to(story, QUINN)
    story.clock.pass_minutes(2)
    quinn = story.browser()
    page = await quinn.submit(await quinn.open(link), email=QUINN)
    page = await quinn.submit(page, code=story.login_code(QUINN))
    assert quinn.at == link
    assert "Room Lights" in page.text
    nameless = await quinn.submit(page, answer="accept", name=" ")
    assert nameless.status == 400
    shown = await quinn.submit(nameless, answer="accept", name="Quinn")
    assert quinn.at == path.removesuffix("/makers")
    assert shown.status == 200
    assert await makers_of(story, path) == [OWNER, QUINN]
    assert "is one of your app's makers now" in story.mail.to(OWNER)[-1].text
    assert (await quinn.open(link)).status == 404

    await quinn.submit(await quinn.open(path), step="remove", user=(await user_id(story, QUINN)))
    assert quinn.at == "/partner"
    assert (await quinn.open(path)).status == 404
    assert await makers_of(story, path) == [OWNER]
    assert "none of the makers of Room Lights" in story.mail.to(QUINN)[-1].text


async def user_id(story: Story, email: str) -> str:
    """The id of whoever has this address."""
    user = await story.house.store.find_user_by_email(Email(email))
    assert user is not None
    return user.id


async def test_ow_12_an_invitation_works_for_its_address_alone() -> None:
    """Whoever else has the link is told only that it is another's; nothing of the app, and nothing happens."""
    story, browser, path = await a_story()
    await invites(browser, path, QUINN)
    link = link_to(story, QUINN)
    for other in (await story.signs_in(SAM), browser):
        refused = await other.open(link)
        assert refused.status == 403
        assert "Room Lights" not in refused.text
        assert QUINN not in refused.text
        token = re.search(r'name="form_token" value="([^"]+)"', (await other.open("/account")).text)
        assert token is not None
        assert (await other.post(link, [("form_token", token[1]), ("answer", "accept")])).status == 403
    assert await makers_of(story, path) == [OWNER]


async def test_an_invitation_ends_late_taken_back_or_declined() -> None:
    """Each way nothing is left of it; who invites again sends another one."""
    story, browser, path = await a_story()
    quinn = await story.signs_in(QUINN)
    for way in ("declined", "taken back", "late"):
        story.clock.pass_seconds(2 * MINUTE // 1_000_000)
        browser, quinn = await story.signs_in(OWNER), await story.signs_in(QUINN)
        assert (await invites(browser, path, QUINN)).status == 200
        link = link_to(story, QUINN)
        page = await quinn.open(link)
        assert page.status == 200
        if way == "declined":
            assert "You declined" in (await quinn.submit(page, answer="decline", name="")).text
        elif way == "taken back":
            await browser.submit(await browser.open(path), step="withdraw", invitation=link.rsplit("/", 1)[1])
        else:
            story.clock.pass_seconds(7 * DAY // 1_000_000)
            quinn = await story.signs_in(QUINN)
        assert (await quinn.open(link)).status == 404, way
    assert await makers_of(story, path) == [OWNER]


async def test_nobody_is_mailed_often_and_the_last_maker_stays() -> None:
    """A mailbox once a minute; bad addresses and makers are said; a page without removal is not the only guard."""
    story, browser, path = await a_story()
    assert (await invites(browser, path, "quinn@@south")).status == 400
    assert "already" in (await invites(browser, path, OWNER)).text
    await invites(browser, path, QUINN)
    again = await invites(browser, path, QUINN)
    assert again.status == 400
    assert "Wait a minute" in again.text
    assert len([mail for mail in story.mail.to(QUINN) if "invitations" in mail.text]) == 1
    page = await browser.open(path)
    assert 'value="remove"' not in page.text
    form = find_form(page, action=path)
    forced = await browser.post(path, [*form.hidden, ("step", "remove"), ("user", await user_id(story, OWNER))])
    assert forced.status == 400
    assert "The last of an app" in forced.text


async def test_inviting_and_removing_need_a_fresh_sign_in() -> None:
    """Whoever comes upon the browser later cannot make the app theirs."""
    story, browser, path = await a_story()
    story.clock.pass_minutes(6)
    await invites(browser, path, QUINN)
    assert browser.at.startswith("/sign-in?next=")
    assert story.mail.to(QUINN) == []


async def test_a_closed_house_lets_no_new_maker_in_by_invitation() -> None:
    """Who may make apps is the operator's to say; a partner may still be invited."""
    story = await Story.begin(MemoryStore(), partner_sign_up="closed")
    await story.network("Northside")
    await story.network("South", owner=QUINN)
    store = story.house.store
    client = await story.partner("Room Lights")
    owner = UserId(await user_id(story, OWNER))
    audit = story.an_audit_row("client.given")
    partner = Partner(user_id=owner, name="Pat", website="", created_at=story.clock.now())
    await store.add_partner(partner=partner, audit=audit)
    await store.give_app(client_id=ClientId(client.client_id), user_id=owner, now=story.clock.now(), audit=audit)
    path = f"/partner/apps/{client.client_id}/makers"
    await invites(await story.signs_in(OWNER), path, QUINN)
    link, quinn = link_to(story, QUINN), await story.signs_in(QUINN)
    refused = await quinn.submit(await quinn.open(link), answer="accept", name="Quinn")
    assert refused.status == 403
    assert await makers_of(story, path) == [OWNER]
