"""Attacks on strict and public clients: rotation, PKCE, proof at revocation (rows RF, RV, PK, ST; W1 to W5, W9)."""

import asyncio
import sqlite3
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from frontdesk.assemble.front import furnish
from frontdesk.flows.hardening import Hardening, Treatment
from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import Registration
from frontdesk.protocol.ids import ClientId, GrantId
from frontdesk.protocol.records import Client, Grant, Profile
from frontdesk.protocol.tokens import REFRESH, read_row_body
from frontdesk.protocol.weak_forms import WeakForm
from frontdesk.storage import MemoryStore, open_sqlite
from frontdesk.testing.story import OPERATOR, Partner, Story, answer_of, pkce_of, tokens_of
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio

STRICT = Treatment(profile=Profile.STRICT)
PUBLIC = Treatment(public=True)
BOTH = pytest.mark.parametrize("treatment", [STRICT, PUBLIC], ids=["strict", "public"])


async def connected(story: Story, treatment: Treatment = STRICT) -> Partner:
    """A strict app that a user connected."""
    return await story.connected_partner(scope="resources", treatment=treatment)


async def grant_of(story: Story) -> Grant:
    """The only grant there is, as the store has it."""
    (grant,) = await story.house.store.list_grants()
    return grant


async def change(story: Story, partner: Partner, profile: Profile) -> None:
    """The operator has the app treated otherwise, whatever it uses."""
    hardening = Hardening(store=story.house.store, clock=story.clock)
    changed = await hardening.change(partner.client_id, profile=profile, require_pkce=None, force=True, origin=OPERATOR)
    assert isinstance(changed, Client)


def is_invalid_grant(reply: Reply) -> bool:
    """400 invalid_grant."""
    return (reply.status, reply.json().get("error")) == (400, "invalid_grant")


def reopened(story: Story, store: object) -> Story:
    """The same house, keys and people, with the store opened anew."""
    house = replace(story.house, store=store)
    furnished = furnish(house, worker=0)
    return replace(story, house=house, app=furnished.front, weak_forms=furnished.weak_forms)


def all_bytes(folder: Path) -> list[bytes]:
    """Every file of a folder: the database, its write-ahead log, its index."""
    return [file.read_bytes() for file in folder.iterdir()]


# -- rotation


@BOTH
async def test_each_refresh_gives_the_next_token(story: Story, treatment: Treatment) -> None:
    """D7: the answer holds the successor; using that gives the one after it, and access all the while."""
    partner = await connected(story, treatment)
    seen = [partner.held.refresh_token]
    for _ in range(5):
        await partner.refreshes()
        seen.append(partner.held.refresh_token)
        assert await partner.is_let_in("GET /resources/v1")
        story.clock.pass_days(1)
    assert len(set(seen)) == 6
    assert (await grant_of(story)).generation == 4  # the last one was handed out and not used yet


@BOTH
async def test_rf_10_parallel_rotations_make_one_family_and_no_fork(story: Story, treatment: Treatment) -> None:
    """RF-10: fifty at once with the same token, first or later: one successor for all, access for each."""
    partner = await connected(story, treatment)
    for generation in (0, 1, 2):
        token = partner.held.refresh_token
        replies = await asyncio.gather(*(partner.refreshes(token) for _ in range(50)))
        given = {tokens_of(reply).refresh_token for reply in replies}
        assert len(given) == 1
        assert len({tokens_of(reply).access_token for reply in replies}) == 50
        assert (await grant_of(story)).generation == generation
        partner.tokens = tokens_of(replies[-1])
    assert await partner.is_let_in("GET /resources/v1")


async def test_rf_11_a_lost_answer_costs_nothing(story: Story) -> None:
    """RF-11: the token before works until its successor is used, however often and however long."""
    partner = await connected(story)
    first = partner.held.refresh_token
    given = {tokens_of(await partner.refreshes(first)).refresh_token for _ in range(5)}
    story.clock.pass_days(30)
    given.add(tokens_of(await partner.refreshes(first)).refresh_token)
    assert len(given) == 1
    second = given.pop()
    # The answer to the successor's first use is lost too.
    thirds = {tokens_of(await partner.refreshes(second)).refresh_token for _ in range(3)}
    assert len(thirds) == 1
    assert (await grant_of(story)).generation == 1


async def test_the_successors_access_token_confirms_nothing(story: Story) -> None:
    """D7: only the token endpoint does; until then the token before is good."""
    partner = await connected(story)
    first = partner.held.refresh_token
    successor = tokens_of(await partner.refreshes(first))
    for _ in range(3):
        assert await partner.is_let_in("GET /resources/v1", token=successor.access_token)
    assert (await grant_of(story)).generation == 0
    assert (await partner.refreshes(first)).status == 200


@BOTH
@pytest.mark.parametrize("back", [1, 2, 3], ids=["the one before", "an earlier one", "the first"])
async def test_a_replaced_token_ends_the_family(story: Story, treatment: Treatment, back: int) -> None:
    """RFC 9700 §4.14.2: revoked with all that it gave, audited, and an event; the thief's and the owner's alike."""
    partner = await connected(story, treatment)
    line = [partner.held]
    for _ in range(4):
        await partner.refreshes()
        line.append(partner.held)
    # line[3] is the current one, line[4] its successor.
    assert is_invalid_grant(await partner.refreshes(line[3 - back].refresh_token))
    assert "refresh.replayed" in story.sightings.names()
    newest = (await story.house.store.list_audit(limit=1))[0]
    assert (newest.action, newest.client_id, newest.address) == ("refresh.replayed", partner.client_id, "192.0.2.7")
    for tokens in line:
        assert is_invalid_grant(await partner.refreshes(tokens.refresh_token))
        assert not await partner.is_let_in("GET /resources/v1", token=tokens.access_token)
    actions = [event.action for event in await story.house.store.list_audit()]
    assert actions.count("refresh.replayed") == 1


async def test_a_replay_ends_nothing_but_its_own_family(story: Story) -> None:
    """D1: another grant of the same connection lives on."""
    north = await story.network("North")
    partner = await story.partner(treatment=STRICT)
    browser = await story.signs_in()
    other = await partner.connects(browser, networks=[north.id])
    first = await partner.connects(browser, networks=[north.id])
    await partner.refreshes()
    await partner.refreshes()
    assert is_invalid_grant(await partner.refreshes(first.refresh_token))
    assert (await partner.refreshes(other.refresh_token)).status == 200


async def test_only_the_proven_client_can_end_a_family(story: Story) -> None:
    """CD-18 in spirit: who holds an old token but not the app's secret changes nothing; nor does another app."""
    partner = await connected(story)
    first = partner.held.refresh_token
    await partner.refreshes()
    await partner.refreshes()
    thief = replace(partner, client_secret="wrong")
    assert (await thief.refreshes(first)).status == 401
    other = await story.partner("Other", treatment=STRICT)
    assert is_invalid_grant(await other.refreshes(first))
    assert "refresh.other_client" in story.sightings.names()
    assert (await partner.refreshes()).status == 200


async def test_a_token_that_was_never_given_is_nobodys_replay(story: Story) -> None:
    """The one after the next, one of another key, a random one: refused, and the family lives."""
    partner = await connected(story)
    await partner.refreshes()
    await partner.refreshes()
    grant = await grant_of(story)
    mint = story.house.mint
    ahead = mint.successor(replace(grant, generation=grant.generation + 1))
    elsewhere = (await Story.begin(MemoryStore())).house.mint.successor(grant)
    for token in (ahead, elsewhere, mint.new_refresh_token(grant.id), mint.new_refresh_token(GrantId(mint.new_id()))):
        assert is_invalid_grant(await partner.refreshes(token))
    assert (await partner.refreshes()).status == 200


async def test_a_refused_request_with_the_next_token_loses_nothing(story: Story) -> None:
    """Too wide a scope is no reason to lose the line: the same token is good afterwards."""
    partner = await connected(story)
    await partner.refreshes()
    assert (await partner.refreshes(partner.held.refresh_token, scope="bookings")).json()["error"] == "invalid_scope"
    assert (await partner.refreshes()).status == 200


async def test_a_revoked_family_is_not_revived_by_its_next_token(story: Story) -> None:
    """RV-14: handed out before the revocation, used for the first time after it."""
    partner = await connected(story)
    await partner.refreshes()
    successor = partner.held.refresh_token
    assert (await partner.revokes_properly(partner.held.access_token)).status == 200
    assert is_invalid_grant(await partner.refreshes(successor))


async def test_strict_refreshes_are_never_kept(story: Story) -> None:
    """The same bytes are judged anew each time: what was current may have been replaced, on another host even."""
    partner = await connected(story)
    first = partner.held.refresh_token
    for _ in range(3):
        await partner.refreshes(first)
    await partner.refreshes()
    await partner.refreshes()
    assert is_invalid_grant(await partner.refreshes(first))


async def test_rf_13_a_compat_client_is_given_back_what_it_sent(story: Story) -> None:
    """RF-13: the same value, whether it was strict in between or not; nothing of the line is lost on the way."""
    partner = await story.connected_partner(scope="resources")
    first = partner.held.refresh_token
    assert tokens_of(await partner.refreshes()).refresh_token == first
    await change(story, partner, Profile.STRICT)
    await partner.refreshes(first)
    second = tokens_of(await partner.refreshes(first)).refresh_token
    assert second != first
    await change(story, partner, Profile.COMPAT)
    for _ in range(3):
        assert tokens_of(await partner.refreshes(second)).refresh_token == second
    assert (await grant_of(story)).generation == 1
    # Back to strict it goes on from there, and the first one is a replay as ever.
    await change(story, partner, Profile.STRICT)
    assert tokens_of(await partner.refreshes(second)).refresh_token not in (first, second)
    assert is_invalid_grant(await partner.refreshes(first))
    assert is_invalid_grant(await partner.refreshes(second))


async def test_rf_14_a_public_client_that_does_not_rotate_is_refused_as_configuration(story: Story) -> None:
    """RF-14: at registration, and later."""
    registration = Registration(store=story.house.store, clock=story.clock, mint=story.house.mint)
    for treatment in (
        Treatment(profile=Profile.COMPAT, public=True),
        Treatment(profile=Profile.COMPAT, native=True),
        Treatment(profile=Profile.COMPAT, public=True, require_pkce=True),
    ):
        made = await registration.add_client(
            "App", redirect_uris=["https://p.example/cb"], scope="resources", treatment=treatment, origin=OPERATOR
        )
        assert isinstance(made, Objection)
    assert not await story.house.store.list_clients()
    partner = await story.partner(treatment=PUBLIC)
    hardening = Hardening(store=story.house.store, clock=story.clock)
    changed = await hardening.change(
        partner.client_id, profile=Profile.COMPAT, require_pkce=None, force=True, origin=OPERATOR
    )
    assert isinstance(changed, Objection)
    client = await story.house.store.find_client(ClientId(partner.client_id))
    assert client is not None
    assert client.is_strict


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
