"""Heads that came before: served without the parser, and to the handler the same request as with it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.cli.heads import KEPT, Heads
from frontdesk.cli.lane import LaneProtocol
from frontdesk.cli.server import Server
from frontdesk.protocol.http import Answer, Request
from frontdesk.web.edge import Edge
from frontdesk.web.front import Family, Front, Route

FAMILY = Family(
    too_large=lambda _: Answer(status=413), unavailable=lambda _: Answer(status=503), bug=lambda _: Answer(status=500)
)


class Door:
    """The app of a server: one endpoint that writes down what it is asked, in the order in which it is asked."""

    def __init__(self) -> None:
        """Nobody has come."""
        self.heard: list[Request] = []
        route = Route(handler=self._answer, family=FAMILY, max_body=10_000)
        self.front = Front(
            routes={b"/here": route},
            site=self._no_site,
            site_prefixes=(),
            otherwise=Route(handler=self._answer, family=FAMILY, max_body=None),
            edge=Edge(),
            new_request_id=lambda: "id",
            on_bug=lambda _, bug: pytest.fail(str(bug)),
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """What takes no lane."""
        await self.front(scope, receive, send)

    async def _no_site(self, scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("no pages here")

    async def _answer(self, request: Request) -> Answer:
        self.heard.append(request)
        return Answer(status=200, body=b"%d" % len(self.heard))


class Line(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        """An open one."""
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        """Keep it."""
        self.written += data

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Addresses."""
        return {"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 80)}.get(name, default)

    def get_write_buffer_size(self) -> int:
        """All is taken at once."""
        return 0

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.closed

    def close(self) -> None:
        """Close it."""
        self.closed = True

    def pause_reading(self) -> None:
        """Nothing comes by itself."""

    def resume_reading(self) -> None:
        """Nothing comes by itself."""


def _with_connection(work: Callable[[LaneProtocol, Line, Door], None]) -> None:
    """Work with one connection of the real server's protocol."""

    async def run() -> None:
        door = Door()
        server = Server(door)
        server.config.load()
        server.config.loaded_app = door
        protocol: Any = server.config.http_protocol_class(  # type: ignore[operator]
            config=server.config, server_state=server.server_state, app_state={}
        )
        protocol._heads = Heads()
        line = Line()
        protocol.connection_made(line)
        try:
            work(protocol, line, door)
        finally:
            protocol.connection_lost(None)

    asyncio.run(run())


def _told(request: Request) -> tuple[Any, ...]:
    return request.method, request.target, request.headers, request.body


POST = b"POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
TOKEN = st.text(alphabet="abcXYZ019!#$%&'*+-.^_`|~", min_size=1, max_size=12)
VALUE = st.text(alphabet=[chr(n) for n in (9, *range(0x20, 0x7F), *range(0x80, 0x100))], max_size=30)


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"]),
    query=st.text(alphabet="abc=&%41?/:", max_size=20),
    headers=st.lists(st.tuples(TOKEN, st.sampled_from([":", ": ", ":\t "]), VALUE), max_size=6),
    bodies=st.lists(st.binary(min_size=4, max_size=4), min_size=4, max_size=4),
)
def test_a_head_that_came_before_is_the_same_request(
    method: str, query: str, headers: list[tuple[str, str, str]], bodies: list[bytes]
) -> None:
    """Whatever the head: from the second time on the handler hears what it heard at first, with this time's body."""
    has_body = method not in ("GET", "HEAD")
    named = [each for each in headers if each[0].lower() not in ("content-length", "transfer-encoding", "connection")]
    lines = [f"{method} /here{'?' + query if query else ''} HTTP/1.1", *("".join(each) for each in named)]
    head = "\r\n".join([*lines, *(["Content-Length: 4"] if has_body else []), "", ""]).encode("latin-1")

    def work(protocol: LaneProtocol, line: Line, door: Door) -> None:
        for body in bodies:
            protocol.data_received(head + (body if has_body else b""))
        if line.closed:  # the parser would not have it: neither the first time nor later
            assert not door.heard
            return
        first = _told(door.heard[0])
        expected = [(*first[:3], body if has_body else b"") for body in bodies]
        assert [_told(request) for request in door.heard] == expected
        assert door.heard[-1].trace == door.heard[-2].trace

    _with_connection(work)


def test_the_third_time_no_parser_is_asked() -> None:
    """The first on a connection is parsed, the second too and then known: what comes third has a trace."""

    def work(protocol: LaneProtocol, line: Line, door: Door) -> None:
        for body in (b"one", b"two", b"six"):
            protocol.data_received(POST + body)
        assert [bool(request.trace) for request in door.heard] == [False, False, True]
        assert [request.body for request in door.heard] == [b"one", b"two", b"six"]

    _with_connection(work)


CUTS = {
    "in the head": (POST[:20], POST[20:] + b"six"),
    "between head and body": (POST, b"six"),
    "in the body": (POST + b"s", b"ix"),
    "two at once": (POST + b"six" + POST + b"six",),
    "one and a half": (POST + b"six" + POST[:9], POST[9:] + b"six"),
    "half and one": (POST + b"s", b"ix" + POST + b"six"),
}


@pytest.mark.parametrize("pieces", CUTS.values(), ids=CUTS.keys())
def test_a_known_head_that_comes_in_another_way_is_parsed(pieces: tuple[bytes, ...]) -> None:
    """Only a whole request, alone, is served without the parser: cut or run together it is read as ever."""

    def work(protocol: LaneProtocol, line: Line, door: Door) -> None:
        for _ in range(3):
            protocol.data_received(POST + b"one")
        for piece in pieces:
            protocol.data_received(piece)
        count = b"".join(pieces).count(b"POST")
        assert [request.body for request in door.heard] == [b"one"] * 3 + [b"six"] * count
        protocol.data_received(POST + b"end")
        assert door.heard[-1].body == b"end"
        assert line.written.count(b"HTTP/1.1 200") == 4 + count

    _with_connection(work)


def test_a_head_whose_last_request_said_farewell_says_it_again() -> None:
    """`Connection: close` is part of the head: on another connection it ends that one, too."""
    farewell = POST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    heads = Heads()

    def work(protocol: LaneProtocol, line: Line, door: Door) -> None:
        protocol._heads = heads
        protocol.data_received(POST + b"one")
        protocol.data_received(farewell + b"two")
        assert line.closed
        assert b"connection: close" in line.written
        protocol.data_received(POST + b"six")
        assert len(door.heard) == 2

    _with_connection(work)
    _with_connection(work)


def test_what_is_kept_of_a_head_has_no_value_of_it() -> None:
    """A credential in a header is in no part of what is remembered; names, lengths and places are."""
    heads, front = Heads(), Door().front
    data = b"GET /here HTTP/1.1\r\nAuthorization: Basic c2VjcmV0OnNlY3JldA==\r\n\r\n"
    secret = b"Basic c2VjcmV0OnNlY3JldA=="
    trace = heads.trace(data)
    heads.keep(
        trace,
        data,
        front=front,
        route=front._otherwise,
        method="GET",
        target=b"/here",
        headers=[(b"authorization", secret)],
        body=0,
        keep_alive=True,
    )
    known = heads.find(trace)
    assert known is not None
    assert known.cut_headers(data) == [(b"authorization", secret)]
    kept = repr((heads._known.keys(), known._replace(front=None, route=None)))  # type: ignore[arg-type]
    assert "c2Vj" not in kept
    assert heads.find(heads.trace(data + b" ")) is None
    assert Heads().find(trace) is None


def test_heads_are_bounded() -> None:
    """When there is no room for another, all the others go; nothing but time is lost."""
    heads, front = Heads(), Door().front
    for number in range(KEPT + 1):
        data = b"GET /here?%d HTTP/1.1\r\n\r\n" % number
        heads.keep(
            heads.trace(data),
            data,
            front=front,
            route=front._otherwise,
            method="GET",
            target=b"/here?%d" % number,
            headers=[],
            body=0,
            keep_alive=True,
        )
    assert len(heads._known) == 1
    assert heads.find(heads.trace(data)) is not None
