"""The bounds on a request's head: size and time. Neither may be got round by how the bytes come."""

import asyncio

import pytest

from cli.serving_here import read_answers, served
from frontdesk.cli import wire
from frontdesk.cli.server import Message, Receive, Send
from frontdesk.cli.wire import MAX_HEAD


async def hello(scope: Message, receive: Receive, send: Send) -> None:
    """Answers 200 with how many headers it saw; `/wait` takes half a second, `/early` answers before the body."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/wait":
        await asyncio.sleep(0.5)
    if scope["path"] != "/early":
        while (await receive()).get("more_body"):
            pass
    body = b"%d" % len(scope["headers"])
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def ask(*pieces: bytes) -> bytes:
    """What a server answers to these pieces, sent one after the other, until it hangs up."""
    with served(hello) as server, server.connect() as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return read_answers(connection)


def test_a_plain_request_is_answered() -> None:
    """The bounds do not touch what is usual."""
    answer = ask(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n2")
    assert b"\r\nserver:" not in answer.lower()


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"v" * (MAX_HEAD + 10) + b"\r\n\r\n",),
        (b"GET / HTTP/1.1\r\nhost: a\r\n", *((b"x: " + b"v" * 1000 + b"\r\n",) * (MAX_HEAD // 1000 + 2))),
        (b"GET /" + b"a" * (MAX_HEAD + 10),),
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: ", *((b"v" * 8000,) * (MAX_HEAD // 8000 + 2))),
        (
            b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
            *((b"t: " + b"v" * 1000 + b"\r\n",) * (MAX_HEAD // 1000 + 2)),
        ),
    ],
    ids=["one header", "many headers", "the target", "a header without an end", "trailers"],
)
def test_a_head_that_is_too_large_gets_431(pieces: tuple[bytes, ...]) -> None:
    """However it comes, the server keeps a bounded part of it, answers once and hangs up (RFC 6585 §5)."""
    answer = ask(*pieces)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b'"type":"headersTooLarge"' in answer


def test_what_is_no_http_gets_400_in_the_apis_own_shape() -> None:
    """JSON with message and type, as every refusal at the door (contract)."""
    answer = ask(b"GET / HTTP/9.9\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"type":"invalidRequest"' in answer


def test_an_early_answer_does_not_turn_the_rest_of_a_body_into_a_head() -> None:
    """A body that is still on its way after its answer is no head: the next request on the connection is served."""
    body = b"b" * (MAX_HEAD * 2)
    first = b"POST /early HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n" % len(body)
    last = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    answer = ask(first, body, last)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert b"431" not in answer


def test_a_head_that_never_ends_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence, a slow first head and a slow later head all end in time; a slow answer does not."""
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(wire, "LOOK_SECONDS", 0.1)
    assert ask() == b""
    assert ask(b"GET / HTTP/1.1\r\nhost:") == b""
    with served(hello) as server, server.connect() as connection:
        connection.sendall(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")
        connection.sendall(b"GET /")
        assert read_answers(connection) == b""
