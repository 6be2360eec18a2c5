"""Where credentials may go."""

import pytest
from frontdesk_client.calling import Call, HttpCaller
from frontdesk_client.errors import ForeignOrigin, InsecureTransport, TokenEndpointFailed
from frontdesk_client.origins import Origins, is_loopback, read_origin

from sdk.small_api import SmallApi

API = Origins(
    ["https://API.example.com/v1?x=1", "http://localhost:8080", "http://[::1]:8080", "https://bücher.example"]
)


@pytest.mark.parametrize(
    ("scheme", "host", "port"),
    [
        ("https", "api.example.com", None),
        ("https", "api.example.com", 443),
        ("https", "API.EXAMPLE.COM", 443),
        ("http", "localhost", 8080),
        ("http", "::1", 8080),
        ("http", "[::1]", 8080),
        ("https", "xn--bcher-kva.example", None),
        ("https", "bücher.example", 443),
    ],
)
def test_every_spelling_of_an_origin_is_the_origin(scheme: str, host: str, port: int | None) -> None:
    """Scheme, host and port count, in any letters; the scheme's own port may be left out."""
    assert API.allow(scheme, host, port)
    API.must_allow(scheme, host, port)


@pytest.mark.parametrize(
    ("scheme", "host", "port"),
    [
        ("https", "example.com", None),
        ("https", "api.example.com.evil.example", None),
        ("https", "evil.example", None),
        ("https", "api.example.com", 8443),
        ("https", "api.example.com.", None),
        ("http", "localhost", None),
        ("https", "localhost", 8080),
        ("https", "", None),
    ],
)
def test_anything_else_is_foreign(scheme: str, host: str, port: int | None) -> None:
    """Also a host that only begins alike, and another port."""
    assert not API.allow(scheme, host, port)
    with pytest.raises(ForeignOrigin):
        API.must_allow(scheme, host, port)


def test_plain_http_says_what_is_wrong_with_it() -> None:
    """The API's own host over http is no typing mistake that may pass."""
    with pytest.raises(InsecureTransport, match="https"):
        API.must_allow("http", "api.example.com", None)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_this_machine_needs_no_encryption(host: str) -> None:
    """RFC 8252 §8.3."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.example.com", "127.0.0.1.example.com", "0.0.0.0", "10.0.0.1", "", "2130706433"]
)
def test_what_only_looks_like_this_machine_does(host: str) -> None:
    """A name may lead anywhere."""
    assert not is_loopback(host)


@pytest.mark.parametrize("address", ["ftp://a.example", "//a.example", "a.example", "https://", "https://a.example:x"])
def test_an_origin_needs_a_scheme_and_a_host(address: str) -> None:
    """What has none is a mistake, and is said before anything is sent."""
    with pytest.raises(ValueError):
        read_origin(address)


async def make(call: Call, kind: str, seconds: float = 10.0) -> None:
    """One call, in either way."""
    caller = HttpCaller(seconds=seconds)
    if kind == "sync":
        caller.send(call)
    else:
        await caller.send_async(call)


every_kind = pytest.mark.parametrize("kind", ["sync", "async"])


@every_kind
@pytest.mark.anyio
async def test_the_sdk_itself_never_speaks_plain_http_elsewhere(kind: str) -> None:
    """Nor does it ask whether anybody is there."""
    with pytest.raises(InsecureTransport):
        await make(Call(method="POST", url="http://api.example.com/oauth2/token"), kind)


@every_kind
@pytest.mark.anyio
async def test_the_token_endpoint_is_not_followed_elsewhere(kind: str, api: SmallApi) -> None:
    """A redirect is an answer like another."""
    await make(Call(method="POST", url=f"{api.url}/away", query={"to": f"{api.url}/oauth2/token"}, form={}), kind)
    assert [one.path for one in api.received] == ["/away"]


@every_kind
@pytest.mark.anyio
async def test_nobody_there_is_a_failure_without_the_form(kind: str, api: SmallApi) -> None:
    """What was sent is in no part of the error, nor in what it came of."""
    api.troubles = [0]
    call = Call(method="POST", url=f"{api.url}/oauth2/token", form={"refresh_token": "the-token"})
    with pytest.raises(TokenEndpointFailed) as caught:
        await make(call, kind)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
