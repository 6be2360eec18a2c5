"""Signing in and out, as a browser sees it (rows OT, ST, RU-33, HD-03, EM-05; the contract's Login section)."""

from urllib.parse import quote

import pytest

from frontdesk.protocol.ids import DAY
from frontdesk.testing.browser import ISSUER, Browser, find_form
from frontdesk.testing.story import CALLBACK, OPERATOR, OWNER, Story, answer_of
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio


async def ask_for_code(browser: Browser, address: str = OWNER, *, target: str = "/sign-in") -> Reply:
    """Fill the first step; the code page."""
    return await browser.submit(await browser.open(target), email=address)


async def post_once(story: Story, browser: Browser, page: Reply, **filled: str) -> Reply:
    """Send a page's form and follow nothing."""
    form = find_form(page, fields=frozenset(filled))
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    pairs = [*form.hidden, *filled.items()]
    return await call(story.app, "POST", form.action, headers=[("cookie", cookie), ("origin", ISSUER)], form=pairs)


async def test_ru_33_every_form_answers_303(story: Story) -> None:
    """Never 307 or 308, which would send the code on to the next address."""
    await story.network("Northside")
    browser = story.browser()
    asked = await post_once(story, browser, await browser.open("/sign-in"), email=OWNER)
    assert asked.status == 303
    page = await browser.open(asked.location)
    assert (await post_once(story, browser, page, code=story.login_code(OWNER))).status == 303


async def test_hd_03_cookies_on_plain_http(story: Story) -> None:
    """HttpOnly, SameSite=Lax, for the whole origin; no Secure that a browser would drop them for."""
    await story.network("Northside")
    browser = story.browser()
    page = await ask_for_code(browser)
    reply = await post_once(story, browser, page, code=story.login_code(OWNER))
    names = sorted(cookie.split("=")[0] for cookie in reply.all("set-cookie"))
    assert names == ["fd_device", "fd_session"]
    for cookie in reply.all("set-cookie"):
        assert "; Path=/; " in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie


async def test_signing_in_gives_a_new_session_id(story: Story) -> None:
    """Whatever the browser brought along is replaced (no fixation)."""
    await story.network("Northside")
    browser = await story.signs_in()
    planted = browser.cookies["fd_session"]
    story.clock.pass_minutes(2)
    # Signed in already, the first step would be skipped: a form of its own stands for a second tab.
    token = find_form(await browser.open("/account"), action="/sign-out")
    await browser.post("/sign-out", token.hidden)
    assert "fd_session" not in browser.cookies
    browser.cookies["fd_session"] = planted
    await story.signs_in(browser=browser)
    assert browser.cookies["fd_session"] != planted


async def test_st_12_a_signed_out_cookie_opens_nothing(story: Story) -> None:
    """Back and resubmit after signing out: no page of the account, no code."""
    await story.network("Northside")
    browser = await story.signs_in()
    partner = await story.partner()
    consent = await browser.open(partner.authorize_target())
    kept = browser.cookies["fd_session"]
    await browser.post("/sign-out", find_form(await browser.open("/account"), action="/sign-out").hidden)
    browser.cookies["fd_session"] = kept
    assert "E-mail address" in (await browser.open("/account")).text
    hidden = find_form(consent, fields=frozenset({"decision"})).hidden
    refused = await browser.post("/consent", [*hidden, ("decision", "allow")])
    assert (refused.status, refused.header("location")) == (403, None)


@pytest.mark.parametrize("address", [OWNER, "nobody@nowhere.example"])
async def test_ot_11_known_and_unknown_addresses_get_the_same_pages(story: Story, address: str) -> None:
    """Status, words and headers of every step, up to the block, are those that the other one gets."""
    await story.network("Northside")
    browser = story.browser()
    page = await ask_for_code(browser, address)
    seen = [page.status]
    texts = [page.text]
    for _ in range(6):
        page = await browser.submit(page, code="000000" if not texts[0].count("000000") else "000001")
        seen.append(page.status)
        texts.append(page.text)
    # The right code of the known address is 000000 once in a million runs.
    assert seen == [200, 400, 400, 400, 400, 429, 429]
    assert "is not right" in texts[1]
    assert "Too many wrong codes" in texts[5]
    assert "Too many wrong codes" in texts[6]
    assert all(address in text for text in texts)


async def test_ot_01_a_block_says_when_it_ends(story: Story) -> None:
    """In words and on the clock; the sixth try gets the same text with the right code as with a wrong one."""
    await story.network("Northside")
    browser = story.browser()
    page = await ask_for_code(browser)
    code = story.login_code(OWNER)
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        page = await browser.submit(page, code=wrong)
    blocked = await browser.submit(page, code=code)
    again = await browser.submit(page, code=wrong)
    assert "You can try again in 20 minutes" in blocked.text
    assert blocked.header("retry-after") == "1200"
    assert (
        blocked.text.split("<main")[1].split('name="form_token"')[0]
        == (again.text.split("<main")[1].split('name="form_token"')[0])
    )


async def test_ot_04_forged_forwarded_headers_change_nothing(story: Story) -> None:
    """The address in the mail is the socket's, and the budget is the address's."""
    await story.network("Northside")
    browser = story.browser(peer="192.0.2.99")
    page = await browser.open("/sign-in")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    form = find_form(page, fields=frozenset({"email"}))
    await call(
        story.app,
        "POST",
        "/sign-in",
        headers=[("cookie", cookie), ("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=203.0.113.9")],
        form=[*form.hidden, ("email", OWNER)],
        peer="192.0.2.99",
    )
    assert "192.0.2.99" in story.mail.to(OWNER)[-1].text
    assert "203.0.113.9" not in story.mail.to(OWNER)[-1].text


async def test_em_05_the_host_header_decides_nothing(story: Story) -> None:
    """Links in mails come from the settings."""
    await story.network("Northside")
    browser = story.browser()
    page = await browser.open("/sign-in")
    form = find_form(page, fields=frozenset({"email"}))
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("cookie", cookie)]
    reply = await call(story.app, "POST", "/sign-in", headers=headers, form=[*form.hidden, ("email", OWNER)])
    assert reply.location.startswith("/sign-in/code?")
    assert "evil" not in story.mail.to(OWNER)[-1].text


async def test_st_07_a_challenge_of_another_browser_is_refused(story: Story) -> None:
    """The attacker's own code, typed in the victim's browser, signs nobody in."""
    await story.network("Northside")
    attacker, victim = story.browser(), story.browser()
    page = await ask_for_code(attacker)
    code = story.login_code(OWNER)
    await victim.open("/sign-in")
    assert (await victim.open(attacker.at)).status == 400
    theirs = dict(find_form(page, fields=frozenset({"code"})).hidden)
    forged = await victim.post("/sign-in/code", [*theirs.items(), ("code", code)])
    assert forged.status == 403
    mine = dict(find_form(await ask_for_code(victim, "sam@x.example"), fields=frozenset({"code"})).hidden)
    mixed = await victim.post("/sign-in/code", [*{**mine, "challenge": theirs["challenge"]}.items(), ("code", code)])
    assert mixed.status == 400
    assert "fd_session" not in victim.cookies


async def test_ot_18_opening_links_consumes_nothing(story: Story) -> None:
    """A mail scanner's GET and HEAD on every page leave the code as good as it was."""
    await story.network("Northside")
    browser = story.browser()
    page = await ask_for_code(browser)
    for _ in range(7):
        await browser.get(browser.at + "&code=" + story.login_code(OWNER))
        await call(story.app, "HEAD", browser.at)
    await browser.submit(page, code=story.login_code(OWNER))
    assert "fd_session" in browser.cookies


async def test_ot_10_the_code_is_in_no_answer(story: Story) -> None:
    """Neither in pages nor in headers, before and after it was used."""
    await story.network("Northside")
    browser = story.browser()
    pages = [await ask_for_code(browser)]
    code = story.login_code(OWNER)
    pages.append(await post_once(story, browser, pages[0], code=code))
    pages.append(await browser.open("/account"))
    for reply in pages:
        assert code not in reply.text
        assert not any(code in value for _, value in reply.headers)


@pytest.mark.parametrize(
    "typed", ["", "olena", "olena@", "a@x,b@y", "olena＠north.example", "<script>alert(1)</script>"]
)
async def test_what_is_no_address_is_said_and_kept(story: Story, typed: str) -> None:
    """The page comes back with the reason at its top, linked to the field, and what was typed, escaped (CS-05)."""
    browser = story.browser()
    reply = await ask_for_code(browser, typed)
    assert reply.status == 400
    assert "<title>Error: " in reply.text
    assert 'href="#email"' in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert "<script>" not in reply.text
    assert story.mail.letters == []


async def test_a_wrong_code_keeps_the_page(story: Story) -> None:
    """Error summary linked to the field; a malformed one costs nothing."""
    await story.network("Northside")
    browser = story.browser()
    page = await ask_for_code(browser)
    for _ in range(6):
        page = await browser.submit(page, code="12")
        assert page.status == 400
        assert "A code is six digits" in page.text
        assert 'href="#code"' in page.text
    await browser.submit(page, code=story.login_code(OWNER))
    assert "fd_session" in browser.cookies


async def test_an_old_code_is_told_and_a_new_one_can_be_sent_from_the_same_page(story: Story) -> None:
    """After ten minutes the page says so and offers a new code."""
    await story.network("Northside")
    browser = story.browser()
    page = await ask_for_code(browser)
    story.clock.pass_minutes(10)
    old = await browser.submit(page, code=story.login_code(OWNER))
    assert "older than 10 minutes" in old.text
    renewed = await browser.submit(old, action="/sign-in")
    assert len(story.mail.to(OWNER)) == 2
    await browser.submit(renewed, code=story.login_code(OWNER))
    assert "fd_session" in browser.cookies


@pytest.mark.parametrize(
    ("wanted", "ends"),
    [
        ("/account/apps", "/account/apps"),
        ("https://evil.example/", "/account"),
        ("//evil.example", "/account"),
        ("/account/../sign-out", "/account"),
        ("/account/apps?x", "/account"),
        ("/accounting", "/account"),
        ("/account\r\nSet-Cookie: a=b", "/account"),
        ("/oauth2/authorize", "/account"),
    ],
)
async def test_sign_in_leads_to_our_own_pages_only(story: Story, wanted: str, ends: str) -> None:
    """No open redirect by way of `next`."""
    await story.network("Northside")
    browser = story.browser()
    page = await ask_for_code(browser, target="/sign-in?next=" + quote(wanted, safe=""))
    reply = await post_once(story, browser, page, code=story.login_code(OWNER))
    assert reply.location == ends


async def test_an_own_page_asks_to_sign_in_and_comes_back(story: Story) -> None:
    """From the link in somebody's bookmarks to the page itself."""
    await story.network("Northside")
    browser = story.browser()
    first = await browser.open("/account/apps")
    assert "E-mail address" in first.text
    code_page = await browser.submit(first, email=OWNER)
    last = await browser.submit(code_page, code=story.login_code(OWNER))
    assert "<h1>Connected apps</h1>" in last.text


async def test_sign_in_says_for_which_app_and_leads_to_its_consent(story: Story) -> None:
    """The app's name and the host it returns to, on the page and in the mail."""
    await story.network("Northside")
    partner = await story.partner("Door Locks")
    browser = story.browser()
    first = await browser.open(partner.authorize_target())
    assert "Sign in to connect Door Locks" in first.text
    assert "partner.example" in first.text
    code_page = await browser.submit(first, email=OWNER)
    assert 'the app "Door Locks"' in story.mail.to(OWNER)[-1].text
    policy = code_page.header("content-security-policy") or ""
    assert "form-action 'self' https://partner.example;" in policy
    assert "Door Locks wants to" in (await browser.submit(code_page, code=story.login_code(OWNER))).text


async def test_consent_given_before_goes_from_the_code_page_to_the_partner(story: Story) -> None:
    """The one POST whose redirects leave our origin without a consent page between."""
    north = await story.network("Northside")
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id])
    story.clock.pass_minutes(2)
    browser = story.browser()
    page = await browser.submit(await browser.open(partner.authorize_target()), email=OWNER)
    landed = await browser.submit(page, code=story.login_code(OWNER))
    assert landed.location.startswith(CALLBACK)
    assert "code" in answer_of(landed)


async def test_st_13_a_blocked_user_is_out_at_the_next_request(story: Story) -> None:
    """Sessions end with the block and are not revived by its end."""
    north = await story.network("Northside")
    ada = "ada@north.example"
    await story.operator.give_role(ada, network_id=north.id, role="administrator", origin=OPERATOR)
    browser = await story.signs_in(ada)
    assert "Your networks" in (await browser.open("/account")).text
    await story.operator.block_user(ada, blocked=True, origin=OPERATOR)
    assert "E-mail address" in (await browser.open("/account")).text
    await story.operator.block_user(ada, blocked=False, origin=OPERATOR)
    assert "E-mail address" in (await browser.open("/account")).text


async def test_prompt_login_asks_again(story: Story) -> None:
    """An app that asks for a fresh sign-in gets one, though somebody is signed in."""
    await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    story.clock.pass_minutes(2)
    page = await browser.open(partner.authorize_target(prompt="login"))
    assert "Sign in to connect" in page.text
    skipped = await browser.open(browser.at.replace("/sign-in", "/consent"))
    assert "Sign in to connect" in skipped.text
    code_page = await browser.submit(page, email=OWNER)
    assert "wants to use" in (await browser.submit(code_page, code=story.login_code(OWNER))).text


async def test_a_stale_request_is_a_page_with_a_way_on(story: Story) -> None:
    """Older than 30 minutes, or another browser's (ST-09)."""
    await story.network("Northside")
    partner = await story.partner()
    browser = story.browser()
    await browser.open(partner.authorize_target())
    assert (await story.browser().open(browser.at)).status == 400
    story.clock.pass_minutes(30)
    stale = await browser.open(browser.at)
    assert stale.status == 400
    assert "begin again" in stale.text


async def test_ot_13_the_device_cookie_keeps_the_owners_way_in(story: Story) -> None:
    """A stranger burns the address's tries; the browser that signed in before still gets in."""
    await story.network("Northside")
    owner = await story.signs_in()
    owner.cookies.pop("fd_session")
    story.clock.pass_micros(DAY)
    stranger = story.browser()
    page = await ask_for_code(stranger)
    for _ in range(5):
        page = await stranger.submit(page, code="000000" if story.login_code(OWNER) != "000000" else "000001")
    assert page.status == 429
    mine = await ask_for_code(owner)
    await owner.submit(mine, code=story.login_code(OWNER))
    assert "fd_session" in owner.cookies
