"""Attacks on a network's people and on invitations (OW-04, OW-12, EM-01, EM-06, TN-17)."""

import asyncio
import re

import pytest

from frontdesk.flows.invitations import Invitations
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import DAY, MINUTE, Email
from frontdesk.protocol.records import Network, Role, User
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Story
from frontdesk.testing.wire import Reply
from web.town import desk_of

pytestmark = pytest.mark.anyio

ADA, MIA, EVE = "ada@north.example", "mia@north.example", "eve@elsewhere.example"
LINK = re.compile(r"/account/invitations/fdil_[A-Za-z0-9_-]{22}")


async def north_of(story: Story) -> Customer:
    """A network with its owner, an administrator and a member; a stranger has an account."""
    north = await story.network("Northside")
    await story.network("Elsewhere", owner=EVE)
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    await story.operator.give_role(MIA, network_id=north.id, role="member", origin=OPERATOR)
    return north


async def invites(browser: Browser, north: Customer, email: str, role: str = "member") -> Reply:
    """By the page."""
    page = await browser.open(f"/account/networks/{north.id}/members")
    return await browser.submit(page, action=f"/account/networks/{north.id}/members/invite", email=email, role=role)


def link_to(story: Story, email: str) -> str:
    """What the newest mail to an address leads to."""
    found = LINK.search(story.mail.to(email)[-1].text)
    assert found is not None
    return found[0]


async def role_of(story: Story, email: str, north: Customer) -> Role | None:
    """What somebody is there."""
    user = await story.house.store.find_user_by_email(Email(email))
    return user.roles.get(north.id) if user is not None else None


def flow_of(story: Story) -> Invitations:
    """The walk itself, for two at the same instant."""
    return desk_of(story).invitations


async def test_ow_12_an_invitation_is_accepted_by_the_invited_address_alone(story: Story) -> None:
    """OW-12: another account, signed in, with the right link and a right form token: 403, and nothing changes."""
    north = await north_of(story)
    await invites(await story.signs_in(), north, "new@north.example", "administrator")
    link = link_to(story, "new@north.example")
    eve = await story.signs_in(EVE)
    page = await eve.open(link)
    assert "This invitation is for another address" in page.text
    assert f'action="{link}/accept"' not in page.text
    assert "new@north.example" not in page.text
    for deed in ("accept", "decline"):
        desk = desk_of(story)
        cookies = "; ".join(f"{name}={value}" for name, value in eve.cookies.items())
        visitor = await desk.visitors.recognise(cookies.encode())
        ticket = desk.tickets.give(visitor, f"{link}/{deed}")
        reply = await eve.send(f"{link}/{deed}", [("form_token", ticket.token)])
        assert reply.status == 403
        assert "This invitation is for another address" in reply.text
    assert await role_of(story, EVE, north) is None
    assert "Send the code" in (await story.browser().open(link)).text


async def test_ow_12_somebody_without_an_account_accepts_with_a_code_from_that_mailbox(story: Story) -> None:
    """OW-12: the link alone lets nobody in; the code goes to the invited address, whoever asked for it."""
    north = await north_of(story)
    await invites(await story.signs_in(), north, "new@north.example")
    link = link_to(story, "new@north.example")
    browser = story.browser()
    code_page = await browser.submit(await browser.open(link), action=link)
    assert await role_of(story, "new@north.example", north) is None
    page = await browser.submit(code_page, code=story.login_code("new@north.example"))
    home = await browser.submit(page, action=f"{link}/accept")
    assert "Northside" in home.text
    assert await role_of(story, "new@north.example", north) is Role.MEMBER
    assert "new@north.example accepted the invitation" in story.mail.to(OWNER)[-1].text


async def test_ow_12_a_link_works_once_and_not_after_its_time(story: Story) -> None:
    """OW-12: used, withdrawn, late, made up: the same page for each, and to whoever asks."""
    north = await north_of(story)
    olena = await story.signs_in()
    told = set()
    for number, how in enumerate(("used", "withdrawn", "late", "made up", "declined")):
        email = f"new{number}@north.example"
        await invites(olena, north, email)
        link = link_to(story, email)
        if how == "made up":
            link = f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}"
        elif how == "late":
            story.clock.pass_minutes(7 * DAY // MINUTE)
        elif how == "withdrawn":
            page = await olena.open(f"/account/networks/{north.id}/members")
            await olena.submit(page, action=f"/account/networks/{north.id}/members/withdraw")
        else:
            browser = story.browser()
            code_page = await browser.submit(await browser.open(link), action=link)
            page = await browser.submit(code_page, code=story.login_code(email))
            await browser.submit(page, action=f"{link}/{'accept' if how == 'used' else 'decline'}")
        for browser in (story.browser(), await story.signs_in(EVE)):
            reply = await browser.get(link)
            assert reply.status == 404, how
            told.add(reply.text.replace(reply.header("x-request-id") or "", ""))
        story.clock.pass_minutes(2)
        olena = await story.signs_in()
    assert len(told) == 1


async def test_ow_12_two_who_accept_at_once_join_once(story: Story) -> None:
    """OW-12: single use, in the same instant too: one row says that somebody joined."""
    north = await north_of(story)
    await invites(await story.signs_in(), north, EVE)
    value = link_to(story, EVE).rpartition("/")[2]
    eve = await story.house.store.find_user_by_email(Email(EVE))
    flow = flow_of(story)
    answers = await asyncio.gather(*(flow.accept(value, eve, origin=OPERATOR) for _ in range(5)))
    assert sum(isinstance(answer, Network) for answer in answers) == 1
    rows = [row.action for row in await story.house.store.list_audit(network_id=north.id)]
    assert rows.count("invitation.accepted") == 1


async def test_ow_04_what_a_former_administrator_began_is_over(story: Story) -> None:
    """OW-04: their open page invites nobody, and the invitation that they sent before lets nobody in."""
    north = await north_of(story)
    ada = await story.signs_in(ADA)
    await invites(ada, north, EVE)
    link = link_to(story, EVE)
    stale = await ada.open(f"/account/networks/{north.id}/members")
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    action = f"/account/networks/{north.id}/members/invite"
    assert (await ada.submit(stale, action=action, email="x@y.example", role="member")).status == 403
    await story.operator.remove_role(ADA, network_id=north.id, origin=OPERATOR)
    assert (await ada.submit(stale, action=action, email="x@y.example", role="member")).status == 404
    assert (await (await story.signs_in(EVE)).get(link)).status == 404
    assert story.mail.to("x@y.example") == []


async def test_an_invitation_tells_nothing_of_who_has_an_account(story: Story) -> None:
    """OT-11: known, unknown and blocked addresses: the same page to the inviter; the same mail to the first two."""
    north = await north_of(story)
    await story.operator.give_role("gone@elsewhere.example", network_id=north.id, role="member", origin=OPERATOR)
    await story.operator.remove_role("gone@elsewhere.example", network_id=north.id, origin=OPERATOR)
    await story.operator.block_user("gone@elsewhere.example", blocked=True, origin=OPERATOR)
    olena, told, mails = await story.signs_in(), set(), set()
    for email in (EVE, "nobody@elsewhere.example", "gone@elsewhere.example"):
        reply = await invites(olena, north, email)
        assert reply.status == 200
        section = reply.text.partition('id="people"')[2].partition('id="invite"')[0]
        told.add(section)
        if email != "gone@elsewhere.example":
            mails.add(LINK.sub("", story.mail.to(email)[-1].text))
    assert len(told) == 1
    assert len(mails) == 1
    assert story.mail.to("gone@elsewhere.example") == []


async def test_em_06_invitations_are_no_mail_bomb(story: Story) -> None:
    """EM-06: a quota for each network, and a smaller one for each address; the page says so, and sends no more."""
    north = await north_of(story)
    olena = await story.signs_in()
    for number in range(4):
        reply = await invites(olena, north, EVE)
        assert reply.status == (429 if number == 3 else 200)
    assert len([letter for letter in story.mail.to(EVE) if LINK.search(letter.text)]) == 3
    owner = await story.house.store.find_user_by_email(Email(OWNER))
    network = await story.house.store.find_network(north.id)
    sent = [await send(story, network, owner, f"p{number}@x.example") for number in range(48)]
    refused = [answer.reason for answer in sent if isinstance(answer, Refusal)]
    assert refused == [Reason.TOO_MANY_INVITATION_MAILS]
    assert story.mail.to("p47@x.example") == []


async def send(story: Story, network: Network, owner: User, email: str) -> object:
    """Past the page."""
    return await flow_of(story).send(network, Email(email), Role.MEMBER, by=owner, origin=OPERATOR)


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [(ADA, "administrator", 403), (ADA, "owner", 403), (OWNER, "owner", 403), (OWNER, "x", 404), (MIA, "member", 403)],
)
async def test_nobody_invites_beyond_their_own_right(story: Story, who: str, role: str, status: int) -> None:
    """A forged form gives no role that the page does not offer."""
    north = await north_of(story)
    browser = await story.signs_in(who)
    page = await (await story.signs_in()).open(f"/account/networks/{north.id}/members")
    assert page.status == 200
    reply = await forged(story, browser, f"/account/networks/{north.id}/members/invite", email=EVE, role=role)
    assert reply.status == status
    assert story.mail.to(EVE) == []


async def forged(story: Story, browser: Browser, action: str, **fields: str) -> Reply:
    """A form with a right token that no page showed."""
    desk = desk_of(story)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    ticket = desk.tickets.give(await desk.visitors.recognise(cookies.encode()), action)
    return await browser.send(action, [("form_token", ticket.token), *fields.items()])


async def test_nobody_changes_themselves_or_the_owner(story: Story) -> None:
    """Whoever they are and whatever they send; the owner stays the owner (OW-13)."""
    north = await north_of(story)
    ids = {}
    for address in (OWNER, ADA, MIA):
        user = await story.house.store.find_user_by_email(Email(address))
        ids[address] = user.id
    for who, whom, deed, status in (
        (OWNER, OWNER, "remove", 404),
        (OWNER, OWNER, "role", 404),
        (ADA, ADA, "remove", 404),
        (ADA, OWNER, "remove", 403),
        (ADA, MIA, "role", 403),
        (MIA, ADA, "remove", 403),
        (EVE, MIA, "remove", 404),
    ):
        browser = await story.signs_in(who)
        path = f"/account/networks/{north.id}/members/{deed}"
        reply = await forged(story, browser, path, user=ids[whom], role="administrator")
        assert reply.status == status, (who, whom, deed)
        story.clock.pass_minutes(2)
    held = [await role_of(story, address, north) for address in (OWNER, ADA, MIA)]
    assert held == [Role.OWNER, Role.ADMINISTRATOR, Role.MEMBER]
