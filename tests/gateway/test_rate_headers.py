"""RateLimit and RateLimit-Policy on every answer to a counted call: right by our own limits, beside the API's."""

import re
from typing import Any

import pytest

from frontdesk.gateway.rate_headers import rate_headers
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import MINUTE
from frontdesk.protocol.rate_limits import Allowance, make_limit
from gateway.desk import DOCUMENT, NORTH, SOUTH, Desk, all_of, call, document_with, network, outcome
from gateway.upstream import RawApi

pytestmark = pytest.mark.anyio

# A list of strings with parameters, as RFC 9651 §4.1 writes it and we do.
LIST = re.compile(r'"(?:[ !#-\[\]-~]|\\["\\])*"(?:;[a-z]+=\d+)+(?:, "(?:[ !#-\[\]-~]|\\["\\])*"(?:;[a-z]+=\d+)+)*')
LIMITED: dict[str, Any] = {"x-frontdesk-rate-limit": {"requests": 2, "per": "minute"}}
BOTH: dict[str, Any] = {"security": [{"Basic": []}, {"OAuth": []}]}


def told(answer: Answer) -> tuple[list[str], list[str]]:
    """Both headers' values."""
    return all_of(answer, "ratelimit"), all_of(answer, "ratelimit-policy")


def test_names_of_any_kind_are_well_formed() -> None:
    """A path may hold quotes, backslashes and letters that no header can."""
    (allowance,) = make_limit('GET /a"b\\c/café/{x}', requests=2, per=MINUTE).left(0, 1)
    headers = dict(rate_headers((allowance, Allowance("default", 10, 1, 9, 1))))
    assert headers[b"ratelimit"] == b'"GET /a\\"b\\\\c/caf?/{x}";r=2;t=0, "default";r=9;t=1'
    assert all(LIST.fullmatch(value.decode()) for value in headers.values())


def test_nothing_is_said_where_nothing_was_counted() -> None:
    """No empty headers."""
    assert rate_headers(()) == ()


async def test_every_call_tells_what_is_left(desk: Desk) -> None:
    """Counting down, then 429 whose Retry-After is the `t` of the limit that is used up."""
    desk.limit = 3
    gateway = desk.gateway()
    for left in ("2", "1", "0"):
        answer = await gateway.handle(call("GET", "/rooms/v1", desk.basic()))
        assert told(answer) == ([f'"default";r={left};t=1'], ['"default";q=3;w=1'])
    refused = await gateway.handle(call("GET", "/rooms/v1", desk.basic()))
    assert outcome(refused) == (429, "rateLimited")
    assert told(refused) == (['"default";r=0;t=1'], ['"default";q=3;w=1'])
    assert all_of(refused, "retry-after") == ["1"]


@pytest.mark.parametrize(
    ("target", "credential", "status", "is_counted"),
    [
        ("/networks/v1", "basic", 200, True),
        ("/partners/v1", "basic", 403, True),
        ("/rooms/v1", "bearer", 400, True),
        ("/rooms/v1", "wrong", 401, False),
        ("/rooms/v1", "none", 401, False),
        ("/rooms/v2", "basic", 404, False),
        ("/rooms//v1", "basic", 400, False),
        ("/open/v1", "none", 502, False),
    ],
)
async def test_who_was_not_counted_is_told_nothing(
    desk: Desk, target: str, credential: str, status: int, is_counted: bool
) -> None:
    """What is refused before the fourth check, and what nobody in particular asks, has no limit to tell of."""
    given = {"basic": desk.basic(), "bearer": desk.bearer(), "wrong": b"Bearer x", "none": None}[credential]
    answer = await desk.gateway().handle(call("GET", target, given))
    assert answer.status == status
    assert (told(answer) != ([], [])) == is_counted


async def test_an_operation_with_a_limit_of_its_own_is_counted_apart(desk: Desk) -> None:
    """Its limit is used up and the credential's is whole, and the other way round."""
    document = document_with({"/a": {"get": BOTH}, "/b": {"get": {**BOTH, **LIMITED}, "put": BOTH}})
    desk.limit = 3
    gateway = desk.gateway(document)
    statuses = [(await gateway.handle(call("GET", "/b", desk.basic()))).status for _ in range(3)]
    assert statuses == [502, 502, 429]
    last = await gateway.handle(call("GET", "/b", desk.basic()))
    assert told(last) == (['"GET /b";r=0;t=30'], ['"GET /b";q=2;w=60'])
    assert all_of(last, "retry-after") == ["30"]
    assert told(await gateway.handle(call("GET", "/a", desk.basic())))[0] == ['"default";r=2;t=1']
    assert told(await gateway.handle(call("PUT", "/b", desk.basic())))[0] == ['"default";r=1;t=1']
    desk.clock.pass_seconds(30)
    assert (await gateway.handle(call("GET", "/b", desk.basic()))).status == 502


async def test_a_path_s_limit_counts_its_operations_together(desk: Desk) -> None:
    """And each credential for itself."""
    gateway = desk.gateway(document_with({"/b": {**LIMITED, "get": BOTH, "put": BOTH}}))
    statuses = [(await gateway.handle(call(method, "/b", desk.basic()))).status for method in ("GET", "PUT", "GET")]
    assert statuses == [502, 502, 429]
    assert (await gateway.handle(call("GET", "/b", desk.basic("south")))).status == 502


async def test_the_document_s_limit_takes_the_place_of_the_setting(desk: Desk) -> None:
    """For everything that has none of its own."""
    gateway = desk.gateway({**DOCUMENT, **LIMITED})
    statuses = [(await gateway.handle(call("GET", "/rooms/v1", desk.basic()))).status for _ in range(3)]
    assert statuses == [502, 502, 429]
    assert told(await gateway.handle(call("GET", "/private/v1", desk.basic())))[1] == ['"default";q=2;w=60']


async def test_a_head_is_counted_with_its_get(desk: Desk) -> None:
    """It is the same operation."""
    gateway = desk.gateway(document_with({"/b": {"get": {**BOTH, **LIMITED}}}))
    statuses = [(await gateway.handle(call(method, "/b", desk.basic()))).status for method in ("HEAD", "GET", "HEAD")]
    assert statuses == [502, 502, 429]


async def test_a_burst_is_a_setting(desk: Desk) -> None:
    """So many at once, then as many a second as ever."""
    gateway = desk.gateway(requests_per_second=10, burst=3)
    statuses = [(await gateway.handle(call("GET", "/rooms/v1", desk.basic()))).status for _ in range(4)]
    assert statuses == [502, 502, 502, 429]
    desk.clock.pass_seconds(0.1)
    assert (await gateway.handle(call("GET", "/rooms/v1", desk.basic()))).status == 502


async def test_a_network_cannot_take_more_than_its_share(desk: Desk) -> None:
    """A grant's noisy network is refused while its quiet one is served; both limits are told."""
    gateway = desk.gateway(requests_per_second=10, network_share=50)
    token = desk.bearer()

    async def asks(network_id: str) -> Answer:
        return await gateway.handle(call("GET", "/rooms/v1", token, network(network_id)))

    noisy = [await asks(NORTH) for _ in range(20)]
    assert [answer.status for answer in noisy] == [502] * 5 + [429] * 15
    assert told(noisy[-1]) == (
        ['"default";r=5;t=1, "network";r=0;t=1'],
        ['"default";q=10;w=1, "network";q=5;w=1'],
    )
    assert [(await asks(SOUTH)).status for _ in range(5)] == [502] * 5
    assert (await asks(SOUTH)).status == 429


@pytest.mark.parametrize("credential", ["basic", "one network"])
async def test_who_has_one_network_has_the_whole_limit(desk: Desk, credential: str) -> None:
    """There is nobody to be protected from it."""
    gateway = desk.gateway(requests_per_second=10, network_share=50)
    given = desk.basic() if credential == "basic" else desk.bearer(networks=(NORTH,))
    answers = [await gateway.handle(call("GET", "/rooms/v1", given)) for _ in range(11)]
    assert [answer.status for answer in answers] == [502] * 10 + [429]
    assert told(answers[0])[1] == ['"default";q=10;w=1']


async def test_naming_foreign_networks_gains_nothing(desk: Desk) -> None:
    """What is refused for its network is counted in the grant's limit all the same."""
    gateway = desk.gateway(requests_per_second=10, network_share=50)
    token = desk.bearer()
    statuses = [
        (
            await gateway.handle(call("GET", "/rooms/v1", token, network(f"0190b3a0-0000-7000-8000-0000000001{n:02}")))
        ).status
        for n in range(12)
    ]
    assert statuses == [403] * 10 + [429] * 2


OURS = ['"default";r=999;t=1']


@pytest.mark.parametrize(
    ("theirs", "kept"),
    [
        (['RateLimit: "api";r=5;t=10', 'RateLimit-Policy: "api";q=100;w=60'], ['"api";r=5;t=10']),
        (['RateLimit: "a";r=5, "b";r=7;t=9;pk=:Zm9v:'], ['"a";r=5, "b";r=7;t=9;pk=:Zm9v:']),
        (['RateLimit: "default";r=5;t=10'], []),
        (['RateLimit: "api";r=5;t=1, "default";r=5;t=10'], []),
        (["RateLimit: limit=100, remaining=50, reset=5"], []),
        (['RateLimit: "api";r=5;t=10,'], []),
        (['RateLimit: "api'], []),
        (["RateLimit: ,"], []),
    ],
)
async def test_the_api_s_own_limits_stay_beside_ours(
    desk: Desk, api: RawApi, theirs: list[str], kept: list[str]
) -> None:
    """Where the two lists can be joined; in another form they would make ours unreadable."""
    head = "\r\n".join(["HTTP/1.1 200 OK", "Content-Length: 2", *theirs])
    api.answer = head.encode() + b"\r\n\r\n{}"
    gateway = desk.gateway(upstream=api.url)
    await gateway.open()
    try:
        answer = await gateway.handle(call("GET", "/rooms/v1", desk.basic()))
    finally:
        await gateway.close()
    assert told(answer)[0] == kept + OURS
