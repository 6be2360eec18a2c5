"""What one worker ended, every worker refuses on its next request: over connections known to reach each of four."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from servers.partner import Place, Tokens, Town, disconnect, regenerate
from servers.wires import FORM, Wire, basic, wire_each_worker

WORKERS = 4
ADMINISTRATOR = "ada@places.example"

# One ending, through this connection; it answers with the statuses that the four workers gave afterwards.
Ending = Callable[[Town, list[Wire], Wire], list[int]]


def call_all(wires: list[Wire], tokens: Tokens, place: Place) -> list[int]:
    """The next answer of each worker to one token."""
    return [wire.call(tokens.access, place.id).status for wire in wires]


def revocation(town: Town, wires: list[Wire], chosen: Wire) -> list[int]:
    """The partner revokes its refresh token."""
    place = town.places[0]
    tokens = town.app.connect(chosen, town.person(), [place.id])
    assert call_all(wires, tokens, place) == [200] * WORKERS
    assert town.app.revoke(chosen, tokens.refresh).status == 200
    return call_all(wires, tokens, place)


def disconnection(town: Town, wires: list[Wire], chosen: Wire) -> list[int]:
    """The user disconnects the app on the account page."""
    place, person = town.places[1], town.person()
    tokens = town.app.connect(chosen, person, [place.id])
    assert call_all(wires, tokens, place) == [200] * WORKERS
    disconnect(person, chosen, town.app)
    return call_all(wires, tokens, place)


def regeneration(town: Town, wires: list[Wire], chosen: Wire) -> list[int]:
    """The owner regenerates a network's pair on the account page; the shown pair works at once, everywhere."""
    place = town.places[2]
    assert [wire.call_basic(place.client_id, place.client_secret).status for wire in wires] == [200] * WORKERS
    new = regenerate(town.person(), chosen, place)
    town.places[2] = new
    assert [wire.call_basic(new.client_id, new.client_secret).status for wire in wires] == [200] * WORKERS
    return [wire.call_basic(place.client_id, place.client_secret).status for wire in wires]


def blocking(town: Town, wires: list[Wire], chosen: Wire) -> list[int]:
    """The operator blocks an administrator, whose earlier grant is refused until the block is taken back."""
    place, tokens = town.places[0], town.held["administrator"]
    assert call_all(wires, tokens, place) == [200] * WORKERS
    town.house.admin("user", "block", ADMINISTRATOR)
    answers = call_all(wires, tokens, place)
    town.house.admin("user", "unblock", ADMINISTRATOR)
    return answers


# How many of a hundred are of each kind; a block costs two runs of the command line.
SHARES: list[tuple[Ending, int]] = [(revocation, 45), (disconnection, 30), (regeneration, 20), (blocking, 5)]


def ask_all(wires: list[Wire], server: dict[str, str], token: str) -> list[bool]:
    """What each worker's introspection says next of one token, to the same resource server."""
    headers = {**FORM, "Authorization": basic(server["id"], server["secret"])}
    body = urlencode({"token": token}).encode()
    replies = [wire.ask("POST", "/oauth2/introspect", headers, body) for wire in wires]
    assert [reply.status for reply in replies] == [200] * len(wires)
    return [reply.json()["active"] for reply in replies]


def test_what_one_worker_ended_every_worker_tells_of(busy_town: Town) -> None:
    """Introspection by each of four: kept as active, and inactive on the next question after an ending by another."""
    wires = wire_each_worker(busy_town.house.port, WORKERS)
    made = busy_town.house.admin("resource-server", "add", "Bookings")
    server = {"id": made["resource_server"]["id"], "secret": made["secret"]}
    place = busy_town.places[0]
    for number in range(12):
        chosen = wires[number % WORKERS]
        tokens = busy_town.app.connect(chosen, busy_town.person(), [place.id])
        for _ in range(2):  # the second time from what each keeps
            assert ask_all(wires, server, tokens.access) == [True] * WORKERS
        if number % 3:
            assert busy_town.app.revoke(chosen, tokens.access).status == 200
        else:
            disconnect(busy_town.person(), chosen, busy_town.app)
        assert ask_all(wires, server, tokens.access) == [False] * WORKERS, f"number {number}"
    busy_town.house.admin("resource-server", "disable", server["id"])
    headers = {**FORM, "Authorization": basic(server["id"], server["secret"])}
    assert [wire.ask("POST", "/oauth2/introspect", headers, b"token=x").status for wire in wires] == [401] * WORKERS
    for wire in wires:
        wire.close()


def end_many(town: Town, hundreds: float) -> None:
    """Every ending is refused by all four workers on the next request, without one exception."""
    wires = wire_each_worker(town.house.port, WORKERS)
    town.house.admin("user", "add", ADMINISTRATOR, "--network", town.places[0].id, "--role", "administrator")
    if "administrator" not in town.held:
        town.held["administrator"] = town.app.connect(wires[0], town.person(ADMINISTRATOR), [town.places[0].id])
    count = 0
    for ending, share in SHARES:
        for _ in range(round(share * hundreds)):
            chosen = wires[count % WORKERS]
            assert ending(town, wires, chosen) == [401] * WORKERS, f"{ending.__name__}, number {count}"
            count += 1
    for wire in wires:
        wire.close()


def test_a_hundred_endings_are_seen_by_all_four_workers(busy_town: Town) -> None:
    """The short version: 100 of 100 (I2, with D = 0 on one host)."""
    end_many(busy_town, 1)


@pytest.mark.sweep
def test_a_thousand_endings_are_seen_by_all_four_workers(busy_town: Town) -> None:
    """1,000 of 1,000."""
    end_many(busy_town, 10)
