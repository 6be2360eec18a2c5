"""Attacks on what strict and public clients must send: proof, PKCE, bodies (rows RV, PK, ST; W1 to W5, W9)."""

import sqlite3
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from attacks.strict_apps import BOTH, PUBLIC, STRICT, all_bytes, change, connected, is_invalid_grant, reopened
from frontdesk.flows.hardening import Treatment
from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.records import Profile
from frontdesk.protocol.tokens import REFRESH, read_row_body
from frontdesk.protocol.weak_forms import WeakForm
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import Story, answer_of, pkce_of
from frontdesk.testing.wire import call

pytestmark = pytest.mark.anyio


# -- public clients
async def test_a_public_client_is_its_id(story: Story) -> None:
    """RFC 6749 §3.2.1: `client_id` alone; a secret sent for one, in the body or by Basic, is invalid_client."""
    partner = await connected(story, PUBLIC)
    assert (await partner.refreshes()).status == 200
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    assert (await story.post("/oauth2/token", form)).status == 401
    assert (await story.post("/oauth2/token", {**form, **partner.proof(), "client_secret": "x"})).status == 401
    for password in ("x", ""):
        pair = b64encode(f"{partner.client_id}:{password}".encode()).decode()
        header = [("authorization", f"Basic {pair}")]
        assert (await story.post("/oauth2/token", form, headers=header)).status == 401
    assert (await partner.refreshes()).status == 200


async def test_a_confidential_client_is_not_its_id(story: Story) -> None:
    """RF-02: naming itself proves nothing, strict or not."""
    for treatment in (Treatment(), STRICT):
        partner = await story.partner(treatment=treatment)
        form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": partner.client_id}
        assert (await story.post("/oauth2/token", form)).json()["error"] == "invalid_client"


async def test_a_public_client_is_asked_for_consent_each_time(story: Story) -> None:
    """The contract: nothing proves who asks in its name, so that nothing is skipped (RFC 8252 §8.6)."""
    north = await story.network("North")
    partner = await story.partner(treatment=PUBLIC)
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    page = await browser.open(partner.authorize_target())
    assert page.status == 200
    silent = answer_of(await browser.get(partner.authorize_target(prompt="none")))
    assert silent["error"] == "consent_required"


async def test_a_disabled_public_client_gets_nothing(story: Story) -> None:
    """CA: refused like any other, and may still give its keys back."""
    partner = await connected(story, PUBLIC)
    store = story.house.store
    await store.set_client_disabled(
        client_id=ClientId(partner.client_id), disabled=True, now=story.clock.now(), audit=story.an_audit_row("off")
    )
    assert (await partner.refreshes()).json()["error"] == "invalid_client"
    assert (await partner.revokes_properly()).status == 200
    assert not await store.list_grants()


# -- PKCE and state
@BOTH
async def test_pk_10_st_03_a_strict_client_must_send_a_challenge(story: Story, treatment: Treatment) -> None:
    """PK-10, ST-03: without one, with state or without, it is invalid_request; with one, no state is needed."""
    north = await story.network("North")
    partner = await story.partner(treatment=treatment)
    for state in ("s-1", None):
        target = partner.authorize_target(code_challenge=None, code_challenge_method=None, state=state)
        assert answer_of(await story.browser().get(target))["error"] == "invalid_request"
    browser = await story.signs_in()
    code = await partner.obtains_code(browser, networks=[north.id], state=None)
    no_verifier = replace(partner, verifier="")
    assert is_invalid_grant(await no_verifier.exchanges(code))
    assert (await partner.exchanges(code)).status == 200


async def test_a_code_without_pkce_dies_with_the_change_to_strict(story: Story) -> None:
    """It was given while that was allowed; the sealed request on the consent page is judged anew as well."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    code = await partner.obtains_code(browser, networks=[north.id])
    page = await browser.open(partner.authorize_target(prompt="consent"))
    await change(story, partner, Profile.STRICT)
    assert is_invalid_grant(await partner.exchanges(code))
    reply = await browser.submit(page, network=[north.id], decision="allow")
    assert reply.status == 400
    assert "This app cannot be connected" in reply.text


async def test_connected_apps_cannot_begin_a_strict_apps_connection(story: Story) -> None:
    """A challenge is the app's own: "add a network" would hand out a code without one."""
    north = await story.network("North")
    partner = await story.partner(treatment=STRICT)
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    await story.network("South")
    page = await browser.open("/account/apps")
    assert partner.client_id in page.text
    assert "/account/apps/add-network" not in page.text


# -- revocation
@BOTH
async def test_rv_08_a_strict_client_proves_itself_at_revoke(story: Story, treatment: Treatment) -> None:
    """RV-08: 401 without credentials, for either token, and nothing ends; with them it does."""
    partner = await connected(story, treatment)
    for token in (partner.held.access_token, partner.held.refresh_token):
        reply = await story.post("/oauth2/revoke", {"token": token})
        assert (reply.status, reply.json()["error"]) == (401, "invalid_client")
    if partner.client_secret:
        named = {"token": partner.held.refresh_token, "client_id": partner.client_id}
        assert (await story.post("/oauth2/revoke", named)).status == 401
    assert await partner.is_let_in("GET /resources/v1")
    assert (await partner.revokes_properly()).status == 200
    assert not await partner.is_let_in("GET /resources/v1")
    assert (await story.house.store.list_audit(limit=1))[0].actor == f"client:{partner.client_id}"


@BOTH
async def test_w1_a_strict_client_sends_no_token_in_the_query(story: Story, treatment: Treatment) -> None:
    """W1: 400, with the right proof too; nothing ends, nothing is repeated in the answer."""
    partner = await connected(story, treatment)
    for token in (partner.held.access_token, partner.held.refresh_token):
        target = "/oauth2/revoke?" + urlencode({"token": token})
        for form in ({}, partner.proof()):
            reply = await story.post(target, form) if form else await call(story.app, "POST", target)
            assert (reply.status, reply.json()["error"]) == (400, "invalid_request")
            assert token not in reply.text
    assert await partner.is_let_in("GET /resources/v1")


async def test_rv_18_a_public_client_revokes_its_own_tokens_only(story: Story) -> None:
    """RV-18: its own works; another's has no effect, and is an event."""
    one = await connected(story, PUBLIC)
    story.clock.pass_minutes(1)
    other = await story.connected_partner(owner="mika@south.example", treatment=PUBLIC)
    for tokens in (one.held.refresh_token, one.held.access_token):
        assert (await other.revokes_properly(tokens)).status == 200
    assert "revoke.other_client" in story.sightings.names()
    assert await one.is_let_in("GET /resources/v1")
    assert (await one.revokes_properly()).status == 200
    assert not await one.is_let_in("GET /resources/v1")
    assert await other.is_let_in("GET /resources/v1")


@pytest.mark.parametrize("at", [0, 1, 2, 3], ids=["first", "earlier", "current", "next"])
async def test_any_token_of_a_line_ends_it_at_revoke(story: Story, at: int) -> None:
    """RV-01: whichever the client still has, it meant the grant."""
    partner = await connected(story)
    line = [partner.held.refresh_token]
    for _ in range(3):
        await partner.refreshes()
        line.append(partner.held.refresh_token)
    assert (await partner.revokes_properly(line[at])).status == 200
    assert is_invalid_grant(await partner.refreshes(line[3]))
    assert not await partner.is_let_in("GET /resources/v1")


# -- weak forms
async def test_weak_forms_are_counted_for_each_app(story: Story) -> None:
    """W1, W2, W3, W5, W9: what a compat app uses, and nothing of what it does not."""
    north = await story.network("North")
    browser = await story.signs_in()
    weak, good, strict = await story.partner("Weak"), await story.partner("Good"), await story.partner(treatment=STRICT)
    await weak.exchanges(await weak.obtains_code(browser, networks=[north.id], state=None))
    for _ in range(3):
        await weak.refreshes()
    await weak.revokes()
    good.verifier = "v" * 43
    await good.connects(browser, networks=[north.id])
    await good.revokes_properly()
    await strict.connects(browser, networks=[north.id])
    await strict.refreshes()
    await strict.revokes_properly()
    await story.weak_forms.flush(everything=True)
    counted = {(use.client_id, use.form): use.uses for use in await story.house.store.list_weak_forms()}
    assert counted == {
        (weak.client_id, WeakForm.NO_PKCE): 1,
        (weak.client_id, WeakForm.NO_STATE_NO_PKCE): 1,
        (weak.client_id, WeakForm.REFRESH_UNROTATED): 3,
        (weak.client_id, WeakForm.REVOKE_QUERY): 1,
        (weak.client_id, WeakForm.REVOKE_UNAUTHENTICATED): 1,
    }


async def test_what_is_not_the_apps_doing_is_not_counted(story: Story) -> None:
    """A stranger's authorize request, a guess at revoke, a network added in the account's pages."""
    north, south = await story.network("North"), await story.network("South")
    partner = await story.partner()
    partner.verifier = "v" * 43
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    stranger = partner.authorize_target(code_challenge=None, code_challenge_method=None, state=None)
    await story.browser().get(stranger)
    await call(story.app, "POST", "/oauth2/revoke?token=guess")
    page = await browser.open("/account/apps")
    consent = await browser.submit(page, action="/account/apps/add-network")
    reply = await browser.submit(consent, network=[north.id, south.id], decision="allow")
    assert "code" in answer_of(reply)
    await story.weak_forms.flush(everything=True)
    assert list(await story.house.store.list_weak_forms()) == []


# -- what is stored
async def test_rf_12_a_restart_forgets_no_rotation_and_only_digests_are_stored(tmp_path: Path) -> None:
    """RF-12: replayed after a restart, a replaced token is refused. No token is anywhere in the database's files."""
    path = tmp_path / "frontdesk.db"
    store = await open_sqlite(path, create=True, identity=bytes(16))
    story = await Story.begin(store)
    partner = await connected(story)
    issued = [partner.held.refresh_token]
    for _ in range(5):
        await partner.refreshes()
        issued.append(partner.held.refresh_token)
    await store.aclose()
    store = await open_sqlite(path, create=False)
    partner.story = reopened(story, store)
    assert (await partner.refreshes()).status == 200
    issued.append(partner.held.refresh_token)
    assert is_invalid_grant(await partner.refreshes(issued[2]))
    assert is_invalid_grant(await partner.refreshes())
    bytes_on_disk = b"".join(all_bytes(tmp_path))
    await store.aclose()
    rows = sqlite3.connect(path).execute("SELECT * FROM grants").fetchall()
    assert rows
    for token in issued:
        assert token.encode() not in bytes_on_disk
        # Neither the text, nor the bytes in it that prove it.
        _, proof = read_row_body(REFRESH, token) or ("", b"")
        assert proof not in bytes_on_disk
        assert proof[4:] not in bytes_on_disk


def test_the_challenge_of_a_story_is_the_standards() -> None:
    """RFC 7636, appendix B: the example that everybody can check."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert pkce_of(verifier)["code_challenge"] == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
