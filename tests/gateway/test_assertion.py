"""The API is told who calls in a form that it can check (row HS-05's making side)."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from frontdesk.gateway.gateway import Gateway
from frontdesk.protocol.assertions import TEXTS, TIMES
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import SECOND
from gateway.desk import NORTH, SOUTH, Desk, all_of, call, network
from gateway.test_checks import standing
from gateway.upstream import RawApi

pytestmark = pytest.mark.anyio

PROXY = "10.0.0.7"
ISSUER = "https://front.example"
SIGNED: dict[str, Any] = {"assertion": "on", "public_url": ISSUER, "serve_networks": False}
NAME = "x-frontdesk-assertion"


def read(desk: Desk, value: bytes | str) -> dict[str, Any]:
    """The claims, checked with what is published."""
    keys = KeySet.import_key_set(jwks_of(desk))
    text = value if isinstance(value, str) else value.decode()
    return jwt.decode(text, keys, algorithms=["ES256"]).claims


def jwks_of(desk: Desk) -> Any:
    """What is published."""
    import json

    return json.loads(desk.house.publish_keys().document)


async def ask(gateway: Gateway, pair: str, method: str, uri: str, *more: Any) -> Answer:
    """What a proxy is told."""
    kind = b"original" if pair == "nginx" else b"forwarded"
    asked = ((b"x-" + kind + b"-method", method.encode()), (b"x-" + kind + b"-uri", uri.encode()))
    return await gateway.handle_check(call("GET", "/_frontdesk/check", None, *asked, *more, hop=PROXY))


@pytest.mark.parametrize("pair", ["nginx", "traefik and caddy"])
async def test_a_proxy_is_handed_every_claim(desk: Desk, pair: str) -> None:
    """HS-05: iss aud sub network client_id scheme scope role htm path iat exp jti, and nothing else."""
    gateway = desk.gateway(check_peers=(PROXY,), assertion_audience="rooms", **SIGNED)
    bearer = (b"authorization", desk.bearer(("rooms", "rooms.readonly")))
    answer = await ask(gateway, pair, "POST", "/rooms/v1?a=b%20c", bearer, network(SOUTH))
    (said,) = all_of(answer, NAME)
    claims = read(desk, said)
    now = desk.clock.now() // SECOND
    jti = claims.pop("jti")
    assert len(jti) == 22
    assert claims == {
        "iss": ISSUER,
        "aud": "rooms",
        "sub": desk.owner,
        "network": SOUTH,
        "client_id": "fdci_partner",
        "scheme": "oauth2",
        "scope": "rooms rooms.readonly",
        "role": "administrator",
        "htm": "POST",
        "path": "/rooms/v1",
        "iat": now,
        "exp": now + 60,
    }
    assert {"jti", *claims} == {*TEXTS, *TIMES}


async def test_a_customer_and_a_networkless_call_have_empty_claims(desk: Desk) -> None:
    """Every claim is there; what has no value is an empty text."""
    gateway = desk.gateway(check_peers=(PROXY,), assertion_audience="rooms", **SIGNED)
    basic = (b"authorization", desk.basic())
    (said,) = all_of(await ask(gateway, "nginx", "GET", "/rooms/v1", basic), NAME)
    claims = read(desk, said)
    assert (claims["sub"], claims["scheme"], claims["network"]) == (f"network:{NORTH}", "basic", NORTH)
    assert (claims["scope"], claims["role"]) == ("", "")
    (said,) = all_of(await ask(gateway, "nginx", "GET", "/networks/v1", basic), NAME)
    assert read(desk, said)["network"] == ""


async def test_the_header_is_empty_where_nothing_is_signed(desk: Desk) -> None:
    """HS-03: off, or nobody was proven: a proxy that copies the header overwrites the caller's."""
    forged = (NAME.encode(), b"forged")
    off = desk.gateway(check_peers=(PROXY,))
    bearer = (b"authorization", desk.bearer())
    assert all_of(await ask(off, "nginx", "GET", "/rooms/v1", bearer, network(NORTH), forged), NAME) == [""]
    on = desk.gateway(check_peers=(PROXY,), assertion_audience="rooms", **SIGNED)
    assert all_of(await ask(on, "nginx", "GET", "/open/v1", forged), NAME) == [""]


@pytest.mark.parametrize("base", ["", "/v2/api"])
async def test_the_api_behind_the_proxy_hears_the_path_that_it_is_asked(desk: Desk, api: RawApi, base: str) -> None:
    """With the upstream's base path, in its normal form, without the query; aud is the upstream's origin."""
    gateway = desk.gateway(upstream=api.url + base, **SIGNED)
    await gateway.open()
    try:
        forged = (NAME.encode(), b"forged")
        request = call("GET", "/rooms/v1/%61%c3%bc?x=1", desk.bearer(), network(NORTH), forged, https=True)
        assert (await gateway.handle(request)).status == 200
    finally:
        await gateway.close()
    (said,) = api.calls[-1].all(NAME.encode())
    claims = read(desk, said)
    assert claims["path"] == base + "/rooms/v1/a%C3%BC"
    assert api.calls[-1].line == f"GET {claims['path']}?x=1 HTTP/1.1".encode()
    assert claims["aud"] == api.url


async def test_the_api_hears_no_assertion_where_nothing_is_signed(desk: Desk, api: RawApi) -> None:
    """Nor the caller's."""
    forged = (NAME.encode(), b"forged"), (b"X_Frontdesk.Assertion", b"forged")
    async with standing(desk, api, serve_networks=False) as gateway:
        assert (await gateway.handle(call("GET", "/rooms/v1", desk.basic(), *forged))).status == 200
        assert api.calls[-1].all(NAME.encode()) == []
    async with standing(desk, api, **SIGNED) as gateway:
        assert (await gateway.handle(call("GET", "/open/v1", None, *forged, https=True))).status == 200
        assert api.calls[-1].all(NAME.encode()) == []


async def test_each_call_gets_its_own(desk: Desk) -> None:
    """Never kept for the next one: ids differ, and time goes on."""
    gateway = desk.gateway(check_peers=(PROXY,), assertion_audience="rooms", **SIGNED)
    claims = []
    for _ in range(3):
        (said,) = all_of(await ask(gateway, "nginx", "GET", "/rooms/v1", (b"authorization", desk.basic())), NAME)
        claims.append(read(desk, said))
        desk.clock.pass_seconds(1)
    assert len({one["jti"] for one in claims}) == 3
    assert [one["iat"] - claims[0]["iat"] for one in claims] == [0, 1, 2]


@pytest.mark.parametrize(
    ("settings", "audience"),
    [
        ({"assertion_audience": "rooms", "upstream": "http://10.0.0.1:9000"}, "rooms"),
        ({"upstream": "http://10.0.0.1:9000/v2/api"}, "http://10.0.0.1:9000"),
        ({}, ISSUER),
    ],
    ids=["said", "the upstream's origin", "without an upstream"],
)
async def test_what_the_api_is_called(desk: Desk, settings: dict[str, Any], audience: str) -> None:
    """An assertion for one API is refused at another, so each has a name, also where nobody gave it one."""
    gateway = desk.gateway(check_peers=(PROXY,), **SIGNED, **settings)
    (said,) = all_of(await ask(gateway, "nginx", "GET", "/rooms/v1", (b"authorization", desk.basic())), NAME)
    assert read(desk, said)["aud"] == audience
