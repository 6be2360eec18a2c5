"""Attacks on authorize: redirect URIs, doubled parameters, response types, scopes (rows RU, PP, RM, ST, SC)."""

from urllib.parse import quote

import pytest

from frontdesk.testing.browser import find_form
from frontdesk.testing.story import CALLBACK, OWNER, Partner, Story, answer_of
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio


def _is_page(reply: Reply) -> bool:
    """A page of ours, with no redirect and no code."""
    return (
        reply.status == 400 and reply.header("location") is None and "text/html" in (reply.header("content-type") or "")
    )


REJECTED = [
    ("RU-02", CALLBACK + "/x"),
    ("RU-04", CALLBACK + "?x=1"),
    ("RU-05", CALLBACK + "?code=ATTACKER"),
    ("RU-05", CALLBACK + "?state=x"),
    ("RU-05", CALLBACK + "?iss=x"),
    ("RU-05", CALLBACK + "?error=x"),
    ("RU-05", CALLBACK + "?response=x"),
    ("RU-06", CALLBACK + "#a"),
    ("RU-06", CALLBACK + "%23a"),
    ("RU-07", "https://partner.example@evil.example/cb"),
    ("RU-07", "https://u:p@partner.example/cb"),
    ("RU-08", "https://partner.example:80@evil.example"),
    ("RU-10", "https://partner.example/cb/../evil"),
    ("RU-10", "https://partner.example/x/../cb"),
    ("RU-10", "https://partner.example/./cb"),
    ("RU-11", "https://partner.example/%2e%2e%2fcb"),
    ("RU-11", "https://partner.example/%252e%252e%252fcb"),
    ("RU-13", "HTTPS://partner.example/cb"),
    ("RU-13", "https://PARTNER.example/cb"),
    ("RU-13", "https://partner.example/CB"),
    ("RU-14", "https://partner.example:443/cb"),
    ("RU-14", "https://partner.example:8443/cb"),
    ("RU-15", "http://partner.example/cb"),
    ("RU-16", "javascript:alert(1)"),
    ("RU-16", "JavaScript:alert(1)"),
    ("RU-16", "data:text/html,x"),
    ("RU-16", " " + CALLBACK),
    ("RU-16", "https://partner.example/\tcb"),
    ("RU-17", "//partner.example/cb"),
    ("RU-17", "/cb"),
    ("RU-17", "partner.example/cb"),
    ("RU-20", CALLBACK + "\x00"),
    ("RU-20", CALLBACK + "%00"),
    ("RU-20", CALLBACK + "\r\nSet-Cookie: a=b"),
    ("RU-20", CALLBACK + " "),
    ("RU-23", "http://127.0.0.1.evil.example/cb"),
    ("RU-23", "http://localhost.evil/cb"),
    ("RU-23", "http://127.0.0.1@evil/cb"),
    ("RU-24", "https://a.partner.example/cb"),
    ("RU-24", "https://partner.example.evil/cb"),
    ("RU-24", "https://evilpartner.example/cb"),
]


@pytest.mark.parametrize(("row", "uri"), REJECTED, ids=lambda value: str(value)[:40])
async def test_an_unregistered_redirect_uri_gets_a_page(story: Story, row: str, uri: str) -> None:
    """No Location, no code: the attacker's address is never visited."""
    partner = await story.partner()
    assert _is_page(await story.browser().get(partner.authorize_target(redirect_uri=uri)))


async def test_ru_26_two_redirect_uris_get_a_page(story: Story) -> None:
    """RU-26: good and evil in either order; neither wins."""
    partner = await story.partner()
    good, evil = quote(CALLBACK, safe=""), quote("https://evil.example/cb", safe="")
    base = partner.authorize_target(redirect_uri=None)
    for first, second in ((good, evil), (evil, good), (good, good)):
        assert _is_page(await story.browser().get(f"{base}&redirect_uri={first}&redirect_uri={second}"))


async def test_ru_28_another_apps_uri_gets_a_page(story: Story) -> None:
    """RU-28: B's registered URI with A's client_id."""
    a = await story.partner("A")
    await story.partner("B", redirect_uris=["https://b.example/cb"])
    assert _is_page(await story.browser().get(a.authorize_target(redirect_uri="https://b.example/cb")))


async def test_ru_29_an_unknown_or_disabled_client_gets_a_page(story: Story) -> None:
    """RU-29: whatever its redirect URI says."""
    partner = await story.partner()
    for client_id in ("fdci_unknown", "", partner.client_id + "x", None):
        assert _is_page(await story.browser().get(partner.authorize_target(client_id=client_id)))
    await story.house.store.set_client_disabled(
        client_id=partner.client_id, disabled=True, now=story.clock.now(), audit=story.an_audit_row("client.disabled")
    )
    assert _is_page(await story.browser().get(partner.authorize_target()))


async def test_ru_27_an_omitted_uri_is_the_only_one(story: Story) -> None:
    """RU-27: with one registered it is used; with two the request is refused."""
    one = await story.partner("One")
    two = await story.partner("Two", redirect_uris=[CALLBACK, CALLBACK + "2"])
    assert (await story.browser().get(one.authorize_target(redirect_uri=None))).status == 302
    assert _is_page(await story.browser().get(two.authorize_target(redirect_uri=None)))


async def test_ru_33_after_a_form_the_redirect_is_303(story: Story) -> None:
    """RU-33: a 307 or 308 would send the posted code or decision on to the partner."""
    north = await story.network("North")
    partner = await story.partner()
    sent_back = await partner.asks(await story.signs_in(), networks=[north.id])
    assert sent_back.status == 303


async def test_pp_01_a_doubled_client_gets_a_page_anything_else_goes_back(story: Story) -> None:
    """PP-01: client_id twice is a page; another parameter twice is invalid_request, without a doubled state."""
    partner = await story.partner()
    target = partner.authorize_target()
    assert _is_page(await story.browser().get(f"{target}&client_id={partner.client_id}"))
    scope_twice = answer_of(await story.browser().get(f"{target}&scope=resources"))
    assert (scope_twice["error"], scope_twice["state"]) == ("invalid_request", "s-1")
    state_twice = answer_of(await story.browser().get(f"{target}&state=other"))
    assert state_twice["error"] == "invalid_request"
    assert "state" not in state_twice


async def test_pp_11_post_is_judged_like_get(story: Story) -> None:
    """PP-11: the same checks, whichever method; a parameter in both query and body is refused (PP-02)."""
    partner = await story.partner()
    query = dict(pair.split("=") for pair in partner.authorize_target().split("?")[1].split("&"))
    form = {name: value.replace("%3A", ":").replace("%2F", "/").replace("+", " ") for name, value in query.items()}
    assert (await story.post("/oauth2/authorize", form)).status == 303
    assert _is_page(await story.post("/oauth2/authorize", {**form, "redirect_uri": "https://evil.example/"}))
    assert _is_page(await story.post(partner.authorize_target(), form))


FAULTS = [
    ("RM-01", {"response_type": None}, "invalid_request"),
    ("RM-01", {"response_type": ""}, "invalid_request"),
    ("RM-02", {"response_type": "token"}, "unsupported_response_type"),
    ("RM-02", {"response_type": "id_token token"}, "unsupported_response_type"),
    ("RM-02", {"response_type": "code token"}, "unsupported_response_type"),
    ("RM-03", {"response_type": "Code"}, "unsupported_response_type"),
    ("RM-03", {"response_type": "code,token"}, "unsupported_response_type"),
    ("RM-03", {"response_type": "code "}, "unsupported_response_type"),
    ("RM-04", {"response_mode": "form_post"}, "invalid_request"),
    ("RM-05", {"response_mode": "form_post", "state": "<script>"}, "invalid_request"),
    ("RM-06", {"prompt": "none"}, "login_required"),
    ("PP-12", {"request": "e30.e30."}, "request_not_supported"),
    ("PP-12", {"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
    ("PK-04", {"code_challenge": "a" * 42 + "A", "code_challenge_method": "plain"}, "invalid_request"),
    ("PK-05", {"code_challenge": "a" * 42 + "A"}, "invalid_request"),
    ("SC-04", {"scope": "nothing"}, "invalid_scope"),
    ("SC-05", {"scope": None}, "invalid_scope"),
    ("SC-05", {"scope": " , "}, "invalid_scope"),
    ("SC-06", {"scope": " ".join(f"s{n}" for n in range(5_000))}, "invalid_scope"),
    ("SC-07", {"scope": 'reso"urces'}, "invalid_scope"),
    ("SC-07", {"scope": "res\u043eurces"}, "invalid_scope"),
    ("SC-08", {"scope": "Resources"}, "invalid_scope"),
    ("SC-09", {"scope": "locations"}, "invalid_scope"),
    ("SC-11", {"scope": "resource"}, "invalid_scope"),
    ("SC-11", {"scope": "resources."}, "invalid_scope"),
    ("SC-11", {"scope": "resources.readonly.x"}, "invalid_scope"),
    ("state", {"state": "x" * 5_000}, "invalid_request"),
]


@pytest.mark.parametrize(("row", "changed", "error"), FAULTS, ids=lambda value: str(value)[:40])
async def test_a_fault_after_the_uri_is_proven_goes_back(
    story: Story, row: str, changed: dict[str, str | None], error: str
) -> None:
    """With `error`, `error_description`, `state` and `iss`, by 302, before anybody signs in."""
    partner = await story.partner(scope="resources")
    reply = await story.browser().get(partner.authorize_target(**changed))
    assert reply.status == 302
    assert reply.location.startswith(CALLBACK + "?")
    answer = answer_of(reply)
    assert answer["error"] == error
    assert answer["error_description"]
    assert answer["iss"] == story.house.settings.issuer
    assert answer.get("state") == (None if len(changed.get("state") or "") > 4_096 else changed.get("state", "s-1"))


@pytest.mark.parametrize(
    "state",
    ["x" * 2_048, "\u00fc\u20ac\U0001f511", "%41%2B+ &=#", "a\r\nSet-Cookie: x=y", "<script>alert(1)</script>"],
    ids=["ST-01 long", "ST-01 unicode", "ST-01 percent and plus", "ST-02 CRLF", "ST-02 HTML"],
)
async def test_st_01_the_state_comes_back_byte_exact(story: Story, state: str) -> None:
    """ST-01, ST-02: whatever it is, through sign-in and consent, encoded so that it splits nothing."""
    north = await story.network("North")
    partner = await story.partner()
    sent_back = await partner.asks(await story.signs_in(), networks=[north.id], state=state)
    assert answer_of(sent_back)["state"] == state
    assert not set("\r\n<> ") & set(sent_back.location)


async def test_st_03_neither_state_nor_pkce_is_allowed_in_compat(story: Story) -> None:
    """ST-03: the contract marks state as optional and knows no PKCE."""
    north = await story.network("North")
    partner = await story.partner()
    sent_back = await partner.asks(await story.signs_in(), networks=[north.id], state=None)
    assert "state" not in answer_of(sent_back)


async def test_st_05_head_does_nothing(story: Story) -> None:
    """ST-05: HEAD on authorize, even where consent would be skipped, issues no code; on consent it grants nothing."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    cookie = [("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]
    reply = await call(story.app, "HEAD", partner.authorize_target(), headers=cookie)
    assert (reply.status, reply.header("location")) == (405, None)
    page = await browser.get(partner.authorize_target(prompt="consent"))
    reply = await call(story.app, "HEAD", page.location + "&decision=allow&network=" + north.id, headers=cookie)
    assert reply.header("location") is None
    assert reply.body == b""


async def test_metadata_comes_from_configuration(story: Story) -> None:
    """MX-02, HD-10, PK-13: a forged Host or forwarded host changes nothing; S256 is the only PKCE method."""
    forged = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("x-original-url", "/x")]
    reply = await call(story.app, "GET", "/.well-known/oauth-authorization-server", headers=forged)
    document = reply.json()
    assert document["issuer"] == story.house.settings.issuer
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert "evil" not in reply.text
    assert "resources.readonly" in document["scopes_supported"]


async def test_cs_08_consent_offers_only_roles_of_the_picker(story: Story) -> None:
    """CS-08, SC-09: a member is not offered the network, and posting its id grants nothing."""
    north, south = await story.network("North"), await story.network("South", owner="other@south.example")
    await story.operator.give_role(OWNER, network_id=south.id, role="member", origin=story.origin)
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    assert "South" not in page.text
    sent_back = await browser.submit(page, network=[north.id, south.id], decision="allow")
    await partner.exchanges(answer_of(sent_back)["code"])
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)


async def test_allow_without_a_network_asks_again(story: Story) -> None:
    """The page is shown again with the reason, and deny still works (CS-07)."""
    await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    again = await browser.submit(page, decision="allow")
    assert again.status in (200, 400, 422)
    denied = await browser.submit(again, decision="deny")
    answer = answer_of(denied)
    assert (denied.status, answer["error"], answer["state"]) == (303, "access_denied", "s-1")
    assert answer["iss"] == story.house.settings.issuer


async def test_a_user_without_networks_can_only_deny(story: Story) -> None:
    """The page's only button is deny; a forged allow grants nothing."""
    await story.network("North")
    south = await story.network("South", owner="other@south.example")
    await story.operator.give_role("member@south.example", network_id=south.id, role="member", origin=story.origin)
    partner = await story.partner()
    browser = await story.signs_in("member@south.example")
    page = await browser.open(partner.authorize_target())
    assert 'value="allow"' not in page.text
    forged = await browser.submit(page, decision="allow", action=None)
    assert forged.header("location") is None
    assert answer_of(await browser.submit(page, decision="deny"))["error"] == "access_denied"


async def test_tn_15_silence_about_one_network_is_not_consent_for_another(story: Story) -> None:
    """TN-15, CS-03: a new network to offer shows the page; so does another redirect URI."""
    north = await story.network("North")
    partner = await story.partner(redirect_uris=[CALLBACK, CALLBACK + "2"])
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    assert (await browser.get(partner.authorize_target())).location.startswith(CALLBACK)
    other_uri = await browser.get(partner.authorize_target(redirect_uri=CALLBACK + "2"))
    assert other_uri.location.startswith("/consent")
    await story.network("South")
    assert (await browser.get(partner.authorize_target())).location.startswith("/consent")


async def test_rm_06_prompt_none_never_shows_a_page(story: Story) -> None:
    """RM-06: login_required without a session, consent_required without consent, a code where both are there."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    assert answer_of(await browser.get(partner.authorize_target(prompt="none")))["error"] == "consent_required"
    await partner.connects(browser, networks=[north.id])
    assert "code" in answer_of(await browser.get(partner.authorize_target(prompt="none")))


async def test_st_09_a_transaction_belongs_to_its_browser(story: Story) -> None:
    """ST-09: the sealed request opened in another browser, signed in or not, is refused."""
    await story.network("North")
    partner = await story.partner()
    first = await story.signs_in()
    consent = (await first.get(partner.authorize_target())).location
    second = await story.signs_in(browser=story.browser())
    reply = await second.get(consent)
    assert reply.status == 400
    assert 'name="decision"' not in reply.text


async def test_st_10_two_tabs_finish_in_crossed_order(story: Story) -> None:
    """ST-10: each consent yields its own client's code."""
    north = await story.network("North")
    a: Partner = await story.partner("A", redirect_uris=["https://a.example/cb"])
    b: Partner = await story.partner("B", redirect_uris=["https://b.example/cb"])
    browser = await story.signs_in()
    tab_a, tab_b = await browser.open(a.authorize_target()), await browser.open(b.authorize_target())
    back_b = await browser.submit(tab_b, network=[north.id], decision="allow")
    back_a = await browser.submit(tab_a, network=[north.id], decision="allow")
    assert back_a.location.startswith("https://a.example/cb?")
    assert back_b.location.startswith("https://b.example/cb?")
    assert (await a.exchanges(answer_of(back_b)["code"])).json()["error"] == "invalid_grant"
    assert (await b.exchanges(answer_of(back_b)["code"])).status == 200
    assert (await a.exchanges(answer_of(back_a)["code"])).status == 200


async def test_st_11_a_consent_form_belongs_to_who_saw_it(story: Story) -> None:
    """ST-11: U1 opens consent, U2 signs in in the same browser, U1's form is refused."""
    north = await story.network("North")
    south = await story.network("South", owner="u2@south.example")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    await browser.submit(await browser.open("/account"), action="/sign-out")
    await story.signs_in("u2@south.example", browser=browser)
    reply = await browser.submit(page, network=[north.id, south.id], decision="allow")
    assert reply.header("location") is None
    assert reply.status in (400, 403)


async def test_st_17_hidden_fields_cannot_change_the_transaction(story: Story) -> None:
    """ST-17: added scope, client or redirect fields are refused or ignored; the sealed transaction wins."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target(scope="resources.readonly"))
    reply = await browser.submit(page, network=[north.id], decision="allow")
    tokens = await partner.exchanges(answer_of(reply)["code"])
    assert tokens.json()["scope"] == "resources.readonly"
    page = await browser.open(partner.authorize_target(scope="resources.readonly", prompt="consent"))
    form = find_form(page, fields=frozenset({"decision"}))
    forged = [*form.hidden, ("network", north.id), ("decision", "allow"), ("scope", "resources"), ("client_id", "x")]
    reply = await browser.post(form.action, forged)
    if reply.header("location") is not None:
        assert (await partner.exchanges(answer_of(reply)["code"])).json()["scope"] == "resources.readonly"
