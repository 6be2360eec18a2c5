"""The raw target, where servers hand over decoded paths: what is judged is what the app routes by, or nothing."""

from typing import Any

import pytest

from frontdesk.gateway.target import Target, read_target
from frontdesk.middleware.asgi_target import read_scope_target
from frontdesk.middleware.environ import read_environ_target
from frontdesk.middleware.targets import rebuild

REFUSED = b""


def a_scope(path: str, raw_path: bytes | None = None, root_path: str = "", query: bytes = b"") -> dict[str, Any]:
    """What a server makes of a request line, as far as its target goes."""
    return {"path": path, "raw_path": raw_path, "root_path": root_path, "query_string": query}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (a_scope("/rooms/v1", b"/rooms/v1", query=b"a[]=1&&b=+%2b"), b"/rooms/v1?a[]=1&&b=+%2b"),
        (a_scope("/rooms/a bé", b"/%72ooms/a%20b%C3%A9"), b"/%72ooms/a%20b%C3%A9"),
        # Under a root path: uvicorn and Starlette's mounts count it in everywhere, others in one of the two.
        (a_scope("/api/rooms", b"/api/rooms", "/api"), b"/api/rooms"),
        (a_scope("/api/rooms", b"/rooms", "/api"), b"/api/rooms"),
        (a_scope("/rooms", b"/api/rooms", "/api"), b"/api/rooms"),
        (a_scope("/rooms", b"/rooms", "/api"), b"/api/rooms"),
        # Older test clients put the query into raw_path; absolute-form targets keep their authority in some servers.
        (a_scope("/rooms", b"/rooms?a=1", query=b"a=1"), b"/rooms?a=1"),
        (a_scope("/rooms", b"http://evil.example/rooms"), b"/rooms"),
        # No raw path at all.
        (a_scope("/rooms/a bé!", None), b"/rooms/a%20b%C3%A9!"),
        (a_scope("/rooms/v1", b"", query=b"a=1"), b"/rooms/v1?a=1"),
    ],
)
def test_a_scope_gives_the_target_as_it_was_sent(scope: dict[str, Any], expected: bytes) -> None:
    """The public path, mounts included, still encoded."""
    assert read_scope_target(scope) == expected


@pytest.mark.parametrize(
    "scope",
    [
        a_scope("/private", b"/public"),  # somebody in between changed one of them
        a_scope("/public", b"/private"),
        a_scope("/api/x", b"/api/api/x", "/api"),  # the app would see /x, the caller asked for /api/x below /api
        a_scope("/a/b", b"/a%252Fb"),
        a_scope("/a\ufffd", b"/a%ff"),
        a_scope("/a\udc80", b"/a%80"),
        # Without a raw path, whatever may have been escaped twice, cut or split.
        a_scope("/a%2fb", None),
        a_scope("/a;b", None),
        a_scope("/a?b", None),
        a_scope("/a#b", None),
        a_scope("/a\\b", None),
        a_scope("/a\x00", None),
    ],
)
def test_a_scope_that_tells_two_stories_is_refused(scope: dict[str, Any]) -> None:
    """What would be judged is not surely what the app routes by."""
    assert read_scope_target(scope) == REFUSED


def an_environ(path: str, query: str = "", mount: str = "", **more: str) -> dict[str, Any]:
    """What a server makes of a request line, as far as its target goes."""
    return {"PATH_INFO": path, "SCRIPT_NAME": mount, "QUERY_STRING": query, **more}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (an_environ("/rooms/a bÃ©", "x[]=+", REQUEST_URI="/%72ooms/a%20b%C3%A9?x[]=+"), b"/%72ooms/a%20b%C3%A9?x[]=+"),
        (an_environ("/rooms", RAW_URI="/rooms"), b"/rooms"),
        (an_environ("/rooms", REQUEST_URI="http://evil.example/rooms"), b"/rooms"),
        (an_environ("/rooms", mount="/api", REQUEST_URI="/api/rooms"), b"/api/rooms"),
        (an_environ("/rooms", mount="/api", REQUEST_URI="/rooms"), b"/api/rooms"),  # a prefix that a proxy has cut off
        (an_environ("/rooms/a bÃ©!", "a=1"), b"/rooms/a%20b%C3%A9!?a=1"),
        (an_environ("/rooms", mount="/api"), b"/api/rooms"),
    ],
)
def test_an_environ_gives_the_target_as_it_was_sent(environ: dict[str, Any], expected: bytes) -> None:
    """From REQUEST_URI or RAW_URI; without them from a path that has one encoding."""
    assert read_environ_target(environ) == expected


@pytest.mark.parametrize(
    "environ",
    [
        an_environ("/private", REQUEST_URI="/public"),
        an_environ("/a/b", REQUEST_URI="/a//b"),  # servers that fold slashes
        an_environ("/a", "b=1", REQUEST_URI="/a?b=2"),
        an_environ("/a", "b=1", REQUEST_URI="/a"),
        an_environ("/a", REQUEST_URI="/a", RAW_URI="/b"),
        an_environ("/a%2fb"),
        an_environ("/a;b"),
        an_environ("/a?b"),
        an_environ("/a\\b"),
        an_environ("/a\x7f"),
        an_environ("/a\u20ac"),  # no WSGI string
    ],
)
def test_an_environ_that_tells_two_stories_is_refused(environ: dict[str, Any]) -> None:
    """What would be judged is not surely what the app routes by."""
    assert read_environ_target(environ) == REFUSED


@pytest.mark.parametrize("byte", [bytes([number]) for number in range(1, 256) if number not in b"/"])
def test_a_rebuilt_path_is_read_as_its_decoded_form_or_refused(byte: bytes) -> None:
    """Whatever byte stands in a decoded path: the gateway reads back exactly it, or refuses the call."""
    decoded = b"/rooms/a" + byte + b"z"
    target = read_target(rebuild(decoded))
    assert not isinstance(target, Target) or target.decoded.encode() == decoded
    if byte.isalnum() or byte in b"-._~!$&'()*+,=:@ ":
        assert isinstance(target, Target)
