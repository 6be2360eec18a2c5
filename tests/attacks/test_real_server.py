"""Attack rows that need a real server: bytes on the wire, and what it logs (rows HT-05, SS-02, RV-16, BT-06, HD-08)."""

import socket
from urllib.parse import quote

import pytest

from servers.partner import Town
from servers.wires import Wire, basic


def _send(town: Town, raw: bytes) -> bytes:
    """What comes back for exactly these bytes."""
    with socket.create_connection(("127.0.0.1", town.house.port), timeout=10) as connection:
        connection.sendall(raw)
        connection.settimeout(10)
        answer = b""
        try:
            while piece := connection.recv(65_536):
                answer += piece
                if b"\r\n\r\n" in answer and answer.startswith(b"HTTP/1.1 4"):
                    break
        except (TimeoutError, ConnectionError):
            pass
        return answer


MALFORMED = [
    ("HT-05 folded line", b"GET /resources/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\n b\r\n\r\n"),
    ("HT-05 NUL", b"GET /resources/v1 HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n"),
    ("HT-05 space before colon", b"GET /resources/v1 HTTP/1.1\r\nHost: x\r\nX-A : a\r\n\r\n"),
    ("HT-05 bare LF in a name", b"GET /resources/v1 HTTP/1.1\r\nHost: x\r\nX-A\nB: a\r\n\r\n"),
    ("HT-02 two encodings", b"POST /resources/v1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n"),
    ("HT-02 odd encoding", b"POST /resources/v1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n"),
    (
        "HT-04 two lengths",
        b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ),
    ("HT-04 signed length", b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na"),
    ("HT-04 hex length", b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\na"),
    (
        "length and chunks",
        b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
    ("GW-08 fragment", b"GET /resources/v1#/../x HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("HT-09 no slash", b"GET resources/v1 HTTP/1.1\r\nHost: x\r\n\r\n"),
    (
        "BT-06 huge header",
        b"GET /resources/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b"x" * 100_000 + b"\r\n\r\n",
    ),
]


@pytest.mark.parametrize(("row", "raw"), MALFORMED, ids=[row for row, _ in MALFORMED])
def test_malformed_messages_are_refused(town: Town, row: str, raw: bytes) -> None:
    """HT-02, HT-04, HT-05, HT-09, BT-06: a 4xx and no second reading of the same bytes."""
    answer = _send(town, raw)
    assert answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/resources/v1",
        "//evil.example/resources/v1",
        "/@evil.example/resources/v1",
        "/%2e%2e/x",
        "*",
    ],
)
def test_ss_02_the_target_never_chooses_the_upstream(town: Town, target: str) -> None:
    """SS-02, HT-07: absolute form, double slash and @ reach our own API or nothing, never another authority."""
    place = town.places[0]
    pair = basic(place.client_id, place.client_secret)
    raw = f"GET {target} HTTP/1.1\r\nHost: evil.example\r\nAuthorization: {pair}\r\nConnection: close\r\n\r\n"
    answer = _send(town, raw.encode())
    status = int(answer.split(b" ")[1])
    assert status in (200, 400, 404)
    if status == 200:
        assert b'"target": "/resources/v1"' in answer or b'"target":"/resources/v1"' in answer
        assert b"evil" not in answer


def test_rv_16_a_token_in_the_query_is_in_no_log(town: Town) -> None:
    """RV-16, D12: after a revocation by query, a refused call and a failed request, no secret stands in the log."""
    wire = Wire(town.house.port)
    tokens = town.app.connect(wire, town.person(), [town.places[0].id])
    wire.call(tokens.access + "x", None)
    wire.ask("GET", f"/resources/v1?access_token={quote(tokens.access)}")
    wire.ask("POST", f"/oauth2/token?client_secret={quote(town.app.client_secret)}")
    assert town.app.revoke(wire, tokens.refresh).status == 200
    assert wire.call(tokens.access, None).status == 401
    wire.close()
    assert town.house.running is not None
    log = town.house.running.words()
    for secret in (tokens.access, tokens.refresh, town.app.client_secret, town.places[0].client_secret):
        assert secret not in log
        assert secret[8:40] not in log


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FOO", "get"])
def test_hd_08_odd_methods_are_refused(town: Town, method: str) -> None:
    """HD-08, GW-11: TRACE and unknown methods are 405 or a parse error; no version banner is sent."""
    target = "x:1" if method == "CONNECT" else "/resources/v1"
    answer = _send(town, f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"\nserver:" not in answer.lower()
