"""Rows HS, GW-12, GW-13 and HT-11 of the attack catalogue through each front proxy: nobody speaks for the proxy."""

import pytest

from frontdesk.gateway.identity import MISLEADING, canonical
from proxies.conftest import Guarded
from proxies.raw import ask
from proxies.recorder import Recorded

FORGED = "forged"
NAMES = ("Subject", "Network", "Client", "Scheme", "Scopes", "Role", "Assertion", "Check-Secret", "Refusal", "Shadow")


def spellings(name: str) -> list[str]:
    """A header name as servers may read it that mind neither case nor `_`, `.` and `-`."""
    return [name, name.upper(), name.lower(), name.replace("-", "_"), name.replace("-", "."),
            name.replace("-", "_", 1), name[::-1].replace("-", "_", 1)[::-1], name.replace("-", ".", 1)]  # fmt: skip


def call(guarded: Guarded, *headers: tuple[str, str], status: int = 200) -> list[Recorded]:
    """What reaches the API of one call with a right credential and these headers."""
    before = len(guarded.api.requests)
    pair = ("Authorization", guarded.pair["Authorization"])
    assert ask(guarded.proxy.port, "GET /resources/v1 HTTP/1.1", pair, *headers).statuses == [status]
    return guarded.api.requests[before:]


@pytest.mark.parametrize("name", NAMES)
def test_hs_01_hs_02_identity_comes_from_frontdesk_alone(guarded: Guarded, name: str) -> None:
    """HS-01, HS-02, HS-03: in whichever spelling, also where Frontdesk's own value is empty (Basic: scopes, role)."""
    for spelling in spellings(f"X-Frontdesk-{name}"):
        (heard,) = call(guarded, (spelling, FORGED), (spelling, FORGED + "2"))
        assert not [header for header in heard.headers if FORGED in header[1]], spelling
        assert heard.all("x-frontdesk-subject") == ["network:" + guarded.town.places[0].id]
        for told, _ in heard.headers:
            assert told == canonical(told.encode()).decode() or not told.startswith("x"), told


def test_tn_04_the_network_that_the_api_hears_of_is_the_one_that_was_judged(guarded: Guarded) -> None:
    """TN-04: another spelling never arrives beside ours; doubled is refused."""
    mine, other = guarded.town.places[0].id, guarded.town.places[1].id
    for spelling in (
        "spacebring_network_id",
        "spacebring.network.id",
        "SPACEBRING_NETWORK_ID",
        "Spacebring.Network-Id",
    ):
        before = len(guarded.api.requests)
        answered = ask(
            guarded.proxy.port,
            "GET /resources/v1 HTTP/1.1",
            ("Authorization", guarded.pair["Authorization"]),
            (spelling, other),
        )
        assert answered.statuses[0] in (200, 400), spelling
        for heard in guarded.api.requests[before:]:
            named = [value for name, value in heard.headers if canonical(name.encode()) == b"spacebring-network-id"]
            assert named == [mine], spelling
    assert call(guarded, ("spacebring-network-id", mine), ("spacebring-network-id", mine), status=400) == []
    assert call(guarded, ("spacebring-network-id", f"{mine}, {other}"), status=400) == []


def test_hs_04_credentials_and_cookies_stay_at_the_door(guarded: Guarded) -> None:
    """HS-04: neither Authorization nor Proxy-Authorization nor a cookie reaches the API."""
    (heard,) = call(guarded, ("Proxy-Authorization", "Basic Zm9yZ2Vk"), ("Cookie", "fd_session=x; theirs=y"))
    for name in ("authorization", "proxy-authorization", "cookie"):
        assert heard.all(name) == [], name


MISLEADING_NAMES = [
    *sorted(name.decode().title() for name in MISLEADING),
    *(f"X-Forwarded-{name}" for name in ("For", "Proto", "Host", "Port", "Uri", "Method", "Prefix", "Server", "Path")),
    "X-Request-Id",
]


@pytest.mark.parametrize("name", MISLEADING_NAMES)
def test_hs_06_gw_12_gw_13_no_header_says_another_call_than_the_judged_one(guarded: Guarded, name: str) -> None:
    """HS-06, GW-12, GW-13, GW-19: what callers say of method, path, address and host is dropped, however spelt."""
    for spelling in spellings(name):
        (heard,) = call(guarded, (spelling, FORGED))
        assert heard.line == "GET /resources/v1 HTTP/1.1"
        assert not [header for header in heard.headers if FORGED in header[1]], spelling


def test_hs_06_the_api_hears_the_callers_own_address_and_our_host(guarded: Guarded) -> None:
    """HS-06: exactly one of each, from the configuration and the connection."""
    (heard,) = call(guarded, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Host", "evil.example"))
    assert len(heard.all("x-forwarded-for")) == 1
    assert "203.0.113.9" not in heard.all("x-forwarded-for")[0]
    assert heard.all("x-forwarded-host") == [f"127.0.0.1:{guarded.proxy.port}"]
    assert heard.all("x-forwarded-proto") == ["http"]


CONNECTIONS = [
    "authorization",
    "spacebring-network-id",
    "x-frontdesk-subject",
    "x-forwarded-for",
    "x-request-id",
    "close, x-frontdesk-subject, x-frontdesk-scopes, spacebring-network-id",
    "X-Forwarded-Method, X-Forwarded-Uri",
    "X-Original-Method",
]


@pytest.mark.parametrize("named", CONNECTIONS)
def test_ht_11_connection_takes_nothing_of_ours_away(guarded: Guarded, named: str) -> None:
    """HT-11: neither what the check reads nor what the API hears; or the call is refused."""
    network = guarded.town.places[0].id
    before = len(guarded.api.requests)
    answered = ask(
        guarded.proxy.port,
        "GET /resources/v1 HTTP/1.1",
        *guarded.bearer.items(),
        ("Connection", named),
    )
    assert answered.statuses[0] in (200, 400, 401)
    for heard in guarded.api.requests[before:]:
        assert heard.all("x-frontdesk-network") == heard.all("spacebring-network-id") == [network]
        assert heard.all("x-frontdesk-scopes") == ["resources locations"]
        assert len(heard.all("x-frontdesk-subject")) == len(heard.all("x-request-id")) == 1


def test_bt_04_two_credentials_are_none(guarded: Guarded) -> None:
    """BT-01, BT-04, BT-11: doubled, joined and mixed; a token in the query or a body."""
    bearer, pair = guarded.bearer["Authorization"], guarded.pair["Authorization"]
    line = "GET /resources/v1 HTTP/1.1"
    before = len(guarded.api.requests)
    for headers in (
        [("Authorization", pair), ("Authorization", pair)],
        [("Authorization", bearer), ("Authorization", pair)],
        [("Authorization", pair), ("authorization", "Bearer x")],
        [("Authorization", f"{pair}, {bearer}")],
    ):
        assert ask(guarded.proxy.port, line, *headers).statuses == [400]
    token = bearer.removeprefix("Bearer ")
    assert ask(guarded.proxy.port, f"GET /resources/v1?access_token={token} HTTP/1.1").statuses == [400]
    for headers in (
        [("Cookie", f"access_token={token}")],
        [("X-Access-Token", token)],
        [("Proxy-Authorization", bearer)],
    ):
        assert ask(guarded.proxy.port, line, *headers).statuses == [401]
    assert guarded.api.requests[before:] == []


def test_ht_14_what_the_api_says_in_our_name_is_taken_away(guarded: Guarded) -> None:
    """HT-14: no cookie, and no header of ours, comes from the API; pages of its own run no scripts."""
    guarded.api.further = (
        "Set-Cookie: fd_session=theirs; Path=/\r\nSet-Cookie: __Host-fd_session=theirs\r\n"
        "X-Frontdesk-Role: owner\r\nX-Frontdesk-Refusal: x\r\nX-Request-Id: theirs\r\n"
    )
    try:
        answered = ask(guarded.proxy.port, "GET /resources/v1 HTTP/1.1", *guarded.pair.items()).raw.lower()
    finally:
        guarded.api.further = ""
    head = answered.partition(b"\r\n\r\n")[0]
    assert b"set-cookie" not in head
    assert b"x-frontdesk-" not in head
    assert b"content-security-policy: sandbox" in head
    assert b"x-content-type-options: nosniff" in head
    assert b"theirs" not in head
