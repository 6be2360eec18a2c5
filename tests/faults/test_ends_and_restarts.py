"""Asked to end, killed at the top, killed below: what callers see, and what is left running. FT-10, FT-11, FT-14."""

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Callable

from servers.house import House
from servers.partner import Tokens, Town, settle
from servers.processes import family, wait_until
from servers.wires import Wire, spread_wires


class Caller(threading.Thread):
    """Refreshes without pause until nobody listens any more; notes each answer, and each request that got none."""

    def __init__(self, town: Town, tokens: Tokens) -> None:
        super().__init__(daemon=True)
        self.town, self.tokens = town, tokens
        self.statuses: list[int] = []
        self.broken: list[BaseException] = []

    def run(self) -> None:
        """Keep one connection as long as the server keeps it."""
        while True:
            try:
                wire = Wire(self.town.house.port)
            except OSError:
                return  # the port is closed: the server has ended
            served = 0
            try:
                while True:
                    reply = self.town.app.refresh(wire, self.tokens)
                    self.statuses.append(reply.status)
                    served += 1
                    if reply.headers.get("connection") == "close":
                        break
            except (OSError, http.client.HTTPException) as error:
                # A connection that nobody had accepted yet when the port closed has not been served, nor broken off.
                if served:
                    self.broken.append(error)
            finally:
                wire.close()


def test_ft_11_sigterm_under_load_finishes_what_is_in_flight(new_house: Callable[..., House]) -> None:
    """Readiness goes off first, a slow call is finished, no served connection is reset, the exit code is 0."""
    house = new_house(workers=2, requests_per_second="100000").start()
    town = settle(house)
    place = town.places[0]
    wire = Wire(house.port)
    tokens = town.app.connect(wire, town.person(), [place.id])
    callers = [Caller(town, tokens) for _ in range(8)]
    for caller in callers:
        caller.start()
    slow: list[int] = []
    late = threading.Thread(
        target=lambda: slow.append(wire.call(tokens.access, place.id, "/resources/v1?wait=3").status)
    )
    late.start()
    time.sleep(0.5)

    assert house.running is not None
    house.running.process.send_signal(signal.SIGTERM)
    wait_until(lambda: house.get_status("/readyz") != 200, seconds=5, what="readiness off")
    assert not slow, "readiness went off only after the slow call"
    assert house.running.process.wait(35) == 0
    late.join(5)
    for caller in callers:
        caller.join(10)

    assert slow == [200]
    assert [error for caller in callers for error in caller.broken] == []
    statuses = {status for caller in callers for status in caller.statuses}
    assert statuses == {200}
    town.close()


def test_ft_14_a_killed_master_leaves_no_worker_behind(new_house: Callable[..., House]) -> None:
    """Its workers end by themselves, and the port is free for the next start."""
    house = new_house(workers=3).start()
    assert house.running is not None
    workers = [pid for pid in family(house.running.pid) if pid != house.running.pid]
    assert len(workers) >= 3
    os.kill(house.running.pid, signal.SIGKILL)
    house.running.process.wait()

    wait_until(lambda: not any(is_alive(pid) for pid in workers), seconds=40, what="the end of the workers")
    wait_until(lambda: is_free(house.port), seconds=5, what="a free port")
    house.start()
    assert house.get_status("/readyz") == 200


def test_ft_10_a_killed_worker_is_replaced_while_the_others_serve(new_house: Callable[..., House]) -> None:
    """The others go on answering over their connections, and a new worker takes the number within seconds."""
    house = new_house(workers=2).start()
    assert house.running is not None
    found = spread_wires(house.port, 2)
    victim = house.process_behind(found[1][0])
    os.kill(victim, signal.SIGKILL)
    assert found[2][0].worker() == 2

    def is_back() -> bool:
        wires = [Wire(house.port) for _ in range(20)]
        back = [wire for wire in wires if wire.worker() == 1]
        behind = {house.process_behind(wire) for wire in back}
        for wire in wires:
            wire.close()
        return bool(behind) and victim not in behind

    wait_until(is_back, seconds=10, what="a new worker 1")


def is_free(port: int) -> bool:
    """Whether somebody may listen there."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    return pid in family(pid)
