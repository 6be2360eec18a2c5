"""GW-23: what is still under way when its credential ends is broken off within the bound: answers and bodies."""

import threading
import time
from collections.abc import Callable

import pytest

from builtin_proxy.callers import Caller
from builtin_proxy.played_api import Call, Line, PlayedApi
from frontdesk.gateway.vigil import BOUND
from servers.partner import Tokens, Town
from servers.processes import wait_until
from servers.wires import Wire

Open = Callable[..., Caller]
ROOMS = "/resources/v1"
SLACK = 1.0  # for a busy machine


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Two workers: what one ends, the other breaks off."""
    return {"workers": "2"}


@pytest.fixture
def tokens(street: Town) -> Tokens:
    """A partner's grant in the first network."""
    wire = Wire(street.house.port)
    got = street.app.connect(wire, street.person(), [street.places[0].id])
    wire.close()
    return got


def bearer(street: Town, tokens: Tokens) -> tuple[str, str]:
    """The headers of a partner's call."""
    return f"Authorization: Bearer {tokens.access}", f"spacebring-network-id: {street.places[0].id}"


def events(line: Line, call: Call) -> None:
    """An event stream without an end."""
    line.say(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        line.say(b"9\r\ndata: x\n\n\r\n")
        time.sleep(0.05)


def silence(line: Line, call: Call) -> None:
    """One event, and then none."""
    line.say(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: x\n\n\r\n"
    )
    line.read(1)


def download(line: Line, call: Call) -> None:
    """A gigabyte, slowly."""
    line.say(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 1000000000\r\n\r\n")
    while True:
        line.say(b"x" * 10_000)
        time.sleep(0.02)


def flood(line: Line, call: Call) -> None:
    """A gigabyte, as fast as it is taken."""
    line.say(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 1000000000\r\n\r\n")
    while True:
        line.say(b"x" * 1_000_000)


@pytest.mark.parametrize("play", [events, silence, download], ids=["events", "silent events", "download"])
def test_gw_23_an_answer_ends_with_its_credential(
    caller: Open, api: PlayedApi, street: Town, tokens: Tokens, play: Callable[[Line, Call], None]
) -> None:
    """Broken off, never made to look whole; another credential's stream goes on."""
    api.plays[ROOMS] = play
    one, other = caller(), caller()
    for each, proof in ((one, bearer(street, tokens)), (other, ())):
        each.send(each.head(f"GET {ROOMS}", *proof, proves=not proof))
        assert each.hear_head().status == 200
    wire = Wire(street.house.port)
    assert street.app.revoke(wire, tokens.access).status == 200
    ended = time.monotonic()
    while one.more():
        assert time.monotonic() - ended < BOUND + SLACK
    assert time.monotonic() - ended < BOUND + SLACK
    assert not one.buffer.endswith(b"0\r\n\r\n")
    wire.close()
    if play is not silence:
        other.buffer = b""
        assert other.more()


def test_gw_23_a_caller_that_does_not_read_is_cut_too(
    caller: Open, api: PlayedApi, street: Town, tokens: Tokens
) -> None:
    """What waits for it is given up: it gets no more than was on its way when the credential ended."""
    gone = threading.Event()

    def play(line: Line, call: Call) -> None:
        try:
            flood(line, call)
        finally:
            gone.set()

    api.plays[ROOMS] = play
    one = caller()
    one.send(one.head(f"GET {ROOMS}", *bearer(street, tokens), proves=False))
    assert one.hear_head().status == 200
    time.sleep(0.5)
    wire = Wire(street.house.port)
    assert street.app.revoke(wire, tokens.access).status == 200
    assert gone.wait(BOUND + SLACK)
    wire.close()
    while one.more():
        assert len(one.buffer) < 50_000_000


def test_gw_23_a_body_ends_with_its_credential(caller: Open, api: PlayedApi, street: Town, tokens: Tokens) -> None:
    """The API never sees its end; the caller hears why."""
    one = caller()
    one.send(one.head(f"POST {ROOMS}", *bearer(street, tokens), "Content-Length: 5000000", proves=False))
    one.send(b"x" * 100_000)
    wait_until(lambda: api.calls_of(ROOMS))
    wire = Wire(street.house.port)
    assert street.app.revoke(wire, tokens.access).status == 200
    ended = time.monotonic()
    heard = one.hear()
    assert time.monotonic() - ended < BOUND + SLACK
    assert (heard.status, b'"type":"unauthenticated"' in heard.body) == (401, True)
    assert api.calls[0].body == b""
    wire.close()
