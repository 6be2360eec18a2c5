"""Attacks on the form of token requests (rows PP)."""

from urllib.parse import urlencode

import pytest

from attacks.token_requests import is_error, new_code
from frontdesk.testing.story import Story
from frontdesk.testing.wire import call

pytestmark = pytest.mark.anyio


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
        assert is_error(reply, 400, "invalid_request")
        assert partner.held.refresh_token not in reply.text


async def test_pp_05_brackets_are_other_names(story: Story) -> None:
    """PP-05: `code[]` is no `code`: 400, never 500."""
    partner = await story.partner()
    for form in ({"grant_type": "authorization_code", "code[]": "x"}, {"grant_type[]": "refresh_token"}):
        assert is_error(await partner.posts(form), 400, "invalid_request")


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
        assert is_error(reply, 415, "invalid_request")


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
    assert is_error(await partner.posts(form), 400, error)


async def test_pp_14_only_the_named_grants_field_is_read(story: Story) -> None:
    """PP-14: a code beside a refresh token is not consumed by a refresh."""
    partner = await story.connected_partner()
    code = await new_code(story, partner, prompt="consent")
    assert (await partner.refreshes(code=code)).status == 200
    assert (await partner.exchanges(code)).status == 200


async def test_pp_15_a_thousand_fields_are_refused(story: Story) -> None:
    """PP-15: 400 for too many fields, 413 for too many bytes."""
    many = "&".join(f"a{n}=1" for n in range(1_001)).encode()
    headers = [("content-type", "application/x-www-form-urlencoded")]
    assert is_error(await call(story.app, "POST", "/oauth2/token", headers=headers, body=many), 400, "invalid_request")
    huge = b"a=" + b"x" * 1_000_000
    assert (await call(story.app, "POST", "/oauth2/token", headers=headers, body=huge)).status == 413
