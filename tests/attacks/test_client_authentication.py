"""Attacks on how clients prove themselves at the token endpoint (rows CA)."""

import pytest

from attacks.token_requests import basic, is_error
from frontdesk.testing.story import Story

pytestmark = pytest.mark.anyio


async def test_ca_02_two_ways_of_authentication_are_refused(story: Story) -> None:
    """CA-02: two secrets or two ids; the same id in the body is fine."""
    partner = await story.connected_partner()
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    header = [basic(partner.client_id, partner.client_secret)]
    both = {**form, "client_id": partner.client_id, "client_secret": partner.client_secret}
    assert is_error(await story.post("/oauth2/token", both, headers=header), 400, "invalid_request")
    other = {**form, "client_id": "fdci_other"}
    assert is_error(await story.post("/oauth2/token", other, headers=header), 400, "invalid_request")
    same = {**form, "client_id": partner.client_id}
    assert (await story.post("/oauth2/token", same, headers=header)).status == 200
    assert (await story.post("/oauth2/token", form, headers=header)).status == 200


async def test_ca_03_a_wrong_secret_is_challenged_where_basic_was_used(story: Story) -> None:
    """CA-03: 401 invalid_client, with WWW-Authenticate for Basic only."""
    partner = await story.partner()
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    by_header = await story.post("/oauth2/token", form, headers=[basic(partner.client_id, "wrong")])
    assert is_error(by_header, 401, "invalid_client")
    assert (by_header.header("www-authenticate") or "").startswith("Basic ")
    by_body = await story.post("/oauth2/token", {**form, "client_id": partner.client_id, "client_secret": "wrong"})
    assert is_error(by_body, 401, "invalid_client")
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
    assert is_error(body, 401, "invalid_client")
    header = await story.post("/oauth2/token", form, headers=[basic(partner.client_id, wrong)])
    assert is_error(header, 401, "invalid_client")


@pytest.mark.parametrize("client_id", ["x" * 60_000, "a\x00b", "'; DROP TABLE clients", "fdci_\u00e9", ""])
async def test_ca_11_odd_client_ids_are_unknown_clients(story: Story, client_id: str) -> None:
    """CA-11: SQL, NUL, 64 kB: invalid_client."""
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": client_id, "client_secret": "s"}
    assert is_error(await story.post("/oauth2/token", form), 401, "invalid_client")


async def test_ca_06_basic_is_form_decoded_at_oauth_endpoints_only(story: Story) -> None:
    """CA-06: `%5F` and `%2D` at token and revoke; the API takes Basic as it is (RFC 7617)."""
    partner = await story.connected_partner()
    north = await story.network("Other")

    def encode(text: str) -> str:
        return "".join(f"%{ord(c):02X}" if c in "_-" else c for c in text)

    header = [basic(encode(partner.client_id), encode(partner.client_secret))]
    form = {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token}
    assert (await story.post("/oauth2/token", form, headers=header)).status == 200
    at_the_api = basic(encode(north.client_id), encode(north.client_secret))[1]
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
        assert is_error(reply, 401, "invalid_client")
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
    assert is_error(await story.post("/oauth2/token", {**form, **pair}), 401, "invalid_client")
    app_pair = basic(partner.client_id, partner.client_secret)[1]
    assert (await story.check("GET /resources/v1", authorization=app_pair)).status == 401
    assert is_error(await partner.refreshes(held.access_token), 400, "invalid_grant")
    assert is_error(await partner.exchanges(held.refresh_token), 400, "invalid_grant")
    assert (await partner.calls("GET /resources/v1", token=held.refresh_token)).status == 401
    assert (await partner.calls("GET /resources/v1", token=partner.client_secret)).status == 401
