"""Every kind of refusal reaches callers through each front proxy as the built-in one would say it."""

import http.client
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from proxies.conftest import Guarded
from servers.front_proxy import FrontProxy
from servers.house import House
from servers.partner import Town, settle
from servers.proxies import START
from servers.upstream import Upstream
from servers.wires import basic

# What a refusal says beside its status and body. X-Request-Id is another one each time.
TELLING = ("content-type", "cache-control", "x-content-type-options", "www-authenticate", "allow", "retry-after",
           "ratelimit", "ratelimit-policy")  # fmt: skip


def ask(port: int, method: str, target: str, headers: dict[str, str]) -> tuple[int, Any, dict[str, list[str]]]:
    """Status, body and every value of every header."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    said: dict[str, list[str]] = {}
    for name, value in answer.getheaders():
        said.setdefault(name.lower(), []).append(value)
    return answer.status, json.loads(body) if body else None, said


def telling(said: dict[str, list[str]]) -> dict[str, str]:
    """The headers that must be the same; several lines are one list (RFC 9110 §5.3)."""
    return {name: ", ".join(said[name]) for name in TELLING if name in said}


def refusals(guarded: Guarded) -> dict[str, tuple[int, str, str, str, dict[str, str]]]:
    """One call for each kind that a call by itself can bring about: status, type, method, target, headers."""
    pair, bearer = guarded.pair, guarded.bearer
    other = guarded.town.places[1].id
    named = {"spacebring-network-id": bearer["spacebring-network-id"]}
    many = {f"X-{number}": "1" for number in range(120)}
    large = {f"X-{number}": "x" * 11_000 for number in range(3)}
    token = {"Authorization": bearer["Authorization"]}
    return {
        "double slash": (400, "invalidRequest", "GET", "//resources/v1", pair),
        "dots": (400, "invalidRequest", "GET", "/resources/%2e%2e/v1", pair),
        "escaped slash": (400, "invalidRequest", "GET", "/resources/v1/a%2Fb", pair),
        "a token in the query": (400, "invalidRequest", "GET", "/resources/v1?access_token=x", pair),
        "two credentials": (400, "invalidRequest", "GET", "/resources/v1", {"Authorization": "Bearer a, Basic b"}),
        "network id": (400, "invalidRequest", "GET", "/resources/v1", pair | {"spacebring-network-id": "x"}),
        "network required": (400, "networkRequired", "GET", "/resources/v1", guarded.narrow),
        "no credential": (401, "unauthenticated", "GET", "/resources/v1", {}),
        "unknown pair": (401, "unauthenticated", "GET", "/resources/v1", {"Authorization": basic("fdni_x", "fdns_x")}),
        "malformed token": (401, "unauthenticated", "GET", "/resources/v1", {"Authorization": "Bearer x"}),
        "unknown scheme": (401, "unauthenticated", "GET", "/resources/v1", {"Authorization": "Digest x"}),
        "scheme": (403, "schemeForbidden", "POST", "/locations/v1", pair),
        "network": (403, "networkForbidden", "GET", "/resources/v1", pair | {"spacebring-network-id": other}),
        "token's network": (403, "networkForbidden", "GET", "/resources/v1", token | {"spacebring-network-id": other}),
        "scope": (403, "insufficientScope", "POST", "/resources/v1", guarded.narrow | named),
        "no such path": (404, "unknownOperation", "GET", "/nowhere", pair),
        "no such method": (405, "methodNotAllowed", "PATCH", "/resources/v1", pair),
        "HEAD without a credential": (401, "unauthenticated", "HEAD", "/resources/v1", {}),
        "headers too large": (431, "headersTooLarge", "GET", "/resources/v1", pair | large),
        "too many headers": (431, "headersTooLarge", "GET", "/resources/v1", pair | many),
    }


def test_a_refusal_looks_the_same_through_each_proxy(guarded: Guarded) -> None:
    """Status, JSON body and every header that tells something; the seal that travels through nginx stays inside."""
    for name, (status, word, method, target, headers) in refusals(guarded).items():
        expected = ask(guarded.town.house.port, method, target, headers)
        answered = ask(guarded.proxy.port, method, target, headers)
        assert expected[0] == status, name
        assert method == "HEAD" or expected[1]["type"] == word, name
        assert answered[:2] == expected[:2], name
        if method == "HEAD":
            expected[2].pop("content-type")  # of a body that is not sent
            answered[2].pop("content-type", None)
        assert telling(answered[2]) == telling(expected[2]), name
        assert len(answered[2]["x-request-id"]) == 1, name
        assert not [header for header in answered[2] if header.startswith("x-frontdesk-")], name


@pytest.fixture(scope="module")
def strained(upstream: Upstream) -> Iterator[tuple[Town, dict[str, FrontProxy]]]:
    """A town where each credential may call once a second, with all four proxies before it."""
    house = House(upstream=upstream.url, requests_per_second="1", check_peers="127.0.0.1", trusted_proxies="127.0.0.1")
    proxies: dict[str, FrontProxy] = {}
    try:
        town = settle(house.start())
        proxies |= {kind: start(house.port, upstream.port) for kind, start in START.items()}
        yield town, proxies
        town.close()
    finally:
        for proxy in proxies.values():
            proxy.stop()
        house.leave()


def exhaust(port: int, headers: dict[str, str]) -> tuple[int, Any, dict[str, list[str]]]:
    """Call until it is too much."""
    for _ in range(20):
        answer = ask(port, "GET", "/resources/v1", headers)
        if answer[0] == 429:
            return answer
    raise AssertionError("it was never too much")


def test_429_says_when_to_come_back_through_each_proxy(strained: tuple[Town, dict[str, FrontProxy]]) -> None:
    """With Retry-After, RateLimit and its policy, as the built-in proxy says it."""
    town, proxies = strained
    headers = {"Authorization": basic(town.places[0].client_id, town.places[0].client_secret)}
    for kind, proxy in proxies.items():
        expected, answered = exhaust(town.house.port, headers), exhaust(proxy.port, headers)
        assert answered[1] == expected[1] == {
            "message": "Too many requests for this credential.", "type": "rateLimited"
        }, kind  # fmt: skip
        assert telling(answered[2]) == telling(expected[2]), kind
        assert {"retry-after", "ratelimit", "ratelimit-policy"} <= set(answered[2]), kind


def test_a_store_that_cannot_be_read_is_a_503_through_each_proxy(strained: tuple[Town, dict[str, FrontProxy]]) -> None:
    """Nothing passes while nothing can be proven. Last in this module: it breaks the town's database."""
    town, proxies = strained
    for name in ("frontdesk.db", "frontdesk.db-wal"):
        os.truncate(town.house.data / name, 0)
    with (town.house.data / "frontdesk.db-shm").open("r+b") as index:
        index.write(bytes(136))  # both copies of its head: nobody may go on by what they remember
    headers = {"Authorization": basic(town.places[1].client_id, town.places[1].client_secret)}
    expected = ask(town.house.port, "GET", "/resources/v1", headers)
    assert (expected[0], expected[1]["type"]) == (503, "temporarilyUnavailable")
    for kind, proxy in proxies.items():
        answered = ask(proxy.port, "GET", "/resources/v1", headers)
        assert answered[:2] == expected[:2], kind
        assert telling(answered[2]) == telling(expected[2]), kind
        assert answered[2]["retry-after"] == ["1"], kind
