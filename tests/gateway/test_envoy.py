"""Envoy's HTTP ext_authz asks by sending the call itself, under a prefix; and what any proxy hears in shadow mode."""

import pytest

from frontdesk.gateway.gateway import Gateway
from frontdesk.protocol.http import SOCKET_HOP, Request
from gateway.desk import FOREIGN, NORTH, SOUTH, Desk, all_of, call, network, outcome

pytestmark = pytest.mark.anyio

ENVOY = "10.0.0.7"


def asked(
    method: str,
    target: str,
    *headers: tuple[bytes, bytes],
    authorization: bytes | None = None,
    hop: str | None = ENVOY,
) -> Request:
    """What Envoy sends to the check."""
    return call(method, f"/_frontdesk/envoy{target}", authorization, *headers, hop=hop)


@pytest.fixture
def gateway(desk: Desk) -> Gateway:
    """One that Envoy may ask."""
    return desk.gateway(check_peers=(ENVOY,))


async def test_a_yes_names_the_caller_and_leaves_no_header_out(desk: Desk, gateway: Gateway) -> None:
    """HS-03: each replaces the caller's own, also where there is no value."""
    answer = await gateway.handle_envoy(asked("GET", "/rooms/v1?limit=1", authorization=desk.basic()))
    assert answer.status == 200
    told = dict(answer.headers)
    assert told[b"x-frontdesk-subject"] == b"network:" + NORTH.encode()
    assert told[b"spacebring-network-id"] == NORTH.encode()
    assert told[b"x-frontdesk-role"] == told[b"x-frontdesk-scopes"] == b""


@pytest.mark.parametrize(
    ("method", "target", "credential", "headers", "status", "type_"),
    [
        ("GET", "//rooms/v1", "none", (), 400, "invalidRequest"),
        ("GET", "", "none", (), 400, "invalidRequest"),
        ("GET", "?x=/rooms/v1", "none", (), 400, "invalidRequest"),
        ("GET", "/rooms/%2e%2e/v1", "none", (), 400, "invalidRequest"),
        ("GET", "/unknown", "none", (), 404, "unknownOperation"),
        ("GET", "/_frontdesk/envoy/rooms/v1", "basic", (), 404, "unknownOperation"),
        ("DELETE", "/rooms/v1", "none", (), 405, "methodNotAllowed"),
        ("get", "/rooms/v1", "none", (), 405, "methodNotAllowed"),
        ("GET", "/rooms/v1", "none", (), 401, "unauthenticated"),
        ("GET", "/partners/v1", "basic", (), 403, "schemeForbidden"),
        ("GET", "/rooms/v1", "bearer", (), 400, "networkRequired"),
        ("GET", "/rooms/v1", "bearer", (network(FOREIGN),), 403, "networkForbidden"),
        ("POST", "/rooms/v1", "readonly", (network(SOUTH),), 403, "insufficientScope"),
    ],
)
async def test_a_no_is_one_that_envoy_can_pass_on(
    desk: Desk, gateway: Gateway, method: str, target: str, credential: str, headers: tuple[tuple[bytes, bytes], ...],
    status: int, type_: str,
) -> None:  # fmt: skip
    """Status, body and headers as the built-in proxy says them; nothing is sealed."""
    authorization = {"none": None, "basic": desk.basic(), "bearer": desk.bearer(),
                     "readonly": desk.bearer(("rooms.readonly",))}[credential]  # fmt: skip
    answer = await gateway.handle_envoy(asked(method, target, *headers, authorization=authorization))
    assert outcome(answer) == (status, type_)
    assert all_of(answer, "x-frontdesk-refusal") == []


@pytest.mark.parametrize(
    "header",
    [
        (b"x-original-uri", b"/open/v1"),
        (b"x-original-method", b"GET"),
        (b"x-forwarded-uri", b"/open/v1"),
        (b"x-forwarded-method", b"GET"),
        (b"x_forwarded_uri", b"/open/v1"),
        (b"x-original-url", b"/open/v1"),
        (b"x-rewrite-url", b"/open/v1"),
    ],
)
async def test_gw_13_a_second_call_beside_the_call_is_refused(
    desk: Desk, gateway: Gateway, header: tuple[bytes, bytes]
) -> None:
    """GW-13: exactly one method and one URI. Whoever sends more believes in another reading than ours."""
    answer = await gateway.handle_envoy(asked("GET", "/rooms/v1", header, authorization=desk.basic()))
    assert outcome(answer)[0] in (400, 403)
    assert outcome(answer)[1] in ("invalidRequest", "forbidden")


@pytest.mark.parametrize("hop", ["127.0.0.1", "10.0.0.8", "::1", None, "", "unix"])
async def test_gw_14_nobody_else_may_ask(desk: Desk, gateway: Gateway, hop: str | None) -> None:
    """GW-14: a missing address is nobody's, and no proxy's."""
    answer = await gateway.handle_envoy(asked("GET", "/rooms/v1", authorization=desk.basic(), hop=hop))
    assert outcome(answer) == (403, "forbidden")


async def test_whoever_has_the_proxies_own_socket_may_ask(desk: Desk) -> None:
    """By the file's mode, without an address or a secret."""
    gateway = desk.gateway()
    assert (
        await gateway.handle_envoy(asked("GET", "/rooms/v1", authorization=desk.basic(), hop=SOCKET_HOP))
    ).status == 200


@pytest.mark.parametrize(
    ("told", "status"), [([b"https"], 200), ([], 200), ([b"http"], 400), ([b"https", b"https"], 400)]
)
async def test_a_call_that_came_in_the_open_is_refused(desk: Desk, told: list[bytes], status: int) -> None:
    """Where the public origin is https: what the proxy says of the caller's connection counts."""
    gateway = desk.gateway(check_peers=(ENVOY,), public_url="https://api.example", trusted_proxies=(ENVOY,))
    protos = [(b"x-forwarded-proto", value) for value in told]
    answer = await gateway.handle_envoy(asked("GET", "/rooms/v1", *protos, authorization=desk.basic()))
    assert answer.status == status


async def test_in_shadow_mode_a_refused_call_goes_on_in_nobodys_name(desk: Desk) -> None:
    """200, every identity header empty, and why it would have been refused; an allowed one is as ever."""
    gateway = desk.gateway(check_peers=(ENVOY,), enforcement="shadow", serve_networks=False)
    refused = await gateway.handle_envoy(asked("GET", "/partners/v1", authorization=desk.basic()))
    assert refused.status == 200
    told = dict(refused.headers)
    assert told[b"x-frontdesk-shadow"] == b"schemeForbidden"
    named = {
        name: value
        for name, value in told.items()
        if name.startswith(b"x-frontdesk-") and name != b"x-frontdesk-shadow"
    }
    assert len(named) >= 7
    assert set(named.values()) == {b""}
    assert told[b"spacebring-network-id"] == b""
    assert told[b"x-request-id"] == b"r-1"
    allowed = dict((await gateway.handle_envoy(asked("GET", "/rooms/v1", authorization=desk.basic()))).headers)
    assert b"x-frontdesk-shadow" not in allowed
    assert allowed[b"x-frontdesk-network"] == NORTH.encode()
    ambiguous = await gateway.handle_envoy(asked("GET", "//rooms/v1", authorization=desk.basic()))
    assert outcome(ambiguous) == (400, "invalidRequest")
