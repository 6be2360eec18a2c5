"""HT rows at the built-in proxy, byte for byte: what could be read in two ways is refused, and nothing is skipped."""

from collections.abc import Callable

import pytest

from builtin_proxy.callers import Caller
from builtin_proxy.played_api import Call, Line, PlayedApi

Open = Callable[..., Caller]
ROOMS = "/resources/v1"
CHUNKED = "Transfer-Encoding: chunked"

REFUSED = {
    "HT-02 chunked, identity": ("POST", ["Transfer-Encoding: chunked, identity"], b"0\r\n\r\n"),
    "HT-02 identity, chunked": ("POST", ["Transfer-Encoding: identity, chunked"], b"0\r\n\r\n"),
    "HT-02 gzip, chunked": ("POST", ["Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n"),
    "HT-02 xchunked": ("POST", ["Transfer-Encoding: xchunked"], b"0\r\n\r\n"),
    "HT-02 doubled": ("POST", [CHUNKED, CHUNKED], b"0\r\n\r\n"),
    "HT-02 vertical tab": ("POST", ["Transfer-Encoding: \x0bchunked"], b"0\r\n\r\n"),
    "HT-02 space in the name": ("POST", ["Transfer-Encoding : chunked"], b"0\r\n\r\n"),
    "HT-02 with a length": ("POST", [CHUNKED, "Content-Length: 5"], b"0\r\n\r\n"),
    "HT-02 length first": ("POST", ["Content-Length: 5", CHUNKED], b"0\r\n\r\n"),
    "HT-02 GET": ("GET", [CHUNKED, "Content-Length: 5"], b"0\r\n\r\n"),
    "HT-04 doubled": ("POST", ["Content-Length: 2", "Content-Length: 2"], b"{}"),
    "HT-04 different": ("POST", ["Content-Length: 2", "Content-Length: 3"], b"{}"),
    "HT-04 list": ("POST", ["Content-Length: 2, 2"], b"{}"),
    "HT-04 signed": ("POST", ["Content-Length: +2"], b"{}"),
    "HT-04 negative": ("POST", ["Content-Length: -2"], b"{}"),
    "HT-04 hex": ("POST", ["Content-Length: 0x2"], b"{}"),
    "HT-04 huge": ("POST", ["Content-Length: 99999999999999999999"], b"{}"),
    "HT-04 chunk size signed": ("POST", [CHUNKED], b"+2\r\n{}\r\n0\r\n\r\n"),
    "HT-04 chunk size hex": ("POST", [CHUNKED], b"0x2\r\n{}\r\n0\r\n\r\n"),
    "HT-04 chunk too long": ("POST", [CHUNKED], b"2\r\n{}}\r\n0\r\n\r\n"),
    "HT-04 chunk with bare LF": ("POST", [CHUNKED], b"2\n{}\r\n0\r\n\r\n"),
    "HT-05 folded": ("GET", ["X-A: a\r\n b"], b""),
    "HT-05 bare LF": ("GET", ["X-A: a\nX-B: b"], b""),
    "HT-05 bare CR": ("GET", ["X-A: a\rX-B: b"], b""),
    "HT-05 NUL": ("GET", ["X-A: a\0b"], b""),
    "HT-05 space before colon": ("GET", ["X-A : a"], b""),
    "HT-05 no name": ("GET", [": a"], b""),
    "HT-05 no colon": ("GET", ["X-A"], b""),
    "HT-12 large header": ("GET", ["X-A: " + "a" * 100_000], b""),
}


@pytest.mark.parametrize(("method", "headers", "body"), REFUSED.values(), ids=REFUSED.keys())
def test_what_could_be_read_in_two_ways_is_refused(
    caller: Open, api: PlayedApi, method: str, headers: list[str], body: bytes
) -> None:
    """HT-02, HT-04, HT-05, HT-12: 400 or 431 in the API's form, the connection closed, nothing at the API."""
    one = caller()
    smuggled = one.head(f"GET {ROOMS}/smuggled")
    one.send(one.head(f"{method} {ROOMS}", *headers) + body + smuggled)
    heard = one.hear()
    assert heard.status in (400, 431)
    assert b'"type":"invalidRequest"' in heard.body or b'"type":"headersTooLarge"' in heard.body
    assert heard.all("connection") == ["close"]
    assert one.is_closed(8)
    assert api.calls == []


def test_ht_12_too_many_headers_are_refused(caller: Open, api: PlayedApi) -> None:
    """431; where the message ends is certain, and the next one is served."""
    one = caller()
    one.send(one.head(f"GET {ROOMS}", *(f"X-{number}: a" for number in range(1_000))) + one.head(f"GET {ROOMS}/next"))
    heard = one.hear()
    assert (heard.status, b'"type":"headersTooLarge"' in heard.body) == (431, True)
    assert one.hear().status == 200
    assert [call.path for call in api.calls] == [f"{ROOMS}/next"]


HOSTS = ["", "a/?x=", "x@y", "front.example:99999999", "front.example:x", "a b", "[::1", "front.example#", "ä.example"]


@pytest.mark.parametrize("host", HOSTS)
def test_ht_08_a_malformed_host_is_refused(caller: Open, api: PlayedApi, host: str) -> None:
    """400; nor is a request without one let in, or with two."""
    one = caller()
    proof = one.head("x").split(b"\r\n")[2]
    one.send(f"GET {ROOMS} HTTP/1.1\r\nHost: {host}\r\n".encode() + proof + b"\r\n\r\n")
    assert one.hear().status == 400
    other = caller()
    other.send(f"GET {ROOMS} HTTP/1.1\r\n".encode() + proof + b"\r\n\r\n")
    assert other.hear().status == 400
    assert caller().ask(f"GET {ROOMS}", "Host: front.example").status == 400
    assert api.calls == []


def test_ht_07_the_authority_is_the_configured_one(caller: Open, api: PlayedApi) -> None:
    """HT-07, HT-09: absolute form reaches our own API under its own name; `*` and authority form reach nothing."""
    one = caller()
    assert one.ask(f"GET http://evil.example{ROOMS}?a=1").status == 200
    (call,) = api.calls
    assert (call.line, call.all(b"host")) == (f"GET {ROOMS}?a=1 HTTP/1.1".encode(), [api.url[7:].encode()])
    assert call.all(b"x-forwarded-host") != [b"evil.example"]
    for line in (
        "OPTIONS *",
        "GET evil.example:80",
        "GET evil.example",
        "GET ftp://evil.example/resources/v1",
        "GET ?x",
    ):
        assert caller().ask(line).status in (400, 404), line
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    "line", ["CONNECT evil.example:443", f"CONNECT {ROOMS}", f"CONNECT http://evil.example{ROOMS}"]
)
def test_ht_10_connect_is_refused(caller: Open, api: PlayedApi, line: str) -> None:
    """No tunnel, and what follows is no request."""
    one = caller()
    one.send(one.head(line) + one.head(f"GET {ROOMS}"))
    assert one.hear().status in (400, 405)
    assert one.is_closed()
    assert api.calls == []


@pytest.mark.parametrize(
    "headers",
    [
        ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"],
        ["Upgrade: h2c", "Connection: Upgrade"],
        ["Upgrade: h2c"],
        ["Upgrade: TLS/1.3", "Connection: Upgrade"],
        ["Upgrade: websocket, h2c", "Connection: Upgrade"],
    ],
)
def test_ht_10_other_protocols_are_refused(caller: Open, api: PlayedApi, headers: list[str]) -> None:
    """h2c too: behind it every further request would be unseen. Where it is meant, nothing after it is read."""
    one = caller()
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    one.send(one.head(f"GET {ROOMS}", *headers) + (preface if len(headers) > 1 else b""))
    assert one.hear().status == 400
    if len(headers) > 1:
        assert one.is_closed()
    assert api.calls == []


def test_ht_11_connection_names_nothing_that_counts(caller: Open, api: PlayedApi) -> None:
    """Authorization is judged all the same, and our own headers reach the API; what is named else is dropped."""
    named = "authorization, spacebring-network-id, x-frontdesk-subject, x-request-id, x-hop"
    one = caller()
    assert one.ask(f"GET {ROOMS}", f"Connection: {named}", "X-Hop: 1", "X-Stays: 1").status == 200
    (call,) = api.calls
    assert call.all(b"x-frontdesk-subject")
    assert call.all(b"spacebring-network-id")
    assert (call.all(b"x-hop"), call.all(b"x-stays"), call.all(b"connection")) == ([], [b"1"], [])
    assert caller().ask(f"GET {ROOMS}", "Connection: authorization", proves=False).status == 401


def test_ht_12_a_body_over_the_limit_is_refused_before_it_is_sent(caller: Open, api: PlayedApi) -> None:
    """1 GB declared: 413 at once, and the API hears nothing. In chunks: broken off there, 413 here."""
    one = caller()
    one.send(one.head(f"POST {ROOMS}", "Content-Length: 1000000000"))
    heard = one.hear()
    assert (heard.status, heard.all("connection")) == (413, ["close"])
    assert api.calls == []
    two = caller()
    two.send(two.head(f"POST {ROOMS}", CHUNKED))
    piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    try:
        for _ in range(11):
            two.send(piece)
    except ConnectionError:
        pass  # told already
    assert two.hear().status == 413
    assert api.calls[0].body == b""


def test_ht_13_a_hundred_pipelined_requests_are_each_decided_alone(
    caller: Open, api: PlayedApi, street: object
) -> None:
    """Right and wrong credentials by turns: the answers come in order, and only the right ones reach the API."""
    one, other = caller(), caller(1)
    data = b""
    for number in range(100):
        whose = (one, other, one)[number % 3]
        data += whose.head(f"GET {ROOMS}/{number}", proves=number % 3 != 2)
    one.send(data)
    heard = [one.hear() for _ in range(100)]
    assert [each.status for each in heard] == [401 if number % 3 == 2 else 200 for number in range(100)]
    subjects = {
        number: call.all(b"x-frontdesk-client")[0] for call in api.calls for number in [int(call.path.split("/")[-1])]
    }
    assert set(subjects) == {number for number in range(100) if number % 3 != 2}
    for number, client in subjects.items():
        assert client.decode() == (one if number % 3 == 0 else other).credential[0]


def test_ht_13_pipelined_bodies_stay_with_their_requests(caller: Open, api: PlayedApi) -> None:
    """Also where one in the middle is refused."""
    one = caller()
    bodies = [b"first", b"second" * 20_000, b"", b"fourth"]
    data = b""
    for number, body in enumerate(bodies):
        data += one.head(f"POST {ROOMS}", f"Content-Length: {len(body)}", f"X-Number: {number}") + body
    one.send(data)
    assert [one.hear().status for _ in bodies] == [200] * 4
    assert sorted((call.all(b"x-number")[0], call.body) for call in api.calls) == [
        (b"%d" % number, body) for number, body in enumerate(bodies)
    ]


SPLIT = {
    "bare LF": b"HTTP/1.1 200 OK\r\nX-A: a\nSet-Cookie: fd_session=x\r\nContent-Length: 2\r\n\r\n{}",
    "bare CR": b"HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: fd_session=x\r\nContent-Length: 2\r\n\r\n{}",
    "NUL": b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "folded": b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    b"\r\n",
    "other coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks in 1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "no version": b"200 OK\r\n\r\n{}",
    "status 99": b"HTTP/1.1 099 Low\r\nContent-Length: 2\r\n\r\n{}",
    "status 600": b"HTTP/1.1 600 High\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/2": b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "huge head": b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n",
    "endless interim answers": b"HTTP/1.1 103 Early\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n"
    * 3_000,
    "an unasked 101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("said", SPLIT.values(), ids=SPLIT.keys())
def test_ht_14_a_malformed_answer_is_a_502(caller: Open, api: PlayedApi, said: bytes) -> None:
    """In our own words: nothing of it reaches the caller, or it is broken off where it begins to be wrong."""

    def play(line: Line, call: Call) -> None:
        line.say(said)
        line.hang_up()

    api.plays[ROOMS] = play
    one = caller()
    heard = one.ask(f"GET {ROOMS}")
    assert (heard.status == 502 and b'"type":"badGateway"' in heard.body) or not heard.is_whole
    assert heard.all("set-cookie") == []
    if heard.is_whole:
        assert one.ask(f"GET {ROOMS}/next").status == 200


def test_ht_14_what_is_ours_to_say_is_taken_out(caller: Open, api: PlayedApi) -> None:
    """Cookies and headers of our names, also in the trailers of an answer."""
    headers = b"Set-Cookie: fd_session=x\r\nX-Frontdesk-Subject: y\r\nX_Frontdesk_Role: owner\r\nTrailer: X-Late\r\n"
    trailers = b"X-Frontdesk-Role: owner\r\nSet-Cookie: fd_session=z\r\nX-Late: 1\r\n"

    def play(line: Line, call: Call) -> None:
        line.say(
            b"HTTP/1.1 200 OK\r\n"
            + headers
            + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
            + trailers
            + b"\r\n"
        )

    api.plays[ROOMS] = play
    one = caller()
    heard = one.ask(f"GET {ROOMS}")
    assert (heard.status, heard.body, heard.is_whole) == (200, b"{}", True)
    names = {name for name, _ in heard.headers}
    assert not names & {
        "set-cookie",
        "x-frontdesk-subject",
        "x_frontdesk_role",
        "x-frontdesk-role",
        "trailer",
        "x-late",
    }
    assert one.ask(f"GET {ROOMS}").status == 200, "the trailers are no part of the next answer"


def test_ht_15_trailers_of_a_request_prove_nothing_and_go_nowhere(caller: Open, api: PlayedApi) -> None:
    """Authorization there is no credential, and none of them reaches the API as a header or as a trailer."""
    one = caller()
    proof = one.head("x").split(b"\r\n")[2]
    body = b"2\r\n{}\r\n0\r\n" + proof + b"\r\nspacebring-network-id: x\r\nX-Frontdesk-Subject: y\r\nX-Late: 1\r\n\r\n"
    one.send(one.head(f"POST {ROOMS}", CHUNKED, "Trailer: Authorization", proves=False) + body)
    assert one.hear().status == 401
    two = caller()
    two.send(
        two.head(f"POST {ROOMS}", CHUNKED, "TE: trailers", "Trailer: X-Late") + body + two.head(f"GET {ROOMS}/next")
    )
    assert [two.hear().status, two.hear().status] == [200, 200]
    call = api.calls_of(ROOMS)[0]
    assert call.body == b"{}"
    assert not {name.lower() for name, _ in call.headers} & {b"x-late", b"authorization", b"trailer", b"te"}
    assert call.all(b"x-frontdesk-subject") != [b"y"]


def test_a_refused_body_is_never_read_as_a_request(caller: Open, api: PlayedApi) -> None:
    """CL.0 and its like: the answer closes the connection, so that what follows is nobody's."""
    for headers in (["Content-Length: 60"], [CHUNKED], ["Content-Length: 60", "Expect: 100-continue"]):
        one = caller()
        one.send(one.head(f"POST {ROOMS}", *headers, proves=False) + one.head(f"GET {ROOMS}/smuggled"))
        heard = one.hear()
        # 400 where the bytes after a chunked head are no chunks, and that is seen first.
        assert (heard.status, heard.all("connection")) in ((401, ["close"]), (400, ["close"]))
        assert one.is_closed(8)
    assert api.calls == []
