"""GW-22: a WebSocket is judged like any call, passed on frame by frame, and closed with its credential."""

import struct
import threading
import time
from collections.abc import Callable

import pytest

from builtin_proxy.callers import Caller
from builtin_proxy.played_api import OK, Call, Line, PlayedApi
from builtin_proxy.websockets import (
    ASKS,
    BINARY,
    CLOSE,
    KEY,
    PING,
    PONG,
    TEXT,
    Socket,
    accept,
    closing,
    echo,
    frame,
    read_exactly,
    read_frame,
)
from frontdesk.gateway.vigil import BOUND
from servers.partner import Town, regenerate
from servers.wires import Wire

Open = Callable[..., Caller]
ROOM = "/resources/v1/room"
SLACK = 1.0  # for a busy machine


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Two workers: what one ends, the other closes."""
    return {
        "workers": "2",
        "websocket_origins": "https://app.example.com",
        "websocket_message": "100000",
        "websocket_idle_timeout": "8",
    }


@pytest.fixture
def open_socket(caller: Open, api: PlayedApi) -> Callable[..., Socket]:
    """An open one to an API that echoes."""

    def open_it(play: Callable[[Line, Call], None] = echo, *headers: str) -> Socket:
        api.plays[ROOM] = play
        made = Socket(caller())
        heard = made.open(ROOM, *headers)
        assert heard.status == 101, heard
        return made

    return open_it


def test_frames_pass_both_ways(open_socket: Callable[..., Socket], api: PlayedApi) -> None:
    """Small, large, in pieces, with pings between them; the close and its code are the ends' own."""
    one = open_socket()
    for opcode, payload in ((TEXT, b"hello"), (BINARY, b"x" * 50_000), (PING, b"?"), (BINARY, b"")):
        one.say(opcode, payload)
        assert one.hear() == (opcode, payload)
    one.say(TEXT, b"in ", final=False)
    one.say(PONG, b"between")
    one.say(0, b"pieces")
    assert [one.hear() for _ in range(3)] == [(TEXT, b"in "), (PONG, b"between"), (0, b"pieces")]
    one.caller.send(closing(4123, masked=True))
    assert one.hear_close() == 4123
    assert one.caller.is_closed()


def test_the_handshake_reaches_the_api_with_who_calls(open_socket: Callable[..., Socket], api: PlayedApi) -> None:
    """Our headers and the caller's Sec-WebSocket ones; no credential, no cookie of ours, one Upgrade."""
    open_socket(echo, "Sec-WebSocket-Protocol: chat", "X-Frontdesk-Subject: me", "Cookie: fd_session=x; theirs=1")
    (call,) = api.calls
    assert call.line == f"GET {ROOM} HTTP/1.1".encode()
    assert call.all(b"sec-websocket-key") == [KEY.encode()]
    assert (call.all(b"upgrade"), call.all(b"connection")) == ([b"websocket"], [b"upgrade"])
    assert (call.all(b"authorization"), call.all(b"cookie")) == ([], [b"theirs=1"])
    assert call.all(b"x-frontdesk-subject")[0].startswith(b"network:")
    assert len(call.all(b"spacebring-network-id")) == 1


def test_the_101_is_cleaned_like_any_answer(caller: Open, api: PlayedApi) -> None:
    """D10: nothing of ours from the API, a request id, private; what the ends agreed on stays."""

    def play(line: Line, call: Call) -> None:
        extra = (b"Set-Cookie: fd_session=x", b"Set-Cookie: theirs=1", b"X-Frontdesk-Role: owner", b"Server: x")
        accept(line, call, b"Sec-WebSocket-Protocol: chat", b"Cache-Control: public", *extra)
        line.read(1)

    api.plays[ROOM] = play
    heard = Socket(caller()).open(ROOM, "Sec-WebSocket-Protocol: chat, other")
    assert heard.status == 101
    assert heard.all("set-cookie") == ["theirs=1"]
    assert heard.all("sec-websocket-protocol") == ["chat"]
    assert heard.all("cache-control") == ["private"]
    assert len(heard.all("x-request-id")) == 1
    assert not {name for name, _ in heard.headers} & {"x-frontdesk-role", "server", "content-length"}


def test_a_refused_handshake_is_a_plain_answer(caller: Open, api: PlayedApi, street: Town) -> None:
    """The contract's checks in its order, each with its status, body and challenge: nothing is only a 403."""
    heard = Socket(caller()).open(ROOM, proves=False)
    assert (heard.status, len(heard.all("www-authenticate"))) == (401, 2)
    assert b'"type":"unauthenticated"' in heard.body
    assert Socket(caller()).open("/nowhere").status == 404
    network = f"spacebring-network-id: {street.places[3].id}"
    heard = Socket(caller()).open(ROOM, network)
    assert (heard.status, b'"type":"networkForbidden"' in heard.body) == (403, True)
    assert Socket(caller()).open("/resources//v1").status == 400
    assert api.calls == []


BAD = {
    "no version": ("Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {KEY}"),
    "version 8": ("Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 8"),
    "no key": ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
    "short key": (*ASKS[:3], "Sec-WebSocket-Key: YQ=="),
    "key that is none": (*ASKS[:3], "Sec-WebSocket-Key: !!!"),
    "two keys": (*ASKS, f"Sec-WebSocket-Key: {KEY}"),
    "two upgrades": (*ASKS, "Upgrade: websocket"),
    "not in Connection": ("Upgrade: websocket", "Connection: keep-alive", *ASKS[2:]),
    "with a body": (*ASKS, "Content-Length: 2"),
    "with chunks": (*ASKS, "Transfer-Encoding: chunked"),
}


@pytest.mark.parametrize("asks", BAD.values(), ids=BAD.keys())
def test_what_is_no_handshake_is_refused(caller: Open, api: PlayedApi, asks: tuple[str, ...]) -> None:
    """RFC 6455 §4.2.1: 400, and nothing after it is read."""
    one = Socket(caller())
    assert one.open(ROOM, asks=asks).status == 400
    one.caller.buffer = b""
    assert api.calls == []


def test_only_get_opens_a_websocket(caller: Open, api: PlayedApi) -> None:
    """Another method is another operation; HTTP/1.0 knows no upgrade."""
    one = caller()
    one.send(one.head("POST /resources/v1", *ASKS))
    assert one.hear().status == 400
    two = caller()
    two.send(two.head(f"GET {ROOM}", *ASKS).replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert two.hear().status == 400
    assert api.calls == []


@pytest.mark.parametrize(
    ("origins", "status"),
    [
        ([], 101),
        (["https://app.example.com"], 101),
        (["HTTPS://APP.example.com"], 101),
        (["{own}"], 101),
        (["https://evil.example"], 403),
        (["https://app.example.com.evil.example"], 403),
        (["http://app.example.com"], 403),
        (["https://app.example.com:8443"], 403),
        (["null"], 403),
        (["https://app.example.com", "https://evil.example"], 403),
    ],
)
def test_the_origin_is_checked(caller: Open, api: PlayedApi, origins: list[str], status: int) -> None:
    """Pages of our own origin and of those named in websocket_origins; programs send none."""
    api.plays[ROOM] = echo
    one = caller()
    own = f"http://127.0.0.1:{one.port}"
    heard = Socket(one).open(ROOM, *(f"Origin: {origin.format(own=own)}" for origin in origins))
    assert heard.status == status
    if status == 403:
        assert b'"type":"originForbidden"' in heard.body
        assert api.calls == []


def test_an_api_that_refuses_says_so_itself(caller: Open, api: PlayedApi) -> None:
    """Its answer comes through as any other; one that agrees wrongly is a 502."""
    api.plays[ROOM] = lambda line, call: line.say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno.\n")
    heard = Socket(caller()).open(ROOM)
    assert (heard.status, heard.body) == (403, b"no.\n")
    api.plays[ROOM] = lambda line, call: line.say(OK)
    assert Socket(caller()).open(ROOM).status == 200
    wrong = b"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
    api.plays[ROOM] = lambda line, call: line.say(wrong)
    assert Socket(caller()).open(ROOM).status == 502
    api.plays[ROOM] = lambda line, call: accept(line, call, b"Sec-WebSocket-Protocol: unasked")
    assert Socket(caller()).open(ROOM).status == 502
    api.plays[ROOM] = lambda line, call: accept(line, call, b"Sec-WebSocket-Extensions: permessage-deflate")
    assert Socket(caller()).open(ROOM).status == 502


def test_what_comes_with_the_handshake_is_not_lost(caller: Open, api: PlayedApi) -> None:
    """Frames sent at once behind either head."""

    def play(line: Line, call: Call) -> None:
        accept(line, call)
        line.say(frame(TEXT, b"first", masked=False))
        echo_on(line)

    api.plays[ROOM] = play
    one = Socket(caller())
    one.caller.send(one.caller.head(f"GET {ROOM}", *ASKS) + frame(TEXT, b"early", masked=True))
    assert one.caller.hear_head().status == 101
    assert [one.hear(), one.hear()] == [(TEXT, b"first"), (TEXT, b"early")]


def echo_on(line: Line) -> None:
    """Say each frame back."""
    while True:
        opcode, payload = read_frame(lambda size: read_exactly(line, size))
        line.say(frame(opcode, payload, masked=False))


WRONG = {
    "unmasked": (frame(TEXT, b"hello", masked=False), 1002),
    "reserved bit": (frame(TEXT, b"hello", masked=True, rsv=4), 1002),
    "reserved opcode": (frame(0x3, b"hello", masked=True), 1002),
    "long ping": (frame(PING, b"x" * 126, masked=True), 1002),
    "ping in pieces": (frame(PING, b"x", masked=True, final=False), 1002),
    "continuation of nothing": (frame(0, b"x", masked=True), 1002),
    "text within text": (frame(TEXT, b"x", masked=True, final=False) + frame(TEXT, b"x", masked=True), 1002),
    "length not the shortest": (b"\x81\xfe\x00\x05\0\0\0\0hello", 1002),
    "length with the top bit": (b"\x82\xff" + b"\xff" * 8 + b"\0\0\0\0", 1002),
    "close of one byte": (frame(CLOSE, b"x", masked=True), 1002),
    "too big": (frame(BINARY, b"x" * 100_001, masked=True), 1009),
    "too big in pieces": (
        frame(BINARY, b"x" * 60_000, masked=True, final=False) + frame(0, b"x" * 60_000, masked=True),
        1009,
    ),
    "a terabyte": (b"\x82\xff" + struct.pack(">Q", 2**40) + b"\0\0\0\0", 1009),
}


@pytest.mark.parametrize(("data", "code"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_frame_ends_it(open_socket: Callable[..., Socket], api: PlayedApi, data: bytes, code: int) -> None:
    """The sender hears why; the API gets nothing of it, and hears that it is over, whether it answers that or not."""
    heard: list[tuple[int, bytes]] = []
    over, answers = threading.Event(), data != WRONG["unmasked"][0]

    def play(line: Line, call: Call) -> None:
        accept(line, call)
        try:
            while True:
                heard.append(read_frame(lambda size: read_exactly(line, size)))
                if heard[-1][0] == CLOSE and answers:
                    line.say(frame(CLOSE, heard[-1][1], masked=False))
                    return
        finally:
            over.set()

    one = open_socket(play)
    one.caller.send(frame(PING, b"before", masked=True) + data)
    assert one.hear_close() == code
    assert over.wait(60)
    assert heard[0] == (PING, b"before")
    opcode, payload = heard[-1]
    assert (opcode, struct.unpack(">H", payload[:2])[0]) == (CLOSE, code)
    # Where the first piece of a message was right by itself, that much is there already.
    assert [each[0] for each in heard[1:-1]] in ([], [TEXT], [BINARY])


def test_a_wrong_frame_of_the_apis_ends_it(open_socket: Callable[..., Socket]) -> None:
    """The caller hears that the gateway got something bad: 1014."""

    def play(line: Line, call: Call) -> None:
        accept(line, call)
        line.say(frame(TEXT, b"right", masked=False) + frame(TEXT, b"masked", masked=True))
        line.read(1)

    one = open_socket(play)
    assert one.hear() == (TEXT, b"right")
    assert one.hear_close() == 1014


def test_an_end_that_vanishes_is_told_to_the_other(open_socket: Callable[..., Socket]) -> None:
    """The API breaks off: 1014 to the caller. The caller does: 1001 to the API."""
    one = open_socket(lambda line, call: accept(line, call))
    one_is_over = threading.Event()

    def hangs_up(line: Line, call: Call) -> None:
        accept(line, call)
        line.hang_up()

    gone = open_socket(hangs_up)
    assert gone.hear_close() == 1014
    assert gone.caller.is_closed()
    codes: list[int] = []

    def listens(line: Line, call: Call) -> None:
        accept(line, call)
        opcode, payload = read_frame(lambda size: read_exactly(line, size))
        codes.append(struct.unpack(">H", payload)[0] if opcode == CLOSE and len(payload) == 2 else -len(payload))
        codes.append(struct.unpack(">H", payload[:2])[0])
        one_is_over.set()

    left = open_socket(listens)
    left.caller.socket.close()
    assert one_is_over.wait(5)
    assert codes[-1] == 1001
    one.caller.socket.close()


def test_nothing_passes_for_too_long_and_it_is_closed(open_socket: Callable[..., Socket]) -> None:
    """websocket_idle_timeout: 1001. A ping keeps it open."""
    one = open_socket()
    started = time.monotonic()
    time.sleep(2)
    one.say(PING, b"")
    assert one.hear() == (PING, b"")
    assert one.hear_close() == 1001
    assert 9.5 < time.monotonic() - started < 14


def test_a_slow_reader_makes_the_sender_wait(open_socket: Callable[..., Socket], street: Town) -> None:
    """Back-pressure: the API cannot send far more than fits between the two, until the caller reads."""
    sent = 0
    done = threading.Event()
    message = frame(BINARY, b"x" * 60_000, masked=False)

    def play(line: Line, call: Call) -> None:
        nonlocal sent
        accept(line, call)
        for _ in range(1_000):
            line.say(message)
            sent += 1
        done.set()
        line.read(1)

    one = open_socket(play)
    time.sleep(1.0)
    stuck_at = sent
    time.sleep(0.5)
    assert sent == stuck_at < 500, "60 MB went somewhere"
    for _ in range(1_000):
        assert one.hear() == (BINARY, b"x" * 60_000)
    assert done.wait(5)


@pytest.mark.parametrize("how", ["revoked", "regenerated", "disabled"])
def test_it_closes_with_its_credential(caller: Open, api: PlayedApi, street: Town, how: str) -> None:
    """1008 within the bound, whichever worker the end came to; another credential's goes on."""
    api.plays[ROOM] = echo
    wire = Wire(street.house.port)
    place = street.places[2]
    person = street.person()
    other = Socket(caller())
    assert other.open(ROOM).status == 101
    one = Socket(caller(2))
    if how == "regenerated":
        assert one.open(ROOM).status == 101
    else:
        tokens = street.app.connect(wire, person, [place.id])
        bearer = (f"Authorization: Bearer {tokens.access}", f"spacebring-network-id: {place.id}")
        assert one.open(ROOM, *bearer, proves=False).status == 101
    one.say(TEXT, b"works")
    assert one.hear() == (TEXT, b"works")
    started = time.monotonic()
    if how == "revoked":
        assert street.app.revoke(wire, tokens.access).status == 200
    elif how == "regenerated":
        street.places[2] = regenerate(person, wire, place)
    else:
        street.house.admin("app", "disable", street.app.client_id)
    ended = time.monotonic()
    assert one.hear_close() == 1008
    assert time.monotonic() - ended < BOUND + SLACK
    assert ended - started < 20
    other.say(TEXT, b"still here")
    assert other.hear() == (TEXT, b"still here")
    wire.close()
    if how == "disabled":
        street.house.admin("app", "enable", street.app.client_id)


def test_the_server_says_that_it_ends(open_socket: Callable[..., Socket], street: Town) -> None:
    """SIGTERM: 1012, so that clients come back at once. The last test of this file."""
    one = open_socket()
    threading.Timer(0.2, street.house.stop).start()
    while True:
        try:
            code = one.hear_close()
            break
        except AssertionError:
            continue
    assert code == 1012
