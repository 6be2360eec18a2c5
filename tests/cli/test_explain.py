"""`frontdesk explain` and `frontdesk shadow` beside real servers: across workers, through crashes, for people."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.house import House
from servers.partner import Town, settle
from servers.processes import wait_until
from servers.upstream import Upstream
from servers.wires import Reply, Wire, basic, wire_each_worker

NewHouse = Callable[..., House]
# What a worker may take to write a decision, and a slow machine to look.
SOON = 5.0


@pytest.fixture(scope="module")
def pair(upstream: Upstream) -> Iterator[Town]:
    """A town behind two workers."""
    house = House(upstream=upstream.url, workers=2, requests_per_second="100000")
    try:
        town = settle(house.start())
        yield town
        town.close()
    finally:
        house.leave()


def refuse(wire: Wire, town: Town, place: int = 0) -> str:
    """Be refused for a wrong secret; the request's id."""
    reply = wire.ask("GET", "/resources/v1", {"Authorization": basic(town.places[place].client_id, "wrong")})
    assert reply.status == 401
    return reply.headers["x-request-id"]


def ask_why(wire: Wire, town: Town, name: str, place: int = 0) -> Reply:
    """Ask one worker, with the network's own pair."""
    pair = town.places[place]
    proof = {"Authorization": basic(pair.client_id, pair.client_secret)}
    return wire.ask("GET", f"/_frontdesk/decisions/{name}", proof)


def test_a_worker_tells_at_once_what_it_refused(pair: Town) -> None:
    """It looks into its own notes; nobody has to wait for them to be written."""
    for wire in wire_each_worker(pair.house.port, 2):
        name = refuse(wire, pair)
        reply = ask_why(wire, pair, name)
        assert (reply.status, reply.json()["cause"]["name"]) == (200, "wrong_secret")


def test_a_worker_tells_within_about_a_second_what_the_other_refused(pair: Town) -> None:
    """Notes are written once a second; until then the other worker knows of none."""
    one, other = wire_each_worker(pair.house.port, 2)
    name = refuse(one, pair)
    begun = time.monotonic()
    while (reply := ask_why(other, pair, name)).status == 404:
        assert time.monotonic() - begun < SOON
        time.sleep(0.25)  # five a second for each reader
    assert reply.status == 200
    assert reply.json()["id"] == name


def test_the_operator_is_told_right_after_the_refusal(pair: Town) -> None:
    """The command waits a moment for what is about to be written; in words for people, and as JSON."""
    (wire, _) = wire_each_worker(pair.house.port, 2)
    name = refuse(wire, pair)
    shown = pair.house.run("explain", name)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("Refused with 401 unauthenticated:")
    assert "FAIL  the credential is proven" in shown.stdout
    assert "Why: The id is known, the secret is wrong." in shown.stdout
    told = pair.house.admin("explain", name)["decision"]
    assert told["caller"]["client_id"] == pair.places[0].client_id
    assert told["call"]["address"] == "127.0.0.1"


def test_an_unknown_id_is_said_to_be_one(pair: Town) -> None:
    """With what to do, and exit 1."""
    done = pair.house.run("explain", "0" * 22)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "no decision is kept" in done.stderr
    assert "frontdesk: hint: copy the whole X-Request-Id" in done.stderr


@pytest.mark.parametrize("words", [[], ["0" * 22, "--recent"]])
def test_an_id_or_recent_is_wanted(pair: Town, words: list[str]) -> None:
    """One of the two: usage is 2."""
    assert pair.house.run("explain", *words).returncode == 2


def test_the_newest_are_listed_by_caller_network_and_type(pair: Town) -> None:
    """For whoever is told "it does not work" without an id."""
    (wire, _) = wire_each_worker(pair.house.port, 2)
    wrong = refuse(wire, pair, 1)
    unknown = wire.ask("GET", "/nothing-of-the-kind").headers["x-request-id"]
    mill = pair.places[1]

    def listed(*words: str) -> list[str]:
        return [told["id"] for told in pair.house.admin("explain", "--recent", *words)["decisions"]]

    wait_until(lambda: {wrong, unknown} <= set(listed()), what="writing", seconds=SOON)
    assert listed("--network", mill.id) == [wrong]
    assert listed("--client", mill.client_id) == [wrong]
    assert unknown in listed("--reason", "unknownOperation")
    assert wrong not in listed("--reason", "unknownOperation")
    assert listed("--reason", "unknownOperation", "--client", mill.client_id) == []
    assert listed("--network", "no-uuid") == []
    assert len(listed("--limit", "1")) == 1
    refused = pair.house.run("explain", "--recent", "--reason", "nonsense")
    assert (refused.returncode, "unknownOperation" in refused.stderr) == (1, True)
    table = pair.house.run("explain", "--recent").stdout
    assert table.splitlines()[0].split() == ["ID", "AT", "WHAT", "CALLER", "CALL"]


def test_what_the_parser_refuses_has_a_name_too(pair: Town) -> None:
    """400 and 431 of the wire, a form that is too large, an endpoint that is not ready: each once, each its own."""
    heads = [
        b"GET / HTTP/1.1\r\nhost: x\r\nbroken header\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
        b"POST /oauth2/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        b"content-length: 70000\r\n\r\n" + b"y" * 70_000,
    ]
    seen = []
    for head in heads:
        with socket.create_connection(("127.0.0.1", pair.house.port), timeout=10) as door:
            door.sendall(head)
            answer = door.recv(65_536).split(b"\r\n\r\n")[0].lower()
        names = [line for line in answer.split(b"\r\n") if line.startswith(b"x-request-id: ")]
        assert len(names) == 1, answer
        seen += names
    assert len(set(seen)) == len(heads)


def kept_by(house: House) -> set[str]:
    """The ids of all decisions in the database."""
    return {told["id"] for told in house.admin("explain", "--recent", "--limit", "1000")["decisions"]}


def test_a_killed_worker_loses_its_last_second_at_most(new_house: NewHouse) -> None:
    """kill -9 right after refusals: what is older than a batch is there, and the next start is in nobody's way.

    Of what came last, each worker may have lost an end, and no more: batches are written in order, each whole.
    """
    house = new_house(workers=2, requests_per_second="100000").start()
    town = settle(house)
    wires = wire_each_worker(house.port, 2)
    early = {refuse(wire, town) for wire in wires for _ in range(20)}
    wait_until(lambda: early <= kept_by(house), what="writing", seconds=SOON)
    late = [[refuse(wire, town) for _ in range(20)] for wire in wires]
    house.kill()
    kept = kept_by(house)
    assert early <= kept
    for names in late:
        there = [name in kept for name in names]
        assert there == sorted(there, reverse=True)
    house.start()
    (wire, _) = wire_each_worker(house.port, 2)
    assert ask_why(wire, town, refuse(wire, town)).status == 200


def test_a_worker_that_ends_in_peace_loses_nothing(new_house: NewHouse) -> None:
    """SIGTERM: what was noted is written before the store is closed."""
    house = new_house(workers=2).start()
    town = settle(house)
    names = {refuse(wire, town) for wire in wire_each_worker(house.port, 2)}
    assert house.stop() == 0
    assert names <= kept_by(house)


def test_shadow_mode_lets_all_pass_and_counts_each(new_house: NewHouse, tmp_path: Path) -> None:
    """Two workers, every call counted once; the report says what would be refused, and that it says so at the start."""
    house = new_house(workers=2, requests_per_second="100000", enforcement="shadow").start()
    assert house.running is not None
    assert house.running.words().count("warning: nothing is enforced") == 1
    town = settle(house)
    mill = town.places[1]
    empty = house.run("shadow", "report").stdout
    assert empty.startswith("No call was counted.")
    wires = wire_each_worker(house.port, 2)
    for wire in wires:
        for _ in range(25):
            assert wire.call_basic(mill.client_id, mill.client_secret).status == 200
    wait_until(lambda: house.admin("shadow", "report")["calls"] == 50, what="counting", seconds=SOON)
    safe = house.admin("shadow", "report")
    assert (safe["safe_to_enforce"], safe["would_refuse"]) == (True, [])
    assert "safe to enforce" in house.run("shadow", "report").stdout
    for wire in wires:
        for _ in range(30):
            assert wire.call_basic(mill.client_id, "wrong").status == 200
        assert wire.ask("GET", "/nothing").status == 200  # the API behind answers whatever it is asked
        assert wire.ask("GET", "//resources/v1").status == 400  # unsafe to send on
    wait_until(lambda: house.admin("shadow", "report")["calls"] == 114, what="counting", seconds=SOON)
    report = house.admin("shadow", "report")
    assert report["safe_to_enforce"] is False
    found = {(row["caller"], row["type"], row["operation"], row["refused_now"]): row for row in report["would_refuse"]}
    assert {key: row["calls"] for key, row in found.items()} == {
        (mill.client_id, "unauthenticated", "GET /resources/v1", False): 60,
        (None, "unknownOperation", None, False): 2,
        (None, "invalidRequest", None, True): 2,
    }
    row = found[mill.client_id, "unauthenticated", "GET /resources/v1", False]
    assert row["name"] == "Mill"
    told = house.admin("explain", row["example"])["decision"]
    assert (told["decision"], told["status"]) == ("let_through", 401)
    assert house.admin("shadow", "report", "--since", "2999-01-01")["calls"] == 0
    words = house.run("shadow", "report").stdout
    assert "64 of 114 calls would be refused" in words
    assert "(even now)" in words
    assert house.admin("shadow", "forget")["forgotten"] == 4
    assert house.admin("shadow", "report")["calls"] == 0
    doctor = json.loads(house.run("doctor", "--json").stdout)
    assert [found["verdict"] for found in doctor["findings"] if found["subject"] == "enforcement"] == ["warn"]
    assert "nothing is enforced" in house.run("config", "check", "--deploy").stdout
