"""One code, exchanged fifty times at once over four workers. I3; RFC 6749 §4.1.2, §10.5."""

import threading
from collections import Counter

import pytest

from servers.partner import Town, read_tokens
from servers.wires import Reply, Wire, spread_wires, wire_each_worker

WORKERS, AT_ONCE = 4, 50


def exchange_at_once(town: Town, wires: list[Wire], code: str) -> list[Reply]:
    """One exchange over each connection, all let go at the same moment."""
    gate = threading.Barrier(len(wires))
    replies: list[Reply] = []

    def run(wire: Wire) -> None:
        gate.wait(120)
        replies.append(town.app.exchange(wire, code))

    threads = [threading.Thread(target=run, args=(wire,)) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(replies) == len(wires)
    return replies


def race(town: Town, times: int) -> None:
    """At most one success; the others are `invalid_grant`, and as replays they kill what the winner got."""
    found = spread_wires(town.house.port, WORKERS, each=-(-AT_ONCE // WORKERS))
    wires = [wire for number in sorted(found) for wire in found[number]][:AT_ONCE]
    witnesses = wire_each_worker(town.house.port, WORKERS)
    place = town.places[0]
    for _ in range(times):
        code = town.app.obtain_code(town.person(), [place.id])
        replies = exchange_at_once(town, wires, code)
        won = [reply for reply in replies if reply.status == 200]
        assert len(won) <= 1, Counter(reply.status for reply in replies)
        lost = {(reply.status, reply.json()["error"]) for reply in replies if reply.status != 200}
        assert lost == {(400, "invalid_grant")}
        for reply in won:
            tokens = read_tokens(reply)
            assert [wire.call(tokens.access, place.id).status for wire in witnesses] == [401] * WORKERS
            assert town.app.refresh(witnesses[0], tokens).json()["error"] == "invalid_grant"
    for wire in (*wires, *witnesses):
        wire.close()


def test_fifty_exchanges_of_one_code_give_one_success_at_most(busy_town: Town) -> None:
    """Five codes, fifty tries each."""
    race(busy_town, 5)


@pytest.mark.sweep
def test_a_hundred_codes_fifty_exchanges_each(busy_town: Town) -> None:
    """The long version."""
    race(busy_town, 100)
