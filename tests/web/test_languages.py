"""Pages in the reader's language: from the account, from this browser, from what it asks for; and choosing one."""

import pytest

from frontdesk.protocol.languages import OFFERED, PSEUDO_CODE
from frontdesk.storage.memory import MemoryStore
from frontdesk.testing.browser import ISSUER
from frontdesk.testing.story import OWNER, Story
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio


async def ask(story: Story, target: str, *, accept: str) -> Reply:
    """Open a page as a browser that asks for languages."""
    return await call(story.app, "GET", target, headers=[("accept-language", accept)])


def language_of(page: Reply) -> str:
    """What the page says it is in."""
    return page.text.split('<html lang="', 1)[1].split('"', 1)[0]


async def test_a_page_is_in_the_language_that_the_browser_asks_for(story: Story) -> None:
    """With the direction that it is written in; error pages too."""
    assert '<html lang="de" dir="ltr">' in (await ask(story, "/sign-in", accept="de-CH, en;q=0.5")).text
    assert '<html lang="ar" dir="rtl">' in (await ask(story, "/sign-in", accept="ar")).text
    assert '<html lang="uk" dir="ltr">' in (await ask(story, "/account/nothing", accept="uk")).text
    bad_link = (await ask(story, "/oauth2/authorize?client_id=nobody", accept="fr")).text
    assert '<html lang="fr" dir="ltr">' in bad_link
    assert "Ce lien ne fonctionne pas" in bad_link
    assert "aucune application n’est enregistrée sous ce client_id" in bad_link
    assert '<html lang="en" dir="ltr">' in (await ask(story, "/sign-in", accept="tlh")).text


async def test_a_choice_stays_in_the_browser_and_in_the_account(story: Story) -> None:
    """Before sign-in in a cookie; for somebody who is signed in wherever they sign in next."""
    await story.network("Northside")
    stranger = story.browser()
    page = await stranger.submit(await stranger.open("/language?next=/sign-in"), language="es")
    assert (language_of(page), stranger.at) == ("es", "/sign-in")

    browser = await story.signs_in(OWNER)
    page = await browser.submit(await browser.open("/language?next=/account/apps"), language="uk")
    assert (language_of(page), browser.at) == ("uk", "/account/apps")
    story.clock.pass_minutes(2)
    elsewhere = await story.signs_in(OWNER)
    assert language_of(await elsewhere.open("/account")) == "uk"


async def test_the_language_page_offers_what_is_spoken_here(story: Story) -> None:
    """A button each, with the present one marked; anything else changes nothing."""
    browser = story.browser()
    page = await browser.open("/language")
    assert [f'value="{code}"' in page.text for code in OFFERED] == [True] * len(OFFERED)
    assert page.text.count('aria-current="true"') == 1
    for nonsense in (PSEUDO_CODE, "xx", "de; Path=/x", ""):
        assert language_of(await browser.submit(await browser.open("/language"), language=nonsense)) == "en"
    assert "fd_language" not in browser.cookies


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "javascript:alert(1)",
        "/account\nset-cookie: x=y",
        "/language?next=/language",
        "account",
    ],
)
async def test_the_way_back_is_ours(story: Story, target: str) -> None:
    """An open redirect would make our address lend its name to others (CWE-601)."""
    browser = story.browser()
    page = await browser.open("/language")
    form_token = page.text.split('name="form_token" value="', 1)[1].split('"', 1)[0]
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    reply = await call(
        story.app,
        "POST",
        "/language",
        headers=[("cookie", cookie), ("origin", ISSUER)],
        form=[("form_token", form_token), ("language", "de"), ("next", target)],
    )
    assert (reply.status, reply.location) == (303, "/account")


async def test_an_installation_may_speak_one_language() -> None:
    """Then no page asks for another, whatever browsers want."""
    story = await Story.begin(MemoryStore(), languages=("fr",))
    page = await ask(story, "/sign-in", accept="de")
    assert language_of(page) == "fr"
    assert "/language" not in page.text
