"""What the check can say without waiting is what it would have said after waiting, and nothing else is said so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.gateway.gateway import Gateway
from frontdesk.protocol.http import Headers, Request
from frontdesk.protocol.ids import HOUR
from frontdesk.storage import open_sqlite
from gateway.desk import NORTH, SOUTH, Desk, all_of, call, network

pytestmark = pytest.mark.anyio

PROXY = "10.0.0.7"
ROOMS = ((b"x-original-method", b"GET"), (b"x-original-uri", b"/rooms/v1"))
LIMITS = (b"ratelimit", b"ratelimit-policy")


def question(*headers: tuple[bytes, bytes], authorization: bytes | None = None, hop: str = PROXY) -> Request:
    """What a proxy sends to the check."""
    return call("GET", "/_frontdesk/check", authorization, *headers, hop=hop)


def told(headers: Headers) -> Headers:
    """What is said of the caller, less what each call changes."""
    return [header for header in headers if header[0] not in LIMITS]


@pytest.fixture
def gateway(desk: Desk) -> Gateway:
    """One that a proxy may ask."""
    return desk.gateway(check_peers=(PROXY,))


@pytest.mark.parametrize("kind", ["basic", "bearer"])
async def test_a_call_that_was_let_in_before_is_let_in_at_once(desk: Desk, gateway: Gateway, kind: str) -> None:
    """With the same words; the first one was not known, and had done nothing."""
    authorization = desk.basic() if kind == "basic" else desk.bearer()
    request = question(*ROOMS, network(NORTH), authorization=authorization)
    assert gateway.handle_check_at_once(request) is None
    first = await gateway.handle_check(request)
    assert all_of(first, "ratelimit") == ['"default";r=999;t=1']
    again = gateway.handle_check_at_once(request)
    assert again is not None
    assert (again.status, told(again.headers)) == (200, told(first.headers))
    assert all_of(again, "ratelimit") == ['"default";r=998;t=1']  # it was counted, once


async def test_each_call_let_in_at_once_is_told_to_whoever_keeps_count(desk: Desk, gateway: Gateway) -> None:
    """As it is when it had to wait."""
    seen: list[str] = []

    class Counter:
        def passed(self, passed: Any, request_id: str, now: int) -> None:
            seen.append(request_id)

        def refused(self, *_: Any) -> None:
            seen.append("refused")

    gateway.checker._observers = (Counter(),)
    request = question(*ROOMS, authorization=desk.basic())
    assert gateway.handle_check_at_once(request) is None
    assert seen == []
    await gateway.handle_check(request)
    assert gateway.handle_check_at_once(request) is not None
    assert seen == ["r-1", "r-1"]


@pytest.mark.parametrize(
    "headers",
    [
        (*ROOMS, network(SOUTH), network(NORTH)),
        (*ROOMS, (b"spacebring_network_id", SOUTH.encode())),
        (*ROOMS, (b"x-rewrite-url", b"/rooms/v1")),
        ((b"x-original-method", b"GET"), (b"x-original-uri", b"/rooms/../rooms/v1")),
        ((b"x-original-method", b"GET"), (b"x-original-uri", b"/unknown")),
        ((b"x-original-method", b"PUT"), (b"x-original-uri", b"/rooms/v1/1")),
        ((b"x-original-method", b"GET"), (b"x-original-uri", b"/open/v1")),
    ],
    ids=["doubled", "another spelling", "a rival", "ambiguous", "unknown", "not for it", "public"],
)
async def test_nothing_else_is_said_at_once(desk: Desk, gateway: Gateway, headers: Any) -> None:
    """A refusal, and a yes that has no credential, is left to the check that waits."""
    await gateway.handle_check(question(*ROOMS, authorization=desk.basic()))
    assert gateway.handle_check_at_once(question(*headers, authorization=desk.basic())) is None


async def test_what_ended_is_not_let_in_at_once(desk: Desk, gateway: Gateway) -> None:
    """An expired token, one whose grant is another, a caller that may not ask, a call over plain http."""
    bearer = desk.bearer()
    request = question(*ROOMS, network(NORTH), authorization=bearer)
    await gateway.handle_check(request)
    assert gateway.handle_check_at_once(request) is not None
    assert gateway.handle_check_at_once(question(*ROOMS, network(NORTH), authorization=bearer, hop="10.9.9.9")) is None
    guarded = desk.gateway(check_peers=(PROXY,), public_url="https://desk.example", trusted_proxies=(PROXY,))
    await guarded.handle_check(request)
    plain = question(*ROOMS, network(NORTH), (b"x-forwarded-proto", b"http"), authorization=bearer)
    assert guarded.handle_check_at_once(plain) is None
    desk.restamp(bearer)
    assert gateway.handle_check_at_once(request) is None
    fresh = question(*ROOMS, network(NORTH), authorization=desk.bearer())
    await gateway.handle_check(fresh)
    desk.clock.pass_seconds(2 * HOUR // 1_000_000)
    assert gateway.handle_check_at_once(fresh) is None


async def test_a_call_over_the_limit_is_refused_by_the_check_that_waits_and_counts_nowhere() -> None:
    """Asked twice, by both, it waits no longer than asked once."""
    desk = Desk(limit=1)
    gateway = desk.gateway(check_peers=(PROXY,))
    request = question(*ROOMS, authorization=desk.basic())
    await gateway.handle_check(request)
    for _ in range(3):
        assert gateway.handle_check_at_once(request) is None
    refused = await gateway.handle_check(request)
    assert refused.status == 403
    desk.clock.pass_seconds(1)
    assert gateway.handle_check_at_once(request) is not None


async def test_a_store_that_cannot_answer_lets_nobody_in_at_once(desk: Desk, tmp_path: Path) -> None:
    """What is kept is trusted only while the store says that it stands."""
    store = await open_sqlite(tmp_path / "frontdesk.db", create=True)
    await store.aclose()
    desk.house = replace(desk.house, store=store)
    gateway = desk.gateway(check_peers=(PROXY,))
    assert gateway.handle_check_at_once(question(*ROOMS, authorization=desk.basic())) is None
