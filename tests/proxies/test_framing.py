"""Row HT-06, and HT-02, HT-04, HT-10, HT-13 through each front proxy: no request is read twice or skipped.

The API takes down every byte. Whatever a caller sends, each request that arrives there was judged, was really asked
for, and came once; and the next caller's answer is its own.
"""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from proxies.conftest import Guarded
from proxies.raw import Sent, send
from proxies.recorder import Recorded
from servers.wires import Wire, basic

# What an attacker wants the API to read as a request of its own. It carries no credential.
SMUGGLED = b"GET /resources/v1/smuggled HTTP/1.1\r\nHost: x\r\nX-Frontdesk-Subject: forged\r\nX: y"
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(SMUGGLED) + 4, SMUGGLED + b"\r\n\r\n")
WHOLE = SMUGGLED + b"\r\n\r\n"


def post(*lines: bytes, body: bytes = b"", method: bytes = b"POST", version: bytes = b"HTTP/1.1") -> bytes:
    """A request with `@` for the credential's line; each line as it is, and its end with it."""
    head = b"%b /resources/v1 %b\r\nHost: x\r\n@" % (method, version)
    return head + b"".join(lines) + b"\r\n" + body


LENGTH = b"Content-Length: %d\r\n"
CODING = b"Transfer-Encoding: chunked\r\n"
TRICKS: dict[str, bytes] = {
    "CL.0": post(LENGTH % len(WHOLE), body=WHOLE),
    "CL.0 with GET": post(LENGTH % len(WHOLE), body=WHOLE, method=b"GET"),
    "CL.0 with HEAD": post(LENGTH % len(WHOLE), body=WHOLE, method=b"HEAD"),
    "0.CL, space before the colon": post(b"Content-Length : %d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, tab": post(b"Content-Length:\t%d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, vertical tab": post(b"Content-Length: \x0b%d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, underscore": post(b"Content_Length: %d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, dot": post(b"Content.Length: %d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, folded": post(b"X: y\r\n Content-Length: %d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, bare LF": post(b"X: y\nContent-Length: %d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, bare CR": post(b"X: y\rContent-Length: %d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, plus sign": post(b"Content-Length: +%d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, hexadecimal": post(b"Content-Length: 0x%x\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, zeros": post(b"Content-Length: 000%d\r\n" % len(WHOLE), body=WHOLE),
    "0.CL, list": post(b"Content-Length: 0, %d\r\n" % len(WHOLE), body=WHOLE),
    "two lengths": post(LENGTH % 0, LENGTH % len(WHOLE), body=WHOLE),
    "two equal lengths": post(LENGTH % len(WHOLE), LENGTH % len(WHOLE), body=WHOLE),
    "TE.0": post(CODING, body=CHUNKED),
    "TE.0 with GET": post(CODING, body=CHUNKED, method=b"GET"),
    "CL.TE": post(LENGTH % (len(WHOLE) + 5), CODING, body=b"0\r\n\r\n" + WHOLE),
    "TE.CL": post(CODING, LENGTH % 4, body=CHUNKED),
    "TE.TE, identity after": post(CODING, b"Transfer-Encoding: identity\r\n", body=CHUNKED),
    "TE, chunked twice": post(b"Transfer-Encoding: chunked, chunked\r\n", body=CHUNKED),
    "TE, x": post(b"Transfer-Encoding: xchunked\r\n", LENGTH % len(WHOLE), body=WHOLE),
    "TE, space before the colon": post(b"Transfer-Encoding : chunked\r\n", LENGTH % 4, body=CHUNKED),
    "TE, underscore": post(b"Transfer_Encoding: chunked\r\n", LENGTH % len(CHUNKED), body=CHUNKED),
    "TE, quoted": post(b'Transfer-Encoding: "chunked"\r\n', LENGTH % len(CHUNKED), body=CHUNKED),
    "TE, vertical tab": post(b"Transfer-Encoding: \x0bchunked\r\n", LENGTH % len(CHUNKED), body=CHUNKED),
    "TE, folded": post(b"Transfer-Encoding:\r\n chunked\r\n", LENGTH % len(CHUNKED), body=CHUNKED),
    "TE in HTTP/1.0": post(CODING, LENGTH % len(CHUNKED), body=CHUNKED, version=b"HTTP/1.0"),
    "chunk, bare LF": post(CODING, body=b"1\nZ\n0\n\n" + WHOLE),
    "chunk, extension with LF": post(CODING, body=b"1;a=b\nZZ\r\n0\r\n\r\n" + WHOLE),
    "chunk, huge": post(CODING, body=b"10000000000000001\r\nZ\r\n0\r\n\r\n" + WHOLE),
    "chunk, signed": post(CODING, body=b"+1\r\nZ\r\n0\r\n\r\n" + WHOLE),
    "chunk, 0x": post(CODING, body=b"0x1\r\nZ\r\n0\r\n\r\n" + WHOLE),
    "chunk, no end": post(CODING, body=b"1\r\nZZ\r\n0\r\n\r\n" + WHOLE),
    "chunk, trailers": post(CODING, body=b"0\r\nAuthorization: Basic x\r\nContent-Length: 9\r\n\r\n" + WHOLE),
    "Expect": post(b"Expect: 100-continue\r\n", LENGTH % len(WHOLE), body=WHOLE),
    "Expect with GET": post(b"Expect: 100-continue\r\n", LENGTH % len(WHOLE), body=WHOLE, method=b"GET"),
    "Expect, obscure": post(b"Expect: y 100-continue\r\n", LENGTH % len(WHOLE), body=WHOLE),
    "Expect, twice": post(b"Expect: 100-continue\r\n" * 2, LENGTH % len(WHOLE), body=WHOLE),
    "Expect, chunked": post(b"Expect: 100-continue\r\n", CODING, body=CHUNKED),
    "Expect without a body": post(b"Expect: 100-continue\r\n", LENGTH % 0, body=WHOLE),
    "Connection names the length": post(b"Connection: content-length\r\n", LENGTH % len(WHOLE), body=WHOLE),
    "Connection names the coding": post(b"Connection: transfer-encoding\r\n", CODING, body=CHUNKED),
    "Upgrade h2c": post(
        b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
        method=b"GET",
        body=WHOLE,
    ),
    "Upgrade websocket": post(
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n",
        method=b"GET",
        body=WHOLE,
    ),
    "LF in the method": b"GET\n/resources/v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
    "CRLF in the target": b"GET /resources/v1%0d%0aX:y HTTP/1.1\r\nHost: x\r\n@\r\n" + WHOLE,
    "CONNECT": b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n@\r\n" + WHOLE,
}


@pytest.mark.parametrize("is_known", [True, False], ids=["with a credential", "without one"])
def test_ht_06_no_request_is_read_twice_or_skipped(guarded: Guarded, is_known: bool) -> None:
    """HT-02, HT-04, HT-06, HT-10: refused, or passed on as the one request that it is; then an honest caller's turn.

    Whether anything else comes back is waited for beside the next tricks: each names itself in its query.
    """
    before, garbage = len(guarded.api.requests), len(guarded.api.garbage)
    with ThreadPoolExecutor(max_workers=len(TRICKS)) as listeners:
        tried = {trick: listeners.submit(play(guarded, trick, is_known=is_known).hear_out) for trick in TRICKS}
    answered = {trick: said.result().statuses.count(200) for trick, said in tried.items()}
    arrived = guarded.api.requests[before:]
    assert guarded.api.garbage[garbage:] == []
    assert [heard.target for heard in arrived if "honest" in heard.target] == [
        honest(trick, when) for trick in TRICKS for when in ("before", "after", "later")
    ]
    others = [heard for heard in arrived if "honest" not in heard.target]
    assert Counter(heard.target for heard in others) == Counter(
        {asked_by(trick): count for trick, count in answered.items() if count}
    )
    assert max(answered.values()) <= (1 if is_known else 0), answered
    for heard in others:
        assert_judged(heard, guarded)
        assert not heard.all("upgrade"), heard.target
        assert not heard.all("expect"), heard.target


def play(guarded: Guarded, trick: str, *, is_known: bool) -> Sent:
    """Play one trick between honest calls: one caller was there before, another comes once it was answered."""
    known = b"Authorization: " + guarded.pair["Authorization"].encode() + b"\r\n" if is_known else b""
    raw = TRICKS[trick].replace(b" /resources/v1 ", f" {asked_by(trick)} ".encode(), 1).replace(b"@", known)
    wire = guarded.wire()
    assert hears_its_own(wire, guarded, honest(trick, "before")), trick
    sent = Sent(guarded.proxy.port, raw)
    sent.hear_beginning()
    assert hears_its_own(wire, guarded, honest(trick, "after")), trick
    assert hears_its_own(guarded.wire(), guarded, honest(trick, "later")), trick
    return sent


def asked_by(trick: str) -> str:
    """What a trick asks for."""
    return f"/resources/v1?trick={list(TRICKS).index(trick)}"


def honest(trick: str, when: str) -> str:
    """What the honest caller beside it asks for."""
    return f"/resources/v1/honest-{list(TRICKS).index(trick)}-{when}"


def hears_its_own(wire: Wire, guarded: Guarded, target: str) -> bool:
    """Whether an honest call's answer is the one to it."""
    reply = wire.ask("GET", target, guarded.pair)
    return reply.status == 200 and json.loads(reply.body)["line"] == f"GET {target} HTTP/1.1"


def assert_judged(heard: Recorded, guarded: Guarded) -> None:
    """It comes in the name of whoever was proven."""
    assert heard.all("x-frontdesk-subject") == ["network:" + guarded.town.places[0].id]
    assert len(heard.all("x-request-id")) == 1


def test_ht_13_pipelined_requests_are_each_judged_alone(guarded: Guarded) -> None:
    """HT-13: a hundred on one connection with three callers' credentials and with none; answers in their order."""
    places = guarded.town.places[:3]
    pairs = [basic(place.client_id, place.client_secret) for place in places]
    raw, expected = b"", []
    for number in range(100):
        who = number % 4
        known = f"Authorization: {pairs[who]}\r\n" if who < 3 else ""
        last = "Connection: close\r\n" if number == 99 else ""
        raw += f"GET /resources/v1/{number} HTTP/1.1\r\nHost: x\r\n{known}{last}\r\n".encode()
        expected.append(200 if who < 3 else 401)
    before = len(guarded.api.requests)
    assert send(guarded.proxy.port, raw, silence=5).statuses == expected
    arrived = guarded.api.requests[before:]
    assert [heard.target for heard in arrived] == [f"/resources/v1/{number}" for number in range(100) if number % 4 < 3]
    for heard in arrived:
        place = places[int(heard.target.rsplit("/", 1)[1]) % 4]
        assert heard.all("x-frontdesk-network") == [place.id]


@pytest.mark.parametrize("length", [b"Content-Length: 300000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_ht_06_a_refused_callers_body_is_never_a_request(guarded: Guarded, length: bytes) -> None:
    """HT-06: the body of a call that was refused is not read as what follows it on the connection."""
    size = 300_000
    filler = WHOLE * (size // len(WHOLE)) + b"z" * (size % len(WHOLE))
    body = filler if b"Length" in length else b"%x\r\n%b\r\n0\r\n\r\n" % (size, filler)
    before = len(guarded.api.requests)
    answered = send(guarded.proxy.port, b"POST /resources/v1 HTTP/1.1\r\nHost: x\r\n" + length + body, silence=1)
    assert answered.statuses in ([401], [])  # hung up while the body was still coming: no answer is heard
    assert guarded.api.requests[before:] == []
