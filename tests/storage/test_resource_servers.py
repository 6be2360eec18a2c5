"""APIs that may ask what a token is worth: the contract of both stores."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.ids import ResourceServerId
from frontdesk.protocol.records import ResourceServer
from frontdesk.storage.sqlite import SqliteStore, open_sqlite
from storage.house import House

pytestmark = pytest.mark.anyio

NOBODY = ResourceServerId("fdri_nobody")


async def add(house: House, name: str = "Bookings", server_id: str | None = None) -> ResourceServer:
    """A resource server."""
    server = ResourceServer(
        id=ResourceServerId(server_id or f"fdri_{house.new_id()}"),
        name=name,
        secret_digest=house.digest(),
        created_at=house.now,
    )
    assert await house.store.add_resource_server(server=server, audit=house.event("resource_server.created"))
    return server


async def disable(house: House, server_id: ResourceServerId, disabled: bool = True) -> bool:
    """Disable or enable it now."""
    return await house.store.set_resource_server_disabled(
        server_id=server_id, disabled=disabled, now=house.now, audit=house.event("resource_server.disabled")
    )


async def test_they_are_kept_and_listed_by_name(house: House) -> None:
    """As they were added, each found by its id."""
    second, first = await add(house, "Second"), await add(house, "First")
    assert await house.store.list_resource_servers() == [first, second]
    assert await house.store.find_resource_server(first.id) == first
    assert await house.store.find_resource_server(NOBODY) is None


async def test_an_id_is_taken_once(house: House) -> None:
    """The second is refused, changes nothing and leaves no audit row."""
    first = await add(house, server_id="fdri_1")
    second = replace(first, name="Other", secret_digest=house.digest())
    assert not await house.store.add_resource_server(server=second, audit=house.event("resource_server.created"))
    assert await house.store.find_resource_server(first.id) == first
    assert (await house.actions()).count("resource_server.created") == 1


async def test_disabling_keeps_the_first_moment_and_enabling_forgets_it(house: House) -> None:
    """Both may be repeated."""
    server, other = await add(house), await add(house, "Other")
    at = house.now
    assert await disable(house, server.id)
    house.pass_time(5)
    assert await disable(house, server.id)
    assert await house.store.find_resource_server(server.id) == replace(server, disabled_at=at)
    for _ in range(2):
        assert await disable(house, server.id, disabled=False)
    assert await house.store.find_resource_server(server.id) == server
    assert await house.store.find_resource_server(other.id) == other
    assert not await disable(house, NOBODY)
    assert not await disable(house, NOBODY, disabled=False)
    assert (await house.actions()).count("resource_server.disabled") == 4


async def test_a_secret_is_replaced(house: House) -> None:
    """Nothing else changes."""
    server, digest = await add(house), house.digest()
    audit = house.event("resource_server.secret_rotated")
    assert await house.store.set_resource_server_secret(server_id=server.id, digest=digest, audit=audit)
    assert await house.store.find_resource_server(server.id) == replace(server, secret_digest=digest)
    assert not await house.store.set_resource_server_secret(server_id=NOBODY, digest=digest, audit=audit)
    assert (await house.actions()).count("resource_server.secret_rotated") == 1


async def test_one_that_is_removed_is_gone(house: House) -> None:
    """Once; the others stay."""
    server, other = await add(house), await add(house, "Other")
    audit = house.event("resource_server.removed")
    assert await house.store.remove_resource_server(server_id=server.id, audit=audit)
    assert await house.store.find_resource_server(server.id) is None
    assert not await house.store.remove_resource_server(server_id=server.id, audit=audit)
    assert await house.store.list_resource_servers() == [other]
    assert (await house.actions()).count("resource_server.removed") == 1


async def test_another_process_sees_each_change_at_once(sqlite: SqliteStore, tmp_path: Any) -> None:
    """D5: it had the record in memory a moment ago."""
    house, other = House(sqlite), await open_sqlite(tmp_path / "frontdesk.db", create=False)
    server = await add(house)

    async def is_forgotten() -> bool:
        forgotten = other.glance().resource_server(server.id) is None
        await other.find_resource_server(server.id)
        return forgotten

    assert await is_forgotten()
    assert not await is_forgotten()
    await disable(house, server.id)
    assert await is_forgotten()
    await disable(house, server.id, disabled=False)
    assert await is_forgotten()
    await sqlite.set_resource_server_secret(server_id=server.id, digest=house.digest(), audit=house.event("x"))
    assert await is_forgotten()
    await sqlite.remove_resource_server(server_id=server.id, audit=house.event("x"))
    assert other.glance().resource_server(server.id) is None
    assert await other.find_resource_server(server.id) is None
    await other.aclose()
