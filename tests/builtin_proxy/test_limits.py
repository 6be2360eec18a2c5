"""How long the API may take, and how many calls it gets at once: each bound, met over real sockets."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from builtin_proxy.callers import Caller, Heard
from builtin_proxy.played_api import OK, Call, Line, PlayedApi
from builtin_proxy.websockets import Socket, echo
from servers.house import House
from servers.partner import Town, settle
from servers.processes import wait_until

Open = Callable[..., Caller]
ROOMS = "/resources/v1"
STREAM = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Four calls at once, a share is one; four streams, a share is one; little patience for everything."""
    return {
        "upstream_timeout": "2",
        "upstream_silence_timeout": "1",
        "upstream_total_timeout": "4",
        "upstream_connect_timeout": "1",
        "upstream_connections": "4",
        "upstream_waiting": "8",
        "upstream_streams": "4",
    }


@pytest.fixture
def gate(api: PlayedApi) -> Iterator[threading.Event]:
    """Calls to /resources/v1/held are answered once it opens."""
    opened = threading.Event()

    def play(line: Line, call: Call) -> None:
        opened.wait(10)
        line.say(OK)

    api.plays[f"{ROOMS}/held"] = play
    yield opened
    opened.set()


def outcome(heard: Heard) -> tuple[int, str]:
    """Status and type."""
    return heard.status, heard.body.partition(b'"type":"')[2].partition(b'"')[0].decode()


def test_an_answer_that_does_not_begin_is_a_504(caller: Open, gate: threading.Event) -> None:
    """upstream_timeout, in the API's form."""
    began = time.monotonic()
    assert outcome(caller().ask(f"GET {ROOMS}/held")) == (504, "gatewayTimeout")
    assert 1.9 < time.monotonic() - began < 3.5


def test_an_answer_that_stops_is_broken_off(caller: Open, api: PlayedApi) -> None:
    """upstream_silence_timeout: a 504 while nothing of it has been told, a broken answer afterwards."""

    def play(line: Line, call: Call) -> None:
        line.say(STREAM if call.path == ROOMS else b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
        line.read(1)

    api.plays |= {ROOMS: play, f"{ROOMS}/1": play}
    assert outcome(caller().ask(f"GET {ROOMS}/1")) == (504, "gatewayTimeout")
    heard = caller().ask(f"GET {ROOMS}")
    assert (heard.status, heard.body, heard.is_whole) == (200, b"x", False)


def test_an_answer_has_an_end(caller: Open, api: PlayedApi) -> None:
    """upstream_total_timeout, although something comes all the time."""

    def play(line: Line, call: Call) -> None:
        line.say(STREAM)
        while True:
            line.say(b"1\r\nx\r\n")
            time.sleep(0.1)

    api.plays[ROOMS] = play
    began = time.monotonic()
    heard = caller().ask(f"GET {ROOMS}")
    assert not heard.is_whole
    assert 3.5 < time.monotonic() - began < 7


def test_an_api_that_takes_nothing_is_a_504(caller: Open, api: PlayedApi) -> None:
    """A body that the API does not read holds nobody for ever."""
    api.plays[ROOMS] = lambda line, call: time.sleep(5)
    one = caller()
    one.send(one.head(f"POST {ROOMS}", "Content-Length: 9000000"))
    with contextlib.suppress(OSError):
        for _ in range(90):
            one.send(b"x" * 100_000)
    assert outcome(one.hear()) == (504, "gatewayTimeout")


def test_an_api_that_does_not_take_the_connection_is_a_504(api: PlayedApi, street: Town) -> None:
    """upstream_connect_timeout: nothing answers the knock."""
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for filler in (first, second):  # what the listener's queue holds; the kernel drops whoever comes then
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(deaf.getsockname())
        house = House(upstream=f"http://127.0.0.1:{deaf.getsockname()[1]}", upstream_connect_timeout="1")
        try:
            place = settle(house.start()).places[0]
            with Caller(house.port, (place.client_id, place.client_secret)) as one:
                began = time.monotonic()
                assert outcome(one.ask(f"GET {ROOMS}")) == (504, "gatewayTimeout")
                assert time.monotonic() - began < 3
        finally:
            house.leave()


def test_one_callers_slow_calls_keep_nobody_out(caller: Open, api: PlayedApi, gate: threading.Event) -> None:
    """A share of the seats, a share of the line, then 503; another credential's call goes through at once."""
    slow = [caller() for _ in range(4)]
    for each in slow[:3]:
        each.send(each.head(f"GET {ROOMS}/held"))
    wait_until(lambda: api.calls_of(f"{ROOMS}/held"))
    time.sleep(0.1)
    heard = slow[3].ask(f"GET {ROOMS}/held")
    assert (outcome(heard), heard.all("retry-after")) == ((503, "temporarilyUnavailable"), ["1"])
    assert caller(1).ask(f"GET {ROOMS}").status == 200
    assert len(api.calls_of(f"{ROOMS}/held")) == 1
    gate.set()
    assert [each.hear().status for each in slow[:3]] == [200, 200, 200]


def test_all_seats_taken_is_a_503_after_a_wait(caller: Open, api: PlayedApi, gate: threading.Event) -> None:
    """Four callers hold them; the fifth call waits for as long as a connection may take."""
    slow = [caller(place) for place in range(4)]
    for each in slow:
        each.send(each.head(f"GET {ROOMS}/held"))
    wait_until(lambda: len(api.calls_of(f"{ROOMS}/held")) == 4)
    heard = caller().ask(f"GET {ROOMS}")
    assert (outcome(heard), heard.all("retry-after")) == ((503, "temporarilyUnavailable"), ["1"])
    assert {each.hear().status for each in slow} == {504}


def test_what_lasts_long_takes_no_seat(caller: Open, api: PlayedApi) -> None:
    """An event stream and a WebSocket of one caller: its ordinary calls go on; one berth too many is a 503."""

    def play(line: Line, call: Call) -> None:
        line.say(STREAM)
        while True:
            line.say(b"1\r\nx\r\n")
            time.sleep(0.2)

    api.plays |= {ROOMS: play, f"{ROOMS}/room": echo}
    one, two = caller(), Socket(caller(1))
    one.send(one.head(f"GET {ROOMS}"))
    assert one.hear_head().status == 200
    assert two.open(f"{ROOMS}/room").status == 101
    for place in (0, 1):
        assert caller(place).ask(f"GET {ROOMS}/1").status == 200
    heard = Socket(caller(1)).open(f"{ROOMS}/room")
    assert (heard.status, heard.all("retry-after")) == (503, ["1"])
    large = caller()
    large.send(large.head(f"POST {ROOMS}", "Content-Length: 200000") + b"x" * 100_000)
    assert large.hear().status == 503
    one.socket.close()
    two.caller.socket.close()
    wait_until(lambda: Socket(caller(1)).open(f"{ROOMS}/room").status == 101, what="a free berth")


def test_a_slow_small_body_holds_no_seat(caller: Open, api: PlayedApi) -> None:
    """It is read whole first: the API does not hear of it, and the caller's other calls are served."""
    slow = [caller() for _ in range(20)]
    for each in slow:
        each.send(each.head(f"POST {ROOMS}", "Content-Length: 10") + b"12345")
    assert caller().ask(f"GET {ROOMS}/1").status == 200
    assert [call.path for call in api.calls] == [f"{ROOMS}/1"]
    slow[0].send(b"67890")
    assert slow[0].hear().status == 200
