"""What a fault of the disk or of a statement leaves behind: nothing half done, nobody told "done". FAULTS FT-17."""

import asyncio
import fcntl
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from frontdesk.protocol.store import CodeTaken, CodeUsedBefore, StoreUnavailable
from frontdesk.storage import writer as writing
from frontdesk.storage.memory import MemoryStore
from frontdesk.storage.sqlite import FAILPOINTS, SqliteStore, open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio


def by_hand(store: SqliteStore, sql: str) -> list[tuple[Any, ...]]:
    """What a shell beside us would do."""
    shell = apsw.Connection(str(store._opened.path))
    shell.set_busy_timeout(1_000)
    try:
        return shell.execute(sql).fetchall()
    finally:
        shell.close()


def content(store: SqliteStore) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a fault must not touch."""
    tables = ("audit", "codes", "grants", "connections", "credentials", "users", "sessions")
    return {table: by_hand(store, f"SELECT * FROM {table}") for table in tables}


@pytest.fixture
async def house(sqlite: SqliteStore) -> House:
    """A house on SQLite with an owner's network."""
    return House(sqlite)


FAULTS = {
    "the grant": "BEFORE INSERT ON grants",
    "the code's use": "BEFORE UPDATE ON codes",
    "the audit row": "BEFORE INSERT ON audit",
}


@pytest.mark.parametrize("where", FAULTS)
async def test_a_failing_statement_undoes_its_whole_exchange(house: House, where: str) -> None:
    """FT-32: whichever of an exchange's statements fails, nothing of it is there, and the code still works after."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    code = await house.consent(user.id, client.id, network)
    before = content(house.store)
    by_hand(house.store, f"CREATE TRIGGER broken {FAULTS[where]} BEGIN SELECT RAISE(ABORT, 'broken'); END")
    with pytest.raises(StoreUnavailable) as refused:
        await house.exchange(code)
    assert isinstance(refused.value.__cause__, apsw.ConstraintError)
    assert content(house.store) == before
    by_hand(house.store, "DROP TRIGGER broken")
    assert isinstance(await house.exchange(code), CodeTaken)


async def test_one_that_fails_takes_none_of_its_group_along(house: House) -> None:
    """Each has a savepoint of its own; the others of the transaction are answered and there."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    codes = [await house.consent(user.id, client.id, network) for _ in range(5)]
    by_hand(
        house.store,
        f"CREATE TRIGGER broken BEFORE UPDATE ON codes WHEN OLD.id = x'{codes[2].id.replace('-', '')}' "
        "BEGIN SELECT RAISE(ABORT, 'broken'); END",
    )
    outcomes = await asyncio.gather(*(house.exchange(code) for code in codes), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [CodeTaken, CodeTaken, StoreUnavailable, CodeTaken, CodeTaken]
    assert len(await house.store.list_grants()) == 4


async def test_losing_the_transaction_refuses_the_whole_group(house: House) -> None:
    """As SQLITE_FULL does inside a savepoint: what came before is gone too, what comes after must not commit alone."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    codes = [await house.consent(user.id, client.id, network) for _ in range(5)]
    before = content(house.store)
    by_hand(
        house.store,
        f"CREATE TRIGGER broken BEFORE UPDATE ON codes WHEN OLD.id = x'{codes[2].id.replace('-', '')}' "
        "BEGIN SELECT RAISE(ROLLBACK, 'broken'); END",
    )
    outcomes = await asyncio.gather(*(house.exchange(code) for code in codes), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 5
    assert content(house.store) == before
    by_hand(house.store, "DROP TRIGGER broken")
    assert isinstance(await house.exchange(codes[0]), CodeTaken)


async def test_a_full_disk_refuses_changes_and_goes_on_when_there_is_room(house: House) -> None:
    """FT-17: no change is answered "done", reading goes on, and with room again so does writing."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    connection = house.store._writer._connection
    connection.pragma("max_page_count", connection.pragma("page_count"))
    answered = []
    refusal = None
    while refusal is None:
        try:
            answered.append(await house.consent(user.id, client.id, network, redirect_uri="https://p/" + "x" * 3_000))
        except StoreUnavailable as refused:
            refusal = refused
    assert isinstance(refusal.__cause__, apsw.FullError)
    assert await house.store.find_grant(grant.id) == grant
    for code in answered:
        assert await house.store.find_code(code.id) is not None
    house.store._writer._connection.pragma("max_page_count", 1_000_000)  # room again
    await house.consent(user.id, client.id, network, redirect_uri="https://p/" + "x" * 3_000)
    assert await house.revoke(grant.id)


FULL_DISK = textwrap.dedent(
    """
    import asyncio, resource, signal, sys
    from pathlib import Path
    from frontdesk.protocol.store import StoreUnavailable
    from frontdesk.storage.sqlite import open_sqlite
    from storage.house import House

    async def main():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        house = House(await open_sqlite(Path(sys.argv[1]), create=True))
        kept = [await house.client()]
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (512 * 1024, hard))
        try:
            while True:
                kept.append(await house.client(name="x" * 20_000))
        except StoreUnavailable as refusal:
            print(type(refusal.__cause__).__name__)
        assert await house.store.find_client(kept[0].id) == kept[0]
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        kept.append(await house.client(name="with room again"))
        assert sorted(c.id for c in await house.store.list_clients()) == sorted(c.id for c in kept)
        await house.store.aclose()
        print("recovered", len(kept))

    asyncio.run(main())
    """
)


async def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    """FT-17 with a real write that fails: all that was answered is there, and what was refused is not."""
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "frontdesk.db")],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
    )
    fault, recovered = ran.stdout.splitlines()
    assert fault in ("FullError", "IOError"), ran.stderr
    assert recovered.startswith("recovered ")
    assert int(recovered.split()[1]) > 2


@pytest.fixture
async def failing(tmp_path: Path) -> AsyncIterator[Callable[[Callable[[str], None]], Any]]:
    """Opens a store that calls what it is given at its failpoints."""
    stores = []

    async def open_with(failpoint: Callable[[str], None]) -> House:
        stores.append(await open_sqlite(tmp_path / "frontdesk.db", create=True, failpoint=failpoint))
        return House(stores[-1])

    yield open_with
    for store in stores:
        await store.aclose()


async def every_step(house: House) -> AsyncIterator[Any]:
    """Does each thing that has failpoints, in turn; gives its outcome, or what it raised."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    code = house.new_code(user.id, client.id, network)
    ready, done = await house.consent(user.id, client.id, network), await house.connect(user.id, client.id, network)
    yield network
    for step in (
        house.consent(user.id, client.id, network, id=code.id),
        house.exchange(ready),
        house.store.confirm_successor(grant_id=done.id, generation=1, digest=house.digest()),
        house.revoke(done.id),
        house.store.disconnect(user_id=user.id, client_id=client.id, now=house.now, audit=house.event("d")),
        house.store.regenerate_credential(
            credential=house.pair(network, version=2), replaces_version=1, audit=house.event("r")
        ),
    ):
        try:
            yield await step
        except StoreUnavailable as refusal:
            yield refusal


async def test_every_failpoint_is_reached_in_its_order(failing: Any) -> None:
    """Each step of each verb that has them, before its commit and after (FT-09); FAILPOINTS lists them all."""
    reached: list[str] = []
    house = await failing(reached.append)
    steps = every_step(house)
    await anext(steps)
    reached.clear()
    assert not [outcome async for outcome in steps if isinstance(outcome, StoreUnavailable)]
    assert tuple(reached) == FAILPOINTS


@pytest.mark.parametrize("name", FAILPOINTS)
async def test_a_failure_before_the_commit_undoes_and_one_after_it_does_not(failing: Any, name: str) -> None:
    """Before: nothing is there. After: all of it is, though the answer was lost; neither is told "done"."""
    armed = False

    def fail(step: str) -> None:
        if armed and step == name:
            raise RuntimeError("failpoint")

    house = await failing(fail)
    steps = every_step(house)
    await anext(steps)
    armed = True
    refused = 0
    for own in ("consent", "exchange", "rotate", "revoke", "disconnect", "regenerate"):
        before = content(house.store)
        outcome = await anext(steps)
        if not name.startswith(own):
            assert not isinstance(outcome, StoreUnavailable)
            continue
        refused += 1
        assert isinstance(outcome, StoreUnavailable)
        assert (content(house.store) == before) is name.endswith("before_commit")
    assert refused == 1


async def test_the_memory_twin_fails_at_the_same_steps() -> None:
    """So that a walk can be tested against either."""
    reached: list[str] = []
    house = House(MemoryStore(failpoint=reached.append))
    steps = every_step(house)
    await anext(steps)
    reached.clear()
    assert not [outcome async for outcome in steps if isinstance(outcome, StoreUnavailable)]
    assert tuple(reached) == FAILPOINTS


async def test_what_waits_shares_one_commit(failing: Any) -> None:
    """The price of durability is paid once a group."""
    house = await failing(lambda step: None)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    watcher = apsw.Connection(str(house.store._opened.path))
    version = watcher.pragma("data_version")
    await asyncio.gather(*(house.consent(user.id, client.id, network) for _ in range(100)))
    assert watcher.pragma("data_version") == version + 1
    watcher.close()


async def test_a_revocation_goes_ahead_of_what_waits(failing: Any) -> None:
    """It was asked for last and is carried out first (FAULTS, rule 2)."""
    order: list[str] = []
    house = await failing(order.append)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    order.clear()
    await asyncio.gather(*(house.consent(user.id, client.id, network) for _ in range(3)), house.revoke(grant.id))
    assert order[:4] == ["revoke.before_commit"] + ["consent.before_commit"] * 3


async def test_beyond_its_room_the_queue_turns_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """FT-38: bounded, and what ends a credential is turned away last."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    monkeypatch.setattr(writing, "WAITING", 3)
    outcomes = await asyncio.gather(
        *(house.consent(user.id, client.id, network) for _ in range(5)), house.revoke(grant.id), return_exceptions=True
    )
    assert [isinstance(outcome, StoreUnavailable) for outcome in outcomes] == [False] * 3 + [True] * 2 + [False]
    assert outcomes[-1] is True


async def test_one_that_stopped_waiting_is_carried_out_all_the_same(house: House) -> None:
    """A revocation whose caller hung up is a revocation."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    revoking = asyncio.create_task(house.revoke(grant.id))
    await asyncio.sleep(0)
    revoking.cancel()
    await house.client()
    assert (await house.store.find_grant(grant.id)).revoked_at == house.now


async def test_a_bug_in_a_verb_is_a_bug_and_harms_nobody_else(house: House) -> None:
    """A malformed id is no outage: it is raised as it is, and the next change works."""
    with pytest.raises(ValueError):
        await house.revoke("not an id")
    assert await house.client() is not None


async def test_a_writer_that_never_ends_refuses_the_others_in_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FT-26: another process stopped in the middle of its turn: a bounded wait, 503, and on as soon as it lets go."""
    monkeypatch.setattr(writing, "LOCK_PATIENCE", 0.1)
    await house.network()
    lock = (house.store._opened.path.with_name("writer.lock")).open("r+b")
    fcntl.flock(lock, fcntl.LOCK_EX)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="another process holds"):
            await house.client()
    assert len(await house.store.list_networks()) == 1
    waits = asyncio.create_task(house.client())
    await asyncio.sleep(0.02)
    fcntl.flock(lock, fcntl.LOCK_UN)
    assert await waits is not None
    lock.close()


async def test_a_shell_that_writes_is_waited_for(house: House) -> None:
    """It does not know our lock: SQLite's own decides, and the loop goes on meanwhile."""
    shell = apsw.Connection(str(house.store._opened.path))
    shell.execute("BEGIN IMMEDIATE")
    waits = asyncio.create_task(house.client())
    for _ in range(20):
        await asyncio.sleep(0.005)
        assert not await house.store.list_clients()
    shell.execute("COMMIT")
    shell.close()
    client = await waits
    assert await house.store.find_client(client.id) == client


WORKER = textwrap.dedent(
    """
    import asyncio, sys
    from pathlib import Path
    from frontdesk.protocol.store import CodeTaken
    from frontdesk.storage.sqlite import open_sqlite
    from storage.house import House

    async def main():
        path, first = Path(sys.argv[1]), int(sys.argv[2])
        house = House(await open_sqlite(path, create=False))
        for _ in range(first):
            house.new_id()
        print("ready", flush=True)
        won = 0
        for line in sys.stdin:
            code = await house.store.find_code(line.strip())
            outcomes = await asyncio.gather(*(house.exchange(code) for _ in range(5)))
            won += sum(isinstance(outcome, CodeTaken) for outcome in outcomes)
        await house.store.aclose()
        print(won)

    asyncio.run(main())
    """
)


async def test_of_exchanges_in_four_processes_one_wins(house: House) -> None:
    """The database decides, for each of many codes, whoever comes first (FT-25, I3)."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    codes = [await house.consent(user.id, client.id, network) for _ in range(25)]
    workers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WORKER, str(house.store._opened.path), str(1_000_000 * (number + 1))),
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(4)
    ]
    for worker in workers:
        assert await worker.stdout.readline() == b"ready\n"
    asked = "".join(f"{code.id}\n" for code in codes).encode()
    outputs = await asyncio.gather(*(worker.communicate(asked) for worker in workers))
    assert sum(int(output) for output, _ in outputs) == len(codes)
    assert len(await house.store.list_grants()) == len(codes)
    for code in codes:
        assert (await house.exchange(code)) == CodeUsedBefore(grant_id=(await house.store.find_code(code.id)).grant_id)
