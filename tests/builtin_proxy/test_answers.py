"""Answers through the built-in proxy: interim ones, early ones, none at all, and those that break off."""

import time
from collections.abc import Callable

import pytest

from builtin_proxy.callers import Caller
from builtin_proxy.played_api import OK, Call, Line, PlayedApi
from servers.processes import wait_until

Open = Callable[..., Caller]
ROOMS = "/resources/v1"


def says(*pieces: bytes, hangs_up: bool = False) -> Callable[[Line, Call], None]:
    """A play that reads the request and says this."""

    def play(line: Line, call: Call) -> None:
        line.read_body(call)
        for piece in pieces:
            line.say(piece)
        if hangs_up:
            line.hang_up()

    return play


def test_a_body_is_asked_for_only_once_it_is_wanted(caller: Open, api: PlayedApi) -> None:
    """Expect: 100-continue: a refused caller never hears a 100, an admitted one does, and the API sees no Expect."""
    expects = (f"POST {ROOMS}", "Expect: 100-continue", "Content-Length: 5")
    one = caller()
    one.send(one.head(*expects, proves=False))
    heard = one.hear()
    assert (heard.status, heard.all("connection")) == (401, ["close"])
    two = caller()
    two.send(two.head(*expects))
    assert two.hear().status == 100
    assert api.calls == []
    two.send(b"hello")
    assert two.hear().status == 200
    (call,) = api.calls
    assert (call.body, call.all(b"expect")) == (b"hello", [])
    two.send(two.head(*expects) + b"hello")  # a caller that does not wait needs no 100, and may get one
    heard = two.hear()
    assert (two.hear() if heard.status == 100 else heard).status == 200


def test_a_large_body_that_is_too_large_is_refused_without_a_100(caller: Open, api: PlayedApi) -> None:
    """The caller keeps it."""
    one = caller()
    one.send(one.head(f"POST {ROOMS}", "Expect: 100-continue", "Content-Length: 99999999"))
    assert one.hear().status == 413
    assert api.calls == []


def test_a_get_with_a_body_and_a_head(caller: Open, api: PlayedApi) -> None:
    """The body goes along, framed as it came; to HEAD nothing follows, whatever length is told."""
    one = caller()
    assert one.ask(f"GET {ROOMS}", body=b"asked").status == 200
    assert (api.calls[0].body, api.calls[0].all(b"content-length")) == (b"asked", [b"5"])
    api.plays[ROOMS] = says(b'HTTP/1.1 200 OK\r\nContent-Length: 77\r\nETag: "1"\r\n\r\n')
    heard = one.ask(f"HEAD {ROOMS}")
    assert (heard.status, heard.all("content-length"), heard.all("etag")) == (200, ["77"], ['"1"'])
    api.plays[ROOMS] = says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    heard = one.ask(f"HEAD {ROOMS}")
    assert (heard.status, heard.all("content-length"), heard.all("transfer-encoding")) == (200, [], [])
    del api.plays[ROOMS]
    assert one.ask(f"GET {ROOMS}").body == b"{}"


def test_an_api_that_answers_head_with_a_body_spoils_nothing(caller: Open, api: PlayedApi) -> None:
    """The connection is not used again."""
    api.plays[ROOMS] = says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    one = caller()
    for _ in range(3):
        assert one.ask(f"HEAD {ROOMS}").status == 200
        assert one.ask(f"GET {ROOMS}/1").body == b"{}"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_answers_without_a_body(caller: Open, api: PlayedApi, status: str) -> None:
    """No framing of ours is added, and the next answer is in its place."""
    api.plays[ROOMS] = says(f'HTTP/1.1 {status}\r\nETag: "1"\r\n\r\n'.encode())
    one = caller()
    heard = one.ask(f"GET {ROOMS}")
    assert (heard.status, heard.all("content-length"), heard.all("transfer-encoding")) == (int(status[:3]), [], [])
    assert one.ask(f"GET {ROOMS}/1").body == b"{}"


def test_a_304_may_tell_a_length(caller: Open, api: PlayedApi) -> None:
    """RFC 9110 §8.6."""
    api.plays[ROOMS] = says(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n")
    one = caller()
    assert one.ask(f"GET {ROOMS}").all("content-length") == ["77"]
    assert one.ask(f"GET {ROOMS}/1").body == b"{}"


def test_interim_answers_are_waited_out(caller: Open, api: PlayedApi) -> None:
    """100, 102 and 103 are the API's own affair; the final answer counts."""
    api.plays[ROOMS] = says(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX-A: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nSet-Cookie: fd_session=x\r\n\r\n" + OK,
    )
    heard = caller().ask(f"GET {ROOMS}")
    assert (heard.status, heard.body, heard.all("link"), heard.all("set-cookie")) == (200, b"{}", [], [])


def test_an_answer_before_the_body_was_read(caller: Open, api: PlayedApi) -> None:
    """It reaches the caller, the rest of the body reaches nobody, and neither connection is used again."""

    def play(line: Line, call: Call) -> None:
        line.say(b"HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\nbusy")
        assert line.read(1_000_000) is not None

    api.plays[ROOMS] = play
    one = caller()
    one.send(one.head(f"POST {ROOMS}", "Content-Length: 5000000") + b"x" * 100_000)
    heard = one.hear()
    assert (heard.status, heard.body, heard.all("connection")) == (409, b"busy", ["close"])
    assert one.is_closed(8)
    assert caller().ask(f"GET {ROOMS}/1").body == b"{}"


def test_both_ways_at_once(caller: Open, api: PlayedApi) -> None:
    """An API may answer while it reads: each piece comes back before the next is sent."""

    def play(line: Line, call: Call) -> None:
        line.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while size := int(line.read_line(), 16):
            piece = line.read(size)
            line.read_line()
            line.say(b"%x\r\n%b\r\n" % (size, piece))
        line.read_line()
        line.say(b"0\r\n\r\n")

    api.plays[ROOMS] = play
    one = caller()
    one.send(one.head(f"POST {ROOMS}", "Transfer-Encoding: chunked") + b"11170\r\n" + b"y" * 70_000 + b"\r\n")
    heard = one.hear_head()
    assert heard.status == 200
    for number in range(3):
        one.send(b"6\r\npiece%d\r\n" % number)
        while b"piece%d" % number not in one.buffer:
            assert one.more()
    one.send(b"0\r\n\r\n")
    while not one.buffer.endswith(b"0\r\n\r\n"):
        assert one.more()


BROKEN = {
    "short of its length": b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 150_000,
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
    "in the middle of a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nfirst",
    "in a bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz\r\n",
}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_breaks_off_is_seen_to(caller: Open, api: PlayedApi, said: bytes) -> None:
    """Never a whole one: the caller can tell. A 502 where it is seen before the answer has begun here."""
    api.plays[ROOMS] = says(said, hangs_up=True)
    heard = caller().ask(f"GET {ROOMS}")
    assert (heard.status, heard.is_whole) in ((200, False), (502, True))


def test_an_http_1_0_caller_gets_no_chunks_and_sees_a_break(caller: Open, api: PlayedApi) -> None:
    """The end of the connection is the end of the answer, so a break has to be a reset."""
    one = caller()
    api.plays[ROOMS] = says(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n"
    )
    one.send(one.head(f"GET {ROOMS}").replace(b"HTTP/1.1", b"HTTP/1.0"))
    heard = one.hear()
    assert (heard.body, heard.all("transfer-encoding"), heard.all("connection")) == (b"firstlast", [], ["close"])
    api.plays[ROOMS] = says(BROKEN["in chunks"], hangs_up=True)
    two = caller()
    two.send(two.head(f"GET {ROOMS}").replace(b"HTTP/1.1", b"HTTP/1.0"))
    two.hear_head()
    with pytest.raises(ConnectionResetError):
        two.read_to_the_end()


def test_an_answer_that_ends_with_its_connection(caller: Open, api: PlayedApi) -> None:
    """HTTP/1.0 servers do so; here it is framed."""
    api.plays[ROOMS] = says(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100_000, hangs_up=True)
    heard = caller().ask(f"GET {ROOMS}")
    assert (len(heard.body), heard.is_whole, heard.all("transfer-encoding")) == (100_000, True, ["chunked"])


class Stale:
    """An API that closes each connection as its second call comes, without a word."""

    def __init__(self) -> None:
        self.served: dict[int, int] = {}
        self.asked = 0

    def __call__(self, line: Line, call: Call) -> None:
        """Play."""
        line.read_body(call)
        self.asked += 1
        seen = self.served[id(line)] = self.served.get(id(line), 0) + 1
        if seen > 1:
            line.hang_up()
        else:
            line.say(OK)


def test_a_kept_connection_that_has_just_died_costs_nobody_a_call(caller: Open, api: PlayedApi) -> None:
    """RFC 9112 §9.3.1: idempotent calls are sent once more, on a new connection, with their small body."""
    stale = api.plays[ROOMS] = Stale()
    one = caller()
    for line in (f"GET {ROOMS}", f"GET {ROOMS}", f"GET {ROOMS}"):
        assert one.ask(line).status == 200
    assert stale.asked > 3
    assert len({id(call) for call in api.calls}) == stale.asked


def test_what_may_have_been_done_is_not_done_twice(caller: Open, api: PlayedApi) -> None:
    """A POST on a connection that dies is a 502: nobody knows whether the API has acted."""
    stale = api.plays[ROOMS] = Stale()
    one = caller()
    assert one.ask(f"POST {ROOMS}", body=b"a").status == 200
    assert one.ask(f"POST {ROOMS}", body=b"b").status == 502
    assert [call.body for call in api.calls] == [b"a", b"b"]
    assert stale.asked == 2


def test_a_call_is_sent_once_more_only_once(caller: Open, api: PlayedApi) -> None:
    """And not at all once the API has begun to answer."""

    def hangs_up(line: Line, call: Call) -> None:
        line.hang_up()

    one = caller()
    one.ask(f"GET {ROOMS}/1")
    api.plays[ROOMS] = hangs_up
    assert one.ask(f"GET {ROOMS}").status == 502
    assert len(api.calls_of(ROOMS)) == 2
    one.ask(f"GET {ROOMS}/1")
    api.calls.clear()
    api.plays[ROOMS] = says(b"HTTP/1.1 200 OK\r\nContent-Le", hangs_up=True)
    assert one.ask(f"GET {ROOMS}").status == 502
    assert len(api.calls_of(ROOMS)) == 1


def test_a_caller_that_leaves_frees_the_api(caller: Open, api: PlayedApi) -> None:
    """While it waits for the answer, and while it takes it: the API's connection ends soon after."""
    ended: list[str] = []

    def play(line: Line, call: Call) -> None:
        if call.path.endswith("stream"):
            line.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
        line.socket.settimeout(5)
        if line.socket.recv(1) == b"":
            ended.append(call.path)

    api.plays |= {f"{ROOMS}/stream": play, f"{ROOMS}/wait": play}
    for path in (f"{ROOMS}/stream", f"{ROOMS}/wait"):
        one = caller()
        one.send(one.head(f"GET {path}"))
        wait_until(lambda path=path: api.calls_of(path))
        time.sleep(0.1)
        one.socket.close()
    wait_until(lambda: len(ended) == 2)


def test_gw_26_redirects_come_back_in_our_own_name(caller: Open, api: PlayedApi, street: object) -> None:
    """GW-26: never followed; the API's own origin becomes ours, in whatever spelling; others are for the caller."""
    port = api.url.rpartition(":")[2]
    ours = f"http://127.0.0.1:{caller().port}"
    moved = {
        f"{api.url}/resources/v1/7?a=1#b": f"{ours}/resources/v1/7?a=1#b",
        f"HTTP://127.0.0.1:{port}/x": f"{ours}/x",
        f"https://127.0.0.1:{port}/x": f"{ours}/x",
        f"//127.0.0.1:{port}/x": f"{ours}/x",
        f"{api.url}": ours,
        f"{api.url}0/x": f"{api.url}0/x",
        f"http://127.0.0.1.evil.example:{port}/": f"http://127.0.0.1.evil.example:{port}/",
        "http://169.254.169.254/latest": "http://169.254.169.254/latest",
        "/resources/v1/7": "/resources/v1/7",
    }
    one = caller()
    for theirs, expected in moved.items():
        api.plays[ROOMS] = says(f"HTTP/1.1 302 Found\r\nLocation: {theirs}\r\nContent-Length: 0\r\n\r\n".encode())
        assert one.ask(f"GET {ROOMS}").all("location") == [expected]
    assert len(api.calls) == len(moved)


def test_an_api_that_is_away_is_a_502(caller: Open, api: PlayedApi) -> None:
    """In the API's form, and the next call is tried anew."""
    one = caller()
    api.plays[ROOMS] = lambda line, call: line.hang_up()
    heard = one.ask(f"GET {ROOMS}")
    assert (heard.status, b'"type":"badGateway"' in heard.body) == (502, True)
    assert one.ask(f"GET {ROOMS}/1").status == 200


def test_the_bytes_of_a_large_body_are_the_same_on_both_sides(caller: Open, api: PlayedApi) -> None:
    """Up in one piece of known length and in chunks; down likewise."""
    body = bytes(range(256)) * 4_096  # 1 MiB
    one = caller()
    assert one.ask(f"POST {ROOMS}", body=body).status == 200
    pieces = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:7], body[7:300_000], body[300_000:]))
    one.send(one.head(f"POST {ROOMS}", "Transfer-Encoding: chunked") + pieces + b"0\r\n\r\n")
    assert one.hear().status == 200
    assert [call.body == body for call in api.calls] == [True, True]
    assert [bool(call.all(b"content-length")) for call in api.calls] == [True, False]
    api.plays[ROOMS] = says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    heard = one.ask(f"GET {ROOMS}")
    assert (heard.body == body, heard.all("content-length")) == (True, [str(len(body))])
    api.plays[ROOMS] = says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n")
    heard = one.ask(f"GET {ROOMS}")
    assert (heard.body == body, heard.is_whole) == (True, True)
