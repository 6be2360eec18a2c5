"""A real server of four workers under one noisy client (row TN-12): exactly its limit passes, and nobody else waits."""

import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event

import pytest

from servers.house import House
from servers.partner import Place, Town, settle
from servers.upstream import Upstream
from servers.wires import Wire, basic, spread_wires

WORKERS = 4
LIMIT = 10
ROUNDS = 3
CALLS = 60  # of the honest ones in each half of a round
PACE = 0.04  # seconds between two of them: three pairs, each at eight calls a second
FLOOD_CONNECTIONS = 2  # to each worker, each at a hundred calls a second: eighty times the limit
NETWORKS = "/networks/v1"  # answered by the server itself
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(scope="module")
def town(upstream: Upstream) -> Iterator[Town]:
    """Four workers with the contract's limit."""
    house = House(upstream=upstream.url, workers=WORKERS)
    try:
        place = settle(house.start())
        yield place
        place.close()
    finally:
        house.leave()


def _flood(port: int, client_id: str, secret: str, going: Event, ends: Event, told: object) -> None:
    """Call on and on, whatever the answer, and tell how many passed, how many did not, and how long it took."""
    found = spread_wires(port, WORKERS, each=FLOOD_CONNECTIONS)
    wires = [wire for group in found.values() for wire in group]
    passed = refused = 0
    going.set()
    began = time.monotonic()
    while not ends.is_set():
        turn = time.monotonic()
        for wire in wires:
            status = wire.call_basic(client_id, secret, NETWORKS).status
            assert status in (200, 429), status
            passed, refused = passed + (status == 200), refused + (status == 429)
        time.sleep(max(0.0, 0.01 - (time.monotonic() - turn)))
    told.put((passed, refused, time.monotonic() - began))  # type: ignore[attr-defined]
    for wire in wires:
        wire.close()


def _call_calmly(wires: list[Wire], places: list[Place]) -> list[float]:
    """Each pair below its limit, over every worker in turn: the times, of which the slowest count."""
    times = []
    for n in range(CALLS):
        place = places[n % len(places)]
        began = time.monotonic()
        reply = wires[n % len(wires)].call_basic(place.client_id, place.client_secret, NETWORKS)
        times.append(time.monotonic() - began)
        assert reply.status == 200, f"call {n} of an honest client: {reply.status}"
        assert int(reply.headers["ratelimit"].split(";")[1].removeprefix("r=")) >= LIMIT - 3
        time.sleep(max(0.0, PACE - times[-1]))
    return sorted(times)


def test_tn_12_one_noisy_client_starves_nobody(town: Town) -> None:
    """TN-12: its flood gets ten a second over all workers together; others never see 429 and hardly wait longer.

    The slowest of the honest calls, with the flood and without it, in turns: the best round of each counts, since
    the machine has other work too.
    """
    noisy, *honest = town.places
    wires = [wires[0] for _, wires in sorted(spread_wires(town.house.port, WORKERS).items())]
    quiet, loud = [], []
    for _ in range(ROUNDS):
        quiet.append(_call_calmly(wires, honest))
        going, ends, told = SPAWN.Event(), SPAWN.Event(), SPAWN.Queue()
        flood = SPAWN.Process(
            target=_flood, args=(town.house.port, noisy.client_id, noisy.client_secret, going, ends, told)
        )
        flood.start()
        try:
            assert going.wait(60)
            loud.append(_call_calmly(wires, honest))
        finally:
            ends.set()
        passed, refused, seconds = told.get(timeout=60)
        flood.join(30)
        assert refused > 5 * passed
        assert passed <= LIMIT + LIMIT * seconds + 1
    for wire in wires:
        wire.close()
    # Twice the usual one is what a busy processor costs; the slowest are its scheduler's choice on a shared machine.
    for what, place, most in (("median", CALLS // 2, 4), ("p99", CALLS * 99 // 100 - 1, 10)):
        ratio = min(times[place] for times in loud) / min(times[place] for times in quiet)
        assert ratio < most, f"{what} is {ratio:.1f} times what it is without the flood"


def test_waiting_as_long_as_retry_after_says_is_enough(town: Town) -> None:
    """After a burst over all workers, from several connections at once: the told seconds later the call is let in."""
    place = town.places[1]
    wires = [wire for _, group in sorted(spread_wires(town.house.port, WORKERS, each=2).items()) for wire in group]
    for _ in range(2):
        for _ in range(4):
            for wire in wires:
                wire.begin("GET", NETWORKS, {"Authorization": _pair(place)})
            replies = [wire.finish() for wire in wires]
        refused = [reply for reply in replies if reply.status == 429]
        assert refused
        for reply in refused:
            assert reply.headers["ratelimit"] == f'"default";r=0;t={reply.headers["retry-after"]}'
        time.sleep(max(int(reply.headers["retry-after"]) for reply in refused))
        assert wires[0].call_basic(place.client_id, place.client_secret, NETWORKS).status == 200
    for wire in wires:
        wire.close()


def _pair(place: Place) -> str:
    return basic(place.client_id, place.client_secret)
