"""Attacks on the token endpoint: forms, codes, PKCE, client authentication, refresh (rows PP, CD, PK, CA, RF, SC)."""

import asyncio
import hashlib
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import urlencode

import pytest

from frontdesk.testing.story import CALLBACK, OPERATOR, OWNER, Partner, Story, answer_of, tokens_of
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio

VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def _basic(user: str, password: str) -> tuple[str, str]:
    return ("authorization", "Basic " + b64encode(f"{user}:{password}".encode()).decode())


async def _code(story: Story, partner: Partner, **changed: str | None) -> str:
    networks = await story.house.store.list_networks()
    ids = [row[0].id for row in networks] or [(await story.network("North")).id]
    story.clock.pass_minutes(1)  # one mail a minute
    return await partner.obtains_code(await story.signs_in(), networks=ids, **changed)


def _is_error(reply: Reply, status: int, error: str) -> bool:
    return (reply.status, reply.json()["error"]) == (status, error) and reply.header("cache-control") == "no-store"


async def test_pp_02_pp_04_credentials_do_not_belong_in_the_query(story: Story) -> None:
    """PP-04: a secret, code or refresh token in the query is 400 and never authenticates; so is one in both places."""
    partner = await story.connected_partner()
    secret = {"client_id": partner.client_id, "client_secret": partner.client_secret}
    refresh = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    for query, form in (
        ({**secret, **refresh}, {}),
        (secret, refresh),
        ({"refresh_token": partner.held.refresh_token}, {**secret, "grant_type": "refresh_token"}),
        (refresh, {**secret, **refresh}),
        ({"code": "x"}, {**secret, "grant_type": "authorization_code"}),
    ):
        reply = await story.post("/oauth2/token?" + urlencode(query), form)
        assert _is_error(reply, 400, "invalid_request")
        assert partner.held.refresh_token not in reply.text


async def test_pp_05_brackets_are_other_names(story: Story) -> None:
    """PP-05: `code[]` is no `code`: 400, never 500."""
    partner = await story.partner()
    for form in ({"grant_type": "authorization_code", "code[]": "x"}, {"grant_type[]": "refresh_token"}):
        assert _is_error(await partner.posts(form), 400, "invalid_request")


@pytest.mark.parametrize(
    ("row", "content_type", "body"),
    [
        ("PP-06", "application/json", b'{"grant_type":"refresh_token"}'),
        ("PP-07", "multipart/form-data; boundary=x", b"--x\r\n" * 1000),
        ("PP-07", "text/plain", b"grant_type=refresh_token"),
    ],
)
async def test_other_content_types_are_refused_unread(story: Story, row: str, content_type: str, body: bytes) -> None:
    """PP-06, PP-07: 415 before anything is parsed, at token and revoke."""
    for target in ("/oauth2/token", "/oauth2/revoke"):
        reply = await call(story.app, "POST", target, headers=[("content-type", content_type)], body=body)
        assert _is_error(reply, 415, "invalid_request")


async def test_pp_09_unknown_parameters_are_ignored(story: Story) -> None:
    """PP-09: RFC 6749 §3.2."""
    partner = await story.connected_partner()
    assert (await partner.refreshes(audience="x", foo="bar")).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
async def test_pp_10_token_and_revoke_take_post_only(story: Story, method: str) -> None:
    """PP-10, RV-05: 405 with Allow; a link preview must not kill a token."""
    partner = await story.connected_partner()
    for target in ("/oauth2/token", "/oauth2/revoke?" + urlencode({"token": partner.held.refresh_token})):
        reply = await call(story.app, method, target)
        assert (reply.status, reply.header("allow")) == (405, "POST")
    assert (await partner.refreshes()).status == 200


@pytest.mark.parametrize(
    ("grant_type", "error"),
    [
        ("password", "unsupported_grant_type"),
        ("client_credentials", "unauthorized_client"),  # an app without scopes of its own
        ("urn:ietf:params:oauth:grant-type:token-exchange", "unsupported_grant_type"),
        ("Authorization_Code", "unsupported_grant_type"),
        ("", "invalid_request"),
        (None, "invalid_request"),
    ],
)
async def test_pp_13_unknown_grant_types(story: Story, grant_type: str | None, error: str) -> None:
    """PP-13, TN-18: only the three that there are, each for who may use it; a missing one is invalid_request."""
    partner = await story.partner()
    form = {} if grant_type is None else {"grant_type": grant_type}
    assert _is_error(await partner.posts(form), 400, error)


async def test_pp_14_only_the_named_grants_field_is_read(story: Story) -> None:
    """PP-14: a code beside a refresh token is not consumed by a refresh."""
    partner = await story.connected_partner()
    code = await _code(story, partner, prompt="consent")
    assert (await partner.refreshes(code=code)).status == 200
    assert (await partner.exchanges(code)).status == 200


async def test_pp_15_a_thousand_fields_are_refused(story: Story) -> None:
    """PP-15: 400 for too many fields, 413 for too many bytes."""
    many = "&".join(f"a{n}=1" for n in range(1_001)).encode()
    headers = [("content-type", "application/x-www-form-urlencoded")]
    assert _is_error(await call(story.app, "POST", "/oauth2/token", headers=headers, body=many), 400, "invalid_request")
    huge = b"a=" + b"x" * 1_000_000
    assert (await call(story.app, "POST", "/oauth2/token", headers=headers, body=huge)).status == 413


async def test_cd_06_another_clients_code_is_not_consumed(story: Story) -> None:
    """CD-06: A's code with B's good credentials is invalid_grant, an event, and still A's to redeem."""
    a, b = await story.partner("A"), await story.partner("B")
    code = await _code(story, a)
    assert _is_error(await b.exchanges(code), 400, "invalid_grant")
    assert "code.refused" in story.sightings.names()
    assert (await a.exchanges(code)).status == 200
    assert _is_error(await b.exchanges(code), 400, "invalid_grant")
    assert await a.is_let_in("GET /resources/v1")


async def test_cd_07_a_wrong_secret_does_not_consume(story: Story) -> None:
    """CD-07: invalid_client, and the code waits for the right secret."""
    partner = await story.partner()
    code = await _code(story, partner)
    form = {"grant_type": "authorization_code", "code": code, "client_id": partner.client_id, "client_secret": "x"}
    assert _is_error(await story.post("/oauth2/token", form), 401, "invalid_client")
    assert (await partner.exchanges(code)).status == 200


async def test_cd_08_a_code_lives_60_seconds(story: Story) -> None:
    """CD-08: redeemable one microsecond before, dead at the instant."""
    partner = await story.partner()
    code = await _code(story, partner)
    story.clock.pass_seconds(60)
    assert _is_error(await partner.exchanges(code), 400, "invalid_grant")
    code = await _code(story, partner, prompt="consent")
    story.clock.pass_seconds(60)
    story.clock.pass_micros(-1)
    assert (await partner.exchanges(code)).status == 200


async def test_cd_09_only_the_canonical_code_is_the_code(story: Story) -> None:
    """CD-09: truncated, padded, case flipped, other trailing bits: invalid_grant, and the code is still good."""
    partner = await story.partner()
    code = await _code(story, partner)
    body = code[:-6]
    for wrong in (code[:-1], code + "=", code + "x", code.swapcase(), body + "000000", code[:-7] + "x" + code[-6:]):
        assert _is_error(await partner.exchanges(wrong), 400, "invalid_grant")
    assert (await partner.exchanges(code)).status == 200


async def test_cd_11_a_stolen_code_needs_its_verifier(story: Story) -> None:
    """CD-11: with PKCE, the attacker's own session at the honest client has another verifier."""
    partner = await story.partner()
    code = await _code(story, partner, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert _is_error(await partner.exchanges(code, code_verifier="w" * 43), 400, "invalid_grant")
    assert (await partner.exchanges(code, code_verifier=VERIFIER)).status == 200


async def test_cd_12_a_redirect_uri_that_is_sent_must_match(story: Story) -> None:
    """CD-12: equal is fine, different is invalid_grant (and does not consume), absent is the contract's way."""
    partner = await story.partner()
    code = await _code(story, partner)
    assert _is_error(await partner.exchanges(code, redirect_uri=CALLBACK + "x"), 400, "invalid_grant")
    assert (await partner.exchanges(code, redirect_uri=CALLBACK)).status == 200
    assert (await partner.exchanges(await _code(story, partner, prompt="consent"))).status == 200


async def test_cd_13_the_codes_network_wins(story: Story) -> None:
    """CD-13: a network header at the exchange changes nothing."""
    north, south = await story.network("North"), await story.network("South")
    partner = await story.partner()
    code = await partner.obtains_code(await story.signs_in(), networks=[north.id])
    form = {"client_id": partner.client_id, "client_secret": partner.client_secret}
    reply = await story.post(
        "/oauth2/token",
        {**form, "grant_type": "authorization_code", "code": code},
        headers=[("spacebring-network-id", south.id)],
    )
    partner.tokens = tokens_of(reply)
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)
    assert await partner.is_let_in("GET /resources/v1")


async def test_cd_14_what_the_user_lost_before_the_exchange_is_not_given(story: Story) -> None:
    """CD-14: one of two networks left: that edge only; none left, or blocked: invalid_grant."""
    north = await story.network("North", owner="boss@north.example")
    south = await story.network("South", owner="boss@north.example")
    admin = "admin@north.example"
    for network in (north, south):
        await story.operator.give_role(admin, network_id=network.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    browser = await story.signs_in(admin)
    code = await partner.obtains_code(browser, networks=[north.id, south.id])
    await story.operator.remove_role(admin, network_id=south.id, origin=OPERATOR)
    assert (await partner.exchanges(code)).status == 200
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)

    code = await partner.obtains_code(browser, networks=[north.id], prompt="consent")
    await story.operator.remove_role(admin, network_id=north.id, origin=OPERATOR)
    assert _is_error(await partner.exchanges(code), 400, "invalid_grant")

    await story.operator.give_role(admin, network_id=north.id, role="administrator", origin=OPERATOR)
    code = await partner.obtains_code(browser, networks=[north.id], prompt="consent")
    await story.operator.block_user(admin, blocked=True, origin=OPERATOR)
    assert _is_error(await partner.exchanges(code), 400, "invalid_grant")


async def test_cd_15_a_disabled_client_gets_nothing(story: Story) -> None:
    """CD-15, RF-07: invalid_client at exchange and refresh; its codes are ended, its grants come back with it."""
    partner = await story.connected_partner()
    code = await _code(story, partner, prompt="consent")
    store, row = story.house.store, story.an_audit_row
    for disabled in (True, False):
        await store.set_client_disabled(
            client_id=partner.client_id, disabled=disabled, now=story.clock.now(), audit=row("client.disabled")
        )
        if disabled:
            assert _is_error(await partner.exchanges(code), 401, "invalid_client")
            assert _is_error(await partner.refreshes(), 401, "invalid_client")
            assert not await partner.is_let_in("GET /resources/v1")
    assert _is_error(await partner.exchanges(code), 400, "invalid_grant")
    assert (await partner.refreshes()).status == 200
    assert await partner.is_let_in("GET /resources/v1")


async def test_cd_17_three_wrong_verifiers_end_a_code(story: Story) -> None:
    """CD-17: a wrong guess does not consume, the third ends the code."""
    partner = await story.partner()
    code = await _code(story, partner, code_challenge=CHALLENGE, code_challenge_method="S256")
    for letter in "abc":
        assert _is_error(await partner.exchanges(code, code_verifier=letter * 43), 400, "invalid_grant")
    assert _is_error(await partner.exchanges(code, code_verifier=VERIFIER), 400, "invalid_grant")


async def test_cd_18_a_stranger_with_the_code_cannot_revoke(story: Story) -> None:
    """CD-18: who knows only the used code, with no or wrong credentials, ends nothing."""
    partner, other = await story.partner(), await story.partner("Other")
    code = await _code(story, partner)
    await partner.exchanges(code)
    form = {"grant_type": "authorization_code", "code": code}
    await story.post("/oauth2/token", form)
    await story.post("/oauth2/token", {**form, "client_id": partner.client_id})
    await story.post("/oauth2/token", {**form, "client_id": partner.client_id, "client_secret": "wrong"})
    await other.exchanges(code)
    assert await partner.is_let_in("GET /resources/v1")


async def test_cd_04_fifty_exchanges_at_once_give_one_grant(story: Story) -> None:
    """CD-04, CD-05: at most one success, and after the replays its tokens are dead."""
    partner = await story.partner()
    code = await _code(story, partner)
    replies = await asyncio.gather(*(partner.exchanges(code) for _ in range(50)))
    winners = [reply for reply in replies if reply.status == 200]
    assert len(winners) == 1
    assert all(_is_error(reply, 400, "invalid_grant") for reply in replies if reply is not winners[0])
    assert not await partner.is_let_in("GET /resources/v1", token=tokens_of(winners[0]).access_token)
    assert _is_error(await partner.refreshes(tokens_of(winners[0]).refresh_token), 400, "invalid_grant")


@pytest.mark.parametrize(
    ("row", "asked", "sent", "is_ok"),
    [
        ("PK-01", {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, {"code_verifier": VERIFIER}, True),
        ("PK-01", {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, {"code_verifier": "x" * 43}, False),
        ("PK-02", {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, {}, False),
        ("PK-06", {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, {"code_verifier": CHALLENGE}, False),
        ("PK-02", {}, {"code_verifier": VERIFIER}, False),
        ("none", {}, {}, True),
    ],
)
async def test_pkce_is_kept_once_it_was_announced(
    story: Story, row: str, asked: dict[str, str], sent: dict[str, str], is_ok: bool
) -> None:
    """PK: a confidential client's too; a verifier that was never announced is a downgrade."""
    partner = await story.partner()
    reply = await partner.exchanges(await _code(story, partner, **asked), **sent)
    assert reply.status == 200 if is_ok else _is_error(reply, 400, "invalid_grant")


async def test_pk_10_a_client_that_must_send_a_challenge(story: Story) -> None:
    """PK-10: require_pkce makes it part of authorize."""
    from dataclasses import replace

    partner = await story.partner()
    client = await story.house.store.find_client(partner.client_id)
    assert client is not None
    strict = replace(client, id=client.id + "p", require_pkce=True)
    await story.house.store.add_client(client=strict, audit=story.an_audit_row("client.created"))
    target = partner.authorize_target(client_id=strict.id)
    assert answer_of(await story.browser().get(target))["error"] == "invalid_request"


async def test_ca_02_two_ways_of_authentication_are_refused(story: Story) -> None:
    """CA-02: two secrets or two ids; the same id in the body is fine."""
    partner = await story.connected_partner()
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    header = [_basic(partner.client_id, partner.client_secret)]
    both = {**form, "client_id": partner.client_id, "client_secret": partner.client_secret}
    assert _is_error(await story.post("/oauth2/token", both, headers=header), 400, "invalid_request")
    other = {**form, "client_id": "fdci_other"}
    assert _is_error(await story.post("/oauth2/token", other, headers=header), 400, "invalid_request")
    same = {**form, "client_id": partner.client_id}
    assert (await story.post("/oauth2/token", same, headers=header)).status == 200
    assert (await story.post("/oauth2/token", form, headers=header)).status == 200


async def test_ca_03_a_wrong_secret_is_challenged_where_basic_was_used(story: Story) -> None:
    """CA-03: 401 invalid_client, with WWW-Authenticate for Basic only."""
    partner = await story.partner()
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    by_header = await story.post("/oauth2/token", form, headers=[_basic(partner.client_id, "wrong")])
    assert _is_error(by_header, 401, "invalid_client")
    assert (by_header.header("www-authenticate") or "").startswith("Basic ")
    by_body = await story.post("/oauth2/token", {**form, "client_id": partner.client_id, "client_secret": "wrong"})
    assert _is_error(by_body, 401, "invalid_client")
    assert by_body.header("www-authenticate") is None


async def test_ca_04_an_unknown_client_looks_like_a_wrong_secret(story: Story) -> None:
    """CA-04: same status, same body, same headers but the request id."""
    partner = await story.partner()
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "wrong"}
    known = await story.post("/oauth2/token", {**form, "client_id": partner.client_id})
    unknown = await story.post("/oauth2/token", {**form, "client_id": "fdci_" + "x" * 22})
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert {name for name, _ in known.headers} == {name for name, _ in unknown.headers}


@pytest.mark.parametrize(
    "secret", ["", "null", "{} ", " {}", "{}\n", "{}\x00", "x" * 60_000, "' OR 1=1 --"], ids=lambda s: repr(s[:12])
)
async def test_ca_05_ca_11_odd_secrets_are_wrong_secrets(story: Story, secret: str) -> None:
    """CA-05, CA-11: empty, padded, injected or huge: invalid_client, in the body and in the header."""
    partner = await story.partner()
    wrong = secret.replace("{}", partner.client_secret)
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    body = await story.post("/oauth2/token", {**form, "client_id": partner.client_id, "client_secret": wrong})
    assert _is_error(body, 401, "invalid_client")
    header = await story.post("/oauth2/token", form, headers=[_basic(partner.client_id, wrong)])
    assert _is_error(header, 401, "invalid_client")


@pytest.mark.parametrize("client_id", ["x" * 60_000, "a\x00b", "'; DROP TABLE clients", "fdci_\u00e9", ""])
async def test_ca_11_odd_client_ids_are_unknown_clients(story: Story, client_id: str) -> None:
    """CA-11: SQL, NUL, 64 kB: invalid_client."""
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": client_id, "client_secret": "s"}
    assert _is_error(await story.post("/oauth2/token", form), 401, "invalid_client")


async def test_ca_06_basic_is_form_decoded_at_oauth_endpoints_only(story: Story) -> None:
    """CA-06: `%5F` and `%2D` at token and revoke; the API takes Basic as it is (RFC 7617)."""
    partner = await story.connected_partner()
    north = await story.network("Other")

    def encode(text: str) -> str:
        return "".join(f"%{ord(c):02X}" if c in "_-" else c for c in text)

    header = [_basic(encode(partner.client_id), encode(partner.client_secret))]
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    assert (await story.post("/oauth2/token", form, headers=header)).status == 200
    at_the_api = _basic(encode(north.client_id), encode(north.client_secret))[1]
    assert (await story.check("GET /resources/v1", authorization=at_the_api)).status == 401
    assert await north.is_let_in("GET /resources/v1")
    reply = await story.post("/oauth2/revoke", {"token": partner.held.refresh_token}, headers=header)
    assert reply.status == 200
    assert not await partner.is_let_in("GET /resources/v1")


async def test_ca_12_brute_force_never_locks_the_owner_out(story: Story) -> None:
    """CA-12: 200 wrong secrets are 401 each and leave no audit row; the right one passes all the same."""
    partner = await story.connected_partner()
    rows = len(await story.house.store.list_audit(limit=1_000))
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": partner.client_id}
    for n in range(200):
        reply = await story.post("/oauth2/token", {**form, "client_secret": f"wrong{n}"})
        assert _is_error(reply, 401, "invalid_client")
    assert len(await story.house.store.list_audit(limit=1_000)) == rows
    assert "client.unproven" in story.sightings.names()
    assert (await partner.refreshes()).status == 200


async def test_ca_14_one_kind_of_credential_never_passes_for_another(story: Story) -> None:
    """CA-14: a network's pair at token, an app's secret as API Basic, tokens in each other's places: all refused."""
    north = await story.network("North")
    partner = await story.connected_partner(networks=[north.id])
    held = partner.held
    form = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}
    pair = {"client_id": north.client_id, "client_secret": north.client_secret}
    assert _is_error(await story.post("/oauth2/token", {**form, **pair}), 401, "invalid_client")
    app_pair = _basic(partner.client_id, partner.client_secret)[1]
    assert (await story.check("GET /resources/v1", authorization=app_pair)).status == 401
    assert _is_error(await partner.refreshes(held.access_token), 400, "invalid_grant")
    assert _is_error(await partner.exchanges(held.refresh_token), 400, "invalid_grant")
    assert (await partner.calls("GET /resources/v1", token=held.refresh_token)).status == 401
    assert (await partner.calls("GET /resources/v1", token=partner.client_secret)).status == 401


async def test_rf_01_another_clients_refresh_token(story: Story) -> None:
    """RF-01: A's token with B's credentials is invalid_grant, and A's is unharmed."""
    a = await story.connected_partner()
    b = await story.partner("B")
    assert _is_error(await b.refreshes(a.held.refresh_token), 400, "invalid_grant")
    assert (await a.refreshes()).status == 200


async def test_rf_02_refresh_needs_client_authentication(story: Story) -> None:
    """RF-02: none, or an id alone, is invalid_client."""
    partner = await story.connected_partner()
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    assert _is_error(await story.post("/oauth2/token", form), 401, "invalid_client")
    alone = {**form, "client_id": partner.client_id}
    assert _is_error(await story.post("/oauth2/token", alone), 401, "invalid_client")


async def test_rf_04_a_refresh_never_widens(story: Story) -> None:
    """RF-04: never asked for, or nothing left: invalid_scope, and the grant is unharmed."""
    partner = await story.connected_partner(scope="resources")
    for scope in ("locations", "resources locations", "resources.readonly.x", 'a"b', "Resources"):
        assert _is_error(await partner.refreshes(scope=scope), 400, "invalid_scope")
    assert (await partner.refreshes()).json()["scope"] == "resources"


async def test_rf_05_a_thousand_refreshes_at_once(story: Story) -> None:
    """RF-05: compat refreshes never conflict: all 200, all different access tokens, one refresh token."""
    partner = await story.connected_partner()
    token = partner.held.refresh_token
    replies = await asyncio.gather(*(partner.refreshes(token) for _ in range(1_000)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json()["access_token"] for reply in replies}) == 1_000
    assert {reply.json()["refresh_token"] for reply in replies} == {token}


async def test_rf_07_no_live_edge_left(story: Story) -> None:
    """RF-07: no network left is invalid_grant; one of several left works for that one."""
    north = await story.network("North", owner="boss@north.example")
    south = await story.network("South", owner="boss@north.example")
    for network in (north, south):
        await story.operator.give_role(OWNER, network_id=network.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id, south.id])
    await story.operator.remove_role(OWNER, network_id=south.id, origin=OPERATOR)
    assert (await partner.refreshes()).status == 200
    assert not await partner.is_let_in("GET /resources/v1", network=south.id)
    assert await partner.is_let_in("GET /resources/v1", network=north.id)
    await story.operator.remove_role(OWNER, network_id=north.id, origin=OPERATOR)
    assert _is_error(await partner.refreshes(), 400, "invalid_grant")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    assert _is_error(await partner.refreshes(), 400, "invalid_grant")


async def test_rf_07_a_role_below_the_picker_s_opens_nothing_while_it_lasts(story: Story) -> None:
    """D1: an edge lives while its user holds a role that the picker offers."""
    north = await story.network("North", owner="boss@north.example")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    partner = await story.partner()
    await partner.connects(await story.signs_in(), networks=[north.id])
    await story.operator.give_role(OWNER, network_id=north.id, role="member", origin=OPERATOR)
    assert not await partner.is_let_in("GET /resources/v1")
    await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    assert await partner.is_let_in("GET /resources/v1")


async def test_rf_17_the_51st_grant_ends_the_least_recently_used(story: Story) -> None:
    """RF-17, D1: at most 50 grants a connection."""
    north = await story.network("North")
    partner = await story.partner()
    browser = await story.signs_in()
    held = []
    for _ in range(51):
        held.append(await partner.connects(browser, networks=[north.id]))
        story.clock.pass_seconds(1)
    alive = [(await partner.refreshes(tokens.refresh_token)).status == 200 for tokens in held]
    assert alive == [False] + [True] * 50


async def test_sc_14_a_later_consent_does_not_widen_an_earlier_grant(story: Story) -> None:
    """SC-14, D1: each grant keeps its own scopes and networks."""
    north, south = await story.network("North"), await story.network("South")
    partner = await story.partner(scope="resources locations")
    browser = await story.signs_in()
    first_code = await partner.obtains_code(browser, networks=[north.id], scope="resources")
    first = tokens_of(await partner.exchanges(first_code))
    await partner.exchanges(await partner.obtains_code(browser, networks=[south.id], scope="resources locations"))
    again = tokens_of(await partner.refreshes(first.refresh_token))
    assert again.scope == "resources"
    assert not await partner.is_let_in("GET /resources/v1", network=south.id, token=again.access_token)
    assert await partner.is_let_in("GET /resources/v1", network=south.id)


async def test_sc_16_the_order_of_scopes_changes_nothing_else(story: Story) -> None:
    """SC-16, SC-03: the same set in another order or doubled is the same grant, told in the order asked."""
    north = await story.network("North")
    partner = await story.partner(scope="resources locations")
    browser = await story.signs_in()
    for scope, told in (("locations resources", "locations resources"), ("resources resources", "resources")):
        code = await partner.obtains_code(browser, networks=[north.id], scope=scope, prompt="consent")
        assert (await partner.exchanges(code)).json()["scope"] == told
