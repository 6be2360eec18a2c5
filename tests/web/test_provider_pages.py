"""Signing in by the provider's own account, against a real provider (OpenID Connect Core §3.1; RFC 9700; ST-07)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from joserfc.jwk import RSAKey

from frontdesk.protocol.ids import Email
from frontdesk.protocol.records import Proof
from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OWNER, Story
from frontdesk.testing.told import ToldClock
from frontdesk.testing.wire import Reply
from web.open_id import CLIENT_ID, CLIENT_SECRET, OpenIdServer, open_id_server

pytestmark = pytest.mark.anyio

LINK = "/sign-in/provider"


@dataclass(slots=True)
class Scene:
    """A house that offers a provider's sign-in, and that provider."""

    story: Story
    provider: OpenIdServer

    async def comes_back(self, browser: Browser, *, target: str = LINK, **claims: object) -> Reply:
        """Somebody goes there, signs in as these claims say, and is sent back."""
        away = await browser.get(target)
        assert away.status == 303
        assert away.location.startswith(f"{self.provider.issuer}/authorize?hint=1&")
        said = {"sub": "u-1", "email": OWNER, "email_verified": True, **claims}
        return await browser.open(self.provider.signs_in(away.location, **said))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Northside's owner may sign in by the provider."""
    clock = ToldClock()
    async with open_id_server(clock) as provider:
        story = await Story.begin(
            MemoryStore(),
            sign_in_issuer=provider.issuer,
            sign_in_client_id=CLIENT_ID,
            sign_in_client_secret=CLIENT_SECRET,
            sign_in_name="Example ID",
        )
        provider.clock = story.clock
        await story.network("Northside")
        yield Scene(story, provider)


async def test_it_signs_in_and_is_linked(scene: Scene) -> None:
    """By the vouched address the first time, by the provider's own name for the person from then on; and told of."""
    browser = scene.story.browser()
    first = await browser.open("/sign-in?next=%2Faccount%2Fsecurity")
    assert "Sign in with Example ID" in first.text
    page = await scene.comes_back(browser, target=f"{LINK}?next=%2Faccount%2Fsecurity")
    assert (page.status, browser.at) == (200, "/account/security")
    user = await scene.story.house.store.find_user_by_email(Email(OWNER))
    assert user is not None
    (session,) = await scene.story.house.store.list_sessions(user.id)
    assert session.proof is Proof.PROVIDER
    assert "with the sign-in that you use elsewhere" in scene.story.mail.to(OWNER)[-1].text
    again = scene.story.browser()
    page = await scene.comes_back(again, email="renamed@elsewhere.example")
    assert (page.status, again.at) == (200, "/account")


async def test_an_apps_request_travels_along(scene: Scene) -> None:
    """To the consent page of the app that somebody came from."""
    partner = await scene.story.partner()
    browser = scene.story.browser()
    await browser.open(partner.authorize_target())
    page = await scene.comes_back(browser, target=f"{LINK}?{browser.at.partition('?')[2]}")
    assert browser.at.startswith("/consent?request=")
    assert "Northside" in page.text


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"iss": "https://accounts.evil.example"},
        {"aud": "another-app"},
        {"aud": [CLIENT_ID, "another-app"]},
        {"azp": "another-app"},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"exp": "soon"},
        {"sub": ""},
        {"sub": 7},
    ],
)
async def test_a_token_that_is_not_for_this_signs_nobody_in(scene: Scene, changed: dict[str, object]) -> None:
    """Another request's, another provider's, another app's, too old, or naming nobody: 400."""
    scene.provider.changed = changed
    browser = scene.story.browser()
    assert (await scene.comes_back(browser)).status == 400
    assert "fd_session" not in browser.cookies


@pytest.mark.parametrize("forgery", ["another key", "none"])
async def test_a_signature_must_be_the_providers(scene: Scene, forgery: str) -> None:
    """A key that it does not publish, or no signature at all: 400."""
    if forgery == "none":
        scene.provider.algorithm = "none"
    else:
        scene.provider.signs_with = RSAKey.generate_key(2048, {"kid": "k1"})
    browser = scene.story.browser()
    assert (await scene.comes_back(browser)).status == 400
    assert "fd_session" not in browser.cookies


async def test_new_keys_are_fetched_once_they_are_needed(scene: Scene) -> None:
    """The provider rotates; a minute later its new key is known here."""
    assert (await scene.comes_back(scene.story.browser())).status == 200
    scene.provider.key = RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256", "use": "sig"})
    scene.story.clock.pass_minutes(1)
    assert (await scene.comes_back(scene.story.browser())).status == 200


@pytest.mark.parametrize(
    "claims",
    [{"email_verified": False}, {"email_verified": "true"}, {"email": "nobody@nowhere.example"}, {"email": None}],
)
async def test_only_a_vouched_address_of_somebody_here_links(scene: Scene, claims: dict[str, object]) -> None:
    """Anything else is nobody here: 403, and no session."""
    browser = scene.story.browser()
    assert (await scene.comes_back(browser, **claims)).status == 403
    assert "fd_session" not in browser.cookies


async def test_an_address_that_somebody_else_got_there_opens_nothing(scene: Scene) -> None:
    """The user has a name at the provider already: another one with the same address is somebody else."""
    assert (await scene.comes_back(scene.story.browser())).status == 200
    browser = scene.story.browser()
    assert (await scene.comes_back(browser, sub="u-2")).status == 403
    assert "fd_session" not in browser.cookies


async def test_st_07_an_answer_is_its_browsers(scene: Scene) -> None:
    """ST-07: what somebody else began there is not finished here; nor is a code used twice, nor after half an hour."""
    theirs, mine = scene.story.browser(), scene.story.browser()
    away = await theirs.get(LINK)
    await mine.open("/sign-in")
    back = scene.provider.signs_in(away.location, sub="u-1", email=OWNER, email_verified=True)
    assert (await mine.open(back)).status == 400
    assert "fd_session" not in mine.cookies
    assert (await theirs.open(back)).status == 200
    assert (await theirs.open(back)).status == 400
    late = scene.provider.signs_in((await mine.get(LINK)).location, sub="u-1", email=OWNER, email_verified=True)
    scene.story.clock.pass_minutes(30)
    assert (await mine.open(late)).status == 400
    assert (await mine.open("/sign-in/provider/callback?error=access_denied&state=x")).status == 400


async def test_another_providers_answer_is_refused(scene: Scene) -> None:
    """RFC 9207: an `iss` that is not the one that was asked."""
    browser = scene.story.browser()
    away = await browser.get(LINK)
    back = scene.provider.signs_in(away.location, sub="u-1", email=OWNER, email_verified=True)
    assert (await browser.open(f"{back}&iss=https%3A%2F%2Fevil.example")).status == 400
    assert (await browser.open(f"{back}&iss={scene.provider.issuer}")).status == 200


@pytest.mark.parametrize("fault", ["away", "name"])
async def test_a_provider_that_is_away_is_told_of(scene: Scene, fault: str) -> None:
    """503 with the way by mail; so where it calls itself otherwise than it was named."""
    if fault == "away":
        scene.provider.away = True
    else:
        scene.provider.issuer_said = "https://accounts.evil.example"
    reply = await scene.story.browser().open(LINK)
    assert reply.status == 503
    assert "have a code sent to your mailbox" in reply.text


async def test_the_second_factor_is_asked_for_all_the_same(scene: Scene) -> None:
    """Whoever asked for it is asked, whichever way they came."""
    from web.test_second_pages import PAGE, App

    browser = await scene.story.signs_in()
    page = await browser.open(PAGE)
    await browser.submit(page, action=PAGE, code=App(scene.story, page).shows())
    other = scene.story.browser()
    step = await scene.comes_back(other)
    assert other.at.startswith("/sign-in/second?step=")
    assert (step.status, "fd_session" in other.cookies) == (200, False)


async def test_without_a_provider_there_is_no_such_page(story: Story) -> None:
    """And no button."""
    assert (await story.browser().open(LINK)).status == 404
    assert LINK not in (await story.browser().open("/sign-in")).text


SECURITY = "/account/security"


async def test_what_was_unlinked_signs_nobody_in_until_it_is_let_again(scene: Scene) -> None:
    """Though the address is the same; told by mail both times. The mailbox lets its person in all the while."""
    story = scene.story
    await scene.comes_back(story.browser())
    browser = await story.signs_in()
    page = await browser.open(SECURITY)
    assert "Example ID" in page.text
    page = await browser.submit(page, action=f"{SECURITY}/identities/unlink")
    assert "Signs you in no more" in page.text
    assert "no longer signs you in" in story.mail.to(OWNER)[-1].text
    refused = await scene.comes_back(story.browser())
    assert (refused.status, "Nobody here has that account" in refused.text) == (403, True)
    story.clock.pass_minutes(2)
    browser = await story.signs_in()
    page = await browser.submit(await browser.open(SECURITY), action=f"{SECURITY}/identities/allow")
    assert "Accounts elsewhere" not in page.text
    assert "may sign you in to Frontdesk again" in story.mail.to(OWNER)[-1].text
    again = story.browser()
    assert ((await scene.comes_back(again)).status, again.at) == (200, "/account")


async def test_unlinking_asks_for_a_fresh_sign_in_and_leaves_a_way_in(scene: Scene) -> None:
    """Six minutes on, it leads to signing in; the only way in of somebody whom no mail reaches stays."""
    story = scene.story
    browser = story.browser()
    await scene.comes_back(browser)
    user = await story.house.store.find_user_by_email(Email(OWNER))
    await story.house.store.set_user_address(
        user_id=user.id, email=Email("olena@moved.invalid"), audit=story.an_audit_row("user.address_changed")
    )
    browser = story.browser()
    await scene.comes_back(browser)
    page = await browser.submit(await browser.open(SECURITY), action=f"{SECURITY}/identities/unlink")
    assert (page.status, "you would be locked out" in page.text) == (409, True)
    story.clock.pass_minutes(6)
    assert "Sign in again" in (await browser.submit(page, action=f"{SECURITY}/identities/unlink")).text
    (kept,) = await story.house.store.list_identities(user.id)
    assert kept.unlinked_at is None
