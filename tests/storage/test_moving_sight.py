"""What a list changes is seen by every process of the host on its very next request: two stores over one file."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.protocol.ids import Email
from frontdesk.protocol.records import Role
from frontdesk.storage.sqlite import SqliteStore, open_sqlite
from storage.house import House
from storage.mover import ADA, EVERYTHING, OLENA, TOKEN, Mover, app, network, network_id, role, token, user

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(sqlite: SqliteStore, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """Another process's view of the same file: what a running server remembers."""
    store = await open_sqlite(tmp_path / "frontdesk.db", create=False)
    yield store
    await store.aclose()


async def test_a_suspension_is_seen_at_once_and_so_is_its_end(sqlite: SqliteStore, server: SqliteStore) -> None:
    """Pairs, roles and people, from memory; nothing is asked for twice meanwhile."""
    mover = Mover(sqlite)
    await mover.imports(*EVERYTHING)
    ada = await server.find_user_by_email(Email(ADA))
    olena = await server.find_user_by_email(Email(OLENA))
    for _ in range(2):
        assert (await server.find_network_credential("north")).client_id == "north"
        assert (await server.find_user(ada.id)).roles == {network_id(1): Role.ADMINISTRATOR}
        assert (await server.find_network(network_id(1))).suspended_at is None
        assert (await server.find_user(olena.id)).blocked_at is None
        assert server.glance().credential("north") is not None
        assert server.glance().user(ada.id) is not None

        await mover.syncs(user("new@x.example"), full=True)
        assert server.glance().credential("north") is None
        assert await server.find_network_credential("north") is None
        assert (await server.find_network(network_id(1))).suspended_at is not None
        assert (await server.find_user(ada.id)).roles == {}
        assert (await server.find_user(olena.id)).blocked_at is not None

        await mover.syncs(network(), user(ADA), role(ADA))


async def test_roles_owners_titles_and_addresses_are_seen_at_once(sqlite: SqliteStore, server: SqliteStore) -> None:
    """Each alone."""
    mover = Mover(sqlite)
    await mover.syncs(network(), user(ADA, 1), role(ADA))
    ada = (await server.find_user_by_email(Email(ADA))).id
    olena = (await server.find_user_by_email(Email(OLENA))).id

    async def seen() -> tuple[object, ...]:
        person, owner = await server.find_user(ada), await server.find_user(olena)
        return person.email, person.roles, owner.roles, (await server.find_network(network_id(1))).title

    north = network_id(1)
    assert await seen() == (ADA, {north: Role.ADMINISTRATOR}, {north: Role.OWNER}, "Network 1")
    await mover.syncs(role(ADA, role="member"))
    assert await seen() == (ADA, {north: Role.MEMBER}, {north: Role.OWNER}, "Network 1")
    await mover.syncs(network(title="North"))
    assert await seen() == (ADA, {north: Role.MEMBER}, {north: Role.OWNER}, "North")
    await mover.syncs(user("x@x.example", 1))
    assert await seen() == ("x@x.example", {north: Role.MEMBER}, {north: Role.OWNER}, "North")
    await mover.syncs(network(title="North", owner="x@x.example"))
    assert await seen() == ("x@x.example", {north: Role.OWNER}, {north: Role.ADMINISTRATOR}, "North")
    await mover.syncs(network(title="North", owner="x@x.example"), user(OLENA), full=True)
    assert await seen() == ("x@x.example", {north: Role.OWNER}, {}, "North")


async def test_what_an_import_changes_is_seen_at_once(sqlite: SqliteStore, server: SqliteStore) -> None:
    """An app's scopes, a connection that grows, and that there are tokens from elsewhere at all."""
    mover = Mover(sqlite)
    assert not await server.has_foreign_tokens()
    await mover.imports(*EVERYTHING)
    assert await server.has_foreign_tokens()
    grant = await server.find_foreign_grant(mover.mint.digests(TOKEN))
    assert len((await server.find_client("door-locks")).scopes) == 2
    assert (await server.find_connection(grant.user_id, "door-locks")).networks_given == (network_id(1),)
    more = token(value="old-refresh-token-2", networks=[network_id(2)])
    await mover.imports(network(2), role(ADA, 2), app(scopes=["resources"]), more, update=True)
    assert (await server.find_client("door-locks")).scopes == ("resources",)
    given = (await server.find_connection(grant.user_id, "door-locks")).networks_given
    assert given == (network_id(1), network_id(2))


async def test_a_running_server_is_held_up_by_the_transaction_only(sqlite: SqliteStore, server: SqliteStore) -> None:
    """It reads on from what was, writes when its turn comes, and refuses nobody."""
    mover = Mover(sqlite)
    house = House(server, now=mover.clock.now())
    await mover.imports(*EVERYTHING)
    ada = await server.find_user_by_email(Email(ADA))
    rows = [network(number) for number in range(2, 400)]
    rows += [token(value=f"old-refresh-token-{number}", networks=[network_id(1)]) for number in range(40)]
    importing = asyncio.ensure_future(mover.imports(*rows))
    held, slowest = 0, 0.0
    while not importing.done():
        began = time.perf_counter()
        assert (await server.find_user(ada.id)).roles
        await house.sign_in(ada.id)
        slowest = max(slowest, time.perf_counter() - began)
        held += 1
    assert not importing.result().is_refused
    assert held
    assert slowest < 5
    assert len(await server.list_grants()) == 41
