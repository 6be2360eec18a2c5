"""The fast lane: the same answers as the ordinary way, in order, within the same bounds (rows HT-13, PP-10, PP-15)."""

import contextlib
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from servers.partner import Tokens, Town
from servers.wires import FORM, Wire, basic


@pytest.fixture
def wire(town: Town) -> Iterator[Wire]:
    """One connection."""
    wire = Wire(town.house.port)
    yield wire
    wire.close()


def _refresh(town: Town, tokens: Tokens) -> bytes:
    return urlencode(town.app.proof(grant_type="refresh_token", refresh_token=tokens.refresh)).encode()


def _post(target: str, body: bytes, *more: str) -> bytes:
    lines = [f"POST {target} HTTP/1.1", "Host: x", f"Content-Type: {FORM['Content-Type']}", *more]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def _read(connection: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """So many answers, each with its status and body."""
    answers, pending = [], b""
    connection.settimeout(10)
    while len(answers) < count:
        while b"\r\n\r\n" not in pending:
            pending += connection.recv(65_536)
        head, _, rest = pending.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].split(b":")[1])
        while len(rest) < length:
            rest += connection.recv(65_536)
        answers.append((int(head.split(b" ")[1]), rest[:length]))
        pending = rest[length:]
    return answers


def test_ht_13_pipelined_requests_are_answered_in_order_each_alone(town: Town, wire: Wire) -> None:
    """HT-13: a hundred in one burst, fast and ordinary ones mixed, some waiting for a commit: none is mixed up."""
    place = town.places[0]
    person = town.person()
    tokens = town.app.connect(wire, person, [place.id])
    codes = [town.app.obtain_code(person, [place.id]) for _ in range(3)]
    burst, expected = b"", []
    for number in range(32):
        burst += _post("/oauth2/token", _refresh(town, tokens))
        expected.append((200, b'"access_token"'))
        burst += _post("/oauth2/token", b"grant_type=refresh_token&client_id=x&client_secret=y")
        expected.append((401, b"invalid_client"))
        pair = basic(place.client_id, place.client_secret if number % 8 == 0 else "wrong")
        burst += f"GET /networks/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: {pair}\r\n\r\n".encode()
        expected.append((200, place.id.encode()) if number % 8 == 0 else (401, b"unauthenticated"))
        if number % 10 == 0 and codes:
            proof = town.app.proof(grant_type="authorization_code", code=codes.pop())
            burst += _post("/oauth2/token", urlencode(proof).encode())
            expected.append((200, b'"refresh_token"'))
    with socket.create_connection(("127.0.0.1", town.house.port)) as connection:
        connection.sendall(burst)
        answers = _read(connection, len(expected))
    for (status, body), (right_status, part) in zip(answers, expected, strict=True):
        assert status == right_status, body
        assert part in body


def test_a_body_may_come_in_pieces(town: Town, wire: Wire) -> None:
    """Head and body byte by byte are one request."""
    tokens = town.app.connect(wire, town.person(), [town.places[0].id])
    raw = _post("/oauth2/token", _refresh(town, tokens))
    with socket.create_connection(("127.0.0.1", town.house.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(0, len(raw), 29):
            connection.sendall(raw[place : place + 29])
            time.sleep(0.001)
        ((status, _),) = _read(connection, 1)
    assert status == 200


def test_a_chunked_body_is_read_too(town: Town, wire: Wire) -> None:
    """Chunks are put together (RFC 9112 §7.1)."""
    tokens = town.app.connect(wire, town.person(), [town.places[0].id])
    body = _refresh(town, tokens)
    head = f"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM['Content-Type']}\r\n"
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(body[n : n + 40]), body[n : n + 40]) for n in range(0, len(body), 40))
    with socket.create_connection(("127.0.0.1", town.house.port)) as connection:
        connection.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
        ((status, _),) = _read(connection, 1)
    assert status == 200


def test_pp_15_a_form_beyond_the_limit_is_413_and_the_connection_ends(town: Town) -> None:
    """PP-15: the rest is not read."""
    with socket.create_connection(("127.0.0.1", town.house.port)) as connection:
        connection.sendall(_post("/oauth2/token", b"a=" + b"x" * 70_000))
        ((status, body),) = _read(connection, 1)
        assert (status, b"invalid_request" in body) == (413, True)
        with contextlib.suppress(ConnectionResetError):  # bytes that nobody read were still on their way
            assert connection.recv(100) == b""


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_connection_close_is_kept(town: Town, version: str) -> None:
    """HTTP/1.0 and `Connection: close` end the connection after the answer (RFC 9112 §9.6)."""
    with socket.create_connection(("127.0.0.1", town.house.port)) as connection:
        connection.sendall(f"GET /livez HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        ((status, _),) = _read(connection, 1)
        assert status == 200
        assert connection.recv(100) == b""


def test_head_has_the_headers_alone(town: Town, wire: Wire) -> None:
    """HEAD tells the length of what GET sends (RFC 9110 §9.3.2)."""
    whole = wire.ask("GET", "/.well-known/oauth-authorization-server")
    head = wire.ask("HEAD", "/.well-known/oauth-authorization-server")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.body))


def test_expect_100_is_answered(town: Town, wire: Wire) -> None:
    """A caller that asks first is told to go on (RFC 9110 §10.1.1)."""
    tokens = town.app.connect(wire, town.person(), [town.places[0].id])
    body = _refresh(town, tokens)
    head, _, _ = _post("/oauth2/token", body, "Expect: 100-continue").partition(b"\r\n\r\n")
    with socket.create_connection(("127.0.0.1", town.house.port)) as connection:
        connection.sendall(head + b"\r\n\r\n")
        connection.settimeout(10)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        ((status, _),) = _read(connection, 1)
    assert status == 200


def test_a_caller_who_leaves_during_a_commit_harms_nobody(town: Town, wire: Wire) -> None:
    """The exchange is durable or not at all, and the server goes on."""
    person = town.person()
    for _ in range(3):
        code = town.app.obtain_code(person, [town.places[0].id])
        proof = urlencode(town.app.proof(grant_type="authorization_code", code=code)).encode()
        with socket.create_connection(("127.0.0.1", town.house.port)) as connection:
            connection.sendall(_post("/oauth2/token", proof))
    assert wire.ask("GET", "/readyz").status == 200
