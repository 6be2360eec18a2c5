"""Slow callers in their hundreds do not move the latency of honest ones: two servers in one run, one without them."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from builtin_proxy.callers import Caller
from builtin_proxy.played_api import Call, Line, PlayedApi
from builtin_proxy.slow_crowd import ROOMS, Crowd, at_the_door
from frontdesk.cli.crowd import raise_descriptor_limit
from servers.house import House
from servers.partner import Town, settle
from servers.processes import wait_until

MOST = 1.5  # times the p99 without them
LARGE = 8_000_000


def large(line: Line, call: Call) -> None:
    """More than fits between the two ends."""
    line.socket.settimeout(300)
    line.say(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: %d\r\n\r\n" % LARGE + b"x" * LARGE)


def swallow(line: Line, call: Call) -> None:
    """A body is read to its end, however long that takes; the test's own calls are answered at once."""
    line.socket.settimeout(300)
    line.read_body(call)
    line.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@pytest.fixture(scope="module")
def streets() -> Iterator[tuple[Town, Town]]:
    """Two servers with a worker each, before an API of their own."""
    raise_descriptor_limit()
    with ExitStack() as stack:
        towns = []
        for _ in range(2):
            api = PlayedApi(plays={f"{ROOMS}/large": large, ROOMS: swallow})
            stack.callback(api.stop)
            house = House(upstream=api.url, requests_per_second="100000", address_connections="5000")
            stack.callback(house.leave)
            towns.append(settle(house.start()))
            stack.callback(towns[-1].close)
        yield towns[0], towns[1]


def measure(streets: tuple[Town, Town], calls: int) -> list[list[float]]:
    """Seconds of each call to each server, by turns; every twentieth on a new connection."""
    spent: list[list[float]] = [[], []]
    callers: list[Caller] = []
    for number in range(calls):
        if number % 20 == 0:
            for each in callers:
                each.socket.close()
            callers = [honest(town) for town in streets]
        for which, each in enumerate(callers):
            began = time.perf_counter()
            heard = each.ask(f"GET {ROOMS}/1")
            spent[which].append(time.perf_counter() - began)
            assert heard.status == 200
    return spent


def honest(town: Town) -> Caller:
    """A caller whose network has nothing to do with the slow ones'."""
    place = town.places[0]
    return Caller(town.house.port, (place.client_id, place.client_secret))


def p99(spent: list[float]) -> float:
    """Of so many calls."""
    return statistics.quantiles(spent, n=100)[98]


def compare(streets: tuple[Town, Town], slow: int, calls: int, rounds: int = 5) -> float:
    """The p99 beside `slow` callers, as a multiple of that without; the median of some rounds."""
    measure(streets, 100)
    pairs = [(place.client_id, place.client_secret) for place in streets[1].places[1:]]
    each = slow // 3
    with at_the_door(Crowd(streets[1].house.port, pairs, each)) as crowd:
        wait_until(lambda: sum(crowd.held.values()) >= 3 * each * 0.95, seconds=60, what=f"the crowd: {crowd.held}")
        time.sleep(2)
        ratios = []
        for _ in range(rounds):
            without, beside = measure(streets, calls)
            ratios.append(p99(beside) / p99(without))
            told = [f"{p99(each) * 1_000:.2f} ms" for each in (without, beside)]
            print(f"{crowd.held}: p99 {told[0]} without, {told[1]} beside: {ratios[-1]:.2f}")
        assert min(crowd.held.values()) >= each * 0.8, "the crowd is still there"
        assert crowd.served >= each * 0.9, "and was let in"
    return statistics.median(ratios)


def test_a_hundred_slow_callers_move_nobody(streets: tuple[Town, Town]) -> None:
    """Heads, bodies and answers, a little each second: the p99 of others stays within half more."""
    assert compare(streets, 99, 400) < MOST


@pytest.mark.sweep
@pytest.mark.timeout(600)
def test_a_thousand_slow_callers_move_nobody(streets: tuple[Town, Town]) -> None:
    """The same with ten times as many."""
    assert compare(streets, 999, 1_500) < MOST
