"""Proxies ask, and can pass on what they hear."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.gateway.gateway import Gateway
from frontdesk.gateway.sealed_refusal import RefusalSeal
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Request
from frontdesk.storage import open_sqlite
from gateway.desk import FOREIGN, NORTH, SOUTH, Desk, all_of, call, document_with, network, outcome

pytestmark = pytest.mark.anyio

PROXY = "10.0.0.7"
N = network(NORTH)
NGINX = ((b"x-original-method", b"GET"), (b"x-original-uri", b"/rooms/v1"))
TRAEFIK = ((b"x-forwarded-method", b"GET"), (b"x-forwarded-uri", b"/rooms/v1"), (b"x-forwarded-host", b"a.example"))


def question(*headers: tuple[bytes, bytes], authorization: bytes | None = None, hop: str | None = PROXY) -> Request:
    """What a proxy sends to the check."""
    return call("GET", "/_frontdesk/check", authorization, *headers, hop=hop)


def asked(method: str, uri: str, pair: str = "nginx") -> tuple[tuple[bytes, bytes], ...]:
    """A method and a URI as one of the pairs."""
    kind = b"original" if pair == "nginx" else b"forwarded"
    return (b"x-" + kind + b"-method", method.encode()), (b"x-" + kind + b"-uri", uri.encode())


@pytest.fixture
def gateway(desk: Desk) -> Gateway:
    """One that a proxy may ask."""
    return desk.gateway(check_peers=(PROXY, "10.1.0.0/16"))


@pytest.mark.parametrize("pair", [NGINX, TRAEFIK], ids=["nginx", "traefik and caddy"])
async def test_a_yes_names_the_caller(desk: Desk, gateway: Gateway, pair: Any) -> None:
    """Every identity header, one canonical network header."""
    answer = await gateway.handle_check(question(*pair, network(SOUTH.upper()), authorization=desk.bearer()))
    assert answer.status == 200
    assert dict(answer.headers) == {
        b"x-frontdesk-subject": desk.owner.encode(),
        b"x-frontdesk-network": SOUTH.encode(),
        b"x-frontdesk-client": b"fdci_partner",
        b"x-frontdesk-scheme": b"oauth2",
        b"x-frontdesk-scopes": b"rooms",
        b"x-frontdesk-role": b"administrator",
        b"x-frontdesk-assertion": b"",
        b"x-request-id": b"r-1",
        b"spacebring-network-id": SOUTH.encode(),
        b"cache-control": b"no-store",
        b"ratelimit": b'"default";r=999;t=1',
        b"ratelimit-policy": b'"default";q=1000;w=1',
    }


async def test_hs_03_headers_without_a_value_are_sent_empty(desk: Desk, gateway: Gateway) -> None:
    """So that a proxy that copies them overwrites what the caller sent."""
    names = {"subject", "network", "client", "scheme", "scopes", "role", "assertion"}
    public = await gateway.handle_check(question(*asked("GET", "/open/v1")))
    assert {name: all_of(public, f"x-frontdesk-{name}") for name in names} == {name: [""] for name in names}
    assert all_of(public, "spacebring-network-id") == [""]
    basic = await gateway.handle_check(question(*NGINX, authorization=desk.basic()))
    assert all_of(basic, "x-frontdesk-role") == all_of(basic, "x-frontdesk-scopes") == [""]
    networkless = await gateway.handle_check(question(*asked("GET", "/networks/v1"), authorization=desk.basic()))
    assert all_of(networkless, "spacebring-network-id") == [""]


async def test_gw_14_nobody_may_ask_by_default(desk: Desk) -> None:
    """Loopback is nobody special, and a forwarded address proves nothing."""
    gateway = desk.gateway()
    for hop in ("127.0.0.1", "::1", PROXY, None):
        answer = await gateway.handle_check(question(*NGINX, authorization=desk.basic(), hop=hop))
        assert outcome(answer) == (403, "forbidden")


@pytest.mark.parametrize(
    ("hop", "may"),
    [
        (PROXY, True),
        ("10.1.2.3", True),
        ("::ffff:10.0.0.7", True),
        ("10.0.0.8", False),
        ("10.2.0.1", False),
        ("::1", False),
        ("10.0.0.7.evil", False),
        (None, False),
    ],
)
async def test_gw_14_only_configured_proxies_may_ask(desk: Desk, gateway: Gateway, hop: str | None, may: bool) -> None:
    """The socket's peer counts: `peer`, which a trusted proxy may have set, does not. Asked twice, told the same."""
    for _ in range(2):
        request = question(*NGINX, authorization=desk.basic(), hop=hop)
        request.peer = PROXY
        assert (await gateway.handle_check(request)).status == (200 if may else 403)
        assert (await gateway.handle_refusal(request)).status == (503 if may else 403)


async def test_a_shared_secret_proves_a_proxy(desk: Desk) -> None:
    """Sent once, and right; it never reaches an answer."""
    gateway = desk.gateway(check_secret="a-secret-of-sixteen")
    name = b"x-frontdesk-check-secret"
    for secrets, status in (
        ([b"a-secret-of-sixteen"], 200),
        ([b"a-secret-of-sixteen", b"a-secret-of-sixteen"], 403),
        ([b"wrong"], 403),
        ([b""], 403),
        ([], 403),
        (["секрет".encode()], 403),
    ):
        headers = [(name, secret) for secret in secrets]
        answer = await gateway.handle_check(question(*NGINX, *headers, authorization=desk.basic(), hop="203.0.113.1"))
        assert answer.status == status
        assert b"a-secret" not in b"".join(value for _, value in answer.headers) + answer.body


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((), id="none"),
        pytest.param(NGINX[:1], id="method only"),
        pytest.param(NGINX[1:], id="URI only"),
        pytest.param((*NGINX, *TRAEFIK[:2]), id="both pairs"),
        pytest.param((*NGINX, TRAEFIK[1]), id="nginx and a client's X-Forwarded-Uri"),
        pytest.param((*TRAEFIK, NGINX[1]), id="Traefik and a client's X-Original-URI"),
        pytest.param((NGINX[0], TRAEFIK[1]), id="mixed"),
        pytest.param((*NGINX, NGINX[1]), id="URI twice"),
        pytest.param((*NGINX, (b"x-original-uri", b"/open/v1")), id="two URIs"),
        pytest.param((*TRAEFIK, TRAEFIK[0]), id="method twice"),
        pytest.param((*NGINX, (b"x_original_uri", b"/open/v1")), id="underscores"),
        pytest.param((*TRAEFIK, (b"x.forwarded.uri", b"/open/v1")), id="dots"),
        pytest.param((*NGINX, (b"x-original-url", b"/open/v1")), id="GW-13 X-Original-URL"),
        pytest.param((*TRAEFIK, (b"x-rewrite-url", b"/open/v1")), id="GW-13 X-Rewrite-URL"),
        pytest.param(asked("", "/rooms/v1"), id="empty method"),
        pytest.param(asked("GET /open/v1", "/rooms/v1"), id="method with a path"),
        pytest.param(asked("GET", ""), id="empty URI"),
        pytest.param(asked("GET", "http://x/rooms/v1"), id="absolute URI"),
        pytest.param(asked("GET", "/public/v1/..%2f..%2frooms"), id="GW-03"),
        pytest.param(asked("GET", "/rooms/v1#x"), id="GW-08"),
        pytest.param((*NGINX, (N[0], b"x")), id="network id"),
        pytest.param((*NGINX, N, N), id="TN-04"),
        pytest.param((*NGINX, (b"authorization", b"Basic x")), id="BT-04"),
    ],
)
async def test_a_question_that_could_mean_two_calls_is_refused(desk: Desk, gateway: Gateway, headers: Any) -> None:
    """Contract, check 1. nginx is told in the way that it passes on."""
    answer = await gateway.handle_check(question(*headers, authorization=desk.bearer()))
    if any(name.startswith(b"x-original-") and b"url" not in name for name, _ in headers):
        assert answer.status == 403
        assert outcome(await shown(gateway, answer)) == (400, "invalidRequest")
    else:
        assert outcome(answer) == (400, "invalidRequest")


async def shown(gateway: Gateway, refused: Answer) -> Answer:
    """What nginx's error page gets for a refusal."""
    (sealed,) = all_of(refused, "x-frontdesk-refusal")
    return await gateway.handle_refusal(
        call("GET", "/_frontdesk/refusal", None, (b"x-frontdesk-refusal", sealed.encode()), hop=PROXY)
    )


REFUSALS: list[Any] = [
    ("GET", "//rooms", "none", (), 400, "invalidRequest"),
    ("GET", "/rooms/v1?access_token=x", "none", (), 400, "invalidRequest"),
    ("GET", "/unknown", "none", (), 404, "unknownOperation"),
    ("DELETE", "/rooms/v1", "none", (), 405, "methodNotAllowed"),
    ("GET", "/rooms/v1", "none", (), 401, "unauthenticated"),
    ("GET", "/rooms/v1", "bad", (), 401, "unauthenticated"),
    ("GET", "/partners/v1", "basic", (), 403, "schemeForbidden"),
    ("GET", "/rooms/v1", "bearer", (), 400, "networkRequired"),
    ("GET", "/rooms/v1", "bearer", (network(FOREIGN),), 403, "networkForbidden"),
    ("POST", "/rooms/v1", "readonly", (N,), 403, "insufficientScope"),
]


@pytest.mark.parametrize(("method", "uri", "credential", "headers", "status", "type_"), REFUSALS)
async def test_a_no_reaches_the_caller_whole_through_either_kind_of_proxy(
    desk: Desk, gateway: Gateway, method: str, uri: str, credential: str, headers: Any, status: int, type_: str
) -> None:
    """Traefik and Caddy pass the answer on; nginx passes 401 and 403, and its error page shows the same answer."""
    authorization = {"none": None, "bad": b"Bearer x", "basic": desk.basic(), "bearer": desk.bearer(),
                     "readonly": desk.bearer(("rooms.readonly",))}[credential]  # fmt: skip
    direct = await gateway.handle_check(question(*asked(method, uri, "traefik"), *headers, authorization=authorization))
    assert outcome(direct) == (status, type_)
    assert all_of(direct, "x-frontdesk-refusal") == []
    desk.clock.pass_seconds(1)  # so that as many calls are left as before
    through = await gateway.handle_check(question(*asked(method, uri), *headers, authorization=authorization))
    assert through.status == (401 if status == 401 else 403)
    assert await shown(gateway, through) == direct


async def test_429_reaches_the_caller_through_nginx() -> None:
    """With Retry-After, and with what is left."""
    desk = Desk(limit=1)
    gateway = desk.gateway(check_peers=(PROXY,))
    await gateway.handle_check(question(*NGINX, authorization=desk.basic()))
    refused = await gateway.handle_check(question(*NGINX, authorization=desk.basic()))
    assert refused.status == 403
    answer = await shown(gateway, refused)
    assert outcome(answer) == (429, "rateLimited")
    assert all_of(answer, "retry-after") == ["1"]
    assert all_of(answer, "ratelimit") == ['"default";r=0;t=1']
    assert all_of(answer, "ratelimit-policy") == ['"default";q=1;w=1']


async def test_a_store_that_cannot_answer_is_a_503_through_either(desk: Desk, tmp_path: Path) -> None:
    """Nothing passes while nothing can be proven, and the caller is told to come back."""
    store = await open_sqlite(tmp_path / "frontdesk.db", create=True)
    await store.aclose()  # nothing can be read of it any more
    desk.house = replace(desk.house, store=store)
    gateway = desk.gateway(check_peers=(PROXY,))
    direct = await gateway.handle_check(question(*TRAEFIK, authorization=desk.basic()))
    assert outcome(direct) == (503, "temporarilyUnavailable")
    assert all_of(direct, "retry-after") == ["1"]
    through = await gateway.handle_check(question(*NGINX, authorization=desk.basic()))
    assert through.status == 403
    assert outcome(await shown(gateway, through)) == (503, "temporarilyUnavailable")


async def test_a_refusal_that_is_not_ours_is_not_shown(desk: Desk, gateway: Gateway) -> None:
    """Missing (the check itself broke), forged, altered, doubled, of another installation: a plain 503."""
    refused = await gateway.handle_check(question(*asked("GET", "/unknown")))
    (sealed,) = all_of(refused, "x-frontdesk-refusal")
    text, _, proof = sealed.partition(".")
    altered = base64.urlsafe_b64encode(base64.urlsafe_b64decode(text).replace(b"UNKNOWN", b"METHODN")).decode()
    stranger = Desk().mint
    seal = RefusalSeal(mac=stranger.mac, checks_mac=stranger.checks_mac)
    other = seal.write(Refusal(reason=Reason.RATE_LIMITED), request_id="x").decode()
    for values in ([], [""], ["x"], [f"{altered}.{proof}"], [text], [f"{text}."], [other], [sealed, sealed], ["é.é"]):
        headers = [(b"x-frontdesk-refusal", value.encode()) for value in values]
        answer = await gateway.handle_refusal(call("GET", "/_frontdesk/refusal", None, *headers, hop=PROXY))
        assert outcome(answer) == (503, "temporarilyUnavailable"), values


async def test_gw_19_the_final_path_is_matched_with_the_servers_base(desk: Desk) -> None:
    """A proxy's prefix takes no part: what it says it will send is what is judged."""
    gateway = desk.gateway(
        document_with({"/a": {"get": {"security": [{"Basic": []}]}}}, servers=[{"url": "/v1"}]), check_peers=(PROXY,)
    )
    prefixed = (*asked("GET", "/a", "traefik"), (b"x-forwarded-prefix", b"/v1"))
    assert (await gateway.handle_check(question(*prefixed, authorization=desk.basic()))).status == 404
    whole = asked("GET", "/v1/a", "traefik")
    assert (await gateway.handle_check(question(*whole, authorization=desk.basic()))).status == 200


async def test_hs_01_a_callers_identity_headers_never_come_back(desk: Desk, gateway: Gateway) -> None:
    """The answer is made of what was proven alone."""
    forged = ((b"x-frontdesk-role", b"owner"), (b"x-frontdesk-subject", b"forged"), (b"x_frontdesk_scopes", b"all"))
    answer = await gateway.handle_check(question(*NGINX, *forged, authorization=desk.basic()))
    assert all_of(answer, "x-frontdesk-role") == [""]
    assert all_of(answer, "x-frontdesk-subject") == ["network:" + NORTH]
