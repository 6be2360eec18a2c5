"""Sixty-four refreshes at once, over four workers, of a client that loses answers. RF-10, RF-11; DESIGN D7."""

import random
import select
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from frontdesk.protocol.tokens import ACCESS, REFRESH, read_row_body
from servers.partner import App, Tokens, Town, read_tokens
from servers.wires import FORM, Reply, Wire, spread_wires, wire_each_worker

WORKERS, AT_ONCE = 4, 64


class Crowd:
    """As many connections as refresh at once, spread over the workers; each in a thread of its own."""

    def __init__(self, port: int) -> None:
        found = spread_wires(port, WORKERS, each=AT_ONCE // WORKERS)
        self._wires = [wire for number in sorted(found) for wire in found[number]]
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._gate = threading.Barrier(AT_ONCE)

    def refresh(self, app: App, tokens: Tokens) -> list[Reply]:
        """Every connection refreshes with the same token, let go at the same moment."""

        def run(wire: Wire) -> Reply:
            self._gate.wait(120)
            return app.refresh(wire, tokens)

        return list(self._pool.map(run, self._wires))

    def close(self) -> None:
        """Hang up."""
        self._pool.shutdown()
        for wire in self._wires:
            wire.close()


@pytest.fixture
def crowd(busy_town: Town) -> Iterator[Crowd]:
    """A crowd before the house with four workers."""
    made = Crowd(busy_town.house.port)
    yield made
    made.close()


def hang_up_on(town: Town, app: App, tokens: Tokens) -> None:
    """A client that is killed once the answer lies before it, unread.

    Killed sooner, its request might still be on its way when the next one has moved on: it would be taken for a replay.
    """
    wire = Wire(town.house.port)
    body = urlencode(app.proof(grant_type="refresh_token", refresh_token=tokens.refresh)).encode()
    wire._connection.request("POST", "/oauth2/token", body=body, headers=FORM)
    ready, _, _ = select.select([wire._connection.sock], [], [], 30)
    assert ready
    wire.close()


def generation_of(town: Town, app: App) -> int:
    """How often the only grant of the app was rotated, as the database has it."""
    database = sqlite3.connect(f"file:{town.house.data / 'frontdesk.db'}?mode=ro", uri=True)
    ((generation,),) = database.execute(
        "SELECT generation FROM grants WHERE client_id = ? AND revoked_at IS NULL", (app.client_id,)
    ).fetchall()
    database.close()
    return int(generation)


def live_through(town: Town, crowd: Crowd, rounds: int, dice: random.Random) -> None:
    """Rounds of a client that may be killed before it hears, or between the answer and saving it."""
    app = town.strict_app()
    wire = Wire(town.house.port)
    saved = first = app.connect(wire, town.person(), [town.places[0].id])
    wire.close()
    used: set[str] = set()
    given, access = {saved.refresh}, set()
    for number in range(rounds):
        fate = dice.choice(("saves", "saves", "hears and dies", "dies unheard"))
        if fate == "dies unheard":
            hang_up_on(town, app, saved)
        used.add(saved.refresh)
        replies = crowd.refresh(app, saved)
        assert {reply.status for reply in replies} == {200}, f"round {number}: {[r.body for r in replies]}"
        answers = [read_tokens(reply) for reply in replies]
        access |= {answer.access for answer in answers}
        given |= {answer.refresh for answer in answers}
        assert given - used == {answers[0].refresh}, f"round {number}: not exactly one live successor"
        if fate == "saves":
            saved = dice.choice(answers)
    assert len(access) == rounds * AT_ONCE
    # The first token is current from the start; each later one was confirmed once, by its first use.
    assert generation_of(town, app) == len(used) - 1
    print(f"{rounds} rounds, {len(access)} answers, {len(used) - 1} confirmations, {len(given)} refresh tokens")
    nothing_is_stored(town.house.data, given)
    replay(town, app, first, saved)


def nothing_is_stored(data: Path, given: set[str]) -> None:
    """No token ever issued is in the database's files: neither its text nor the bytes in it that prove it."""
    for file in sorted(data.glob("frontdesk.db*")):
        content = file.read_bytes()
        # Every token begins with its kind: one that is not there at all stands for all that were issued.
        for prefix in (REFRESH, ACCESS):
            assert prefix.encode() not in content, file
        for token in given:
            _, proof = read_row_body(REFRESH, token) or ("", b"")
            assert proof, token[:5]
            assert proof not in content, file
            assert proof[4:] not in content, file


def replay(town: Town, app: App, stolen: Tokens, saved: Tokens) -> None:
    """A thief presents a replaced token: the family ends at every worker, with an audit row and an event."""
    wires = wire_each_worker(town.house.port, WORKERS)
    assert app.refresh(wires[0], saved).status == 200
    for at, wire in enumerate(wires):
        reply = app.refresh(wire, stolen if at == 0 else saved)
        assert (reply.status, reply.json()["error"]) == (400, "invalid_grant")
        assert wire.call(saved.access, town.places[0].id).status == 401
        wire.close()
    database = sqlite3.connect(f"file:{town.house.data / 'frontdesk.db'}?mode=ro", uri=True)
    rows = database.execute(
        "SELECT count(*) FROM audit WHERE action = 'refresh.replayed' AND client_id = ?", (app.client_id,)
    ).fetchall()
    database.close()
    assert rows[0][0] >= 1
    assert town.house.running is not None
    assert "refresh.replayed" in town.house.running.words()


def test_sixty_four_refreshes_at_once_and_a_client_that_loses_answers(busy_town: Town, crowd: Crowd) -> None:
    """Ten rounds: no `invalid_grant`, one successor, digests only; then a replay, which ends it all."""
    live_through(busy_town, crowd, 10, random.Random(9700))


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_a_thousand_rounds(busy_town: Town, crowd: Crowd) -> None:
    """The long version; the grant before it was ended by its replay."""
    live_through(busy_town, crowd, 1000, random.Random(1000))
