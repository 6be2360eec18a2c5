"""AD-01: no default account, no open installer; a set-up link that was used, is late or was replaced opens nothing."""

import re

import pytest

from frontdesk.testing.story import OPERATOR, Story

pytestmark = pytest.mark.anyio

FIRST = "first@desk.example"


def _words(text: str) -> str:
    return re.sub(r"Request \S+", "", text)


async def test_ad_01_a_new_installation_has_no_account_and_no_installer(story: Story) -> None:
    """Nobody is an operator, no address gets a code, and no page offers to make one."""
    assert list(await story.operators.list_operators()) == []
    assert list(await story.house.store.list_users()) == []
    browser = story.browser()
    for address in ("admin@desk.example", "root@desk.example"):
        await browser.submit(await browser.open("/sign-in"), email=address)
    assert story.mail.letters == []
    unknown = await browser.open("/account/nothing-is-here")
    for path in ("/operator/setup/fdsl_AAAAAAAAAAAAAAAAAAAAAA", "/operator/setup/x", "/operator/setup/%20"):
        refused = await browser.open(path)
        assert (refused.status, _words(refused.text)) == (404, _words(unknown.text))
    assert (await browser.open("/operator/setup")).status == 404


async def test_the_link_makes_the_person_an_operator_who_proves_the_address(story: Story) -> None:
    """From the link to the code from the mail to the first page, although nobody knew the address before."""
    link = await story.operators.make_link(origin=OPERATOR)
    browser = story.browser()
    page = await browser.submit(await browser.open(f"/operator/setup/{link}"), email=FIRST)
    page = await browser.submit(page, code=story.login_code(FIRST))
    assert "Become an operator" in page.text
    assert FIRST in page.text
    page = await browser.submit(page, action=f"/operator/setup/{link}/accept")
    assert (page.status, browser.at) == (200, "/operator")
    assert [one.user.email for one in await story.operators.list_operators()] == [FIRST]


async def test_ad_01_a_used_late_or_replaced_link_opens_nothing(story: Story) -> None:
    """AD-01: neither its page nor its forms, and nobody is made, nor sent a code."""
    await story.network("Northside")
    eve = await story.signs_in()
    used = await story.operators.make_link(origin=OPERATOR)
    pages = {used: await eve.open(f"/operator/setup/{used}")}
    owner = await story.house.store.find_user_by_email("olena@northside.example")
    assert owner is not None
    assert await story.operators.take_link(used, owner, origin=OPERATOR)
    late = await story.operators.make_link(origin=OPERATOR)
    pages[late] = await eve.open(f"/operator/setup/{late}")
    story.clock.pass_minutes(30)
    assert (await eve.open(f"/operator/setup/{late}")).status == 404
    assert (await eve.submit(pages[late], action=f"/operator/setup/{late}/accept")).status == 404
    replaced = await story.operators.make_link(origin=OPERATOR)
    pages[replaced] = await eve.open(f"/operator/setup/{replaced}")
    await story.operators.make_link(origin=OPERATOR)
    letters = len(story.mail.letters)
    for link, page in pages.items():
        assert page.status == 200
        assert (await eve.open(f"/operator/setup/{link}")).status == 404
        assert (await eve.submit(page, action=f"/operator/setup/{link}/accept")).status == 404
        assert (await eve.submit(page, action=f"/operator/setup/{link}", email="eve@evil.example")).status == 404
    assert len(story.mail.letters) == letters
    assert await story.house.store.find_user_by_email("eve@evil.example") is None
    assert len(await story.operators.list_operators()) == 1


async def test_a_mistyped_address_makes_nobody_an_operator(story: Story) -> None:
    """The link is used up by whoever signed in and said yes, not by the address that was typed; the page says why."""
    link = await story.operators.make_link(origin=OPERATOR)
    browser = story.browser()
    page = await browser.submit(await browser.open(f"/operator/setup/{link}"), email="no address")
    assert (page.status, "Enter an e-mail address" in page.text) == (400, True)
    assert 'value="no address"' in page.text
    await browser.submit(page, email="frist@desk.example")
    assert list(await story.operators.list_operators()) == []
    assert (await browser.open(f"/operator/setup/{link}")).status == 200
