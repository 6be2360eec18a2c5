"""The published keys over HTTP (rows HD-10, JW-13)."""

import json

import pytest

from frontdesk.protocol.assertions import JWKS_PATH
from frontdesk.protocol.metadata import METADATA_PATH
from frontdesk.testing.story import Story
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio


async def test_anybody_may_read_the_keys(story: Story) -> None:
    """Public keys alone, whether assertions are signed or not: whoever will check them can be set up before."""
    reply = await call(story.app, "GET", JWKS_PATH)
    assert reply.status == 200
    assert reply.header("content-type") == "application/jwk-set+json"
    assert reply.header("x-content-type-options") == "nosniff"
    (key,) = json.loads(reply.body)["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


async def test_a_cache_may_keep_them_for_a_minute_and_ask_again(story: Story) -> None:
    """RFC 9111: so long does a withdrawn key live on; the tag stays while the keys do."""
    first, second = [await call(story.app, "GET", JWKS_PATH) for _ in range(2)]
    assert first.header("cache-control") == "public, max-age=60"
    assert first.header("etag") == second.header("etag")
    tag = first.header("etag") or ""
    for said in (tag, f'"other", W/{tag}', "*"):
        again = await call(story.app, "GET", JWKS_PATH, headers=[("if-none-match", said)])
        assert (again.status, again.body, again.header("etag")) == (304, b"", tag)
    changed = await call(story.app, "GET", JWKS_PATH, headers=[("if-none-match", '"other"')])
    assert changed.body == first.body


async def test_hd_10_nothing_that_a_request_says_changes_them(story: Story) -> None:
    """HD-10: no header that caches do not know of has any effect on the body, nor has a query."""
    plain = await call(story.app, "GET", JWKS_PATH)
    forged = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-scheme", "http"),
        ("x-forwarded-proto", "http"),
        ("x-original-url", "/oauth2/token"),
        ("x-rewrite-url", "/livez"),
        ("accept", "text/html"),
        ("origin", "https://evil.example"),
    ]
    for header in forged:
        reply = await call(story.app, "GET", JWKS_PATH + "?kid=1", headers=[header])
        assert (reply.status, reply.body, _less_id(reply)) == (200, plain.body, _less_id(plain)), header


def _less_id(reply: Reply) -> list[tuple[str, str]]:
    return [(name, value) for name, value in reply.headers if name != "x-request-id"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_they_are_only_read(story: Story, method: str) -> None:
    """RFC 9110 §15.5.6."""
    reply = await call(story.app, method, JWKS_PATH)
    assert (reply.status, reply.header("allow")) == (405, "GET, HEAD")
    headed = await call(story.app, "HEAD", JWKS_PATH)
    assert (headed.status, headed.body) == (200, b"")


async def test_they_are_no_keys_of_the_authorization_server(story: Story) -> None:
    """RFC 8414 §2: `jwks_uri` is what clients and resource servers check its tokens with; it signs none."""
    assert "jwks_uri" not in json.loads((await call(story.app, "GET", METADATA_PATH)).body)
