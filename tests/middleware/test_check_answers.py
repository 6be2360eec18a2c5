"""What a remote desk may say: a whole yes, a whole no; anything else lets nobody through."""

import pytest

from frontdesk.gateway.rate_headers import rate_headers
from frontdesk.gateway.refusals import render_refusal
from frontdesk.middleware.check_answers import UnreadableAnswerError, Yes, read_answer
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Headers
from frontdesk.protocol.rate_limits import Allowance

NETWORK = b"spacebring-network-id"
SAID: Headers = [
    (b"X-Frontdesk-Subject", b"u-1"),
    (b"X-Frontdesk-Network", b"n-1"),
    (b"X-Frontdesk-Client", b"c-1"),
    (b"X-Frontdesk-Scheme", b"oauth2"),
    (b"X-Frontdesk-Scopes", b"rooms locations"),
    (b"X-Frontdesk-Role", b""),
    (b"X-Frontdesk-Assertion", b""),
    (NETWORK, b"n-1"),
    (b"X-Request-Id", b"r-1"),
]


def test_a_whole_yes_gives_the_identity_and_what_is_left() -> None:
    """Header names in any case, empty values included; other headers are the connection's."""
    left = (Allowance('a "quoted" \\ name', 10, 1, 9, 1), Allowance("network", 5, 1, 4, 1))
    said = read_answer(200, [*SAID, (b"Server", b"x"), *rate_headers(left)], b"", NETWORK)
    assert isinstance(said, Yes)
    assert dict(said.identity) == {name.lower(): value for name, value in SAID}
    assert said.allowances == left
    assert not said.is_watched


@pytest.mark.parametrize("policy", [b"", b'"other";q=10;w=1', b"10;w=1", b'"default";q=10;w=1, "network";q=1;w=1'])
def test_limits_that_are_not_said_as_we_say_them_are_not_said(policy: bytes) -> None:
    """They inform; no call depends on them."""
    said = read_answer(200, [*SAID, (b"RateLimit", b'"default";r=9;t=1'), (b"RateLimit-Policy", policy)], b"", NETWORK)
    assert isinstance(said, Yes)
    assert said.allowances == ()


@pytest.mark.parametrize("left_out", [name for name, _ in SAID if name != b"X-Frontdesk-Assertion"])
def test_a_yes_that_leaves_something_out_is_none(left_out: bytes) -> None:
    """Another header of that name could otherwise stand in its place."""
    with pytest.raises(UnreadableAnswerError):
        read_answer(200, [header for header in SAID if header[0] != left_out], b"", NETWORK)


@pytest.mark.parametrize(
    "headers",
    [
        [*SAID, (b"x-frontdesk-subject", b"u-2")],
        [*SAID[:-1], (b"X-Request-Id", b"")],
        [(b"X-Frontdesk-Subject", b"\xff"), *SAID[1:]],
    ],
    ids=["twice", "without a name", "no text"],
)
def test_a_yes_that_can_be_read_in_two_ways_is_none(headers: Headers) -> None:
    """Deny on anything missing or doubtful."""
    with pytest.raises(UnreadableAnswerError):
        read_answer(200, headers, b"", NETWORK)


@pytest.mark.parametrize("reason", [Reason.BAD_CREDENTIAL, Reason.RATE_LIMITED, Reason.METHOD_NOT_ALLOWED])
def test_a_no_is_relayed_as_it_is(reason: Reason) -> None:
    """Status, body and headers; not those that the app's own server writes."""
    no = render_refusal(Refusal(reason=reason, allow=("GET",), retry_after=3), request_id="r-1")
    heard = read_answer(
        no.status, [*no.headers, (b"Date", b"now"), (b"Server", b"x"), (b"Content-Length", b"9")], no.body, NETWORK
    )
    assert heard == Answer(status=no.status, headers=no.headers, body=no.body)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (204, b""),
        (302, b""),
        (401, b""),
        (403, b"<html>"),
        (403, b'{"type":"forbidden","message":"This endpoint answers configured proxies only."}'),
        (500, b'{"type":"serverError","message":"Something went wrong here."}'),
        (502, b"bad gateway"),
    ],
)
def test_anything_else_is_no_answer(status: int, body: bytes) -> None:
    """Somebody else's answer, a broken desk's, or one that does not know us."""
    with pytest.raises(UnreadableAnswerError):
        read_answer(status, [(b"X-Request-Id", b"r-1")], body, NETWORK)
