"""Every process of a host sees every commit on its very next look: DESIGN D5, FAULTS I2."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from frontdesk.protocol.ids import Micros
from frontdesk.protocol.records import Role
from frontdesk.storage import cleaning
from frontdesk.storage.grants import find_grant
from frontdesk.storage.reader import _at_position
from frontdesk.storage.sqlite import SqliteStore, open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def other(sqlite: SqliteStore, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A second store on the same file, as another worker would have it."""
    store = await open_sqlite(tmp_path / "frontdesk.db", create=False)
    yield store
    await store.aclose()


async def test_each_change_made_by_one_is_seen_by_the_other_at_once(sqlite: SqliteStore, other: SqliteStore) -> None:
    """Whatever ends or alters a record: the other had it in memory a moment ago."""
    house = House(sqlite)
    network, south = await house.network(), await house.network("South")
    user, client = await house.member("ada@example.com", network, south), await house.client()
    now = {"now": house.now}
    for _ in range(3):
        grant = await house.connect(user.id, client.id, network, south)
        assert await other.find_grant(grant.id) == grant
        await sqlite.drop_network(
            user_id=user.id, client_id=client.id, network_id=south, **now, audit=house.event("drop")
        )
        assert (await other.find_grant(grant.id)).edges[1].dropped_at == house.now
        await house.revoke(grant.id)
        assert (await other.find_grant(grant.id)).revoked_at == house.now
        assert other.glance().grant(grant.id).revoked_at == house.now

        assert (await other.find_client(client.id)).disabled_at is None
        for disabled in (True, False):
            await sqlite.set_client_disabled(client_id=client.id, disabled=disabled, **now, audit=house.event("app"))
            assert (other.glance().client(client.id) is None) is True
            assert ((await other.find_client(client.id)).disabled_at is not None) is disabled

        assert (await other.find_user(user.id)).roles[network] is Role.ADMINISTRATOR
        await house.member("ada@example.com", network, role=Role.MEMBER)
        assert (await other.find_user(user.id)).roles[network] is Role.MEMBER
        await sqlite.remove_membership(user_id=user.id, network_id=network, **now, audit=house.event("out"))
        assert network not in (await other.find_user(user.id)).roles
        await house.member("ada@example.com", network)
        for blocked in (True, False):
            await sqlite.set_user_blocked(user_id=user.id, blocked=blocked, **now, audit=house.event("block"))
            assert ((await other.find_user(user.id)).blocked_at is not None) is blocked

        pair = await sqlite.find_credential_of(network)
        assert await other.find_network_credential(pair.client_id) == pair
        new = house.pair(network, version=pair.version + 1)
        await sqlite.regenerate_credential(credential=new, replaces_version=pair.version, audit=house.event("new"))
        assert await other.find_network_credential(pair.client_id) is None
        assert await other.find_network_credential(new.client_id) == new


async def test_an_evicted_grant_is_seen_gone(sqlite: SqliteStore, other: SqliteStore) -> None:
    """The one beyond the cap is deleted, and named like every other end."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    old = await house.connect(user.id, client.id, network)
    assert await other.find_grant(old.id) == old
    await house.exchange(await house.consent(user.id, client.id, network), cap=1)
    assert await other.find_grant(old.id) is None


async def test_a_change_made_by_hand_is_seen_too(sqlite: SqliteStore) -> None:
    """The log is written by the database, not by our verbs: an operator's shell cannot forget it."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    for look in (sqlite.find_grant(grant.id), sqlite.find_user(user.id), sqlite.find_network(network)):
        assert await look is not None
    shell = apsw.Connection(str(sqlite._opened.path))
    shell.execute("UPDATE grants SET revoked_at = 5; UPDATE users SET blocked_at = 6; UPDATE networks SET title = 'X'")
    shell.close()
    assert (await sqlite.find_grant(grant.id)).revoked_at == 5
    assert (await sqlite.find_user(user.id)).blocked_at == 6
    assert (await sqlite.find_network(network)).title == "X"


async def test_what_did_not_change_stays_in_memory(sqlite: SqliteStore, other: SqliteStore) -> None:
    """Other people's consents, exchanges and last uses cost nobody their place in memory."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    kept = await other.find_grant(grant.id), await other.find_client(client.id), await other.find_user(user.id)
    await house.connect(user.id, client.id, network)
    await sqlite.touch(grants=[(grant.id, house.now)], credentials=[])
    view = other.glance()
    assert view.grant(grant.id) is kept[0]
    assert view.client(client.id) is kept[1]
    assert view.user(user.id) is kept[2]
    assert view.network(network) is None
    assert view.credential("fdni_nobody") is None


async def test_what_is_not_there_is_never_remembered(sqlite: SqliteStore, other: SqliteStore) -> None:
    """A new record is found by whoever looked for it in vain before."""
    house = House(sqlite)
    client = house.new_client()
    assert await other.find_client(client.id) is None
    await sqlite.add_client(client=client, audit=house.event("client.created"))
    assert await other.find_client(client.id) == client


async def test_a_trimmed_log_makes_a_sleeper_forget_everything(
    sqlite: SqliteStore, other: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own position is gone from the log: what it missed cannot be told any more (FT-13)."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    first, second = [await house.connect(user.id, client.id, network) for _ in range(2)]
    assert await other.find_grant(first.id) == first
    assert await other.find_grant(second.id) == second
    await house.revoke(first.id)
    for disabled in (True, False) * 3:
        await sqlite.set_client_disabled(
            client_id=client.id, disabled=disabled, now=house.now, audit=house.event("app")
        )
    monkeypatch.setattr(cleaning, "CHANGES_KEPT", 2)
    assert await sqlite.clean(now=house.now, limit=1_000) > 0
    assert other.glance().grant(second.id) is None
    assert (await other.find_grant(first.id)).revoked_at == house.now
    assert await other.find_grant(second.id) == second
    await house.revoke(second.id)
    assert (await other.find_grant(second.id)).revoked_at == house.now


async def test_the_log_never_loses_its_newest_row(sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a position could be given twice, and a sleeper would take the new one for its own."""
    house = House(sqlite)
    await house.network()
    monkeypatch.setattr(cleaning, "CHANGES_KEPT", 0)
    await sqlite.clean(now=house.now, limit=1_000)
    shell = apsw.Connection(str(sqlite._opened.path))
    assert len(shell.execute("SELECT position FROM change_log").fetchall()) == 1
    shell.close()


async def test_a_read_that_came_late_is_not_remembered(sqlite: SqliteStore) -> None:
    """A record read beside the loop in an older snapshot than the log's is answered, but never kept."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    reader = sqlite._reader
    position, record = await reader.read_long(_at_position(find_grant(grant.id)))
    assert record == grant
    await house.revoke(grant.id)
    sqlite.glance()
    assert position < reader.cache.position
    assert await reader._recall_aside(reader.cache.grants, grant.id, find_grant) is not None
    assert sqlite.glance().grant(grant.id).revoked_at == house.now


async def test_a_late_read_is_dropped_while_the_log_moves_on(
    sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The revocation commits and is learnt of between the read beside the loop and its coming back."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    reader, read_long = sqlite._reader, sqlite._reader.read_long

    async def overtaken(verb: object) -> object:
        found = await read_long(verb)
        await house.revoke(grant.id)
        sqlite.glance()
        return found

    monkeypatch.setattr(reader, "read_long", overtaken)
    assert await reader._recall_aside(reader.cache.grants, grant.id, find_grant) == grant
    assert sqlite.glance().grant(grant.id) is None
    assert (await sqlite.find_grant(grant.id)).revoked_at == house.now


async def test_a_busy_database_is_waited_for_beside_the_loop(sqlite: SqliteStore) -> None:
    """Where SQLite would have to wait, glancing tells nothing and looking goes off the loop; nobody is refused."""
    house = House(sqlite)
    network = await house.network()
    await sqlite.find_network(network)
    reader, inline = sqlite._reader, sqlite._reader._execute

    def busy(sql: str, values: tuple[object, ...]) -> object:
        raise apsw.BusyError("locked")

    reader._execute = busy
    reader._headers, reader._version = b"", -1  # somebody committed
    assert sqlite.glance().network(network) is None
    assert (await sqlite.find_network(network)).id == network
    assert await sqlite.find_credential_of(network) is not None
    reader._execute = inline
    assert sqlite.glance().network(network) is not None


async def test_reading_leaves_no_snapshot_behind(sqlite: SqliteStore, other: SqliteStore) -> None:
    """A statement left half read would pin the connection to the past: after every read there is no transaction."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    reads = (
        lambda: other.find_grant(grant.id),
        lambda: other.find_user(user.id),
        lambda: other.find_user_by_email(user.email),
        lambda: other.find_code(grant.code_id),
        lambda: other.find_connection(user.id, client.id),
        lambda: other.find_budget(b"key"),
        lambda: other.list_users(),
        lambda: other.list_grants(),
        lambda: other.list_connections(user.id),
    )
    for read in reads:
        await read()
        other.glance()
        for connection in (other._reader._connection, other._reader._aside):
            assert connection.txn_state() == apsw.SQLITE_TXN_NONE
    await house.revoke(grant.id)
    assert (await other.find_grant(grant.id)).revoked_at == house.now


async def test_a_half_read_cursor_would_pin_the_past(sqlite: SqliteStore) -> None:
    """Why rows are always read to the end: the trap itself, shown on a connection that we keep half read."""
    house = House(sqlite)
    await house.network("North")
    await house.network("South")
    careless = apsw.Connection(str(sqlite._opened.path))
    kept = careless.execute("SELECT id FROM networks")
    kept.fetchone()
    await house.network("West")
    assert careless.execute("SELECT count(*) FROM networks").fetchall() == [(2,)]
    kept.close()
    assert careless.execute("SELECT count(*) FROM networks").fetchall() == [(3,)]
    careless.close()


READER = textwrap.dedent(
    """
    import asyncio, sys
    from pathlib import Path
    from frontdesk.storage.sqlite import open_sqlite

    async def main():
        store = await open_sqlite(Path(sys.argv[1]), create=False)
        for line in sys.stdin:
            grant = await store.find_grant(line.strip())
            print("none" if grant is None else "live" if grant.revoked_at is None else "revoked", flush=True)
        await store.aclose()

    asyncio.run(main())
    """
)


async def test_another_process_sees_a_revocation_on_its_next_look(sqlite: SqliteStore) -> None:
    """Each grant is live in its memory, then revoked here, then asked for again: never live once more."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", READER, str(sqlite._opened.path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None

    async def look(grant: str) -> str:
        process.stdin.write(f"{grant}\n".encode())
        return (await process.stdout.readline()).decode().strip()

    for _ in range(100):
        grant = await house.connect(user.id, client.id, network)
        assert await look(grant.id) == "live"
        assert await look(grant.id) == "live"
        await house.revoke(grant.id)
        assert await look(grant.id) == "revoked"
    process.stdin.close()
    assert await process.wait() == 0


async def test_the_same_grant_is_never_seen_younger_than_an_answered_change(
    sqlite: SqliteStore, other: SqliteStore
) -> None:
    """Looks and revocations at the same time, through both stores: once it was answered, nobody sees it live."""
    house = House(sqlite)
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    ended: set[str] = set()

    async def watch(store: SqliteStore, grant: str) -> None:
        for _ in range(20):
            over = grant in ended
            found = await store.find_grant(grant)
            assert not (over and found.revoked_at is None)
            await asyncio.sleep(0)

    async def end(grant: str) -> None:
        await house.revoke(grant)
        ended.add(grant)

    for _ in range(10):
        grant = await house.connect(user.id, client.id, network)
        await asyncio.gather(watch(sqlite, grant.id), watch(other, grant.id), end(grant.id), watch(other, grant.id))
        assert (await other.find_grant(grant.id)) == replace(grant, revoked_at=Micros(house.now))


async def test_a_statement_is_planned_once(sqlite: SqliteStore) -> None:
    """What is bound does not change the plan: otherwise each use would plan anew, which takes longer than the read."""
    for connection in (sqlite._reader._connection, sqlite._reader._aside):
        assert connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, -1) == 1
