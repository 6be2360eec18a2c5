"""Redirect URIs: byte-exact at authorize, judged at registration (attack rows RU)."""

import pytest

from frontdesk.protocol.redirects import RedirectTarget, judge_registration, match

REG = "https://partner.example/cb"

NEVER_MATCHED = [
    ("RU-02", REG + "/x"),
    ("RU-04", REG + "?x=1"),
    ("RU-05", REG + "?code=ATTACKER"),
    ("RU-05", REG + "?state=1"),
    ("RU-06", REG + "#a"),
    ("RU-06", REG + "%23a"),
    ("RU-07", "https://partner.example@evil.example/cb"),
    ("RU-07", "https://u:p@partner.example/cb"),
    ("RU-08", "https://partner.example:80@evil.example"),
    ("RU-10", "https://partner.example/cb/../evil"),
    ("RU-10", "https://partner.example/x/../cb"),
    ("RU-10", "https://partner.example/./cb"),
    ("RU-11", "https://partner.example/%2e%2e%2fcb"),
    ("RU-11", "https://partner.example/%252e%252e%252fcb"),
    ("RU-13", "HTTPS://partner.example/cb"),
    ("RU-13", "https://PARTNER.example/cb"),
    ("RU-13", "https://partner.example/CB"),
    ("RU-14", "https://partner.example:443/cb"),
    ("RU-14", "https://partner.example:8443/cb"),
    ("RU-15", "http://partner.example/cb"),
    ("RU-16", "javascript:alert(1)"),
    ("RU-16", " https://partner.example/cb"),
    ("RU-16", "https://partner.example/\tcb"),
    ("RU-17", "//partner.example/cb"),
    ("RU-17", "/cb"),
    ("RU-18", "https://p\u0430rtner.example/cb"),
    ("RU-19", "https://partner\uff0eexample/cb"),
    ("RU-19", "https://part\u200bner.example/cb"),
    ("RU-20", REG + "\x00"),
    ("RU-20", REG + "%00"),
    ("RU-20", REG + "\r\nX: y"),
    ("RU-20", REG + " "),
    ("RU-21", "https://2130706433/cb"),
    ("RU-23", "http://127.0.0.1.evil.example/cb"),
    ("RU-23", "http://localhost.evil/cb"),
    ("RU-23", "http://127.0.0.1@evil/cb"),
    ("RU-24", "https://a.partner.example/cb"),
    ("RU-24", "https://partner.example.evil/cb"),
    ("RU-24", "https://evilpartner.example/cb"),
    ("RU-31", "https://partner.example:" + "9" * 100_000 + "/cb"),
    ("RU-31", "http://[:::" + ":" * 100_000),
]


@pytest.mark.parametrize(("row", "asked"), NEVER_MATCHED, ids=lambda value: str(value)[:40])
def test_only_the_registered_bytes_match(row: str, asked: str) -> None:
    """Nothing is normalised: any other spelling of a registered URI is another URI."""
    assert match(asked, (REG,)) is None


def test_the_registered_uri_matches() -> None:
    """Byte for byte the same is the same."""
    assert match(REG, ("https://other.example/", REG)) == RedirectTarget(REG)


def test_ru_27_an_omitted_uri_is_the_only_one_or_none() -> None:
    """RU-27: with one registered it is used, with two the request is refused."""
    assert match(None, (REG,)) == RedirectTarget(REG)
    assert match(None, (REG, REG + "2")) is None


def test_ru_35_a_registered_query_is_kept() -> None:
    """RU-35: parameters are added with an ampersand to a query that is there."""
    target = RedirectTarget(REG + "?tenant=1")
    assert target.with_parameters([("code", "a b"), ("state", "x\r\n")]) == REG + "?tenant=1&code=a%20b&state=x%0D%0A"


GOOD = [
    REG,
    "https://partner.example/",
    "https://partner.example:8443/cb?tenant=1",
    "http://127.0.0.1:5000/cb",
    "http://localhost/cb",
    "http://[::1]:8080/cb",
    "https://xn--bcher-kva.example/cb",
]


@pytest.mark.parametrize("uri", GOOD)
def test_a_proper_uri_can_be_registered(uri: str) -> None:
    """https anywhere, http on loopback."""
    assert judge_registration(uri) is None


BAD = [
    ("RU-05", REG + "?code=1", "code"),
    ("RU-05", REG + "?a=1&state=1", "state"),
    ("RU-05", REG + "?iss=1", "iss"),
    ("RU-05", REG + "?error=1", "error"),
    ("RU-05", REG + "?response=1", "response"),
    ("RU-06", REG + "#a", "fragment"),
    ("RU-06", REG + "%23a", "encoded"),
    ("RU-07", "https://u:p@partner.example/cb", "user name"),
    ("RU-10", "https://partner.example/a/../cb", "/../"),
    ("RU-10", "https://partner.example/./cb", "/./"),
    ("RU-11", "https://partner.example/%2e%2e/cb", "encoded"),
    ("RU-11", "https://partner.example/%252e/cb", "encoded"),
    ("RU-13", "HTTPS://partner.example/cb", "https://"),
    ("RU-13", "https://Partner.example/cb", "lower-case"),
    ("RU-15", "http://partner.example/cb", "https://"),
    ("RU-16", "javascript:alert(1)", "https://"),
    ("RU-16", "JaVaScRiPt:alert(1)", "https://"),
    ("RU-16", "data:text/html,x", "https://"),
    ("RU-16", "vbscript:x", "https://"),
    ("RU-16", "file:///etc/passwd", "https://"),
    ("RU-16", "blob:https://partner.example/1", "https://"),
    ("RU-16", " https://partner.example/cb", "character"),
    ("RU-16", "https://partner.example/\tcb", "character"),
    ("RU-16", "https://partner.example/\x00", "character"),
    ("RU-17", "//partner.example/cb", "https://"),
    ("RU-17", "/cb", "https://"),
    ("RU-17", "", "character"),
    ("RU-18", "https://b\u00fccher.example/cb", "A-label"),
    ("RU-20", REG + "%0d%0aX:y", "encoded"),
    ("RU-21", "https://2130706433/cb", "number"),
    ("RU-21", "https://0x7f000001/cb", "number"),
    ("RU-21", "https://[::ffff:127.0.0.1]/cb", "lower-case name"),
    ("RU-23", "http://127.0.0.1.evil.example/cb", "https://"),
    ("RU-25", "https://*.partner.example/cb", "wildcards"),
    ("RU-25", "https://partner.example/cb*", "wildcards"),
    ("RU-31", "https://partner.example:" + "9" * 100 + "/cb", "not a URI"),
    ("RU-31", "http://[:::1/cb", "not a URI"),
    ("RU-31", "https://partner.example/" + "a" * 2_000, "longer"),
    ("", "https://partner.example", "path"),
    ("", "https://partner.example:/cb", "port"),
    ("", REG + "%zz", "escape"),
]


@pytest.mark.parametrize(("row", "uri", "says"), BAD, ids=lambda value: str(value)[:40])
def test_a_dangerous_uri_cannot_be_registered(row: str, uri: str, says: str) -> None:
    """The refusal names what is wrong, so that the partner can mend it."""
    problem = judge_registration(uri)
    assert problem is not None
    assert says in problem
