"""Signing keys change beside a server under load: not one assertion fails at the API (row JW-13)."""

import json
import threading
from collections.abc import Iterator

import pytest

from frontdesk.receiving import AssertionVerifier
from servers.house import House
from servers.partner import Place, add_place
from servers.upstream import Upstream
from servers.wires import Wire, basic, wire_each_worker

WORKERS = 2


@pytest.fixture
def signing_house(upstream: Upstream) -> Iterator[tuple[House, Place]]:
    """Two workers that sign what they pass on."""
    house = House(upstream=upstream.url, workers=WORKERS, assertion="on", requests_per_second="100000")
    try:
        yield house, add_place(house.start(), "Northside", "olena@north.example")
    finally:
        house.leave()


class Caller:
    """Calls through one worker until it is told to stop, and checks what the API hears as the API would."""

    def __init__(self, wire: Wire, place: Place, verifier: AssertionVerifier) -> None:
        self.calls, self.faults = 0, list[str]()
        self._wire, self._verifier = wire, verifier
        self._pair = {"Authorization": basic(place.client_id, place.client_secret)}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                heard = json.loads(self._wire.ask("GET", "/resources/v1?a=b", self._pair).body)
                said = dict(heard["headers"])["x-frontdesk-assertion"]
                self._verifier.verify(said, method="GET", path=heard["target"])
                self.calls += 1
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is told
                self.faults.append(repr(fault))

    def stop(self) -> None:
        """No more calls."""
        self._stop.set()
        self._thread.join()


@pytest.mark.timeout(90)
def test_jw_13_no_check_fails_while_keys_rotate_beside_the_server(
    signing_house: tuple[House, Place], upstream: Upstream
) -> None:
    """Two rotations and a way back, under calls through both workers; both publish the same at once."""
    house, place = signing_house
    verifier = AssertionVerifier(issuer=house.url, audience=upstream.url)
    wires = wire_each_worker(house.port, WORKERS)
    callers = [Caller(wire, place, verifier) for wire in wires]
    others = wire_each_worker(house.port, WORKERS)
    published = []
    try:
        for words in (("rotate", "sign"), ("rotate", "sign"), ("restore", "sign", "1")):
            house.admin("keys", *words)
            bodies = {wire.ask("GET", "/.well-known/jwks.json").body for wire in others}
            assert len(bodies) == 1
            published.append([key["kid"] for key in json.loads(bodies.pop())["keys"]])
    finally:
        for caller in callers:
            caller.stop()
    assert [caller.faults for caller in callers] == [[], []]
    assert all(caller.calls > 50 for caller in callers)
    assert [len(names) for names in published] == [2, 3, 1]
    assert len({names[-1] for names in published}) == 1  # the first one signed all the while
