"""The API hears who calls from us alone."""

from typing import Any

import pytest

from gateway.desk import NORTH, SOUTH, Desk, call, network
from gateway.test_checks import standing
from gateway.upstream import Call, RawApi

pytestmark = pytest.mark.anyio

N = network(NORTH)


async def heard(desk: Desk, api: RawApi, *request: Any, **fields: Any) -> Call:
    """What the API hears of an admitted call."""
    async with standing(desk, api, serve_networks=False, public_url="http://front.example:81") as gateway:
        answer = await gateway.handle(call(*request, **fields))
    assert answer.status == 200, answer.body
    return api.calls[-1]


async def test_a_partner_is_named_in_full(desk: Desk, api: RawApi) -> None:
    """D10: subject, network, client, scheme, scopes, role, request id, and one canonical network header."""
    said = await heard(desk, api, "GET", "/rooms/v1", desk.bearer(("rooms", "rooms.readonly")), network(SOUTH.upper()))
    assert {name: value for name, value in said.headers if name.startswith((b"x-", b"spacebring"))} == {
        b"x-frontdesk-subject": desk.owner.encode(),
        b"x-frontdesk-network": SOUTH.encode(),
        b"x-frontdesk-client": b"fdci_partner",
        b"x-frontdesk-scheme": b"oauth2",
        b"x-frontdesk-scopes": b"rooms rooms.readonly",
        b"x-frontdesk-role": b"administrator",
        b"x-request-id": b"r-1",
        b"spacebring-network-id": SOUTH.encode(),
        b"x-forwarded-for": b"203.0.113.9",
        b"x-forwarded-proto": b"http",
        b"x-forwarded-host": b"front.example:81",
    }


async def test_a_customer_is_named_by_its_network(desk: Desk, api: RawApi) -> None:
    """Scopes and role are empty for Basic: no header, and none of the caller's."""
    said = await heard(desk, api, "GET", "/rooms/v1", desk.basic(), (b"x-frontdesk-role", b"owner"))
    assert said.all(b"x-frontdesk-subject") == [b"network:" + NORTH.encode()]
    assert said.all(b"x-frontdesk-client") == [b"fdni_north"]
    assert said.all(b"spacebring-network-id") == [NORTH.encode()]
    assert said.all(b"x-frontdesk-role") == said.all(b"x-frontdesk-scopes") == []


@pytest.mark.parametrize("named", [(), (N,)])
async def test_a_networkless_operation_names_no_network(desk: Desk, api: RawApi, named: Any) -> None:
    """Even where one was sent, or the pair has one."""
    for authorization in (desk.bearer(), desk.basic()):
        said = await heard(desk, api, "GET", "/networks/v1", authorization, *named)
        assert said.all(b"spacebring-network-id") == said.all(b"x-frontdesk-network") == []


SPELLINGS = [
    b"x-frontdesk-subject", b"x_frontdesk_subject", b"x.frontdesk.subject", b"x-frontdesk_subject",
    b"x-frontdesk-role", b"x-frontdesk-anything", b"x_frontdesk.scopes", b"x-frontdesk-check-secret",
    b"x-frontdesk-assertion", b"X_Frontdesk.Assertion",
    b"X-Frontdesk-Subject",
]  # fmt: skip


@pytest.mark.parametrize("target", ["/rooms/v1", "/open/v1"])
@pytest.mark.parametrize("name", SPELLINGS)
async def test_hs_01_hs_02_the_callers_own_identity_headers_are_dropped(
    desk: Desk, api: RawApi, name: bytes, target: str
) -> None:
    """In any spelling, on public operations too."""
    credential = desk.basic() if target == "/rooms/v1" else None
    said = await heard(desk, api, "GET", target, credential, (name, b"forged"))
    assert b"forged" not in b"".join(value for _, value in said.headers)
    assert said.all(b"x-frontdesk-subject") == ([b"network:" + NORTH.encode()] if credential else [])


async def test_hs_04_the_credential_stays_here(desk: Desk, api: RawApi) -> None:
    """Authorization, and what belongs to proxies."""
    said = await heard(
        desk,
        api,
        "GET",
        "/rooms/v1",
        desk.bearer(),
        N,
        (b"proxy-authorization", b"Basic x"),
        (b"proxy_connection", b"x"),
    )
    assert not {b"authorization", b"proxy-authorization", b"proxy_connection"} & said.names


async def test_hs_06_forwarding_headers_are_overwritten(desk: Desk, api: RawApi) -> None:
    """Nothing of what a caller says of the way it came reaches the API."""
    forged = [
        (name, b"forged")
        for name in (b"x-forwarded-for", b"x_forwarded_for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded",
                     b"x-real-ip", b"x-client-ip", b"true-client-ip", b"x-forwarded-port", b"x-forwarded-server")
    ]  # fmt: skip
    said = await heard(desk, api, "GET", "/rooms/v1", desk.basic(), *forged, https=True)
    assert b"forged" not in b"".join(value for _, value in said.headers)
    assert said.all(b"x-forwarded-for") == [b"203.0.113.9"]
    assert said.all(b"x-forwarded-proto") == [b"https"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"x-http-method-override", id="GW-12"),
        pytest.param(b"x_http_method_override", id="GW-12 underscores"),
        pytest.param(b"x-http-method", id="GW-12 method"),
        pytest.param(b"x-method-override", id="GW-12 short"),
        pytest.param(b"x-original-url", id="GW-13 original url"),
        pytest.param(b"x-rewrite-url", id="GW-13 rewrite"),
        pytest.param(b"x-original-uri", id="GW-13 original uri"),
        pytest.param(b"x-original-method", id="GW-13 original method"),
        pytest.param(b"x-forwarded-uri", id="GW-13 uri"),
        pytest.param(b"x-forwarded-prefix", id="GW-13 prefix"),
        pytest.param(b"x-forwarded-method", id="GW-13 method"),
        pytest.param(b"x-request-id", id="request id"),
        pytest.param(b"content_length", id="framing in another spelling"),
        pytest.param(b"transfer_encoding", id="coding in another spelling"),
        pytest.param(b"te", id="TE"),
        pytest.param(b"keep-alive", id="Keep-Alive"),
        pytest.param(b"expect", id="Expect"),
    ],
)
async def test_headers_that_could_mislead_the_api_are_dropped(desk: Desk, api: RawApi, name: bytes) -> None:
    """Another method, path, framing or connection than the one that was judged."""
    said = await heard(desk, api, "GET", "/rooms/v1", desk.basic(), (name, b"forged"))
    assert b"forged" not in [value for _, value in said.headers]


async def test_gw_12_a_method_parameter_passes_untouched(desk: Desk, api: RawApi) -> None:
    """It is the API's own business, and took no part in the decision."""
    said = await heard(desk, api, "GET", "/rooms/v1?_method=DELETE", desk.bearer(("rooms.readonly",)), N)
    assert said.line == b"GET /rooms/v1?_method=DELETE HTTP/1.1"


async def test_ht_11_connection_cannot_name_away_what_we_set_or_read(desk: Desk, api: RawApi) -> None:
    """It drops the caller's headers only."""
    said = await heard(
        desk, api, "GET", "/rooms/v1", desk.bearer(), N,
        (b"connection", b"authorization, spacebring-network-id, X-Frontdesk-Subject"),
        (b"connection", b"x-mine, x-forwarded-for"), (b"x-mine", b"1"), (b"x-other", b"2"),
    )  # fmt: skip
    assert said.all(b"x-frontdesk-subject") == [desk.owner.encode()]
    assert said.all(b"spacebring-network-id") == [NORTH.encode()]
    assert said.all(b"x-forwarded-for") == [b"203.0.113.9"]
    assert said.all(b"x-mine") == []
    assert said.all(b"x-other") == [b"2"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([b"fd_session=x"], []),
        ([b"theme=dark; fd_session=x; lang=uk"], [b"theme=dark; lang=uk"]),
        ([b"__Host-fd_session=x; a=b"], [b"a=b"]),
        ([b"__HOST-FD_session=x; FD_browser=y"], []),
        ([b"=fd_session=x; a=b"], [b"a=b"]),
        ([b'"fd_session"=x;a=b'], [b"a=b"]),
        ([b"a=fd_session", b"c=d"], [b"a=fd_session; c=d"]),
        ([b"session=x; fdx=1"], [b"session=x; fdx=1"]),
    ],
)
async def test_our_cookies_stay_here_and_others_pass(desk: Desk, api: RawApi, sent: list[bytes], kept: Any) -> None:
    """They belong to the sign-in pages; the API has no use for them."""
    said = await heard(desk, api, "GET", "/rooms/v1", desk.basic(), *[(b"cookie", value) for value in sent])
    assert said.all(b"cookie") == kept


async def test_ordinary_headers_pass_byte_by_byte(desk: Desk, api: RawApi) -> None:
    """Also those that the HTTP client would like to add by itself; Host is the API's own."""
    sent = [(b"accept", b"text/x"), (b"user-agent", b"curl/8"), (b"x-name", "Олена".encode()),
            (b"accept-encoding", b"br"), (b"x-twice", b"1"), (b"x-twice", b"2"), (b"etag", b'"a"')]  # fmt: skip
    said = await heard(desk, api, "GET", "/rooms/v1", desk.basic(), *sent)
    kept = {name: [v for n, v in said.headers if n.lower() == name] for name, _ in sent}
    assert kept == {name: [v for n, v in sent if n == name] for name, _ in sent}
    assert said.all(b"host") == [api.url.removeprefix("http://").encode()]
    bare = await heard(desk, api, "GET", "/rooms/v1", desk.basic())
    assert not {b"accept", b"accept-encoding", b"user-agent", b"content-type", b"content-length"} & bare.names
