"""A provider's keys: what is none is refused before anything is proven with it (RFC 7517 §4.1, §5)."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest

from frontdesk.protocol.provider import ProviderAway
from frontdesk.runtime.provider import OpenIdProvider
from frontdesk.testing.told import ToldClock
from web.open_id import CLIENT_ID, CLIENT_SECRET, OpenIdServer, open_id_server

pytestmark = pytest.mark.anyio

VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
STRANGE: dict[str, Any] = {"kty": "XYZ", "kid": "k0"}
SHARED: dict[str, Any] = {"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the product runs on."""
    return "asyncio"


async def redeem(server: OpenIdServer, clock: ToldClock) -> Any:
    """The claims of somebody who signed in there."""
    provider = OpenIdProvider(
        name="Example ID",
        issuer=server.issuer,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri="https://desk.example/sign-in/provider/callback",
        clock=clock,
    )
    back = server.signs_in(await provider.address_to_ask(state="s", nonce="n", challenge=CHALLENGE), sub="u-1")
    return await provider.redeem(back.split("code=")[1].split("&")[0], verifier=VERIFIER)


@pytest.mark.parametrize(
    "published",
    [
        {"keys": [{}]},
        {"keys": [{"kid": "k1", "n": "AQAB", "e": "AQAB"}]},
        {"keys": ["RSA"]},
        {"keys": [None]},
        {"keys": [{"kty": 5}]},
        {"keys": [{"kty": None}]},
        {"keys": [{"kty": ["RSA"]}]},
        {"keys": {"kty": "RSA"}},
        {"keys": "kty"},
        {"other": []},
    ],
)
async def test_what_has_no_kind_is_no_key(published: dict[str, Any]) -> None:
    """Each key says its kind; one that does not, among good ones too, is the provider's fault and no crash of ours."""
    clock = ToldClock()
    async with open_id_server(clock) as server:
        good = server.key.as_dict(private=False)
        server.published = published
        with pytest.raises(ProviderAway, match="keys cannot be had"):
            await redeem(server, clock)
        if isinstance(published.get("keys"), list):
            server.published = {"keys": [good, *published["keys"]]}
            with pytest.raises(ProviderAway, match="keys cannot be had"):
                await redeem(server, clock)


@pytest.mark.parametrize("key", [STRANGE, SHARED, {"kty": "RSA", "kid": "k1"}, {"kty": "RSA", "kid": "k1", "n": 7}])
async def test_what_is_no_key_for_us_proves_nothing(key: dict[str, Any]) -> None:
    """A kind that nobody knows, a shared secret, a key without its numbers: nobody is signed in, nothing breaks."""
    clock = ToldClock()
    async with open_id_server(clock) as server:
        server.published = {"keys": [key]}
        assert await redeem(server, clock) is None


@pytest.mark.parametrize("others", [[], [STRANGE], [SHARED, STRANGE]])
async def test_keys_that_say_their_kind_prove(others: list[dict[str, Any]]) -> None:
    """Whatever kinds of keys for others stand beside them (RFC 7517 §5)."""
    clock = ToldClock()
    async with open_id_server(clock) as server:
        server.published = {"keys": [*others, server.key.as_dict(private=False)]}
        claims = await redeem(server, clock)
        assert (claims["sub"], claims["aud"], claims["nonce"]) == ("u-1", CLIENT_ID, "n")
