"""Passkeys by a device in software: adding, using, removing, and what signs nobody in (OT-13; OWASP ASVS 6.7)."""

import pytest

from frontdesk.protocol.ids import Email
from frontdesk.protocol.records import Proof, User
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Story
from frontdesk.testing.wire import Reply
from web.authenticator import PRESENT, Authenticator, question_of

pytestmark = pytest.mark.anyio

PAGE = "/account/security"
ADD = f"{PAGE}/passkeys"
ADA = "ada@north.example"


async def adds(browser: Browser, device: Authenticator, name: str = "Olena's telephone") -> Reply:
    """The signed-in person makes a passkey on this device."""
    page = await browser.open(ADD)
    return await browser.submit(page, action=ADD, name=name, credential=device.makes(question_of(page)))


async def signs_in(browser: Browser, device: Authenticator, *, target: str = "/sign-in") -> Reply:
    """Somebody uses this device on the sign-in page."""
    page = await browser.open(target)
    return await browser.submit(page, action="/sign-in/passkey", credential=device.signs(question_of(page)))


@pytest.fixture
async def device(story: Story) -> Authenticator:
    """Olena's device, with a passkey for her account."""
    await story.network("Northside")
    made = Authenticator()
    page = await adds(await story.signs_in(), made)
    assert page.status == 200
    return made


async def olena(story: Story) -> User:
    """Olena as the store knows her."""
    user = await story.house.store.find_user_by_email(Email(OWNER))
    assert user is not None
    return user


async def test_adding_one(story: Story, device: Authenticator) -> None:
    """It is in the list by its name, and a mail tells of it."""
    passkeys = await story.house.store.list_passkeys((await olena(story)).id)
    assert [(passkey.name, passkey.id) for passkey in passkeys] == [("Olena's telephone", device.passkey_id)]
    told = story.mail.to(OWNER)[-1]
    assert told.subject.endswith("a passkey was added")
    assert '"Olena\'s telephone"' in told.text


async def test_signing_in_with_it(story: Story, device: Authenticator) -> None:
    """No mail, no code; a session that says how it began, and a device that is known from then on."""
    browser = story.browser()
    page = await signs_in(browser, device, target=f"/sign-in?next={PAGE.replace('/', '%2F')}")
    assert (page.status, browser.at) == (200, PAGE)
    assert "last used" in page.text
    assert "fd_device" in browser.cookies
    sessions = await story.house.store.list_sessions((await olena(story)).id)
    assert Proof.PASSKEY in {session.proof for session in sessions}
    told = story.mail.to(OWNER)[-1]
    assert told.subject.endswith("sign-in from a new browser")
    assert "with one of your passkeys" in told.text


async def test_it_leads_on_to_consent(story: Story, device: Authenticator) -> None:
    """The app's request travels along, and the page's policy lets the browser go to the app."""
    partner = await story.partner()
    browser = story.browser()
    first = await browser.open(partner.authorize_target())
    assert "https://partner.example" in (first.header("content-security-policy") or "")
    page = await browser.submit(first, action="/sign-in/passkey", credential=device.signs(question_of(first)))
    assert "Northside" in page.text
    assert browser.at.startswith("/consent?request=")


async def test_an_answer_opens_one_session(story: Story, device: Authenticator) -> None:
    """Sent again, with another counter or the same, it is refused: the challenge is spent."""
    device.counts = False
    browser = story.browser()
    page = await browser.open("/sign-in")
    answer = device.signs(question_of(page))
    assert (await browser.submit(page, action="/sign-in/passkey", credential=answer)).status == 200
    browser.cookies.pop("fd_session")
    again = await browser.submit(page, action="/sign-in/passkey", credential=answer)
    assert again.status == 400
    assert "fd_session" not in browser.cookies
    assert "<title>Error: " in again.text


async def test_a_counter_that_goes_back_is_a_copy(story: Story, device: Authenticator) -> None:
    """A cloned device is refused; the real one goes on."""
    assert (await signs_in(story.browser(), device)).status == 200
    device.uses -= 1
    assert (await signs_in(story.browser(), device)).status == 400
    assert (await signs_in(story.browser(), device)).status == 200


@pytest.mark.parametrize("wrong", ["key", "origin", "host", "unverified", "kind", "stranger", "nonsense", "empty"])
async def test_what_signs_nobody_in(story: Story, device: Authenticator, wrong: str) -> None:
    """Another key, another site, no verification, an answer for making one, an unknown passkey, no answer: 400."""
    browser, kind = story.browser(), "webauthn.get"
    if wrong == "key":
        device.key = Authenticator().key
    elif wrong == "origin":
        device.origin = "https://desk.example.evil.example"
    elif wrong == "host":
        device.host = "evil.example"
    elif wrong == "unverified":
        device.flags = PRESENT
    elif wrong == "kind":
        kind = "webauthn.create"
    elif wrong == "stranger":
        device.passkey_id = b"another-passkey-id"
    page = await browser.open("/sign-in")
    answer = {"nonsense": '{"id": [1, {}]}', "empty": ""}.get(wrong) or device.signs(question_of(page), kind=kind)
    reply = await browser.submit(page, action="/sign-in/passkey", credential="" if wrong == "empty" else answer)
    assert reply.status == 400
    assert "fd_session" not in browser.cookies
    assert 'name="email"' in reply.text


async def test_a_challenge_is_its_browsers_and_of_an_hour(story: Story, device: Authenticator) -> None:
    """Somebody else's page with a right signature opens nothing here (ST-07); nor does one of an hour ago."""
    here, there = story.browser(), story.browser()
    page, other = await here.open("/sign-in"), await there.open("/sign-in")
    answer = device.signs(question_of(other))
    assert (await here.submit(page, action="/sign-in/passkey", credential=answer)).status == 400
    answer = device.signs(question_of(page))
    story.clock.pass_minutes(60)
    assert (await here.submit(page, action="/sign-in/passkey", credential=answer)).status == 400


async def test_a_blocked_user_is_not_let_in(story: Story, device: Authenticator) -> None:
    """By passkey as little as by code (ST-13)."""
    north = await story.network("Southside", owner="sam@south.example")
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    hers = Authenticator(passkey_id=b"adas-own-passkey")
    await adds(await story.signs_in(ADA), hers)
    assert (await signs_in(story.browser(), hers)).status == 200
    await story.operator.block_user(ADA, blocked=True, origin=OPERATOR)
    assert (await signs_in(story.browser(), hers)).status == 400


async def test_ot_13_burnt_tries_do_not_lock_the_owner_out(story: Story, device: Authenticator) -> None:
    """OT-13: whoever guesses codes for an address blocks codes, not the passkey."""
    stranger = story.browser()
    story.clock.pass_minutes(5)
    page = await stranger.submit(await stranger.open("/sign-in"), email=OWNER)
    wrong = "000000" if story.login_code(OWNER) != "000000" else "000001"
    for _ in range(5):
        blocked = await stranger.submit(page, code=wrong)
    assert blocked.status == 429
    assert (await signs_in(story.browser(), device)).status == 200


async def test_removing_one(story: Story, device: Authenticator) -> None:
    """It signs nobody in any more; a mail tells of it."""
    browser = story.browser()
    page = await signs_in(browser, device, target="/sign-in?next=%2Faccount%2Fsecurity")
    page = await browser.submit(page, action=f"{PAGE}/passkeys/remove")
    assert "You have none yet" in page.text
    assert story.mail.to(OWNER)[-1].subject.endswith("a passkey was removed")
    assert (await signs_in(story.browser(), device)).status == 400


async def test_only_after_a_sign_in_of_the_last_five_minutes(story: Story, device: Authenticator) -> None:
    """Adding and removing; pages that were open all the time lead to signing in again."""
    browser = story.browser()
    listed = await signs_in(browser, device, target="/sign-in?next=%2Faccount%2Fsecurity")
    making = await browser.open(ADD)
    story.clock.pass_minutes(5)
    assert "/sign-in?next=%2Faccount%2Fsecurity&amp;again=1" in (await browser.open(PAGE)).text
    answer = Authenticator(passkey_id=b"one-more").makes(question_of(making))
    for page, action, filled in (
        (making, ADD, {"name": "Laptop", "credential": answer}),
        (listed, f"{PAGE}/passkeys/remove", {}),
    ):
        await browser.submit(page, action=action, **filled)
        assert browser.at.startswith("/sign-in?next=%2Faccount%2Fsecurity")
    assert len(await story.house.store.list_passkeys((await olena(story)).id)) == 1


@pytest.mark.parametrize(
    ("name", "status"), [("  My \u202e laptop ", 200), ("", 422), ("x" * 61, 422), ("\u200b", 422)]
)
async def test_a_name_is_one_line(story: Story, device: Authenticator, name: str, status: int) -> None:
    """Nothing invisible; too long or empty comes back with the reason, linked to the field."""
    browser = story.browser()
    await signs_in(browser, device)
    reply = await adds(browser, Authenticator(passkey_id=b"one-more"), name)
    assert reply.status == status
    if status == 422:
        assert 'href="#name"' in reply.text
    else:
        assert "My laptop" in reply.text


async def test_a_passkey_that_is_somebodys_is_nobody_elses(story: Story, device: Authenticator) -> None:
    """The same id a second time is refused, whoever sends it."""
    north = await story.network("Southside", owner="sam@south.example")
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    ada = await story.signs_in(ADA)
    assert (await adds(ada, Authenticator())).status == 400
    page = await ada.open(PAGE)
    assert "You have none yet" in page.text
    passkeys = await story.house.store.list_passkeys((await olena(story)).id)
    assert len(passkeys) == 1


RENAME = f"{PAGE}/passkeys/rename"


async def test_renaming_one(story: Story, device: Authenticator) -> None:
    """The list and a mail say so; it signs in as before. A name that shows nothing is refused at the top."""
    story.clock.pass_minutes(1)
    browser = await story.signs_in()
    page = await browser.submit(await browser.open(PAGE), action=RENAME, name="  Old\u200b  telephone ")
    assert "Old telephone" in page.text
    told = story.mail.to(OWNER)[-1]
    assert told.subject.endswith("a passkey was renamed")
    assert '"Old telephone"' in told.text
    for name in (" ", "\u200b", "x" * 61):
        refused = await browser.submit(page, action=RENAME, name=name)
        assert (refused.status, "Give it a name" in refused.text) == (422, True)
    assert (await signs_in(story.browser(), device)).status == 200
    story.clock.pass_minutes(6)
    assert "Sign in again" in (await browser.submit(page, action=RENAME, name="Another")).text
    assert [one.name for one in await story.house.store.list_passkeys((await olena(story)).id)] == ["Old telephone"]
