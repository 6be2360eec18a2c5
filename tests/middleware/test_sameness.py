"""Every call gets, in the app's own process, the answer that the built-in proxy gives; the app is told the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pprint import pformat
from typing import Any

import pytest

from middleware.guarded import API, SECRET, GuardedApp, Heard, Kind, send
from servers.house import House
from servers.partner import Tokens, Town, settle
from servers.wires import Wire, basic

Pairs = list[tuple[str, str]]

KINDS = [
    "local starlette@uvicorn",
    "local starlette@granian",
    "local fastapi@uvicorn",
    "local fastapi@granian",
    "local django-asgi@uvicorn",
    "local flask@werkzeug",
    "local flask@granian",
    "local django@werkzeug",
    "local django@wsgiref",
    "remote starlette@uvicorn",
    "remote fastapi@granian",
    "remote flask@werkzeug",
    "remote django@wsgiref",
]
# A server's own, or a call's.
NOT_COMPARED = {"date", "server", "connection", "x-request-id", "transfer-encoding", "keep-alive"}
# What WSGI servers join, replace or cut before an app, and thus whoever stands before it there, can see it.
HIDDEN_BY_WSGI = {"network header spelt with _", "101 headers", "headers of 40 kB", "Host missing", "Host doubled"}
# Without a raw target these are one with what they decode to, or refused because they might be something else.
HIDDEN_WITHOUT_RAW_TARGET = {"encoded slash", "encoded letter", "encoded percent", "absolute form"}
WITHOUT_RAW_TARGET = {"granian", "wsgiref"}
# Python's http.server makes one slash of those at the beginning.
FOLDS_SLASHES = {"werkzeug", "wsgiref"}


def is_hidden(name: str, kind: Kind) -> bool:
    """Whether a server keeps from the app what is special about a call, or answers it itself."""
    if kind.server == "granian" and name == "101 headers":
        return True
    return kind.is_wsgi and (
        name in HIDDEN_BY_WSGI
        or (name in HIDDEN_WITHOUT_RAW_TARGET and kind.server in WITHOUT_RAW_TARGET)
        or (name == "double slash" and kind.server in FOLDS_SLASHES)
        or (name == "Authorization not ASCII" and kind.server == "granian")  # it hands over an empty one
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A house with the built-in proxy before an app without a desk, and what to call it with."""

    house: House
    town: Town
    full: Tokens  # both scopes, two networks
    reader: Tokens  # reads resources in the first network


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """One for all the servers of this module."""
    bare = GuardedApp(Kind(desk="none", framework="starlette", server="uvicorn"), None)
    house = House(
        upstream=bare.url,
        openapi=API,
        check_secret=SECRET,
        requests_per_second="10000",
        serve_networks="false",
        public_operations="",
    )
    try:
        town = settle(house.start())
        wire = Wire(house.port)
        networks = [one.id for one in town.places[:2]]
        full = town.app.connect(wire, town.person(), networks)
        reader = town.app.connect(wire, town.person(), networks[:1], scope="resources.readonly locations")
        yield Place(house=house, town=town, full=full, reader=reader)
        town.close()
    finally:
        house.leave()
        bare.leave()


@pytest.fixture(scope="module", params=KINDS)
def guarded(request: pytest.FixtureRequest, place: Place) -> Iterator[GuardedApp]:
    """The app behind its own desk, on each server in turn."""
    app = GuardedApp(Kind.read(request.param), place.house)
    yield app
    app.leave()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the table."""

    target: str = "/resources/v1"
    method: str = "GET"
    headers: Pairs = field(default_factory=list)


def calls(place: Place) -> dict[str, Call]:
    """The table, by what is special about each."""
    mine, other, foreign = place.town.places[0], place.town.places[1], place.town.places[3]
    pair = ("Authorization", basic(mine.client_id, mine.client_secret))
    full = ("Authorization", f"Bearer {place.full.access}")
    reader = ("Authorization", f"Bearer {place.reader.access}")

    def network(value: str, name: str = "spacebring-network-id") -> tuple[str, str]:
        return name, value

    plain: dict[str, Pairs] = {
        "no credential": [],
        "Basic": [pair],
        "Basic, the network named": [pair, network(mine.id)],
        "Basic, another network": [pair, network(other.id)],
        "Basic, wrong secret": [("Authorization", basic(mine.client_id, "fdns_wrong"))],
        "Basic, unknown id": [("Authorization", basic("fdni_unknown", mine.client_secret))],
        "Basic, not base64": [("Authorization", "Basic %%%")],
        "another scheme": [("Authorization", "Token x")],
        "an empty credential": [("Authorization", "")],
        "bearer": [full, network(mine.id)],
        "bearer, other network": [full, network(other.id)],
        "bearer, no network": [full],
        "bearer, its one network": [reader],
        "bearer, foreign network": [full, network(foreign.id)],
        "bearer, malformed network": [full, network("not a uuid")],
        "bearer, empty network": [full, network("")],
        "bearer, made up": [("Authorization", "Bearer fdat_" + "A" * 90), network(mine.id)],
        "bearer in lower case": [("Authorization", f"bearer {place.full.access}"), network(mine.id)],
        "Authorization twice": [pair, full, network(mine.id)],
        "Authorization joined": [("Authorization", f"{pair[1]},{full[1]}")],
        "Authorization not ASCII": [("Authorization", "Bearer \xc3\xa9")],
        "network header twice": [full, network(mine.id), network(other.id)],
        "network header twice the same": [full, network(mine.id), network(mine.id)],
        "network header joined": [full, network(f"{mine.id},{other.id}")],
        "network header spelt with _": [full, network(mine.id), network(other.id, "spacebring_network_id")],
        "network header spelt with .": [full, network(mine.id), network(other.id, "spacebring.network.id")],
        "network header in capitals": [full, network(mine.id, "SPACEBRING-NETWORK-ID")],
        "identity of one's own": [
            pair,
            ("X-Frontdesk-Subject", "me"),
            ("X-Frontdesk_Role", "owner"),
            ("x.frontdesk.network", foreign.id),
            ("X-Frontdesk-Assertion", "e30.e30."),
            ("X-Request-Id", "mine"),
        ],
        "orders to servers behind": [
            pair,
            ("X-HTTP-Method-Override", "DELETE"),
            ("X-Original-URL", "/nowhere"),
            ("X-Original-Method", "DELETE"),
            ("X-Original-URI", "/nowhere"),
            ("X-Forwarded-Uri", "/nowhere"),
            ("X-Forwarded-Method", "DELETE"),
            ("X-Forwarded-Host", "evil.example"),
            ("Forwarded", "host=evil.example"),
            ("X-Frontdesk-Check-Secret", "guessed"),
        ],
        "cookies": [pair, ("Cookie", "a=1; fd_session=x; b=2")],
        "another token": [pair, ("Proxy-Authorization", full[1]), ("X-Access-Token", place.full.access)],
        "upgrade to h2c": [pair, ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABk")],
        "101 headers": [pair, *((f"X-{number}", "1") for number in range(101))],
        "headers of 40 kB": [pair, *((f"X-{number}", "1" * 4_000) for number in range(10))],
        "Host with a path": [("Host", "a/b"), pair],
        "Host with a user": [("Host", "a@b"), pair],
        "Host doubled": [("Host", "a"), ("Host", "b"), pair],
        "a conditional request without a credential": [("If-None-Match", '"1"')],
    }
    targets: dict[str, str] = {
        "unknown path": "/nowhere/v1",
        "trailing slash": "/resources/v1/",
        "other case": "/Resources/v1",
        "parameter": "/resources/v1/a-1",
        "parameter, escaped": "/resources/v1/a%20b%C3%A9%21",
        "parameter, sub-delimiters": "/resources/v1/a!$&'()*+,=:@b",
        "encoded letter": "/%72esources/v1",
        "double slash": "//resources/v1",
        "slash within": "/resources//v1",
        "dot segment": "/resources/./v1",
        "dots": "/x/../resources/v1",
        "encoded dots": "/x/%2e%2e/resources/v1",
        "encoded slash": "/resources%2Fv1",
        "encoded backslash": "/resources/v1/a%5Cb",
        "semicolon": "/resources/v1;x=1",
        "encoded semicolon": "/resources/v1/a%3Bb",
        "double encoding": "/resources/v1/%252e%252e",
        "encoded percent": "/resources/v1/100%25",
        "encoded hash": "/resources/v1/a%23b",
        "encoded question mark": "/resources/v1/a%3Fb",
        "encoded NUL": "/resources/v1/a%00b",
        "not UTF-8": "/resources/v1/a%FFb",
        "query": "/resources/v1?startDate[gte]=2024-01-01&a=%2B+%20&&b=&a=1",
        "token in the query": f"/resources/v1?access_token={place.full.access}",
        "absolute form": "http://evil.example/resources/v1",
    }
    found = {name: Call(headers=headers) for name, headers in plain.items()}
    found |= {name: Call(target=target, headers=[pair]) for name, target in targets.items()}
    return found | {
        "HEAD": Call(method="HEAD", headers=[pair]),
        "HEAD, no credential": Call(method="HEAD"),
        "HEAD, unknown path": Call(method="HEAD", target="/nowhere"),
        "method not allowed": Call(method="PATCH", headers=[pair]),
        "OPTIONS": Call(method="OPTIONS"),
        "scope missing": Call(method="POST", headers=[reader]),
        "scope missing for a read": Call(target="/locations/v1", method="POST", headers=[reader]),
        "scheme forbidden": Call(method="POST", target="/locations/v1", headers=[pair]),
        "networkless": Call(target="/networks/v1", headers=[full]),
        "networkless, a network named": Call(target="/networks/v1", headers=[full, network(mine.id)]),
        "public": Call(target="/open/v1"),
        "public, with a wrong credential": Call(target="/open/v1", headers=[("Authorization", "Basic %%%")]),
        "public or Basic": Call(target="/either/v1"),
        "public or Basic, with a credential": Call(target="/either/v1", headers=[pair]),
    }


def test_every_call_gets_the_built_in_proxys_answer(guarded: GuardedApp, place: Place) -> None:
    """Status, body and headers of refusals; what the app is told, and how its answer may be kept, of the rest."""
    differing = {}
    for name, call in calls(place).items():
        if is_hidden(name, guarded.kind):
            continue
        expected = send(place.house.url, call.method, call.target, call.headers)
        answered = send(guarded.url, call.method, call.target, call.headers)
        if difference := compare(expected, answered, guarded.kind):
            differing[name] = difference
    assert not differing, pformat(differing)


def compare(expected: Heard, answered: Heard, kind: Kind) -> Any:
    """What differs; nothing where the two are one."""
    if answered.status != expected.status:
        return (expected.status, answered.status, answered.body)
    if not answered.headers.get("x-request-id"):
        return "no request id"
    if expected.status == 200:
        return compare_passed(expected, answered, kind)
    if answered.body != expected.body:
        return (expected.body, answered.body)
    return compare_pairs(told_headers(expected), told_headers(answered))


def told_headers(heard: Heard) -> list[tuple[str, str]]:
    """The headers of a refusal that are the decision's."""
    return sorted(pair for pair in heard.lines if pair[0] not in NOT_COMPARED)


def compare_passed(expected: Heard, answered: Heard, kind: Kind) -> Any:
    """Caching and limits in the answer; identity, target and method at the app."""
    names = ("cache-control", "vary", "etag", "ratelimit-policy", "x-frontdesk-subject")
    if kind.desk == "remote" and expected.headers["cache-control"] != answered.headers["cache-control"]:
        # It is not told whether an operation that was called without a credential takes one as well.
        names = tuple(name for name in names if name != "cache-control")
    if kind.desk == "remote" and "vary" not in expected.headers:
        names = tuple(name for name in names if name != "vary")
    difference = compare_pairs(
        [(name, expected.headers.get(name, "")) for name in names],
        [(name, answered.headers.get(name, "")) for name in names],
    )
    if difference or not expected.body:
        return difference
    return compare_pairs(heard_by(expected.told(), kind), heard_by(answered.told(), kind))


def heard_by(said: Any, kind: Kind) -> list[tuple[str, str]]:
    """What decides at the app."""
    decisive = ("x-frontdesk", "spacebring", "authorization", "cookie", "x-http", "x-original", "forwarded", "proxy-")
    found = [(name, value) for name, value in said["headers"] if name.replace(".", "-").startswith(decisive)]
    found = [(name, value) for name, value in found if not name.startswith("x-forwarded")]
    target = said["target"]
    if kind.is_wsgi and kind.server in WITHOUT_RAW_TARGET:
        target = target.partition("?")[2]
    elif kind.is_wsgi:
        target = target.removeprefix("http://evil.example")
    return sorted([*found, ("method", said["method"]), ("target", target)])


def compare_pairs(expected: list[tuple[str, str]], answered: list[tuple[str, str]]) -> Any:
    """Both lists less what they have in common."""
    missing = [pair for pair in expected if pair not in answered]
    added = [pair for pair in answered if pair not in expected]
    return (missing, added) if missing or added else None


def test_the_app_is_told_who_calls(guarded: GuardedApp, place: Place) -> None:
    """The record and the headers say the same, and the answer's request id is the call's."""
    mine = place.town.places[0]
    headers = [("Authorization", f"Bearer {place.full.access}"), ("spacebring-network-id", mine.id)]
    heard = send(guarded.url, "POST", "/resources/v1", [*headers, ("Content-Type", "a/b")], b"\x00body\xff")
    said = heard.told()
    told = dict(said["headers"])
    caller = said["caller"]
    assert caller == {
        "subject": told["x-frontdesk-subject"],
        "network_id": mine.id,
        "client_id": place.town.app.client_id,
        "scheme": "oauth2",
        "scopes": ["resources", "locations"],
        "role": "owner",
        "request_id": heard.headers["x-request-id"],
    }
    assert [name for name, _ in said["headers"]].count("spacebring-network-id") == 1
    assert told["spacebring-network-id"] == mine.id
    assert "authorization" not in told
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["host"].startswith("127.0.0.1")
    assert said["body"] == "\x00body\xff"


def test_an_exempt_path_is_open_and_nameless(guarded: GuardedApp) -> None:
    """Exactly that path, in that spelling; the caller's own identity headers do not reach the app there either."""
    lies = [("X-Frontdesk-Subject", "me"), ("spacebring-network-id", "0190b3a0-0000-7000-8000-000000000001")]
    heard = send(guarded.url, "GET", "/healthz?full=1", [*lies, ("Authorization", "Basic own")])
    said = heard.told()
    assert said["caller"] is None
    names = [name for name, _ in said["headers"]]
    assert "x-frontdesk-subject" not in names
    assert "spacebring-network-id" not in names
    assert "authorization" in names  # the path is the app's own matter
    others = {"": "/healthz/", " ": "/Healthz", "encoded letter": "/health%7A", "double slash": "//healthz"}
    for name, other in others.items():
        if is_hidden(name, guarded.kind):
            continue
        assert send(guarded.url, "GET", other).status in (400, 404), other


@pytest.mark.parametrize("spelling", ["spacebring_network_id", "Spacebring_Network-Id"])
def test_where_a_server_hides_a_spelling_the_app_reads_what_was_judged(
    guarded: GuardedApp, place: Place, spelling: str
) -> None:
    """Behind WSGI `_` and `-` are one: whichever value is left, it is the one that was checked."""
    mine, foreign = place.town.places[0], place.town.places[3]
    credential = ("Authorization", f"Bearer {place.full.access}")
    for first, second in ((mine.id, foreign.id), (foreign.id, mine.id)):
        headers = [credential, ("spacebring-network-id", first), (spelling, second)]
        heard = send(guarded.url, "GET", "/resources/v1", headers)
        if heard.status == 200:
            assert guarded.kind.is_wsgi
            assert [value for name, value in heard.told()["headers"] if name == "spacebring-network-id"] == [mine.id]
        else:
            assert heard.status in (400, 403)
