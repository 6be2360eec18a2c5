"""What one connection may make a server wait for, and how many there may be: bodies, answers, and the crowd itself."""

import asyncio
import contextlib
import socket
import time
from ipaddress import ip_network

import pytest

from cli.serving_here import Served, read_answers, served
from frontdesk.cli import wire
from frontdesk.cli.crowd import Crowd
from frontdesk.cli.server import Message, Receive, Send
from frontdesk.protocol.http import SOCKET_HOP

POST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n"


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """`/`: 200 once the body was read; `/much`: 50 MB; `/late`: the body is read only after a second."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/late":
        await asyncio.sleep(1)
    while (await receive()).get("more_body"):
        pass
    size = 50 if scope["path"] == "/much" else 0
    headers = [(b"content-length", b"%d" % (size * 1_000_000))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(size):
        await send({"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything a hundred times as fast."""
    monkeypatch.setattr(wire, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(wire, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(wire, "BODY_RATE", 50_000)
    monkeypatch.setattr(wire, "TAKE_SECONDS", 0.5)


def drip(connection: socket.socket, *, size: int, every: float, seconds: float) -> None:
    """Send so many bytes again and again, until the time is over or the server hangs up."""
    end = time.monotonic() + seconds
    with contextlib.suppress(OSError):
        while time.monotonic() < end:
            connection.sendall(b"x" * size)
            time.sleep(every)


@pytest.mark.parametrize("size", [0, 1, 1_000], ids=["nothing", "a byte at a time", "a kilobyte at a time"])
def test_a_body_that_comes_too_slowly_is_refused(size: int) -> None:
    """408 in the API's form, and the connection is closed; however evenly it drips."""
    with served(app) as server, server.connect() as connection:
        connection.sendall(POST)
        drip(connection, size=size, every=0.05, seconds=0.8)
        answer = read_answers(connection)
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b'"type":"requestTimeout"' in answer
    assert b"connection: close" in answer


def test_a_body_that_comes_fast_enough_is_read() -> None:
    """At twice the rate, for longer than a slow one may take."""
    with served(app) as server, server.connect() as connection:
        connection.sendall(POST)
        for _ in range(20):
            connection.sendall(b"x" * 5_000)
            time.sleep(0.05)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_a_body_that_we_do_not_read_is_not_slow() -> None:
    """The caller has sent what there was room for: it is us who are late."""
    with served(app) as server, server.connect() as connection:
        connection.sendall(POST.replace(b"/ ", b"/late ") + b"x" * 99_999)
        time.sleep(0.9)
        connection.sendall(b"x")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_an_answer_that_nobody_takes_is_given_up() -> None:
    """The connection is reset after TAKE_SECONDS; one that takes a little all the time is served to the end."""
    ask = b"GET /much HTTP/1.1\r\nhost: a\r\n\r\n"
    with served(app) as server, server.connect() as deaf, server.connect() as slow:
        for connection in (deaf, slow):
            connection.sendall(ask)
        taken, began = 0, time.monotonic()
        while taken < 50_000_000:
            piece = slow.recv(500_000)
            assert piece, "the slow one was cut off"
            taken += len(piece)
            if time.monotonic() - began < 2:
                time.sleep(0.05)
        with pytest.raises(ConnectionResetError):
            take_everything(deaf)


def take_everything(connection: socket.socket) -> None:
    """Read to the end."""
    while connection.recv(1_000_000):
        pass


def opened(server: Served, count: int) -> list[socket.socket]:
    """So many connections."""
    return [server.connect() for _ in range(count)]


def is_refused(connection: socket.socket) -> bool:
    """Whether the server turns this one away without being asked anything."""
    connection.settimeout(0.5)
    try:
        answer = read_answers(connection)
    except TimeoutError:
        return False
    return answer.startswith(b"HTTP/1.1 503 ") and b"retry-after: 1" in answer


def test_one_address_gets_so_many_connections() -> None:
    """The next one is told so, and room is made when one ends."""
    with served(app, crowd=Crowd(most=10, of_one_address=3)) as server:
        held = opened(server, 3)
        time.sleep(0.2)
        assert is_refused(server.connect())
        held.pop().close()
        time.sleep(0.2)
        again = server.connect()
        again.sendall(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        assert read_answers(again).startswith(b"HTTP/1.1 200 OK")
        for each in held:
            each.close()


def test_there_is_an_end_to_all_connections() -> None:
    """Also to those of known proxies, which are not counted one by one."""
    crowd = Crowd(most=4, of_one_address=1, known=(ip_network("127.0.0.0/8"),))
    with served(app, crowd=crowd) as server:
        held = opened(server, 4)
        time.sleep(0.2)
        assert is_refused(server.connect())
        for each in held:
            each.close()


@pytest.mark.parametrize("address", ["192.0.2.1", "::1", None, SOCKET_HOP])
def test_who_goes_makes_room(address: str | None) -> None:
    """Nothing is left of those who are gone."""
    crowd = Crowd(most=2, of_one_address=1)
    assert crowd.come(address)
    crowd.go(address)
    assert crowd == Crowd(most=2, of_one_address=1)
