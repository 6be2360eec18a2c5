"""Account > Security: the browsers somebody is signed in with, and signing out there (OWASP ASVS 7.4.3, 7.5.2)."""

import pytest

from frontdesk.testing.browser import find_form
from frontdesk.testing.story import OPERATOR, OWNER, Story

pytestmark = pytest.mark.anyio

PAGE = "/account/security"
ADA = "ada@north.example"


async def test_both_browsers_are_listed_this_one_first(story: Story) -> None:
    """With where from; the other can be signed out, this one has no such button."""
    await story.network("Northside")
    await story.signs_in(browser=story.browser(peer="198.51.100.4"))
    story.clock.pass_minutes(2)
    here = await story.signs_in()
    page = await here.open(PAGE)
    assert page.status == 200
    assert page.text.index("192.0.2.7") < page.text.index("198.51.100.4")
    assert page.text.count("this browser</span>") == 1
    assert page.text.count("Sign out there") == 1


async def test_signing_one_browser_out(story: Story) -> None:
    """Its next request finds nobody signed in; this browser goes on."""
    await story.network("Northside")
    away = await story.signs_in()
    story.clock.pass_minutes(2)
    here = await story.signs_in()
    page = await here.submit(await here.open(PAGE), action=f"{PAGE}/sign-out")
    assert "Sign out there" not in page.text
    assert "E-mail address" in (await away.open("/account")).text
    assert (await here.get("/account")).status == 200


async def test_a_session_of_somebody_else_is_not_there(story: Story) -> None:
    """404, like one that never was, and it goes on."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    ada = await story.signs_in(ADA)
    found = await story.house.store.find_user_by_email(ADA)
    (hers,) = await story.house.store.list_sessions(found.id)
    await story.signs_in()
    story.clock.pass_minutes(2)
    olena = await story.signs_in()
    form = find_form(await olena.open(PAGE), action=f"{PAGE}/sign-out")
    for session in (hers.id, "01900000-0000-7000-8000-000000000000", "x", ""):
        pairs = [(name, session if name == "session" else value) for name, value in form.hidden]
        assert (await olena.post(form.action, pairs)).status == 404
    assert (await ada.get("/account")).status == 200


async def test_signing_out_all_others_and_word_of_it(story: Story) -> None:
    """The mail says how many and where to look, and comes once."""
    await story.network("Northside")
    away = await story.signs_in()
    story.clock.pass_minutes(2)
    here = await story.signs_in()
    page = await here.submit(await here.open(PAGE), action=f"{PAGE}/sign-out-everywhere", where="others")
    assert page.status == 200
    assert here.at == PAGE
    assert (await away.get("/account")).status == 303
    told = [letter for letter in story.mail.to(OWNER) if "signed out everywhere" in letter.subject]
    assert len(told) == 1
    assert "1 session ended" in told[0].text
    assert f"{story.house.settings.issuer}{PAGE}" in told[0].text


async def test_signing_out_everywhere_here_too(story: Story) -> None:
    """Ends on the page that says so, without the cookie; the kept value opens nothing."""
    await story.network("Northside")
    away = await story.signs_in()
    story.clock.pass_minutes(2)
    here = await story.signs_in()
    kept = here.cookies["fd_session"]
    page = await here.submit(await here.open(PAGE), action=f"{PAGE}/sign-out-everywhere", where="everywhere")
    assert here.at == "/signed-out"
    assert page.status == 200
    assert "fd_session" not in here.cookies
    here.cookies["fd_session"] = kept
    for browser in (here, away):
        assert (await browser.get("/account")).status == 303


async def test_the_browser_is_named_by_words_of_ours(story: Story) -> None:
    """What it says of itself is never shown as it is."""
    await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open(PAGE)
    assert "A browser that does not say what it is" in page.text
