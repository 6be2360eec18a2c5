"""The contract's table of refusals, in its order, with an API behind that must not hear of a refused call."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from frontdesk.gateway.gateway import Gateway
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import Edge
from gateway.desk import FOREIGN, NORTH, SOUTH, Desk, all_of, call, document_with, network, outcome
from gateway.upstream import RawApi

pytestmark = pytest.mark.anyio

TWICE = (b"authorization", b"Bearer x")


@asynccontextmanager
async def standing(desk: Desk, api: RawApi, document: Any = None, **settings: Any) -> AsyncIterator[Gateway]:
    """A gateway before that API."""
    gateway = desk.gateway(document, upstream=api.url, **settings)
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


CREDENTIALS = {
    "none": lambda desk: None,
    "basic": lambda desk: desk.basic(),
    "wrong": lambda desk: desk.basic(secret="wrong"),
    "bearer": lambda desk: desk.bearer(),
    "readonly": lambda desk: desk.bearer(("rooms.readonly",)),
    "single": lambda desk: desk.bearer(networks=(NORTH,)),
    "garbage": lambda desk: b"Bearer garbage",
    "token": lambda desk: b"Token x",
    "8 kB": lambda desk: b"Bearer " + b"x" * 8192,
}
N, S, F = network(NORTH), network(SOUTH), network(FOREIGN)
ROOMS = "/rooms/v1"
BAD = (400, "invalidRequest")

CASES: list[Any] = [
    # check 1
    ("GW-01", "GET", "//rooms", "none", (), BAD),
    ("GW-03", "GET", "/rooms/v1/a%2Fb", "bearer", (N,), BAD),
    ("HT-07 absolute", "GET", "http://other.example/rooms/v1", "bearer", (N,), BAD),
    ("HT-07 star", "OPTIONS", "*", "bearer", (N,), BAD),
    ("HT-09", "GET", "rooms/v1", "bearer", (N,), BAD),
    ("BT-01", "GET", ROOMS + "?access_token=x", "bearer", (N,), BAD),
    ("BT-02", "GET", ROOMS + "?access_token=x", "none", (), BAD),
    ("BT-04 twice", "GET", ROOMS, "basic", (TWICE,), BAD),
    ("BT-04 twice, first bad", "GET", ROOMS, "garbage", (TWICE,), BAD),
    ("TN-04 twice", "GET", ROOMS, "bearer", (N, N), BAD),
    ("TN-04 comma", "GET", ROOMS, "bearer", ((N[0], N[1] + b"," + S[1]),), BAD),
    ("TN-04 underscores", "GET", ROOMS, "bearer", ((b"spacebring_network_id", N[1]),), BAD),
    ("TN-04 dots beside", "GET", ROOMS, "bearer", (N, (b"spacebring.network.id", S[1])), BAD),
    ("TN-05 braces", "GET", ROOMS, "bearer", ((N[0], b"{" + N[1] + b"}"),), BAD),
    ("TN-05 name", "GET", ROOMS, "bearer", ((N[0], b"north"),), BAD),
    ("TN-05 empty", "GET", ROOMS, "bearer", ((N[0], b""),), BAD),
    ("check 1 before 2", "GET", "/unknown//x", "none", (), BAD),
    ("check 1 before 2, network", "GET", "/unknown", "none", ((N[0], b"x"),), BAD),
    ("HT-10 upgrade", "GET", ROOMS, "bearer", (N, (b"upgrade", b"h2c")), BAD),
    ("HT-08 host twice", "GET", ROOMS, "bearer", (N, (b"host", b"other.example")), BAD),
    ("BT-11 header bytes", "GET", ROOMS, "bearer", (N, (b"x-name", b"\xff\xfe")), BAD),
    ("HT-02 coding", "POST", ROOMS, "bearer", (N, (b"transfer-encoding", b"chunked, identity")), BAD),
    ("HT-02 both", "POST", ROOMS, "bearer", (N, (b"transfer-encoding", b"chunked"), (b"content-length", b"1")), BAD),
    ("HT-04 twice", "POST", ROOMS, "bearer", (N, (b"content-length", b"1"), (b"content-length", b"1")), BAD),
    # check 2
    ("unknown", "GET", "/unknown", "none", (), (404, "unknownOperation")),
    ("unknown though proven", "GET", "/unknown", "bearer", (N,), (404, "unknownOperation")),
    ("GW-07 slash", "GET", "/rooms/v1/", "bearer", (N,), (404, "unknownOperation")),
    ("GW-07 case", "GET", "/Rooms/v1", "bearer", (N,), (404, "unknownOperation")),
    ("GW-09", "GET", "/nothing?x=/rooms/v1", "bearer", (N,), (404, "unknownOperation")),
    ("check 2 before 3", "DELETE", ROOMS, "wrong", (), (405, "methodNotAllowed")),
    ("GW-11 FOO", "FOO", ROOMS, "bearer", (N,), (405, "methodNotAllowed")),
    ("GW-11 get", "get", ROOMS, "bearer", (N,), (405, "methodNotAllowed")),
    ("GW-11 OPTIONS", "OPTIONS", ROOMS, "none", (), (405, "methodNotAllowed")),
    # check 3
    ("no credential", "GET", ROOMS, "none", (), (401, "unauthenticated")),
    ("GW-11 HEAD as GET", "HEAD", ROOMS, "none", (), (401, "unauthenticated")),
    ("wrong", "GET", ROOMS, "wrong", (), (401, "unauthenticated")),
    ("BT-05 no bearer", "GET", ROOMS, "token", (N,), (401, "unauthenticated")),
    ("BT-06 8 kB token", "GET", ROOMS, "8 kB", (N,), (401, "unauthenticated")),
    ("BT-10 other places", "GET", ROOMS, "none", ((b"cookie", b"access_token=x"), (b"x-access-token", b"x"),
     (b"proxy-authorization", b"Bearer x")), (401, "unauthenticated")),
    ("GW-16 health checks", "GET", ROOMS, "none", ((b"user-agent", b"GoogleHC/1.0"),), (401, "unauthenticated")),
    ("BT-13 conditional", "GET", ROOMS, "garbage", ((b"if-none-match", b"*"), (b"range", b"bytes=0-0")),
     (401, "unauthenticated")),
    ("check 3 before 5", "GET", "/private/v1", "garbage", (N,), (401, "unauthenticated")),
    # check 5
    ("scheme", "GET", "/partners/v1", "basic", (), (403, "schemeForbidden")),
    ("SC-13 basic", "GET", "/both/v1", "basic", (), (403, "schemeForbidden")),
    ("SC-13 bearer", "GET", "/both/v1", "bearer", (N,), (403, "schemeForbidden")),
    ("unknown scheme kind", "GET", "/keys/v1", "basic", (), (403, "schemeForbidden")),
    ("check 5 before 6", "GET", "/private/v1", "bearer", (F,), (403, "schemeForbidden")),
    # check 6
    ("TN-01", "GET", ROOMS, "basic", (S,), (403, "networkForbidden")),
    ("TN-03", "GET", ROOMS, "single", (S,), (403, "networkForbidden")),
    ("network missing", "GET", ROOMS, "bearer", (), (400, "networkRequired")),
    ("network foreign", "GET", ROOMS, "bearer", (F,), (403, "networkForbidden")),
    ("check 6 before 7", "POST", ROOMS, "readonly", (F,), (403, "networkForbidden")),
    ("networkless, yet checked", "GET", "/networks/v1", "bearer", (F,), (403, "networkForbidden")),
    # check 7
    ("SC-11 readonly writes", "POST", ROOMS, "readonly", (N,), (403, "insufficientScope")),
    # admitted
    ("TN-02", "GET", ROOMS, "basic", (), (200, "")),
    ("TN-03 none named", "GET", ROOMS, "single", (), (200, "")),
    ("basic names its own", "GET", ROOMS, "basic", (N,), (200, "")),
    ("TN-05 upper case", "GET", ROOMS, "bearer", ((N[0], N[1].upper()),), (200, "")),
    ("bearer", "POST", ROOMS, "bearer", (S,), (200, "")),
    ("readonly reads", "GET", ROOMS, "readonly", (N,), (200, "")),
    ("x includes x.readonly", "GET", ROOMS, "bearer", (N,), (200, "")),
    ("GW-12 override", "GET", ROOMS + "?_method=POST", "readonly", (N, (b"x-http-method-override", b"POST")),
     (200, "")),
    ("GW-13 rewrite", "GET", "/open/v1", "none", ((b"x-original-url", b"/rooms/v1"), (b"x-rewrite-url", b"/x")),
     (200, "")),
    ("public", "GET", "/open/v1", "none", (), (200, "")),
    ("public, bad credential", "GET", "/open/v1", "garbage", (), (401, "unauthenticated")),
    ("networkless", "GET", "/networks/v1", "bearer", (), (200, "")),
]  # fmt: skip


@pytest.mark.parametrize(("method", "target", "credential", "headers", "expected"),
                         [pytest.param(*case[1:], id=case[0]) for case in CASES])  # fmt: skip
async def test_the_first_check_that_fails_decides(
    desk: Desk, api: RawApi, method: str, target: str, credential: str, headers: Any, expected: tuple[int, str]
) -> None:
    """Contract, the table of refusals; the API hears of admitted calls only, and of nothing twice."""
    async with standing(desk, api, serve_networks=False) as gateway:
        answer = await gateway.handle(call(method, target, CREDENTIALS[credential](desk), *headers))
    assert outcome(answer) == expected
    assert len(api.calls) == (answer.status == 200)
    assert all_of(answer, "x-request-id") == ["r-1"]
    if answer.status != 200:
        assert all_of(answer, "cache-control") == ["no-store"]
        assert set(json.loads(answer.body)) == {"message", "type"}


async def refused(desk: Desk, *request: Any, document: Any = None, **settings: Any) -> Answer:
    """The answer to a call at a gateway without an API."""
    return await desk.gateway(document, **settings).handle(call(*request))


async def test_challenges_name_each_scheme_that_would_do(desk: Desk) -> None:
    """RFC 6750 §3: no error where nothing was sent, then which."""
    basic, bearer = 'Basic realm="frontdesk", charset="UTF-8"', 'Bearer realm="frontdesk"'
    answers = {
        "none": await refused(desk, "GET", ROOMS),
        "bad": await refused(desk, "GET", ROOMS, b"Bearer x"),
        "partners": await refused(desk, "GET", "/partners/v1"),
        "private": await refused(desk, "GET", "/private/v1"),
        "nothing opens it": await refused(desk, "GET", "/keys/v1"),
        "scope": await refused(desk, "POST", ROOMS, desk.bearer(("rooms.readonly",)), N),
        "scheme": await refused(desk, "GET", "/partners/v1", desk.basic()),
        "network": await refused(desk, "GET", ROOMS, desk.bearer(), F),
    }
    assert {name: all_of(answer, "www-authenticate") for name, answer in answers.items()} == {
        "none": [basic, bearer],
        "bad": [basic, bearer + ', error="invalid_token"'],
        "partners": [bearer],
        "private": [basic],
        "nothing opens it": [basic, bearer],
        "scope": [basic, bearer + ', error="insufficient_scope", scope="rooms"'],
        "scheme": [],
        "network": [],
    }


async def test_bt_07_bad_tokens_are_told_apart_by_nobody(desk: Desk) -> None:
    """Malformed, expired, revoked, of a blocked user, of another installation: one answer."""
    live = desk.bearer()
    expired = desk.bearer()
    other = Desk().bearer()
    revoked = desk.bearer(revoked_at=1)
    restamped = desk.restamp(desk.bearer())
    clipped = live[:-1]
    malformed = (clipped, b"Bearer fdat_x", b"Bearer " + live[7:].swapcase())
    answers = [await refused(desk, "GET", ROOMS, bad, N) for bad in (other, revoked, restamped, *malformed)]
    desk.clock.pass_days(1)
    answers.append(await refused(desk, "GET", ROOMS, expired, N))
    assert all(answer == answers[0] for answer in answers)
    assert outcome(answers[0]) == (401, "unauthenticated")


async def test_405_says_what_is_allowed(desk: Desk) -> None:
    """RFC 9110 §15.5.6; HEAD follows GET."""
    answer = await refused(desk, "DELETE", ROOMS)
    assert all_of(answer, "allow") == ["GET, HEAD, POST"]


async def test_429_says_when_to_come_back() -> None:
    """More than the limit within a second; another network never sees it (TN-12)."""
    desk = Desk(limit=2)
    gateway = desk.gateway()
    answers = [await gateway.handle(call("GET", ROOMS, desk.basic())) for _ in range(3)]
    assert outcome(answers[2]) == (429, "rateLimited")
    assert all_of(answers[2], "retry-after") == ["1"]
    other = await gateway.handle(call("GET", ROOMS, desk.basic("south")))
    assert other.status == 502


async def test_check_4_comes_before_check_5(desk: Desk) -> None:
    """A caller over its limit is told so whatever it asks for."""
    desk = Desk(limit=1)
    gateway = desk.gateway()
    await gateway.handle(call("GET", ROOMS, desk.basic()))
    assert outcome(await gateway.handle(call("GET", "/partners/v1", desk.basic()))) == (429, "rateLimited")


async def test_without_an_api_an_admitted_call_is_told_so(desk: Desk) -> None:
    """502 with words that help."""
    answer = await refused(desk, "GET", ROOMS, desk.basic())
    assert outcome(answer) == (502, "badGateway")
    assert "no API is configured" in json.loads(answer.body)["message"]


async def test_hd_09_plain_http_is_refused_not_redirected(desk: Desk) -> None:
    """Where the public address is https; before the credential is looked at."""
    gateway = desk.gateway(public_url="https://api.example")
    plain = await gateway.handle(call("GET", ROOMS, desk.basic()))
    assert outcome(plain) == BAD
    assert all_of(plain, "location") == []
    assert (await gateway.handle(call("GET", ROOMS, desk.basic(), https=True))).status == 502


@pytest.mark.parametrize("host", [b"", b"a/?x=", b"x@y", b"a b", b"a:junk", b"a:123456", b"a,b", b"[::1", b"a\\b"])
async def test_ht_08_a_malformed_host_is_refused(desk: Desk, host: bytes) -> None:
    """RFC 9112 §3.2; and so is a missing one."""
    request = call("GET", ROOMS, desk.basic())
    request.headers[0] = (b"host", host)
    assert outcome(await desk.gateway().handle(request)) == BAD
    del request.headers[0]
    assert outcome(await desk.gateway().handle(request)) == BAD


@pytest.mark.parametrize("host", [b"api.example", b"127.0.0.1:8000", b"[::1]:8000", b"a_b.internal"])
async def test_ordinary_hosts_pass(desk: Desk, host: bytes) -> None:
    """Names, addresses, ports."""
    request = call("GET", ROOMS, desk.basic())
    request.headers[0] = (b"host", host)
    assert (await desk.gateway().handle(request)).status == 502


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(("GET", ROOMS, b"Bearer " + b"x" * 100_000), id="BT-06 100 kB"),
        pytest.param(("GET", ROOMS, None, *[(b"x-%d" % n, b"y") for n in range(1_000)]), id="HT-12 1,000 headers"),
        pytest.param(("GET", "/rooms/v1?" + "x" * 40_000), id="long target"),
    ],
)
async def test_large_headers_are_refused_before_they_are_read(desk: Desk, request_: Any) -> None:
    """431."""
    assert outcome(await desk.gateway().handle(call(*request_))) == (431, "headersTooLarge")


async def test_tn_10_a_lost_network_is_refused_and_the_other_stays(desk: Desk, api: RawApi) -> None:
    """A dropped edge, or a role that is gone: on the very next call."""
    dropped = desk.bearer(edges=(Edge(network_id=NORTH), Edge(network_id=SOUTH, dropped_at=1)))
    async with standing(desk, api) as gateway:
        assert outcome(await gateway.handle(call("GET", ROOMS, dropped, S))) == (403, "networkForbidden")
        assert (await gateway.handle(call("GET", ROOMS, dropped, N))).status == 200
        whole = desk.bearer()
        desk.lose_role(SOUTH)
        assert outcome(await gateway.handle(call("GET", ROOMS, whole, S))) == (403, "networkForbidden")
        assert (await gateway.handle(call("GET", ROOMS, whole, N))).status == 200


async def test_a_template_that_is_none_more_specific_needs_every_permission(desk: Desk, api: RawApi) -> None:
    """Contract, Scopes: those that list the method must all allow."""
    document = document_with(
        {
            "/i/{id}/void": {"get": {"security": [{"OAuth": ["rooms.readonly"]}]}},
            "/i/items/{id}": {"get": {"security": [{"OAuth": ["rooms"]}, {"Basic": []}]}},
        }
    )
    async with standing(desk, api, document) as gateway:
        assert (await gateway.handle(call("GET", "/i/items/void", desk.bearer(), N))).status == 200
        poor = await gateway.handle(call("GET", "/i/items/void", desk.bearer(("rooms.readonly",)), N))
        assert outcome(poor) == (403, "insufficientScope")
        assert outcome(await gateway.handle(call("GET", "/i/items/void", desk.basic()))) == (403, "schemeForbidden")


async def test_sc_11_scopes_are_never_matched_by_prefix(desk: Desk) -> None:
    """`room`, `rooms.`, `rooms.readonly.x` open nothing that `rooms.readonly` does."""
    for scope in ("room", "rooms.", "rooms.readonly.x", "rooms.readonly.readonly", "Rooms", "rooms.read"):
        assert outcome(await refused(desk, "GET", ROOMS, desk.bearer((scope,)), N)) == (403, "insufficientScope")


async def test_ht_13_many_calls_at_once_are_each_decided_alone(desk: Desk, api: RawApi) -> None:
    """A hundred calls with different credentials over one pool: the API hears who each one is."""
    bearers = {f"/rooms/v1/{n}": desk.bearer(networks=(NORTH if n % 2 else SOUTH,)) for n in range(100)}
    async with standing(desk, api) as gateway:
        answers = await asyncio.gather(*(gateway.handle(call("GET", path, value)) for path, value in bearers.items()))
    assert [answer.status for answer in answers] == [200] * 100
    heard = {said.line.split()[1].decode(): said.all(b"spacebring-network-id") for said in api.calls}
    assert heard == {path: [(NORTH if n % 2 else SOUTH).encode()] for n, path in enumerate(bearers)}
