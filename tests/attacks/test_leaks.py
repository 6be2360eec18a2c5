"""Leaked tokens and secrets: signed reports, and tokens in URLs (row RF-15, and W1)."""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attacks.signed_reports import PATH, URL, Reporter, labels
from frontdesk.protocol.ids import CredentialId
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import OPERATOR, OWNER, Partner, Story
from frontdesk.testing.wire import call
from storage.ready import open_new

pytestmark = pytest.mark.anyio
READ = "GET /resources/v1"


@pytest.fixture
def reporter() -> Reporter:
    """A secret-scanning service."""
    return Reporter.begin()


@pytest.fixture(params=["memory", "sqlite"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path, reporter: Reporter) -> AsyncIterator[Story]:
    """A house that takes this service's reports, on either store."""
    store = MemoryStore() if request.param == "memory" else await open_new(tmp_path)
    try:
        yield await Story.begin(store, leak_keys=reporter.writes_keys(tmp_path))
    finally:
        await store.aclose()


async def _events(story: Story) -> list[tuple[str, str, str]]:
    return [(event.action, event.actor, event.detail) for event in await story.house.store.list_audit()]


async def test_a_reported_access_token_ends_its_grant(desk: Story, reporter: Reporter) -> None:
    """Both tokens are dead at once; it is written down, and owner and user are told where it was found."""
    north = await desk.network("North", owner="olga@north.example")
    await desk.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await desk.connected_partner(networks=[north.id])
    other = await desk.partner("Other")
    desk.clock.pass_minutes(2)
    await other.connects(await desk.signs_in(), networks=[north.id])
    before = len(desk.mail.letters)
    reply = await reporter.reports(desk, partner.held.access_token)
    assert labels(reply) == ["true_positive"]
    assert reply.json()[0]["token_hash"] == hashlib.sha256(partner.held.access_token.encode()).hexdigest()
    assert partner.held.access_token not in reply.text
    assert not await partner.is_let_in(READ)
    assert (await partner.refreshes()).json()["error"] == "invalid_grant"
    assert await other.is_let_in(READ)
    assert (await _events(desk))[0] == ("grant.revoked", "leak-report", f"leak: access token, found at {URL}")
    letters = desk.mail.letters[before:]
    assert sorted(letter.to for letter in letters) == ["olena@northside.example", "olga@north.example"]
    for letter in letters:
        assert "Door Locks" in letter.subject
        assert "git.example/octo/repo/blob/1/settings.py" in letter.text
        assert "North" in letter.text
        assert partner.held.access_token not in letter.text


async def test_a_reported_refresh_token_ends_its_grant(desk: Story, reporter: Reporter) -> None:
    """So does the refresh token, which never expires by itself."""
    partner = await desk.connected_partner()
    desk.clock.pass_days(100)
    assert labels(await reporter.reports(desk, partner.held.refresh_token)) == ["true_positive"]
    assert (await partner.refreshes()).json()["error"] == "invalid_grant"


async def test_a_replayed_report_does_no_harm(desk: Story, reporter: Reporter) -> None:
    """The same bytes again: the same answer, no second audit row, no second mail, and a new connection stays."""
    partner = await desk.connected_partner()
    leaked = partner.held.access_token
    body = json.dumps([{"token": leaked, "type": "x", "url": URL}]).encode()
    first = await reporter.sends(desk, body)
    rows, mails = len(await _events(desk)), len(desk.mail.letters)
    assert (await reporter.sends(desk, body)).json() == first.json()
    assert (len(await _events(desk)), len(desk.mail.letters)) == (rows, mails)
    desk.clock.pass_minutes(2)
    user = await desk.house.store.find_user_by_email(OWNER)  # type: ignore[arg-type]
    assert user is not None
    await partner.connects(await desk.signs_in(), networks=list(user.roles))
    assert labels(await reporter.sends(desk, body)) == ["true_positive"]
    assert await partner.is_let_in(READ)


async def test_an_expired_access_token_ends_nothing(desk: Story, reporter: Reporter) -> None:
    """Nobody can do anything with it: real, but no reason to cut a connection."""
    partner = await desk.connected_partner()
    leaked = partner.held.access_token
    desk.clock.pass_minutes(60)
    assert labels(await reporter.reports(desk, leaked)) == ["true_positive"]
    assert (await partner.refreshes()).status == 200
    assert await partner.is_let_in(READ)


async def test_what_is_not_ours_is_a_false_positive(desk: Story, reporter: Reporter) -> None:
    """Other installations' values, altered ones, other text: told apart one by one, in order, and nothing ends."""
    partner = await desk.connected_partner()
    elsewhere = await Story.begin(MemoryStore())
    foreign = (await elsewhere.connected_partner()).held
    held = partner.held.access_token
    values = ["some_token", foreign.access_token, foreign.refresh_token, held[:-1] + "!", held + "x", "", "fdns_x"]
    verdicts = labels(await reporter.reports(desk, *values, held, values[0]))
    assert verdicts == [*["false_positive"] * len(values), "true_positive", "false_positive"]
    assert labels(await reporter.reports(desk)) == []


async def test_a_reported_session_ends_and_a_code_is_voided(desk: Story, reporter: Reporter) -> None:
    """The browser is signed out and its person told; the code buys nothing."""
    north = await desk.network("North")
    partner = await desk.partner()
    browser = await desk.signs_in()
    code = await partner.obtains_code(browser, networks=[north.id])
    session = next(value for name, value in browser.cookies.items() if "session" in name)
    assert labels(await reporter.reports(desk, code, session)) == ["true_positive", "true_positive"]
    assert (await partner.exchanges(code)).json()["error"] == "invalid_grant"
    assert (await browser.get("/account")).status == 303
    assert "session" in desk.mail.to(OWNER)[-1].subject
    assert {("code.voided", "leak-report"), ("session.ended", "leak-report")} <= {
        event[:2] for event in await _events(desk)
    }
    assert labels(await reporter.reports(desk, session)) == ["false_positive"]  # its row is gone


async def test_an_app_s_own_token_ends_with_all_of_its_kind(desk: Story, reporter: Reporter) -> None:
    """Client credentials: every own token of the app is dead, and the app may ask for new ones."""
    await desk.network("North")
    partner = await desk.partner(own_scope="resources")
    own = (await partner.gets_own_token()).json()["access_token"]
    assert labels(await reporter.reports(desk, own)) == ["true_positive"]
    assert (await partner.calls("GET /networks/v1", token=own)).status == 401
    again = (await partner.gets_own_token()).json()["access_token"]
    assert (await partner.calls("GET /networks/v1", token=again)).status == 200


async def test_a_network_s_secret_is_told_of_and_stays(desk: Story, reporter: Reporter) -> None:
    """Default: ending it would stop the customer's programs by a stranger's word. The owner is told once a day."""
    north = await desk.network("North")
    for _ in range(3):
        assert labels(await reporter.reports(desk, north.client_secret)) == ["true_positive"]
    assert await north.is_let_in(READ)
    letters = [letter for letter in desk.mail.to(OWNER) if "leaked" in letter.subject]
    assert len(letters) == 1
    assert f"/account/networks/{north.id}/api" in letters[0].text
    assert "still works" in letters[0].text
    assert [event[0] for event in await _events(desk)].count("credential.leaked") == 1
    desk.clock.pass_days(1)
    await reporter.reports(desk, north.client_secret)
    assert len([letter for letter in desk.mail.to(OWNER) if "leaked" in letter.subject]) == 2


async def test_an_app_s_and_a_resource_server_s_secret_are_told_of_in_the_log(desk: Story, reporter: Reporter) -> None:
    """Nobody's address belongs to them: whoever runs this learns it from the log and the audit rows."""
    partner, api = await desk.connected_partner(), await desk.api()
    assert labels(await reporter.reports(desk, partner.client_secret, api.secret)) == ["true_positive"] * 2
    assert desk.sightings.names().count("secret.leaked") == 2
    assert (await partner.refreshes()).status == 200
    assert {"client.secret_leaked", "resource_server.secret_leaked"} <= {event[0] for event in await _events(desk)}


async def test_with_the_setting_secrets_end(tmp_path: Path, reporter: Reporter) -> None:
    """leaked_secrets = "end": the pair is made anew and its secret told to nobody; an app's secret proves nothing."""
    desk = await Story.begin(MemoryStore(), leak_keys=reporter.writes_keys(tmp_path), leaked_secrets="end")
    partner, api = await desk.connected_partner(), await desk.api()
    south = await desk.network("South")
    reply = await reporter.reports(desk, south.client_secret, partner.client_secret, api.secret)
    assert labels(reply) == ["true_positive"] * 3
    assert not await south.is_let_in(READ)
    fresh = await desk.house.store.find_credential_of(south.id)
    assert fresh is not None
    assert fresh.version == 2
    assert await desk.house.store.find_network_credential(CredentialId(south.client_id)) is None
    assert (await partner.refreshes()).json()["error"] == "invalid_client"
    assert (await api.introspects(partner.held.access_token)).status == 401
    assert await partner.is_let_in(READ)  # tokens that it holds already are the user's to end
    (letter,) = [letter for letter in desk.mail.to(OWNER) if "leaked" in letter.subject]
    assert "It was ended" in letter.text
    for told in (reply.text, *(f"{letter.subject}{letter.text}" for letter in desk.mail.letters)):
        assert not re.search(r"fd(?:ns|cs|rs)_", told)
    assert labels(await reporter.reports(desk, south.client_secret)) == ["false_positive"]


BAD_SIGNATURES = ["no headers", "no signature", "no key", "other body", "unknown key", "doubled", "not base64", "empty"]


@pytest.mark.parametrize("what", BAD_SIGNATURES)
async def test_a_report_that_is_not_signed_is_not_even_read(desk: Story, reporter: Reporter, what: str) -> None:
    """401 before anything is parsed or looked up; nothing ends."""
    partner = await desk.connected_partner()
    body = json.dumps([{"token": partner.held.access_token, "type": "x"}]).encode()
    key, signature = (
        ("github-public-key-identifier", "reporter-1"),
        ("github-public-key-signature", reporter.signs(body)),
    )
    headers = {
        "no headers": [],
        "no signature": [key],
        "no key": [signature],
        "other body": [key, ("github-public-key-signature", reporter.signs(body + b" "))],
        "unknown key": [("github-public-key-identifier", "reporter-2"), signature],
        "doubled": [key, signature, signature],
        "not base64": [key, ("github-public-key-signature", "§" + signature[1])],
        "empty": [key, ("github-public-key-signature", "")],
    }[what]
    for sent in (body, b"{", b"\xff", b"[" * 100_000):
        if what == "doubled" and sent != body:
            continue
        reply = await call(desk.app, "POST", PATH, headers=headers, body=sent)
        assert (reply.status, reply.json()["type"]) == (401, "unauthenticated")
    assert await partner.is_let_in(READ)


async def test_zero_and_malformed_signatures_prove_nothing(desk: Story, reporter: Reporter) -> None:
    """ECDSA signatures of zeros, of the order of the curve, cut, or with bytes behind them."""
    partner = await desk.connected_partner()
    body = json.dumps([{"token": partner.held.access_token, "type": "x"}]).encode()
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    good = b64decode(reporter.signs(body))
    numbers = b"\x02\x21\x00" + order.to_bytes(32)
    forged = [
        bytes.fromhex("3006020100020100"),
        bytes.fromhex("3006020101020100"),
        b"\x30" + bytes([2 * len(numbers)]) + numbers * 2,
        good[:-1],
        good + b"\0",
        b"",
        b"\0" * 72,
    ]
    for signature in forged:
        headers = [
            ("github-public-key-identifier", reporter.identifier),
            ("github-public-key-signature", b64encode(signature).decode()),
        ]
        assert (await call(desk.app, "POST", PATH, headers=headers, body=body)).status == 401, signature
    assert await partner.is_let_in(READ)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[1]", b'[{"type":"x"}]', b'[{"token":1,"type":"x"}]', b'{"token":"x"}', b"[" * 200_000, b"\xff"],
)
async def test_a_signed_report_of_another_form_is_refused(desk: Story, reporter: Reporter, body: bytes) -> None:
    """400, never a bug."""
    reply = await reporter.sends(desk, body)
    assert (reply.status, reply.json()["type"]) == (400, "invalidRequest")


async def test_reports_are_bounded(desk: Story, reporter: Reporter) -> None:
    """At most a thousand matches and a megabyte; a thousand are answered."""
    matches = [{"token": f"fdat_{number}", "type": "x"} for number in range(1_000)]
    assert len(labels(await reporter.sends(desk, json.dumps(matches).encode()))) == 1_000
    assert (await reporter.sends(desk, json.dumps([*matches, matches[0]]).encode())).status == 413
    assert (await reporter.sends(desk, b"[" + b" " * 1_048_576 + b"]")).status == 413


async def test_the_endpoint_takes_post_only_and_no_other_way_in(desk: Story, reporter: Reporter) -> None:
    """Other methods: 405, whatever they carry."""
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert (await call(desk.app, method, PATH)).status == 405


async def test_without_keys_there_is_no_such_endpoint() -> None:
    """Off by default: the answer is that of any path which the API does not have."""
    story = await Story.begin(MemoryStore())
    reply, other = await call(story.app, "POST", PATH), await call(story.app, "POST", "/_frontdesk/nothing")
    assert (reply.status, reply.json()) == (404, other.json())


async def test_plain_http_is_refused_where_the_desk_is_on_https(tmp_path: Path, reporter: Reporter) -> None:
    """A report carries live tokens."""
    keys = reporter.writes_keys(tmp_path)
    story = await Story.begin(MemoryStore(), leak_keys=keys, public_url="https://desk.example")
    assert (await reporter.reports(story, "x")).status == 400


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://git.example/a\r\nBcc: x@y.example", "git.example/a??Bcc:?x@y.example"),
        ("https://git.example/\x1b[31m\u202e", "git.example/?[31m?"),
        ("https://git.example/" + "a" * 5_000, "a" * 200),
        ("javascript:alert(1)", ""),
        ("", ""),
        (None, ""),
    ],
)
async def test_em_01_where_it_was_found_is_harmless_text(
    desk: Story, reporter: Reporter, url: str | None, told: str
) -> None:
    """EM-01, LK-03: the reporter's URL reaches mail and audit bounded, on one line, without a live link or a token."""
    partner = await desk.connected_partner()
    if url is not None and url.endswith("[31m\u202e"):
        url += partner.held.refresh_token
    await reporter.reports(desk, partner.held.access_token, url=url)
    letter = desk.mail.to(OWNER)[-1]
    assert told in letter.text
    assert "javascript" not in letter.text
    assert max(len(line) for line in letter.text.splitlines()) < 330
    assert "https://git.example" not in letter.text
    event = (await desk.house.store.list_audit(limit=1))[0]
    assert len(event.detail) < 400
    assert event.detail.isprintable()
    for text in (letter.text, event.detail):
        assert partner.held.refresh_token[6:30] not in text


async def test_a_person_is_mailed_so_many_times_an_hour(desk: Story, reporter: Reporter) -> None:
    """Fifty grants of one connection leak at once: all of them end, the mails are bounded."""
    north = await desk.network("North")
    partner = await desk.partner()
    browser = await desk.signs_in()
    held = [await partner.connects(browser, networks=[north.id]) for _ in range(30)]
    before = len(desk.mail.letters)
    verdicts = labels(await reporter.reports(desk, *(tokens.access_token for tokens in held)))
    assert verdicts == ["true_positive"] * 30
    for tokens in held:
        assert (await partner.refreshes(tokens.refresh_token)).status == 400
    assert 0 < len(desk.mail.letters) - before <= 20


# -- tokens in URLs
async def _watching(*, on: bool) -> tuple[Story, Partner]:
    story = await Story.begin(MemoryStore(), revoke_leaked_in_url=on)
    return story, await story.connected_partner()


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("where", ["token", "api", "check", "encoded"])
async def test_rf_15_a_token_in_a_url_is_refused_and_ends_where_the_setting_says(where: str, on: bool) -> None:
    """RF-15: 400 as ever; with revoke_leaked_in_url the grant ends too, and people are told."""
    story, partner = await _watching(on=on)
    held = partner.held
    if where == "token":
        reply = await story.post(
            f"/oauth2/token?refresh_token={held.refresh_token}", {**partner.proof(), "grant_type": "refresh_token"}
        )
    elif where == "check":
        reply = await story.check(f"GET /resources/v1?access_token={held.access_token}")
    else:
        token = held.access_token.replace("_", "%5F") if where == "encoded" else held.access_token
        reply = await call(story.app, "GET", f"/resources/v1?access_token={token}")
    assert reply.status == 400
    before = [letter for letter in story.mail.letters if "leaked" in letter.subject]
    assert bool(before) is on
    assert (await partner.refreshes()).status == (400 if on else 200)
    if on:
        event = (await story.house.store.list_audit(limit=1))[0]
        assert (event.action, event.actor) == ("grant.revoked", "leak-in-url")
        assert event.address in ("192.0.2.7", "127.0.0.1")


async def test_rf_15_the_contract_s_own_revocation_by_query_is_no_leak() -> None:
    """With the setting on, /oauth2/revoke?token=… works as the contract says; a refused call without a token, too."""
    story, partner = await _watching(on=True)
    assert (await story.check("GET /nothing/v1?x=1")).status == 404
    assert (await story.check("GET /resources/v1?access_token=nobodys")).status == 400
    assert await partner.is_let_in(READ)
    assert (await partner.revokes()).status == 200
