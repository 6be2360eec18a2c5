"""A network's audit rows, asked for by an owner: the contract of both stores (TN-17, BK-07)."""

import pytest

from frontdesk.protocol.history import END_OF_TIME, HistoryFilter
from frontdesk.protocol.ids import HOUR, NetworkId, uuid_bytes, uuid_text
from storage.house import House

pytestmark = pytest.mark.anyio

ALL = HistoryFilter()


async def actions(house: House, network: NetworkId, wanted: HistoryFilter = ALL, **more: int) -> list[str]:
    """What happened, newest first."""
    asked = {"before": END_OF_TIME, "limit": 100, **more}
    return [event.action for _, event in await house.store.list_history(network, wanted, **asked)]


async def test_a_change_in_several_networks_is_in_the_history_of_each(house: House) -> None:
    """A consent, the end of a grant and of a connection, each with one row a network and no other network's."""
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    east = await house.network("East", "eva@example.com")
    ada, client = await house.member("ada@example.com", north, south), await house.client()
    grant = await house.connect(ada.id, client.id, north, south)
    await house.connect(ada.id, client.id, north)
    await house.revoke(grant.id)
    audit = house.event("connection.ended")
    await house.store.disconnect(user_id=ada.id, client_id=client.id, now=house.now, audit=audit)
    given = ["network.created"]
    assert await actions(house, north) == [
        "connection.ended",
        "grant.revoked",
        "consent.given",
        "consent.given",
        *given,
    ]
    assert await actions(house, south) == ["grant.revoked", "consent.given", *given]
    assert await actions(house, east) == ["network.created"]
    rows = await house.store.list_history(south, ALL, before=END_OF_TIME, limit=100)
    assert {event.network_id for _, event in rows} == {south}


async def test_what_concerns_no_network_has_one_row_all_the_same(house: House) -> None:
    """A grant whose networks were all dropped is ended with one row that names none."""
    north = await house.network()
    ada, client = await house.member("ada@example.com", north), await house.client()
    grant = await house.connect(ada.id, client.id, north)
    audit = house.event("membership.removed")
    await house.store.remove_membership(user_id=ada.id, network_id=north, now=house.now, audit=audit)
    await house.revoke(grant.id)
    assert (await house.actions()).count("grant.revoked") == 1
    assert "grant.revoked" not in await actions(house, north)


async def test_rows_are_chosen_by_time_action_and_person(house: House) -> None:
    """Half-open in time; a person is found as actor and as the one it is about."""
    north = await house.network()
    ada = await house.member("ada@example.com", north)
    eve = house.person("eve@example.com")
    events = [
        house.event("a.first", network_id=north, actor=f"user:{ada.id}"),
        house.event("b.second", network_id=north, user_id=ada.id),
        house.event("c_d.third", network_id=north, actor=f"user:{eve.id}", user_id=eve.id),
    ]
    for event in events:
        house.pass_time(HOUR)
        stamped = type(event)(**{**{name: getattr(event, name) for name in event.__slots__}, "at": house.now})
        assert await house.store.add_client(client=house.new_client(), audit=stamped)
    last = house.now
    assert await actions(house, north, HistoryFilter(since=last)) == ["c_d.third"]
    assert await actions(house, north, HistoryFilter(since=last - HOUR, until=last)) == ["b.second"]
    assert await actions(house, north, HistoryFilter(person=ada.id, since=last - 3 * HOUR + 1)) == [
        "b.second",
        "a.first",
    ]
    assert await actions(house, north, HistoryFilter(actions=("a.first", "c_d.third"))) == ["c_d.third", "a.first"]
    assert await actions(house, north, HistoryFilter(actions=("first", "a", "%"))) == []


async def test_pages_follow_one_another_without_gap_or_repeat(house: House) -> None:
    """By position, whatever comes in at the top meanwhile."""
    north = await house.network()
    for number in range(7):
        audit = house.event(f"n.{number}", network_id=north)
        assert await house.store.add_client(client=house.new_client(), audit=audit)
    first = await house.store.list_history(north, ALL, before=END_OF_TIME, limit=3)
    assert await house.store.add_client(client=house.new_client(), audit=house.event("n.new", network_id=north))
    second = await house.store.list_history(north, ALL, before=first[-1][0], limit=3)
    assert [event.action for _, event in (*first, *second)] == [f"n.{number}" for number in (6, 5, 4, 3, 2, 1)]


async def test_a_history_is_the_same_before_and_after_it_is_indexed(house: House) -> None:
    """A network's rows are found whole and in their order, whatever part of them the index knows by now."""
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    ada, client = await house.member("ada@example.com", north, south), await house.client()
    found = []
    for limit in (0, 3, 1, 100):
        await house.connect(ada.id, client.id, north, south)
        before = await actions(house, south)
        await house.store.index_audit(limit=limit)
        assert await actions(house, south) == before
        rows = await house.store.list_history(south, ALL, before=END_OF_TIME, limit=100)
        found.append([position for position, _ in rows])
        page = await house.store.list_history(south, ALL, before=found[-1][0], limit=1)
        assert [position for position, _ in page] == found[-1][1:2]
    assert found[-1] == sorted(set(found[-1]), reverse=True)
    assert await house.store.index_audit(limit=1) == 0


async def test_no_row_is_told_to_a_network_whose_id_lies_across_two_others(house: House) -> None:
    """Packed ids are compared at their own places: bytes that happen to lie in between name nobody."""
    first, second = await house.network("North"), await house.network("South", "sam@example.com")
    ada, client = await house.member("ada@example.com", first, second), await house.client()
    packed = uuid_bytes(first) + uuid_bytes(second)
    inside = NetworkId(uuid_text(packed[10:26]))
    await house.connect(ada.id, client.id, first, second)
    assert not await house.store.list_history(inside, ALL, before=END_OF_TIME, limit=100)
    await house.store.index_audit(limit=100)
    assert not await house.store.list_history(inside, ALL, before=END_OF_TIME, limit=100)
