"""The consent page and its decision (the contract's Consent section; rows CS, ST-09 to ST-11, HD-02)."""

import asyncio
from html import escape

import pytest

from frontdesk.protocol.ids import ClientId, Micros
from frontdesk.protocol.records import Client
from frontdesk.testing.browser import find_form
from frontdesk.testing.story import CALLBACK, OPERATOR, OWNER, Partner, Story, answer_of

pytestmark = pytest.mark.anyio

ADA = "ada@north.example"


async def test_cs_02_the_page_answers_every_question(story: Story) -> None:
    """Who asks, where it returns, who I am, which networks with roles, what it may do, how long, where to end it."""
    await story.network("Northside")
    harbour = await story.network("Harbour", owner=ADA)
    await story.operator.give_role(OWNER, network_id=harbour.id, role="administrator", origin=OPERATOR)
    partner = await story.partner("Door Locks", scope="resources locations.readonly")
    page = await (await story.signs_in()).open(partner.authorize_target())
    assert page.status == 200
    for said in (
        "<h1>Door Locks wants to use your spaces' data</h1>",
        "<strong>partner.example</strong>",
        OWNER,
        "Not you?",
        '<span>Northside</span><span class="tag">Owner</span>',
        '<span>Harbour</span><span class="tag">Administrator</span>',
        "changes data",
        "It gets nothing beyond this list",
        "lasts until you or the network",
        'href="/account/apps"',
        'value="deny">Deny</button>',
        'value="allow">Allow</button>',
    ):
        assert said in page.text, said


async def test_reading_only_says_that_nothing_can_be_changed(story: Story) -> None:
    """And marks nothing as changing data."""
    await story.network("Northside")
    partner = await story.partner(scope="locations.readonly")
    page = await (await story.signs_in()).open(partner.authorize_target())
    assert "It cannot change anything." in page.text
    assert "changes data" not in page.text


async def test_cs_08_a_member_is_not_offered_the_network(story: Story) -> None:
    """Owner and administrator only."""
    north = await story.network("Northside")
    await story.network("Annex", owner=ADA)
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    partner = await story.partner()
    page = await (await story.signs_in(ADA)).open(partner.authorize_target())
    assert "<span>Annex</span>" in page.text
    assert "Northside" not in page.text


async def test_somebody_without_a_network_can_only_deny(story: Story) -> None:
    """One button; denying returns to the app with access_denied."""
    north = await story.network("Northside")
    await story.operator.give_role(ADA, network_id=north.id, role="member", origin=OPERATOR)
    partner = await story.partner()
    browser = await story.signs_in(ADA)
    page = await browser.open(partner.authorize_target())
    form = page.text.split('action="/consent"')[1].split("</form>")[0]
    assert form.count('name="decision"') == 1
    assert 'value="deny"' in form
    denied = await browser.submit(page, decision="deny")
    assert answer_of(denied)["error"] == "access_denied"


async def test_cs_07_deny_returns_the_state_and_iss(story: Story) -> None:
    """RFC 6749 4.1.2.1, RFC 9207."""
    await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    denied = await browser.submit(await browser.open(partner.authorize_target(state="a b&c")), decision="deny")
    assert denied.status == 303
    answer = answer_of(denied)
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "a b&c", "http://desk.example")


async def test_allow_with_no_network_left_asks_again(story: Story) -> None:
    """With the reason at the top, linked to the boxes."""
    await story.network("Northside")
    south = await story.network("Southside", owner="sam@south.example")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    for networks in ([], ["x"], [south.id]):
        again = await browser.submit(page, network=networks, decision="allow")
        assert again.status == 400
        assert "<title>Error: " in again.text
        assert 'href="#networks"' in again.text
        assert 'id="networks"' in again.text
        assert "Choose at least one network" in again.text


@pytest.mark.parametrize("decision", ["", "yes", "ALLOW", "allow "])
async def test_only_allow_allows(story: Story, decision: str) -> None:
    """Anything else shows the page again and gives no code."""
    north = await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    again = await browser.submit(page, network=north.id, decision=decision)
    assert (again.status, again.header("location")) == (400, None)


async def test_only_what_was_ticked_is_given(story: Story) -> None:
    """Two of three networks; the third is refused, a foreign one was ignored."""
    north, annex, third = [await story.network(title) for title in ("Northside", "Annex", "Third")]
    south = await story.network("Southside", owner="sam@south.example")
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id, annex.id, south.id])
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    assert await partner.is_let_in("GET /resources/v1", network=annex.id)
    assert (await partner.calls("GET /resources/v1", network=third.id)).status == 403
    assert (await partner.calls("GET /resources/v1", network=south.id)).status == 403


async def test_st_09_a_request_opens_in_its_own_browser_only(story: Story) -> None:
    """A sealed request that was sent to somebody else leads nowhere, signed in or not."""
    await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    await browser.open(partner.authorize_target())
    story.clock.pass_minutes(2)
    other = await story.signs_in()
    assert (await other.open(browser.at)).status == 400
    assert (await story.browser().open(browser.at)).status == 400


async def test_st_10_two_tabs_finish_in_crossed_order(story: Story) -> None:
    """Each consent yields its own client's code."""
    north = await story.network("Northside")
    locks, calendar = await story.partner("Door Locks"), await story.partner("Calendar")
    browser = await story.signs_in()
    first = await browser.open(locks.authorize_target(state="locks"))
    second = await browser.open(calendar.authorize_target(state="calendar"))
    for page, partner, state in ((second, calendar, "calendar"), (first, locks, "locks")):
        answer = answer_of(await browser.submit(page, network=north.id, decision="allow"))
        assert answer["state"] == state
        assert (await partner.exchanges(answer["code"])).status == 200


async def test_st_10_a_form_cannot_carry_another_tabs_request(story: Story) -> None:
    """One tab's token with the other's request is refused."""
    await story.network("Northside")
    locks, calendar = await story.partner("Door Locks"), await story.partner("Calendar")
    browser = await story.signs_in()
    first = dict(find_form(await browser.open(locks.authorize_target()), fields=frozenset({"decision"})).hidden)
    second = dict(find_form(await browser.open(calendar.authorize_target()), fields=frozenset({"decision"})).hidden)
    mixed = {**first, "request": second["request"], "decision": "deny"}
    assert (await browser.post("/consent", list(mixed.items()))).status == 403


async def test_st_11_another_persons_consent_form_is_refused(story: Story) -> None:
    """U1's page is open, U2 signs in, U1's form is sent: no code."""
    north = await story.network("Northside")
    await story.network("Annex", owner=ADA)
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    other = await browser.submit(page, action="/sign-out")
    code_page = await browser.submit(other, email=ADA)
    theirs = await browser.submit(code_page, code=story.login_code(ADA))
    assert ADA in theirs.text
    assert "wants to use" in theirs.text
    refused = await browser.submit(page, network=north.id, decision="allow")
    assert (refused.status, refused.header("location")) == (403, None)


async def test_not_you_signs_out_and_keeps_the_request(story: Story) -> None:
    """Back at signing in, for the same app."""
    await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.submit(await browser.open(partner.authorize_target()), action="/sign-out")
    assert "Sign in to connect Door Locks" in page.text
    assert "fd_session" not in browser.cookies


async def test_cs_03_consent_is_skipped_only_for_what_was_given(story: Story) -> None:
    """The same again goes straight through with 302; a wider scope or `prompt=consent` asks."""
    north = await story.network("Northside")
    partner = await story.partner(scope="resources locations")
    browser = await story.signs_in()
    partner.scope = "locations"
    await partner.connects(browser, networks=[north.id])
    again = await browser.open(partner.authorize_target())
    assert again.status == 302
    assert again.location.startswith(CALLBACK)
    assert (await browser.open(partner.authorize_target(prompt="consent"))).status == 200
    assert (await browser.open(partner.authorize_target(scope="resources"))).status == 200


async def registered(story: Story, name: str, redirect_uri: str) -> Partner:
    """An app as an import could have left it: its name judged by nobody."""
    client = Client(
        id=ClientId("fdci_imported"),
        name=name,
        redirect_uris=(redirect_uri,),
        scopes=("locations",),
        secret_digest=story.house.mint.digest("s"),
        created_at=Micros(story.clock.now()),
    )
    await story.network("Northside")
    newest = (await story.house.store.list_audit(limit=1))[0]
    assert await story.house.store.add_client(client=client, audit=newest)
    return Partner(story=story, client_id=client.id, client_secret="s", redirect_uri=redirect_uri, scope="locations")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}'"])
async def test_cs_05_names_are_escaped(story: Story, name: str) -> None:
    """Client names, on every page that shows them."""
    partner = await registered(story, name, CALLBACK)
    browser = await story.signs_in()
    consent = await browser.open(partner.authorize_target(state=name, login_hint=name))
    network = consent.text.split('name="network" value="')[1].split('"')[0]
    await partner.exchanges(answer_of(await browser.submit(consent, network=network, decision="allow"))["code"])
    for page in (consent, await browser.open("/account/apps"), await browser.open(f"/account/networks/{network}/apps")):
        assert name not in page.text
        assert escape(name).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page.text


@pytest.mark.parametrize(
    ("redirect_uri", "source"),
    [
        ("https://partner.example:8443/cb?x=1", "https://partner.example:8443"),
        ("http://localhost:9000/cb", "http://localhost:9000"),
        ("http://127.0.0.1:9000/cb", "http://127.0.0.1:9000"),
        ("http://[::1]:9000/cb", "http:"),
    ],
)
async def test_hd_02_the_forms_may_end_at_the_partner_and_nowhere_else(
    story: Story, redirect_uri: str, source: str
) -> None:
    """Browsers apply form-action to redirects; IPv6 is no host-source, so there the scheme must do."""
    partner = await registered(story, "Locks", redirect_uri)
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    assert f"form-action 'self' {source}; frame" in (page.header("content-security-policy") or "")
    account = await browser.open("/account")
    assert "form-action 'self'; frame" in (account.header("content-security-policy") or "")


async def test_an_app_switched_off_meanwhile_is_a_page(story: Story) -> None:
    """Neither a redirect nor a dead end."""
    await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    page = await browser.open(partner.authorize_target())
    newest = (await story.house.store.list_audit(limit=1))[0]
    await story.house.store.set_client_disabled(
        client_id=ClientId(partner.client_id), disabled=True, now=story.clock.now(), audit=newest
    )
    for reply in (await browser.open(browser.at), await browser.submit(page, decision="deny")):
        assert (reply.status, reply.header("location")) == (400, None)
        assert "cannot be connected" in reply.text


async def test_many_networks_fit_into_one_form(story: Story) -> None:
    """A repeated `network` is the one repetition that a form may have."""
    networks = [(await story.network(f"Place {number:03d}")).id for number in range(120)]
    partner = await story.partner()
    tokens = await partner.connects(await story.signs_in(), networks=networks)
    assert tokens.access_token
    results = await asyncio.gather(
        *(partner.is_let_in("GET /resources/v1", network=network) for network in (networks[0], networks[-1]))
    )
    assert results == [True, True]
