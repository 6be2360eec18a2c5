"""Long lists a page at a time: the same on both stores. Which index each is read along: test_documents.py."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from frontdesk.protocol.history import NEWEST
from frontdesk.protocol.ids import NetworkId
from storage.house import House

pytestmark = pytest.mark.anyio


async def followed(
    read: Callable[..., Awaitable[Sequence[Any]]], place: Callable[[Any], Any], **asked: Any
) -> list[Any]:
    """A list, one row a page."""
    found: list[Any] = []
    while rows := await read(after=place(found[-1]) if found else None, limit=1, **asked):
        assert len(rows) == 1
        found += rows
    return found


async def test_networks_people_apps_and_grants_are_whole_page_by_page(house: House) -> None:
    """In the order of ids, with what belongs to each; revoked grants are left out."""
    networks = [await house.network(title, "olga@example.com") for title in ("South", "North")]
    ada = await house.member("ada@example.com", *networks)
    clients = [await house.client(name=name) for name in ("Zed", "Able")]
    grants = [await house.connect(ada.id, client.id, networks[0]) for client in (*clients, clients[0])]
    await house.revoke(grants[1].id)
    store = house.store
    paged = await followed(store.page_networks, lambda row: row[0].id)
    assert paged == sorted(await store.list_networks(), key=lambda row: row[0].id)
    assert await followed(store.page_users, lambda user: user.id) == sorted(
        await store.list_users(), key=lambda user: user.id
    )
    assert await followed(store.page_clients, lambda client: client.id) == clients
    assert await followed(store.page_grants, lambda grant: grant.id) == [grants[0], grants[2]]
    assert len(await store.page_grants(after=None, limit=5)) == 2


async def test_who_reaches_a_network_comes_by_person_and_app(house: House) -> None:
    """All live grants of such a pair together; those that lead elsewhere only, or lost the network, are left out."""
    north, south = await house.network("North"), await house.network("South")
    ada, ben = [await house.member(f"{name}@example.com", north, south) for name in ("ada", "ben")]
    clients = sorted([await house.client(), await house.client()], key=lambda client: client.id)
    grants = {
        (user.id, client.id): [await house.connect(user.id, client.id, north) for _ in range(2)]
        for user in (ada, ben)
        for client in clients
    }
    await house.connect(ada.id, (await house.client()).id, south)
    cut = (ada.id, clients[1].id)
    audit = house.event("network.disconnected")
    await house.store.drop_network(user_id=cut[0], client_id=cut[1], network_id=north, now=house.now, audit=audit)
    del grants[cut]

    found: list[Any] = []
    after = None
    while rows := await house.store.page_reach(north, after=after, limit=1):
        after = rows[0][0].user_id, rows[0][0].client_id
        found += rows
    assert [sorted(grant.id for grant in row) for row in found] == [
        sorted(grant.id for grant in grants[pair]) for pair in sorted(grants)
    ]
    assert len(await house.store.page_reach(north, after=None, limit=100)) == 3


async def test_audit_rows_come_newest_first_from_where_a_page_ended(house: House) -> None:
    """Of a network, of an app, of both and of all; a position is never told twice."""
    north, south = await house.network("North"), await house.network("South")
    client = await house.client()

    async def actions(network: NetworkId | None, client_id: str | None) -> list[str]:
        before, found = NEWEST, []
        while rows := await house.store.page_audit(network_id=network, client_id=client_id, before=before, limit=1):
            before = rows[0][0]
            found.append(rows[0][1].action)
        return found

    ada = await house.member("ada@example.com", north)
    await house.connect(ada.id, client.id, north)
    eve = await house.member("eve@example.com", north, south)
    await house.connect(eve.id, client.id, north, south)  # one change, told of in both
    assert await actions(None, None) == (await house.actions())[::-1]
    assert (await house.actions()).count("consent.given") == 3
    of_south = ["consent.given", "network.created"]
    assert (await actions(south, None), await actions(north, client.id)) == (of_south, ["consent.given"] * 2)
    assert (await actions(None, client.id))[-1] == "client.created"
