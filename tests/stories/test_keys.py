"""Keys rotate without anybody noticing, and retiring one ends exactly what hung on it: in every process, at once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import Treatment
from frontdesk.protocol.records import Profile
from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Partner
from stories.keyed import Keyed, keyed_processes

pytestmark = pytest.mark.anyio

CALL = "GET /resources/v1"
EVIL = "192.0.2.66"


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[list[Keyed]]:
    """Two processes over one folder."""
    async with keyed_processes(tmp_path / "data", 2) as processes:
        yield processes


async def settled(here: Keyed) -> tuple[Customer, Partner]:
    """A network with an app that is connected to it."""
    north = await here.story.network("Northside")
    return north, await here.story.connected_partner(networks=[north.id])


async def signs_in(one: Keyed) -> Browser:
    """A new browser in which the owner is signed in; mails come one a minute."""
    one.story.clock.pass_minutes(1)
    return await one.story.signs_in()


def at(there: Keyed, actor: Any) -> Any:
    """The same actor, served by another process."""
    return replace(actor, story=there.story)


async def sealed_of(one: Keyed, network: Customer) -> str | None:
    """A network's sealed secret, as the store has it."""
    pair = await one.store.find_credential_of(network.id)
    assert pair is not None
    return pair.sealed_secret


async def test_rotating_everything_is_noticed_by_nobody(both: list[Keyed]) -> None:
    """Tokens, secrets, sessions and forms of before work after, and those of after too, in either process."""
    here, there = both
    north, partner = await settled(here)
    browser = await signs_in(here)
    page = await browser.open("/account")
    before = partner.held
    await here.rotates("all")
    for one in (there, here):
        assert await at(one, north).is_let_in(CALL)
        assert await at(one, partner).is_let_in(CALL, token=before.access_token)
    partner.story = there.story
    assert (await partner.refreshes()).status == 200
    assert partner.held.access_token != before.access_token
    partner.story = here.story
    assert await partner.is_let_in(CALL)
    browser.app = there.story.app
    assert (await browser.submit(page, action="/sign-out")).status == 200
    assert [await here.states(purpose) for purpose in ("mac", "vault")] == [{2: "making", 1: "reading"}] * 2


async def test_jw_13_an_old_mac_key_verifies_until_its_last_token_ended(both: list[Keyed]) -> None:
    """Within the hour retiring it is refused, and says until when; after it nothing is left to end."""
    here, there = both
    _, partner = await settled(here)
    await here.rotates("mac")
    here.story.clock.pass_minutes(59)
    assert await at(there, partner).is_let_in(CALL)
    early = await here.retires("mac")
    assert isinstance(early, Objection)
    assert "access tokens" in early.problem
    assert "UTC" in early.problem
    await partner.refreshes()
    here.story.clock.pass_minutes(1)
    assert not isinstance(await here.retires("mac"), Objection)
    assert await at(there, partner).is_let_in(CALL)


async def test_jw_14_a_withdrawn_mac_key_ends_its_tokens_everywhere_at_once(both: list[Keyed]) -> None:
    """On the next request of every process, though each had kept its yes; grants and secrets go on."""
    here, there = both
    north, partner = await settled(here)
    await here.rotates("mac")
    for one in both:
        assert await at(one, partner).is_let_in(CALL)
    assert not isinstance(await here.retires("mac", is_sure=True), Objection)
    for one in (there, here):
        assert (await at(one, partner).calls(CALL)).status == 401
        assert await at(one, north).is_let_in(CALL)
    # A token that is dead does not even revoke: whoever stole the key cannot end grants with it.
    await partner.revokes()
    assert (await partner.refreshes()).status == 200
    assert await at(there, partner).is_let_in(CALL)


async def test_what_is_used_moves_to_the_new_digest_key(both: list[Keyed]) -> None:
    """Once each and beside the answers; what nobody used stays, and says so."""
    here, there = both
    north, partner = await settled(here)
    south = await here.story.network("Southside", owner="sven@south.example")
    before = await here.uses("digest", 1)
    assert before == {"grants": 1, "apps": 1, "network pairs": 2, "sessions": 1}
    await here.rotates("digest")
    for _ in range(3):
        assert (await partner.refreshes()).status == 200
        assert await at(there, north).is_let_in(CALL)
    assert await here.uses("digest", 1) == before
    for one in both:
        await one.furnished.flush()
    assert await here.uses("digest", 1) == {"network pairs": 1, "sessions": 1}
    assert await here.uses("digest", 2) == {"grants": 1, "apps": 1, "network pairs": 1}
    refused = await here.retires("digest")
    assert isinstance(refused, Objection)
    assert refused.problem == "with digest 1 would end: 1 network pair, 1 session"
    assert await south.is_let_in(CALL)


async def test_retiring_a_digest_key_ends_what_hung_on_it_and_nothing_else(both: list[Keyed]) -> None:
    """The app's secret, its refresh token, the pair and the session of before; those of after, and access, go on."""
    here, there = both
    north, partner = await settled(here)
    browser = await signs_in(here)
    await here.rotates("digest")
    south = await here.story.network("Southside")
    other = await here.story.partner("Other")
    await other.connects(await signs_in(here), networks=[south.id])
    change = await here.retires("digest", is_sure=True)
    assert not isinstance(change, Objection)
    assert {use.kind: use.count for use in change.ended} == {
        "grants": 1,
        "apps": 1,
        "network pairs": 1,
        "sessions": 2,
    }
    for one in (there, here):
        assert not await at(one, north).is_let_in(CALL)
        assert (await at(one, partner).refreshes(partner.held.refresh_token)).status == 401
        assert await at(one, partner).is_let_in(CALL)
        assert await at(one, south).is_let_in(CALL)
        assert (await at(one, other).refreshes(other.held.refresh_token)).status == 200
        browser.app = one.story.app
        assert "Sign in" in (await browser.open("/account")).text
    rows = await here.store.list_audit(limit=1)
    assert rows[0].action == "keys.retired"
    assert rows[0].detail.startswith("digest 1: 1 grant, 1 app, 1 network pair, 2 sessions"), rows[0].detail

    await here.restores("digest")
    assert await at(there, north).is_let_in(CALL)
    assert (await at(there, partner).refreshes(partner.held.refresh_token)).status == 200


async def test_a_strict_app_crosses_a_rotation_with_a_successor_outstanding(both: list[Keyed]) -> None:
    """Its row moves when the successor is confirmed, not before: a repeat after a lost answer gets the same one."""
    here, there = both
    partner = await here.story.connected_partner(scope="resources", treatment=Treatment(profile=Profile.STRICT))
    tokens = partner.held
    lost = (await partner.refreshes(tokens.refresh_token)).json()["refresh_token"]
    await here.rotates("digest")
    again = (await at(there, partner).refreshes(tokens.refresh_token)).json()["refresh_token"]
    assert again == lost
    for one in both:
        await one.furnished.flush()
    assert (await here.uses("digest", 1))["grants"] == 1
    assert (await at(there, partner).refreshes(lost)).status == 200
    assert "grants" not in await here.uses("digest", 1)
    assert (await here.uses("digest", 2))["grants"] == 1
    # The one that was replaced is still known for what it was: presented again, it ends the family.
    assert (await partner.refreshes(tokens.refresh_token)).status == 400
    assert await here.store.list_grants() == []


async def test_retiring_a_seal_key_ends_sign_ins_in_flight_only(both: list[Keyed]) -> None:
    """Whoever is on the way begins again; whoever is signed in stays it."""
    here, there = both
    _, partner = await settled(here)
    signed_in = await signs_in(here)
    underway, late = here.story.browser(), here.story.browser()
    first = await underway.open(partner.authorize_target())
    second = await late.open(partner.authorize_target())
    await here.rotates("seal")
    underway.app = late.app = there.story.app
    page = await underway.submit(first, email=OWNER)
    assert "code" in page.text
    refused = await here.retires("seal")
    assert isinstance(refused, Objection)
    assert "sign-ins in flight" in refused.problem
    assert not isinstance(await here.retires("seal", is_sure=True), Objection)
    # The one that got to its code page after the rotation is sealed anew, but asks for an app under the old key.
    page = await late.submit(second, email=OWNER)
    assert "Door Locks" not in page.text
    signed_in.app = there.story.app
    assert "Northside" in (await signed_in.open("/account")).text
    assert await at(there, partner).is_let_in(CALL)


async def test_retiring_a_cookie_key_ends_forms_and_trust_only(both: list[Keyed]) -> None:
    """An open form is too old, a browser that signed in before is any browser again; sessions stay."""
    here, there = both
    await settled(here)
    trusted, signed_in = await signs_in(here), await signs_in(here)
    await trusted.submit(await trusted.open("/account"), action="/sign-out")
    page = await signed_in.open("/account")
    trust = trusted.cookies["fd_device"]
    await here.rotates("cookie")
    here.story.clock.pass_minutes(1)
    stranger = here.story.browser(peer=EVIL)
    asked = await stranger.submit(await stranger.open("/sign-in"), email=OWNER)
    for _ in range(5):
        asked = await stranger.submit(asked, code="000000")
    here.story.clock.pass_minutes(1)
    assert not await _gets_in(here, here.story.browser()), "the address is blocked for browsers that nobody knows"
    assert await _gets_in(there, trusted)
    await trusted.submit(await trusted.open("/account"), action="/sign-out")

    assert isinstance(await here.retires("cookie"), Objection)
    assert not isinstance(await here.retires("cookie", is_sure=True), Objection)
    signed_in.app = there.story.app
    assert (await signed_in.submit(page, action="/sign-out")).status == 403
    assert "Northside" in (await signed_in.open("/account")).text
    # What that browser was given after the rotation is good; a cookie of before is not.
    assert there.room.mint.unseal("trusted-device", trusted.cookies["fd_device"], lasting=True) is not None
    assert there.room.mint.unseal("trusted-device", trust, lasting=True) is None


async def _gets_in(one: Keyed, browser: Browser) -> bool:
    """Whether somebody with the mailbox gets in with this browser."""
    page = await browser.open("/sign-in")
    page = await browser.submit(page, email=OWNER)
    page = await browser.submit(page, code=one.story.login_code(OWNER))
    return "Northside" in page.text


async def test_a_retired_cookie_key_trusts_no_browser(both: list[Keyed]) -> None:
    """The cookie of before the rotation proves nothing, in either process."""
    here, _ = both
    await settled(here)
    here.story.clock.pass_minutes(1)
    browser = await here.story.signs_in()
    sealed = next(value for name, value in browser.cookies.items() if "device" in name)
    for one in both:
        assert one.room.mint.unseal("trusted-device", sealed, lasting=True) is not None
    await here.rotates("cookie")
    await here.retires("cookie", is_sure=True)
    for one in both:
        one.store.glance()
        assert one.room.mint.unseal("trusted-device", sealed, lasting=True) is None


async def test_rotating_the_cookie_key_gives_nobody_new_tries(both: list[Keyed]) -> None:
    """Wrong codes that were counted before go on counting: for an address that is ours and one that is not."""
    here, there = both
    await settled(here)
    for address in (OWNER, "nobody@nowhere.example"):
        guesser = here.story.browser(peer=EVIL)
        page = await guesser.submit(await guesser.open("/sign-in"), email=address)
        for _ in range(5):
            page = await guesser.submit(page, code="000000")
    await here.rotates("cookie")
    here.story.clock.pass_minutes(5)
    for address in (OWNER, "nobody@nowhere.example"):
        guesser = there.story.browser(peer=EVIL)
        page = await guesser.submit(await guesser.open("/sign-in"), email=address)
        mails = len(here.story.mail.to(OWNER))
        page = await guesser.submit(page, code=here.story.login_code(OWNER) if mails else "000000")
        assert "Northside" not in page.text
        assert "20" in page.text or "until" in page.text, page.text[:500]


async def test_rotating_the_vault_moves_the_secrets_and_destroying_it_is_for_good(both: list[Keyed]) -> None:
    """D8: from sealed to once. Owners can see nothing again, programs notice nothing, and new secrets are not kept."""
    here, there = both
    north, _ = await settled(here)
    mint = here.room.mint
    sealed = await sealed_of(here, north)
    assert sealed is not None
    assert mint.reveal_secret(north.id, 1, sealed) == north.client_secret
    await here.rotates("vault")
    moved = await sealed_of(here, north)
    assert moved is not None
    assert moved.startswith("2.")
    assert here.room.mint.reveal_secret(north.id, 1, moved) == north.client_secret
    assert not isinstance(await here.retires("vault"), Objection)
    for one in both:
        one.store.glance()
        assert one.room.mint.reveal_secret(north.id, 1, sealed) is None

    unsure = await here.keeping.destroy_vault(is_sure=False, origin=OPERATOR)
    assert isinstance(unsure, Objection)
    assert await here.keeping.destroy_vault(is_sure=True, origin=OPERATOR) == 1
    for one in both:
        one.store.glance()
        assert one.room.mint.reveal_secret(north.id, 1, moved) is None
        assert one.room.mint.keep_secret(north.id, 2, "fdns_new") is None
        assert await at(one, north).is_let_in(CALL)
    assert await sealed_of(here, north) is None
    south = await there.story.network("Southside")
    assert await sealed_of(here, south) is None
    assert isinstance(await here.keeping.rotate("vault", origin=OPERATOR), Objection)
    await here.rotates("all")
    assert moved.encode() not in (here.folder / "frontdesk.db-wal").read_bytes()[-8192:]
    assert [row.action for row in await here.store.list_audit(limit=2)] == ["keys.rotated", "network.created"]


async def test_a_rotation_and_a_retirement_can_be_taken_back(both: list[Keyed]) -> None:
    """Each `restore` takes one step back."""
    here, _ = both
    await here.rotates("mac")
    await here.retires("mac", is_sure=True)
    assert await here.states("mac") == {2: "making", 1: "retired"}
    await here.restores("mac")
    assert await here.states("mac") == {2: "making", 1: "reading"}
    await here.restores("mac")
    assert await here.states("mac") == {1: "making", 2: "reading"}
    assert isinstance(await here.keeping.restore("mac", 1, origin=OPERATOR), Objection)


@pytest.mark.parametrize(
    ("purpose", "key_id", "says"),
    [("mac", 1, "the key that makes"), ("mac", 9, "no key mac 9"), ("max", 1, 'no keys for "max"')],
)
async def test_what_cannot_be_retired_is_refused(both: list[Keyed], purpose: str, key_id: int, says: str) -> None:
    """In words, and without a change."""
    refused = await both[0].retires(purpose, key_id, is_sure=True)
    assert isinstance(refused, Objection)
    assert says in refused.problem


async def test_only_a_retired_key_can_be_destroyed_and_only_on_purpose(both: list[Keyed]) -> None:
    """After it there is no way back."""
    here, there = both
    await here.rotates("seal")
    keeping = here.keeping
    assert isinstance(await keeping.destroy("seal", 1, is_sure=True, origin=OPERATOR), Objection)
    await here.retires("seal", is_sure=True)
    assert isinstance(await keeping.destroy("seal", 1, is_sure=False, origin=OPERATOR), Objection)
    assert not isinstance(await keeping.destroy("seal", 1, is_sure=True, origin=OPERATOR), Objection)
    assert isinstance(await keeping.restore("seal", 1, origin=OPERATOR), Objection)
    there.store.glance()
    assert await there.states("seal") == {2: "making"}


async def test_ft_50_a_process_with_another_key_file_is_not_ready(both: list[Keyed]) -> None:
    """An older file, a damaged one, or none: readiness says which; what is held goes on, and heals by itself."""
    here, _ = both
    north, _ = await settled(here)
    path = here.folder / "keys.json"
    old = path.read_bytes()
    await here.rotates("digest")
    new = path.read_bytes()
    for content, says in ((old, "lacks the key digest 2"), (b"{", "damaged"), (None, "No such file")):
        path.unlink()
        if content is not None:
            path.touch(mode=0o600)
            path.write_bytes(content)
        reply = await here.story.browser(peer="127.0.0.1").get("/readyz")
        assert reply.status == 503
        assert says in reply.text, reply.text
        assert "desk" not in (await here.story.browser(peer="192.0.2.9").get("/readyz")).text
        assert await north.is_let_in(CALL)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(new)
        assert (await here.story.browser(peer="127.0.0.1").get("/readyz")).status == 200
