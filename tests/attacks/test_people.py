"""Attacks on sign-in, sessions and the account (rows OT, ST, OW, TN, EM, CS)."""

import asyncio
import re

import pytest

from frontdesk.testing.browser import ISSUER, Browser, find_form
from frontdesk.testing.story import OPERATOR, OWNER, Story, answer_of
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio


async def _code_page(story: Story, browser: Browser, address: str = OWNER) -> Reply:
    return await browser.submit(await browser.open("/sign-in"), email=address)


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def _is_signed_in(browser: Browser) -> bool:
    return any("session" in name for name in browser.cookies)


async def test_ot_01_the_sixth_try_is_blocked_even_when_right(story: Story) -> None:
    """OT-01: five wrong codes block; the right one is refused with the same text, until 20 minutes after the first."""
    await story.network("North")
    browser = story.browser()
    page = await _code_page(story, browser)
    code = story.login_code(OWNER)
    for _ in range(5):
        page = await browser.submit(page, code=_wrong(code))
    blocked = await browser.submit(page, code=code)
    assert not _is_signed_in(browser)
    again = await browser.submit(blocked, code=_wrong(code))
    assert re.sub(r"\s+", " ", _words(blocked)) == re.sub(r"\s+", " ", _words(again))
    story.clock.pass_minutes(20)
    await story.signs_in(browser=browser)
    assert _is_signed_in(browser)


def _words(page: Reply) -> str:
    """A page less what differs by design: hidden fields and the request id."""
    text = re.sub(r"<input[^>]*hidden[^>]*>", "", page.text)
    return re.sub(r"[0-9a-f]+-[0-9a-f]+-[0-9a-f]+", "", re.sub(r"request=[^\"&]*|challenge=[^\"&]*", "", text))


async def test_ot_02_a_new_code_does_not_reset_the_counter(story: Story) -> None:
    """OT-02: the counter is the address's, not the code's."""
    await story.network("North")
    browser = story.browser()
    for _ in range(5):
        page = await _code_page(story, browser)
        await browser.submit(page, code=_wrong(story.login_code(OWNER)))
        story.clock.pass_minutes(1)
    page = await _code_page(story, browser)
    await browser.submit(page, code=story.login_code(OWNER))
    assert not _is_signed_in(browser)


async def test_ot_03_ot_04_more_addresses_give_no_more_tries(story: Story) -> None:
    """OT-03, OT-04: other peers, browsers and forged forwarded headers share the one budget of the account."""
    await story.network("North")
    browser = story.browser()
    await _code_page(story, browser)
    for n in range(5):
        other = story.browser(peer=f"198.51.100.{n}")
        page = await _code_page(story, other)
        await other.submit(page, code="123456")
    page = await _code_page(story, browser)
    await browser.submit(page, code=story.login_code(OWNER))
    assert not _is_signed_in(browser)


async def test_ot_05_a_burst_of_200_tries_is_judged_five_times(story: Story) -> None:
    """OT-05: in one burst that holds the right code among 199 others after the first five, nobody gets in."""
    await story.network("North")
    browser = story.browser()
    page = await _code_page(story, browser)
    code = story.login_code(OWNER)
    wrong = [f"{n:06d}" for n in range(1_000) if f"{n:06d}" != code][:199]
    guesses = [*wrong[:100], code, *wrong[100:]]
    form = find_form(page, fields=frozenset({"code"}))
    target = form.action or browser.at
    await asyncio.gather(*(browser.post(target, [*form.hidden, ("code", guess)]) for guess in guesses))
    assert not _is_signed_in(browser)


async def test_ot_08_a_code_works_once_and_the_newest_only(story: Story) -> None:
    """OT-08: used, older than the newest, or ten minutes old: refused."""
    await story.network("North")
    browser = story.browser()
    page = await _code_page(story, browser)
    first = story.login_code(OWNER)
    story.clock.pass_minutes(1)
    newer = await _code_page(story, browser)
    second = story.login_code(OWNER)
    if first != second:
        await browser.submit(page, code=first)
        assert not _is_signed_in(browser)
    await browser.submit(newer, code=second)
    assert _is_signed_in(browser)
    other = story.browser()
    stale = await _code_page(story, other)
    await other.submit(stale, code=second)
    assert not _is_signed_in(other)
    story.clock.pass_minutes(1)
    late = await _code_page(story, other)
    code = story.login_code(OWNER)
    story.clock.pass_minutes(10)
    await other.submit(late, code=code)
    assert not _is_signed_in(other)


async def test_ot_10_the_code_is_in_the_mail_and_nowhere_else(story: Story) -> None:
    """OT-10: no response, header or cookie holds it."""
    await story.network("North")
    browser = story.browser()
    page = await _code_page(story, browser)
    code = story.login_code(OWNER)
    assert code not in page.text
    assert all(code not in value for _, value in page.headers)
    assert all(code not in value for value in browser.cookies.values())
    assert len(story.mail.letters) == 1


async def test_ot_11_an_unknown_address_gets_the_same_page_and_no_mail(story: Story) -> None:
    """OT-11: same status, same words, same headers; five wrong codes block it just the same."""
    await story.network("North")
    known, unknown = story.browser(), story.browser()
    known_page = await _code_page(story, known)
    unknown_page = await _code_page(story, unknown, "nobody@nowhere.example")
    assert known_page.status == unknown_page.status
    assert _words(known_page).replace(OWNER, "") == _words(unknown_page).replace("nobody@nowhere.example", "")
    assert not story.mail.to("nobody@nowhere.example")
    for _ in range(6):
        unknown_page = await unknown.submit(unknown_page, code="123456")
    for _ in range(6):
        known_page = await known.submit(known_page, code=_wrong(story.login_code(OWNER)))
    assert known_page.status == unknown_page.status
    assert _words(known_page).replace(OWNER, "") == _words(unknown_page).replace("nobody@nowhere.example", "")


async def test_ot_13_a_stranger_cannot_lock_the_owner_out(story: Story) -> None:
    """OT-13: a browser that signed in before keeps its own budget of tries and mails."""
    await story.network("North")
    mine = await story.signs_in()
    await mine.submit(await mine.open("/account"), action="/sign-out")
    stranger = story.browser(peer="198.51.100.66")
    for _ in range(6):
        page = await _code_page(story, stranger)
        await stranger.submit(page, code="000000")
        story.clock.pass_minutes(1)
    await story.signs_in(browser=mine)
    assert _is_signed_in(mine)


async def test_one_mail_a_minute_and_five_an_hour(story: Story) -> None:
    """Contract: asking again shows the same page and sends nothing more."""
    await story.network("North")
    browser = story.browser()
    for _ in range(3):
        await _code_page(story, browser)
    assert len(story.mail.letters) == 1
    for _ in range(10):
        story.clock.pass_minutes(1)
        await _code_page(story, browser)
    assert len(story.mail.letters) == 5


async def test_st_04_a_form_from_elsewhere_is_refused(story: Story) -> None:
    """ST-04: no token, a foreign Origin or Sec-Fetch-Site: 403 and no code."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    form = find_form(page, fields=frozenset({"decision"}))
    target = form.action or browser.at
    filled = [*form.hidden, ("network", north.id), ("decision", "allow")]
    attempts = (
        (filled, (("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"))),
        (filled, (("origin", ISSUER), ("sec-fetch-site", "cross-site"))),
        (filled, (("origin", "https://evil.example"),)),
        (filled, (("origin", "null"),)),
        ([("network", north.id), ("decision", "allow")], (("origin", ISSUER), ("sec-fetch-site", "same-origin"))),
    )
    for pairs, headers in attempts:
        reply = await browser.post(target, list(pairs), headers=headers)
        assert reply.status in (400, 403)
        assert reply.header("location") is None
    assert "code" in answer_of(await browser.post(target, filled))


async def test_st_06_method_overrides_are_ignored(story: Story) -> None:
    """ST-06: a GET that says it is a POST is a GET."""
    await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    consent = (await browser.get(partner.authorize_target())).location
    cookie = ("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
    reply = await call(
        story.app,
        "GET",
        consent + "&_method=POST&decision=allow",
        headers=[cookie, ("x-http-method-override", "POST"), ("x-method-override", "POST")],
    )
    assert (reply.status, reply.header("location")) == (200, None)


async def test_st_07_a_challenge_belongs_to_the_browser_that_asked(story: Story) -> None:
    """ST-07: the attacker's code page finished in the victim's browser signs nobody in."""
    await story.network("North")
    attacker, victim = story.browser(), story.browser()
    page = await _code_page(story, attacker)
    await victim.open("/sign-in")
    await victim.submit(page, code=story.login_code(OWNER))
    assert not _is_signed_in(victim)
    await attacker.submit(page, code=story.login_code(OWNER))
    assert _is_signed_in(attacker)


async def test_st_13_a_session_ends_with_its_user_s_block(story: Story) -> None:
    """ST-13: refused at the next request, and not revived by unblocking."""
    north = await story.network("North", owner="boss@north.example")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    browser = await story.signs_in()
    assert (await browser.get("/account")).status == 200
    await story.operator.block_user(OWNER, blocked=True, origin=OPERATOR)
    assert (await browser.get("/account")).status == 303
    await story.operator.block_user(OWNER, blocked=False, origin=OPERATOR)
    assert (await browser.get("/account")).status == 303


async def test_st_18_sessions_end_idle_and_in_any_case(story: Story) -> None:
    """ST-18: twelve hours idle, seven days in all, judged on the server."""
    await story.network("North")
    browser = await story.signs_in()
    story.clock.pass_minutes(12 * 60 - 1)
    assert (await browser.get("/account")).status == 200
    for _ in range(14):
        story.clock.pass_minutes(11 * 60)
        await browser.get("/account")
    story.clock.pass_minutes(11 * 60)
    assert (await browser.get("/account")).status == 303


async def test_tn_07_tn_14_another_owners_network_does_not_exist(story: Story) -> None:
    """TN-07, TN-14: every route of the account with a foreign id, by GET and by forged POST: 404."""
    await story.network("North")
    south = await story.network("South", owner="other@south.example")
    browser = await story.signs_in()
    own = await browser.open("/account/apps")
    ticket = [pair for form in (find_form(own, action="/sign-out"),) for pair in form.hidden]
    for network in (south.id, "0190a000-0000-7000-8000-00000000ffff", "nonsense"):
        for page in ("api", "apps"):
            assert (await browser.get(f"/account/networks/{network}/{page}")).status == 404
        reply = await browser.post(f"/account/networks/{network}/api/regenerate", [*ticket, ("title", "South")])
        assert reply.status in (403, 404)
    assert await south.is_let_in("GET /resources/v1")


async def test_ow_07_an_administrator_sees_no_credential(story: Story) -> None:
    """OW-07, OW-04: not the owner: 403 on the API page, and neither id nor last four anywhere."""
    north = await story.network("North", owner="boss@north.example")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    browser = await story.signs_in()
    reply = await browser.get(f"/account/networks/{north.id}/api")
    assert reply.status == 403
    for page in (reply, await browser.open("/account"), await browser.open("/account/apps")):
        assert north.client_id not in page.text
        assert north.client_secret[-4:] not in page.text
    await story.operator.remove_role(OWNER, network_id=north.id, origin=OPERATOR)
    assert (await browser.get(f"/account/networks/{north.id}/api")).status == 404


async def test_ow_06_a_removed_user_s_edges_are_dead_for_good(story: Story) -> None:
    """OW-06: that network's edges die with the membership and do not come back with it."""
    north = await story.network("North", owner="boss@north.example")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id])
    await story.operator.remove_role(OWNER, network_id=north.id, origin=OPERATOR)
    assert (await partner.calls("GET /resources/v1")).status == 403
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    assert (await partner.calls("GET /resources/v1")).status == 403


async def test_ow_13_an_owner_cannot_be_removed_demoted_or_blocked(story: Story) -> None:
    """OW-13: the ownership must be given on first: always exactly one owner."""
    north = await story.network("North")
    operator = story.operator
    outcomes = [
        await operator.remove_role(OWNER, network_id=north.id, origin=OPERATOR),
        await operator.give_role(OWNER, network_id=north.id, role="member", origin=OPERATOR),
        await operator.block_user(OWNER, blocked=True, origin=OPERATOR),
    ]
    assert {type(outcome).__name__ for outcome in outcomes} == {"Objection"}
    rows = await story.house.store.list_networks()
    assert [row[1].email for row in rows] == [OWNER]


async def test_tn_16_extra_fields_change_nothing(story: Story) -> None:
    """TN-16: owner_id, network_id and role in a form are ignored or refused."""
    north, south = await story.network("North"), await story.network("South", owner="other@south.example")
    browser = await story.signs_in()
    page = await browser.open(f"/account/networks/{north.id}/api")
    form = find_form(page, fields=frozenset({"title"}))
    forged = [("network_id", south.id), ("owner_id", "x"), ("role", "owner")]
    await browser.post(form.action or browser.at, [*form.hidden, ("title", "North"), *forged])
    assert await south.is_let_in("GET /resources/v1")


@pytest.mark.parametrize("title", ["A\r\nBcc: x@evil.example", "A\nB", "A\x00B"])
async def test_em_01_names_with_line_breaks_are_refused(story: Story, title: str) -> None:
    """EM-01: CR, LF and NUL in network names, app names and addresses never reach a mail."""
    made = await story.operator.add_network(title, owner=OWNER, origin=OPERATOR)
    assert type(made).__name__ == "Objection"
    address = await story.operator.add_network("North", owner=title.replace("A", "a@b.example"), origin=OPERATOR)
    assert type(address).__name__ == "Objection"
    browser = story.browser()
    await browser.submit(await browser.open("/sign-in"), email=title.replace("A", "a@b.example"))
    assert not story.mail.letters


async def test_em_05_links_in_mails_come_from_the_configuration(story: Story) -> None:
    """EM-05: a forged Host changes no link."""
    await story.network("North")
    browser = story.browser()
    page = await browser.open("/sign-in")
    form = find_form(page, fields=frozenset({"email"}))
    cookie = ("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
    await call(
        story.app,
        "POST",
        form.action or "/sign-in",
        headers=[cookie, ("origin", ISSUER), ("x-forwarded-host", "evil.example"), ("host", "evil.example")],
        form=[*form.hidden, ("email", OWNER)],
    )
    assert story.mail.letters
    assert "evil" not in story.mail.letters[0].text


async def test_cs_05_names_and_errors_are_escaped(story: Story) -> None:
    """CS-05, ST-02: script in an app's name, a network's title, login hint, state and scope stays text."""
    script = "<script>alert(1)</script>"
    await story.network(f"North {script}")
    partner = await story.partner(f"App {script}")
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target(state=script, login_hint=script))
    assert page.status == 200
    assert script not in page.text
    for target in (partner.authorize_target(redirect_uri=f"https://x/{script}"), f"/account/networks/{script}/api"):
        assert script not in (await browser.get(target)).text


async def test_cs_02_consent_says_what_it_asks_for(story: Story) -> None:
    """CS-02: the app, the redirect host, the person, the network, the scopes in words, and how long it lasts."""
    await story.network("North")
    partner = await story.partner()
    page = await (await story.signs_in()).open(partner.authorize_target())
    for word in ("Door Locks", "partner.example", OWNER, "North", "ocations", "Connected apps"):
        assert word in page.text, word


@pytest.mark.parametrize("target", ["/sign-in", "/account", "/account/apps", "/nothing-here", "/oauth2/authorize"])
async def test_cs_01_hd_02_hd_04_cd_16_every_page_is_shielded(story: Story, target: str) -> None:
    """CS-01, HD-02, HD-04, CD-16: no frame, no inline script, no store, no referrer to others, nothing third-party."""
    await story.network("North")
    browser = story.browser() if target == "/sign-in" else await story.signs_in()
    reply = await browser.get(target)
    if "text/html" not in (reply.header("content-type") or ""):
        assert target == "/nothing-here"
        return
    policy = reply.header("content-security-policy") or ""
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert reply.header("x-frame-options") == "DENY"
    assert "no-store" in (reply.header("cache-control") or "")
    assert reply.header("referrer-policy") in ("same-origin", "no-referrer")
    assert not re.findall(r"(?:src|href|action)=\"(?:https?:)?//", reply.text)
    assert not re.findall(r"<script(?![^>]*src=)|\son\w+=|style=\"", reply.text)


async def test_hd_02_the_consent_page_may_send_to_the_partner_only(story: Story) -> None:
    """HD-02: form-action lists our origin and the registered redirect origin, nothing more."""
    await story.network("North")
    partner = await story.partner()
    page = await (await story.signs_in()).open(partner.authorize_target())
    policy = page.header("content-security-policy") or ""
    assert re.search(r"form-action 'self' https://partner\.example(;|$)", policy)


async def test_hd_07_no_cors(story: Story) -> None:
    """HD-07: authorize, token, API and pages allow no other origin to read them."""
    partner = await story.connected_partner()
    origin = [("origin", "https://evil.example")]
    replies = [
        await call(story.app, "GET", partner.authorize_target(), headers=origin),
        await story.post("/oauth2/token", {}, headers=origin),
        await call(story.app, "OPTIONS", "/oauth2/token", headers=origin),
        await call(story.app, "GET", "/resources/v1", headers=origin),
        await call(story.app, "GET", "/sign-in", headers=origin),
    ]
    for reply in replies:
        assert not [name for name, _ in reply.headers if name.startswith("access-control-")]
