"""Account > Profile: changing the address by two codes, and deleting the account (OWASP ASVS 6.3.7, 7.5; OW-06)."""

import re

import pytest

from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio

PAGE = "/account/profile"
ADA = "ada@north.example"
NEW = "ada@new.example"


async def ada_signs_in(story: Story) -> Browser:
    """An administrator, who owns nothing, has just signed in."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    return await story.signs_in(ADA)


async def asks_for(browser: Browser, address: str = NEW) -> Reply:
    """The first step."""
    return await browser.submit(await browser.open(PAGE), email=address)


async def test_an_address_changes_by_two_codes(story: Story) -> None:
    """One to each mailbox; then the new address signs in, the old one is nobody's, and both are told."""
    ada = await ada_signs_in(story)
    story.clock.pass_minutes(1)
    away = await story.signs_in(ADA)
    page = await asks_for(ada)
    assert ada.at == f"{PAGE}/email"
    assert ADA in page.text
    assert NEW in page.text
    done = await ada.submit(page, old_code=story.login_code(ADA), new_code=story.login_code(NEW))
    assert done.status == 200
    assert f"<strong>{NEW}</strong>" in done.text
    assert (await away.get("/account")).status == 303
    for address in (ADA, NEW):
        told = [letter for letter in story.mail.to(address) if "your address was changed" in letter.subject]
        assert len(told) == 1
        assert f"{NEW}, no longer with {ADA}" in told[0].text
    story.clock.pass_minutes(21)
    again = await story.signs_in(NEW)
    assert (await again.get("/account")).status == 200


async def test_one_right_code_is_not_enough(story: Story) -> None:
    """Swapped ones neither; the page keeps what was typed and says what to do, linked to the field."""
    ada = await ada_signs_in(story)
    page = await asks_for(ada)
    old, new = story.login_code(ADA), story.login_code(NEW)
    wrong = await ada.submit(page, old_code=new, new_code=old)
    if old != new:
        assert wrong.status == 400
        assert "<title>Error: " in wrong.text
        assert 'href="#old_code"' in wrong.text
        assert f'value="{new}"' in wrong.text
    assert (await ada.submit(page, old_code=old, new_code="12345")).status == 400
    assert (await ada.submit(page, old_code=f" {old[:3]} {old[3:]} ", new_code=new)).status == 200
    assert f"<strong>{NEW}</strong>" in (await ada.open(PAGE)).text


async def test_five_wrong_tries_block(story: Story) -> None:
    """With the time at which it ends; even the right codes are not looked at until then."""
    ada = await ada_signs_in(story)
    page = await asks_for(ada)
    old, new = story.login_code(ADA), story.login_code(NEW)
    wrong = "000000" if new != "000000" else "000001"
    for _ in range(5):
        reply = await ada.submit(page, old_code=old, new_code=wrong)
    assert reply.status == 429
    blocked = await ada.submit(page, old_code=old, new_code=new)
    assert blocked.status == 429
    assert blocked.header("retry-after") == str(20 * 60)
    assert "No code is looked at before" in blocked.text
    assert f"<strong>{ADA}</strong>" in (await ada.open(PAGE)).text


async def test_an_address_that_somebody_has_looks_the_same_and_gets_no_mail(story: Story) -> None:
    """Nobody learns who is here; and no code is sent, so that none can be right."""
    ada = await ada_signs_in(story)
    free, held = await asks_for(ada), len(story.mail.to(OWNER))
    story.clock.pass_minutes(1)
    taken = await asks_for(ada, OWNER)
    assert taken.status == free.status == 200
    assert _words(taken).replace(OWNER, NEW) == _words(free)
    assert len(story.mail.to(OWNER)) == held
    assert "confirms that your" in story.mail.to(ADA)[-1].subject


def _words(reply: Reply) -> str:
    """A page less what differs by itself: tokens and the request id."""
    return re.sub(r'value="[^"]*"|Request [^<]*', "", reply.text)


async def test_mails_are_few(story: Story) -> None:
    """One a minute: the form comes back with the reason, and with what was typed."""
    ada = await ada_signs_in(story)
    await asks_for(ada)
    again = await asks_for(ada, "ada@third.example")
    assert again.status == 429
    assert 'value="ada@third.example"' in again.text
    assert story.mail.to("ada@third.example") == []


@pytest.mark.parametrize(
    ("typed", "status"), [(ADA, 422), (ADA.upper(), 422), ("nonsense", 400), ("a@b@c.example", 400)]
)
async def test_what_is_no_new_address_is_told_so(story: Story, typed: str, status: int) -> None:
    """The reason is linked to the field; no mail goes out."""
    ada = await ada_signs_in(story)
    before = len(story.mail.letters)
    reply = await asks_for(ada, typed)
    assert reply.status == status
    assert 'href="#email"' in reply.text
    assert len(story.mail.letters) == before


async def test_a_sign_in_of_long_ago_is_asked_for_again(story: Story) -> None:
    """By the page, before anything is typed; a form that was open all the time leads to signing in too."""
    ada = await ada_signs_in(story)
    page, leave = await ada.open(PAGE), await ada.open(f"{PAGE}/delete")
    story.clock.pass_minutes(5)
    assert "Sign in again" in (await ada.open(PAGE)).text
    for form, filled in ((page, {"email": NEW}), (leave, {"address": ADA})):
        reply = await ada.submit(form, **filled)
        assert "Sign in again" in reply.text
        assert ada.at.startswith("/sign-in?next=%2Faccount%2Fprofile")
    assert story.mail.to(NEW) == []
    assert (await ada.get("/account")).status == 200


async def test_ow_06_deleting_the_account(story: Story) -> None:
    """OW-06: typed address, then everything ends: session, apps, roles; a mail says so."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.connected_partner(networks=[north.id], owner=ADA)
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    story.clock.pass_minutes(1)
    ada = await story.signs_in(ADA)
    page = await ada.open(f"{PAGE}/delete")
    assert "1 app that you connected is refused" in page.text
    mistyped = await ada.submit(page, address="ada@north.exampl")
    assert (mistyped.status, 'href="#address"' in mistyped.text) == (422, True)
    assert 'value="ada@north.exampl"' in mistyped.text
    done = await ada.submit(page, address=ADA)
    assert "Your account was deleted" in done.text
    assert "fd_session" not in ada.cookies
    assert not await partner.is_let_in("GET /resources/v1", network=north.id)
    assert (await partner.refreshes()).status == 400
    assert story.mail.to(ADA)[-1].subject.endswith("your account was deleted")
    story.clock.pass_minutes(21)
    sent = len(story.mail.to(ADA))
    await ada.submit(await ada.open("/sign-in"), email=ADA)
    assert len(story.mail.to(ADA)) == sent


async def test_an_owner_is_told_what_comes_first(story: Story) -> None:
    """The networks by title, and no form; one that is sent all the same changes nothing."""
    await story.network("Northside")
    olena = await story.signs_in()
    page = await olena.open(f"{PAGE}/delete")
    assert "<li>Northside</li>" in page.text
    assert 'name="address"' not in page.text
    profile = await olena.open(PAGE)
    assert "Delete your account" in profile.text
