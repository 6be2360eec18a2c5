"""A target is read in one way or refused."""

import string
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.gateway.target import Target, read_target
from frontdesk.protocol.errors import Reason, Refusal

REFUSED = {
    "GW-01 //": [b"//a", b"/a//b", b"/a//", b"//", b"/a/%2e//b"],
    "GW-02 dots": [b"/.", b"/..", b"/a/./b", b"/a/../b", b"/a/.", b"/%2e%2e/b", b"/a/.%2e/b", b"/a/%2E./b", b"/%2e"],
    "GW-03 %2F": [b"/a%2Fb", b"/a%2fb", b"/%2f"],
    "GW-04 backslash": [b"/a%5cb", b"/a%5Cb", b"/a\\b", b"/..\\b"],
    "GW-05 double encoding": [b"/%252e%252e/b", b"/a%252Fb", b"/a%255cb", b"/a%2541", b"/%25252e", b"/a%253fb"],
    "GW-06 path parameters": [b"/public/..;/private", b"/a;x=y", b"/a;", b"/;/a", b"/a%3Bx=y", b"/a%3b"],
    "GW-08 cut short": [b"/a#b", b"/a%23b", b"/a%3fb", b"/a%3Fb", b"/a?x=1#b", b"/a?#"],
    "GW-18 another segment": [b"/rooms/v1/x%2Fvoid", b"/rooms%2Fv1"],
    "HT-07 forms": [b"http://api.example/a", b"*", b"api.example:443", b"https://api.example"],
    "HT-09 no slash": [b"", b"a", b"?a=b", b"@evil", b"\\a", b" /a"],
    "controls": [b"/a%00", b"/a\x00", b"/a%0d%0a", b"/a%7F", b"/a b", b"/a\tb", b"/\xc3\xa9", b"/a?x=\x01", b"/a?x y"],
    "GW-05 in pieces": [b"/%25%32%65", b"/%25%32e", b"/%252%65", b"/a%25%32%46b"],
    "escapes": [b"/a%", b"/a%4", b"/a%zz", b"/%u0041", b"/a%-1"],
    "overlong": [b"/%c0%ae%c0%ae/b", b"/a%c0%afb", b"/a%e0%80%af", b"/a%ff"],
    "no URI characters": [b'/a"', b"/a<b>", b"/a|b", b"/a^", b"/a`", b"/a{b}", b"/a[b]"],
}


@pytest.mark.parametrize(
    "raw", [pytest.param(raw, id=f"{name}: {raw!r}") for name, raws in REFUSED.items() for raw in raws]
)
def test_what_two_readers_may_read_in_two_ways_is_refused(raw: bytes) -> None:
    """Contract, check 1; D9."""
    assert read_target(raw) == Refusal(reason=Reason.AMBIGUOUS_TARGET)


@pytest.mark.parametrize(
    ("raw", "path", "decoded"),
    [
        (b"/", "/", "/"),
        (b"/a/b", "/a/b", "/a/b"),
        (b"/a/", "/a/", "/a/"),
        (b"/%61%7Eb%2Dc", "/a~b-c", "/a~b-c"),
        (b"/a%20b", "/a%20b", "/a b"),
        (b"/caf%c3%a9", "/caf%C3%A9", "/café"),
        (b"/%40me", "/%40me", "/@me"),
        (b"/100%25", "/100%25", "/100%"),
        (b"/a!$&'()*+,=:@b", "/a!$&'()*+,=:@b", "/a!$&'()*+,=:@b"),
        (b"/.well-known/..a/b...", "/.well-known/..a/b...", "/.well-known/..a/b..."),
    ],
)
def test_unreserved_escapes_are_decoded_once_and_the_rest_stays(raw: bytes, path: str, decoded: str) -> None:
    """RFC 3986 §6.2.2.2; the normal form is what is matched and what is sent on."""
    assert read_target(raw) == Target(path, decoded, raw.decode(), b"")


def test_gw_09_the_query_stays_as_it_came() -> None:
    """It never takes part in matching, and reaches the API byte by byte."""
    target = read_target(b'/%61?x=/public&filter[a]=%2F%2e&q={"b":1}?&_method=PUT')
    assert isinstance(target, Target)
    assert (target.path, target.normalised) == ("/a", b'/a?x=/public&filter[a]=%2F%2e&q={"b":1}?&_method=PUT')


@pytest.mark.parametrize(
    "query",
    [
        b"access_token=x",
        b"a=b&access_token=x",
        b"access_token",
        b"access%5Ftoken=x",
        b"%61ccess_token=x",
        b"a=b;access_token=x",
        b"access_token%3Dx=y&access_token=z",
        b"x?access_token=y",
    ],
)
def test_bt_02_a_token_in_the_query_is_refused(query: bytes) -> None:
    """RFC 9700 §4.3.2, however the name is spelt."""
    assert read_target(b"/a?" + query) == Refusal(reason=Reason.TOKEN_IN_QUERY)


@pytest.mark.parametrize("query", [b"access=1", b"q=access_token", b"my_access_token=1", b"access_tokens=1", b"%41=1"])
def test_other_parameters_are_not_taken_for_a_token(query: bytes) -> None:
    """Only the name counts."""
    assert isinstance(read_target(b"/a?" + query), Target)


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), min_size=1, max_size=5))
def test_reading_the_normal_form_again_changes_nothing(segments: list[str]) -> None:
    """Normalised once is normalised: a second reader of ours, or of the API's, sees the same."""
    target = read_target(("/" + "/".join(quote(segment, safe="") for segment in segments)).encode())
    if isinstance(target, Target):
        assert read_target(target.normalised) == target
        assert target.decoded.split("/")[1:] == segments
    else:
        text = "".join(segments)
        assert (
            any(sign in text for sign in "/\\?#;%\x7f")
            or any(ord(sign) < 32 for sign in text)
            or {".", ".."} & set(segments)
        )


@given(st.text(string.printable, max_size=20))
def test_whatever_is_accepted_decodes_to_clean_segments(text: str) -> None:
    """No accepted target can be read as another path by anyone who decodes it, once or twice."""
    target = read_target(b"/" + text.encode())
    if isinstance(target, Target):
        for reading in (target.path, target.decoded, unquote(target.decoded)):
            segments = reading.split("/")[1:]
            assert not {".", ".."} & set(segments)
            assert "" not in segments[:-1]
            assert not set(reading) & set("\\?#;")
