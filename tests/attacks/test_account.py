"""Attacks on the account, its mails and its pages (rows TN, OW, EM, CS, HD)."""

import re

import pytest

from frontdesk.testing.browser import ISSUER, find_form
from frontdesk.testing.story import OPERATOR, OWNER, Story
from frontdesk.testing.wire import call

pytestmark = pytest.mark.anyio


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
