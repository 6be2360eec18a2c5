"""Keys of two real workers, rotated under load and by commands that die half-way: no request may fail for it."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from frontdesk.flows.keys import FAILPOINTS
from frontdesk.protocol.keys import PURPOSES
from servers.house import House
from servers.partner import Place, Tokens, Town, read_tokens, settle
from servers.upstream import Upstream
from servers.wires import Wire, spread_wires, wire_each_worker

WORKERS = 2
CALLERS = 4
ROTATIONS = 12  # spread over a run


@pytest.fixture
def keyed_town(upstream: Upstream) -> Iterator[Town]:
    """A town of two workers, and no rate limit that a test would meet."""
    house = House(upstream=upstream.url, workers=WORKERS, requests_per_second="100000")
    try:
        town = settle(house.start())
        town.person().sign_in()
        yield town
        town.close()
    finally:
        house.leave()


def connect(town: Town, wire: Wire) -> tuple[Place, Tokens]:
    """An app that is connected to the first network."""
    place = town.places[0]
    return place, town.app.connect(wire, town.person(), [place.id])


def check_all(town: Town, wires: list[Wire], place: Place, tokens: Tokens) -> None:
    """Whatever one worker makes now, and what was made before, every worker takes."""
    for maker in wires:
        reply = town.app.refresh(maker, tokens)
        assert reply.status == 200, reply.body
        fresh = read_tokens(reply)
        for wire in wires:
            assert [wire.call(token, place.id).status for token in (fresh.access, tokens.access)] == [200, 200]
            assert wire.call_basic(place.client_id, place.client_secret).status == 200
    page = town.person().get("/account")
    assert "Harbour" in page.text


@pytest.mark.timeout(300)
@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_a_rotation_that_dies_half_way_breaks_nothing(keyed_town: Town, failpoint: str) -> None:
    """Before, after, for a server that was started anew meanwhile, and once the next rotation has finished it."""
    town, house = keyed_town, keyed_town.house
    wires = wire_each_worker(house.port, WORKERS)
    place, tokens = connect(town, wires[0])
    done = house.run("keys", "rotate", "all", environment={"FRONTDESK_FAILPOINT": f"{failpoint}:1:crash"})
    assert done.returncode == -signal.SIGKILL
    check_all(town, wires, place, tokens)
    house.stop()
    house.start()
    wires = wire_each_worker(house.port, WORKERS)
    check_all(town, wires, place, tokens)
    house.admin("keys", "rotate", "all")
    check_all(town, wires, place, tokens)
    making = [key for key in house.admin("keys", "list")["keys"] if key["state"] == "making"]
    assert len(making) == len(PURPOSES)
    # Of a rotation that had not begun to make, the same keys are taken on; none is left over.
    finished = failpoint in ("keys.first_written", "keys.first_announced")
    assert {key["id"] for key in making} == ({2} if finished else {3})


@pytest.mark.timeout(180)
def test_a_retirement_that_dies_half_way_is_done_by_saying_it_again(keyed_town: Town) -> None:
    """Until it is told, workers go on; told, every one of them refuses on its next request."""
    town, house = keyed_town, keyed_town.house
    wires = wire_each_worker(house.port, WORKERS)
    place, tokens = connect(town, wires[0])
    house.admin("keys", "rotate", "mac")
    died = {"FRONTDESK_FAILPOINT": "keys.first_written:1:crash"}
    assert house.run("keys", "retire", "mac", "1", "--yes", environment=died).returncode == -signal.SIGKILL
    assert house.get_status("/readyz") == 200
    house.admin("keys", "retire", "mac", "1", "--yes")
    assert [wire.call(tokens.access, place.id).status for wire in wires] == [401] * WORKERS
    assert [town.app.refresh(wire, tokens).status for wire in wires] == [200] * WORKERS
    house.admin("keys", "restore", "mac", "1")
    assert [wire.call(tokens.access, place.id).status for wire in wires] == [200] * WORKERS


@dataclass(slots=True)
class Load:
    """Callers that refresh at one worker and call at the other, on and on, and count what is no 200."""

    town: Town
    place: Place
    tokens: list[Tokens]
    wanted: int
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, wires: dict[int, list[Wire]]) -> list[threading.Thread]:
        """Begin; each caller has its own connection to each worker, and its own grant."""
        threads = [
            threading.Thread(target=self._call_on, args=([wires[number][caller] for number in sorted(wires)], tokens))
            for caller, tokens in enumerate(self.tokens)
        ]
        for thread in threads:
            thread.start()
        return threads

    @property
    def passed(self) -> int:
        """How many requests were answered so far."""
        return sum(self.counts.values())

    def _call_on(self, wires: list[Wire], tokens: Tokens) -> None:
        turn = 0
        while self.passed < self.wanted:
            here, there = wires[turn % 2], wires[(turn + 1) % 2]
            turn += 1
            reply = self.town.app.refresh(here, tokens)
            said = {f"refresh {reply.status}": 1}
            if reply.status == 200:
                older, tokens = tokens, read_tokens(reply)
                for wire, token in ((there, tokens.access), (here, tokens.access), (there, older.access)):
                    status = wire.call(token, self.place.id).status
                    said[f"call {status}"] = said.get(f"call {status}", 0) + 1
                status = there.call_basic(self.place.client_id, self.place.client_secret).status
                said[f"basic {status}"] = 1
            with self.lock:
                self.counts.update(said)


def rotate_under_load(town: Town, requests: int) -> tuple[Load, int]:
    """Rotate every key on and on until so many requests have passed; what came of them, and how many rotations."""
    wires = spread_wires(town.house.port, WORKERS, each=CALLERS)
    first = wires[min(wires)][0]
    place, _ = connect(town, first)
    held = [town.app.connect(first, town.person(), [place.id]) for _ in range(CALLERS)]
    load = Load(town, place, held, requests)
    threads = load.run(wires)
    rotations = 0
    while any(thread.is_alive() for thread in threads):
        if rotations < ROTATIONS and load.passed >= requests * rotations // ROTATIONS:
            town.house.admin("keys", "rotate", "all")
            rotations += 1
        else:
            threads[0].join(0.05)
    for thread in threads:
        thread.join()
    for line in wires.values():
        for wire in line:
            wire.close()
    return load, rotations


def is_spotless(load: Load) -> bool:
    """Nothing but 200, of every kind."""
    return set(load.counts) == {"refresh 200", "call 200", "basic 200"}


@pytest.mark.timeout(600)
def test_no_request_fails_while_every_key_rotates(keyed_town: Town) -> None:
    """The short version: a few thousand refreshes and calls, each token used at both workers at once."""
    load, rotations = rotate_under_load(keyed_town, 3_000)
    assert is_spotless(load), load.counts
    assert rotations >= 2


@pytest.mark.sweep
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_requests_pass_while_every_key_rotates(keyed_town: Town) -> None:
    """0 failures of 100,000; then every old key is retired, and what the newest made is good."""
    load, rotations = rotate_under_load(keyed_town, 100_000)
    print(f"{load.passed} requests, {rotations} rotations of all keys: {dict(load.counts)}")
    assert is_spotless(load), load.counts
    house = keyed_town.house
    place, tokens = connect(keyed_town, wire_each_worker(house.port, WORKERS)[0])
    for key in house.admin("keys", "list")["keys"]:
        if key["state"] == "reading" and key["purpose"] != "digest":
            house.admin("keys", "retire", key["purpose"], str(key["id"]), "--yes")
    keyed = Counter(key["purpose"] for key in house.admin("keys", "list")["keys"] if key["state"] != "retired")
    assert keyed["mac"] == keyed["seal"] == keyed["cookie"] == keyed["vault"] == 1
    wires = wire_each_worker(house.port, WORKERS)
    assert [wire.call(tokens.access, place.id).status for wire in wires] == [200] * WORKERS
    assert [keyed_town.app.refresh(wire, tokens).status for wire in wires] == [200] * WORKERS
