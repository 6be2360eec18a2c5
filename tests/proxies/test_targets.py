"""Rows GW of the attack catalogue through each front proxy: whatever the path, never more is let in than directly.

And whatever is let in, the API is asked for the very target that was judged.
"""

import pytest

from proxies.conftest import Guarded
from proxies.raw import ask

TARGETS = [
    ("GW-01", "//resources/v1"),
    ("GW-01", "/resources//v1"),
    ("GW-01", "/resources/v1//"),
    ("GW-02", "/./resources/v1"),
    ("GW-02", "/nowhere/../resources/v1"),
    ("GW-02", "/nowhere/%2e%2e/resources/v1"),
    ("GW-02", "/nowhere/.%2E/resources/v1"),
    ("GW-02", "/resources/v1/.."),
    ("GW-02", "/../resources/v1"),
    ("GW-02", "/oauth2/../resources/v1"),
    ("GW-02", "/oauth2/%2e%2e/resources/v1"),
    ("GW-02", "/account/../resources/v1"),
    ("GW-02", "/_frontdesk/static/../../resources/v1"),
    ("GW-02", "/_frontdesk/static/..%2f..%2fresources/v1"),
    ("GW-03", "/resources%2Fv1"),
    ("GW-03", "/resources/v1/a%2fb"),
    ("GW-03", "/oauth2%2f..%2fresources/v1"),
    ("GW-04", "/resources\\v1"),
    ("GW-04", "/resources%5cv1"),
    ("GW-04", "/resources/v1/..\\x"),
    ("GW-05", "/resources/v1/%252e%252e"),
    ("GW-05", "/resources/v1/%2525"),
    ("GW-05", "/resources/v1/100%"),
    ("GW-05", "/resources/v1/%zz"),
    ("GW-06", "/nowhere/..;/resources/v1"),
    ("GW-06", "/resources/v1;x=y"),
    ("GW-06", "/resources;/v1"),
    ("GW-07", "/Resources/V1"),
    ("GW-07", "/resources/v1/"),
    ("GW-08", "/resources/v1#/nowhere"),
    ("GW-08", "/resources/v1%23"),
    ("GW-08", "/resources/v1%3fx"),
    ("GW-08", "/resources/v1/%00"),
    ("GW-09", "/nowhere?x=/resources/v1"),
    ("GW-09", "/resources/v1?x=/nowhere"),
    ("GW-09", "/resources/v1??x"),
    ("GW-18", "/resources/v1/..%2flocations%2fv1"),
    ("GW-19", "/v1/resources/v1"),
    ("HT-07", "http://evil.example/resources/v1"),
    ("HT-07", "http://evil.example"),
    ("HT-07", "*"),
    ("HT-09", "resources/v1"),
    ("UN", "/resources/v1/caf%C3%A9"),
    ("UN", "/resources/v1/%ff"),
    ("UN", "/resources/v1/%c0%af"),
    ("plain", "/resources/v1/%41b"),
    ("plain", "/resources/v1/a%7Eb%2cc?startDate[gte]=2026-01-01&x=%20y&z=+;q"),
    ("plain", "/resources/v1/a!$&'()*+,=:@b"),
    ("plain", "/resources/v1/|"),
    ("plain", "/resources/v1/\u00e9"),
]


@pytest.mark.parametrize(("row", "target"), TARGETS, ids=[f"{row} {target}" for row, target in TARGETS])
def test_a_target_is_judged_as_it_is_sent_on(guarded: Guarded, row: str, target: str) -> None:
    """GW-01 to GW-09, GW-18, GW-19, HT-07, HT-09: the built-in proxy's verdict, or a plain 4xx of the proxy's own."""
    pair = ("Authorization", guarded.pair["Authorization"])
    (expected,) = ask(guarded.town.house.port, f"GET {target} HTTP/1.1", pair).statuses
    before = len(guarded.api.requests)
    (status,) = ask(guarded.proxy.port, f"GET {target} HTTP/1.1", pair).statuses
    through = [request.target for request in guarded.api.requests[before:]]
    if status == 200:
        # Caddy and Traefik may have written it anew ("|" as "%7C") before they asked: what counts is what arrives.
        (sent,) = through
        assert sent == target.removeprefix("http://evil.example") or guarded.proxy.kind in ("caddy", "traefik")
        assert ask(guarded.town.house.port, f"GET {sent} HTTP/1.1", pair).statuses == [200]
    else:
        assert through == []
        assert status == expected or 400 <= status < 500


METHODS = ["HEAD", "OPTIONS", "FOO", "get", "TRACE", "POST", "PUT", "G-T"]


@pytest.mark.parametrize("method", METHODS)
def test_gw_11_a_method_is_judged_as_it_is_sent_on(guarded: Guarded, method: str) -> None:
    """GW-11: HEAD follows GET; what the document does not list is refused, in whatever case."""
    pair = ("Authorization", guarded.pair["Authorization"])
    before = len(guarded.api.requests)
    (expected,) = ask(guarded.town.house.port, f"{method} /resources/v1 HTTP/1.1", pair).statuses
    direct = [request.line for request in guarded.api.requests[before:]]
    (status,) = ask(guarded.proxy.port, f"{method} /resources/v1 HTTP/1.1", pair).statuses
    through = [request.line for request in guarded.api.requests[before + len(direct) :]]
    assert status == expected or 400 <= status < 500
    assert through == (direct if status == 200 else [])


def test_gw_16_nobody_is_exempt_by_a_user_agent(guarded: Guarded) -> None:
    """GW-16: health checks need a credential like everybody."""
    for agent in ("ELB-HealthChecker/2.0", "GoogleHC/1.0", "kube-probe/1.30", "Envoy/HC", "NGINX-Health"):
        assert ask(guarded.proxy.port, "GET /resources/v1 HTTP/1.1", ("User-Agent", agent)).statuses == [401]
