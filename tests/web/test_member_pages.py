"""Network > Members as its owner and administrators see it, and joining by an invitation."""

import re

import pytest

from frontdesk.protocol.ids import MINUTE, Email
from frontdesk.protocol.records import Role
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

ADA, MIA = "ada@north.example", "mia@north.example"


async def north_of(story: Story) -> Customer:
    """A network with its owner, an administrator and a member."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    await story.operator.give_role(MIA, network_id=north.id, role="member", origin=OPERATOR)
    return north


def members(north: Customer) -> str:
    """Where the page is."""
    return f"/account/networks/{north.id}/members"


async def id_of(story: Story, address: str) -> str:
    """Somebody's id."""
    user = await story.house.store.find_user_by_email(Email(address))
    return str(user.id)


async def send(browser: Browser, page: Reply, north: Customer, deed: str, **fields: str) -> Reply:
    """One of the page's forms."""
    return await browser.submit(page, action=f"{members(north)}/{deed}", **fields)


def link_in(letter: str) -> str:
    """Where an invitation leads."""
    found = re.search(r"/account/invitations/\S+", letter)
    assert found is not None
    return found[0]


def people_on(page: Reply) -> list[tuple[str, str]]:
    """The addresses of the list, with the roles."""
    part = page.text.partition('id="people"')[2].partition("</section>")[0]
    return re.findall(r'class="strong mail">([^<]+)</span><span class="tag[^"]*">(?:<[^>]+>)?([^<]+)', part)


async def test_an_owner_sees_who_is_there(story: Story) -> None:
    """Address, role, since when, and the last sign-in; no form for oneself."""
    north = await north_of(story)
    await story.signs_in(MIA)
    browser = await story.signs_in()
    home = await browser.open("/account")
    assert members(north) in home.text
    page = await browser.open(members(north))
    assert people_on(page) == [(ADA, "Administrator"), (MIA, "Member"), (OWNER, "Owner")]
    assert page.text.count("no sign-in noted yet") == 1
    assert page.text.count("Change or remove") == 2
    assert f'href="/account/networks/{north.id}/api"' in page.text


async def test_an_administrator_looks_after_members_alone(story: Story) -> None:
    """They see the list, and none of the owner's other pages; what they may do is what is offered."""
    north = await north_of(story)
    browser = await story.signs_in(ADA)
    assert members(north) in (await browser.open("/account")).text
    page = await browser.open(members(north))
    assert len(people_on(page)) == 3
    assert f'href="/account/networks/{north.id}/api"' not in page.text
    assert page.text.count("Change or remove") == 1
    assert "Make mia" not in page.text
    assert "<select" not in page.text
    gone = await send(browser, page, north, "remove", user=await id_of(story, MIA))
    assert people_on(gone) == [(ADA, "Administrator"), (OWNER, "Owner")]
    assert "removed you from Northside" in story.mail.to(MIA)[-1].text
    assert f"{ADA} removed {MIA} from Northside" in story.mail.to(OWNER)[-1].text


async def test_removing_somebody_ends_what_their_apps_may_do_there(story: Story) -> None:
    """With the next call; the owner finds the app under those that may be taken over (OW-06)."""
    north = await north_of(story)
    partner = await story.partner()
    await partner.connects(await story.signs_in(ADA), networks=[north.id])
    assert await partner.is_let_in("GET /resources/v1")
    browser = await story.signs_in()
    await send(browser, await browser.open(members(north)), north, "remove", user=await id_of(story, ADA))
    assert not await partner.is_let_in("GET /resources/v1")
    assert "Stopped because somebody left" in (await browser.open(f"/account/networks/{north.id}/apps")).text


async def test_an_owner_makes_a_member_an_administrator_and_back(story: Story) -> None:
    """Freshly signed in for more power; told by mail, and in the network's history."""
    north = await north_of(story)
    browser = await story.signs_in()
    stale = await browser.open(members(north))
    story.clock.pass_minutes(6)
    page = await browser.open(members(north))
    assert "sign in again first" in page.text
    reply = await send(browser, stale, north, "role", user=await id_of(story, MIA), role="administrator")
    assert "Sign in again" in reply.text
    browser = await story.signs_in()
    page = await browser.open(members(north))
    page = await send(browser, page, north, "role", user=await id_of(story, MIA), role="administrator")
    assert (MIA, "Administrator") in people_on(page)
    assert "made you an administrator of Northside" in story.mail.to(MIA)[-1].text
    page = await send(browser, page, north, "role", user=await id_of(story, MIA), role="member")
    assert (MIA, "Member") in people_on(page)
    history = await browser.open(f"/account/networks/{north.id}/history")
    assert f"{OWNER} gave {MIA} the role: Administrator" in history.text


async def test_somebody_is_invited_joins_and_is_seen(story: Story) -> None:
    """From the form to the list; the invitation waits until then, and its history says so."""
    north = await north_of(story)
    browser = await story.signs_in()
    page = await send(
        browser, await browser.open(members(north)), north, "invite", email="New@North.example", role="administrator"
    )
    assert "The invitation is on its way" in page.text
    assert "Invitations that wait" in page.text
    letter = story.mail.to("new@north.example")[-1]
    assert f"{OWNER} invites you to join Northside" in letter.text
    link = link_in(letter.text)
    guest = story.browser()
    welcome = await guest.open(link)
    assert "Join Northside" in welcome.text
    code_page = await guest.submit(welcome, action=link)
    back = await guest.submit(code_page, code=story.login_code("new@north.example"))
    assert "Decline" in back.text
    await guest.submit(back, action=f"{link}/accept")
    user = await story.house.store.find_user_by_email(Email("new@north.example"))
    assert user.roles == {north.id: Role.ADMINISTRATOR}
    page = await browser.open(members(north))
    assert "Invitations that wait" not in page.text
    history = await browser.open(f"/account/networks/{north.id}/history")
    assert "sent an invitation" in history.text
    assert "new@north.example accepted an invitation: Administrator" in history.text


@pytest.mark.parametrize(
    ("email", "status", "said"),
    [("a..b@north.example", 400, "Enter an e-mail address"), (MIA, 409, "in the network already")],
)
async def test_what_cannot_be_invited_is_said_at_its_field(story: Story, email: str, status: int, said: str) -> None:
    """And what was typed stays."""
    north = await north_of(story)
    browser = await story.signs_in()
    reply = await send(browser, await browser.open(members(north)), north, "invite", email=email, role="member")
    assert (reply.status, said in reply.text, 'href="#email"' in reply.text) == (status, True, True)
    assert f'value="{email}"' in reply.text


async def test_of_many_people_some_are_shown_and_any_is_found(story: Story) -> None:
    """By address, and by how one begins."""
    north = await north_of(story)
    for number in range(20):
        await story.operator.give_role(
            f"p{number + 40:02}@north.example", network_id=north.id, role="member", origin=OPERATOR
        )
    browser = await story.signs_in()
    page = await browser.open(members(north))
    assert len(people_on(page)) == 15
    following = re.search(r'href="([^"]+after=[^"]+)"', page.text)
    assert following is not None
    assert len(people_on(await browser.open(following[1].replace("&amp;", "&")))) == 8
    assert people_on(await browser.open(f"{members(north)}?q=P5"))[0] == ("p50@north.example", "Member")
    assert "begins so" in (await browser.open(f"{members(north)}?q=zz")).text


async def test_where_people_are_kept_elsewhere_the_page_only_shows(story: Story) -> None:
    """It says why; no form, no action and no invitation works, whatever is sent."""
    north = await north_of(story)
    browser = await story.signs_in()
    page = await send(
        browser, await browser.open(members(north)), north, "invite", email="new@north.example", role="member"
    )
    link = link_in(story.mail.to("new@north.example")[-1].text)
    elsewhere = await Story.begin(story.house.store, members="elsewhere")
    elsewhere.clock.pass_minutes((story.clock.now() - elsewhere.clock.now()) // MINUTE + 2)
    browser = await elsewhere.signs_in()
    shown = await browser.open(members(north))
    assert "are kept in another place" in shown.text
    assert len(people_on(shown)) == 3
    assert "/members/" not in shown.text
    assert "Invitations that wait" not in shown.text
    assert (await elsewhere.browser().get(link)).status == 404
    assert page.status == 200


async def test_an_invitation_comes_in_the_page_s_language_or_the_reader_s(story: Story) -> None:
    """The inviter's page for somebody unknown; whoever chose a language gets that."""
    north = await north_of(story)
    await story.network("South", owner="sam@south.example")
    sam = await story.house.store.find_user_by_email(Email("sam@south.example"))
    await story.house.store.set_user_language(user_id=sam.id, language="de")
    browser = await story.signs_in()
    browser.cookies["fd_language"] = "fr"
    page = await browser.open(members(north))
    for email in ("new@north.example", "sam@south.example"):
        await send(browser, page, north, "invite", email=email, role="member")
    assert "Quand" in story.mail.to("new@north.example")[-1].text
    assert "Wann" in story.mail.to("sam@south.example")[-1].text
