"""Taking over what somebody left behind: the contract of both stores (OW-05; DESIGN D1)."""

import asyncio

import pytest

from frontdesk.protocol.adoption import ADOPTABLE_FOR, Adoption
from frontdesk.protocol.ids import Email, GrantId, NetworkId, UserId
from frontdesk.protocol.records import Edge, Grant
from storage.house import House

pytestmark = pytest.mark.anyio


async def adopt(
    house: House, grant: Grant, network: NetworkId, *, owner: UserId | None = None, cap: int = 50
) -> Adoption:
    """The network's owner, or another, takes a grant over."""
    by = owner if owner is not None else (await house.store.find_owner_of(network)).id
    audit = house.event("connection.adopted", network_id=network, grant_id=grant.id)
    return await house.store.adopt_grant(
        grant_id=grant.id, network_id=network, owner_id=by, cap=cap, now=house.now, audit=audit
    )


async def leave(house: House, user: UserId, network: NetworkId) -> None:
    """Somebody loses the role."""
    audit = house.event("membership.removed")
    assert await house.store.remove_membership(user_id=user, network_id=network, now=house.now, audit=audit)


async def test_who_leaves_leaves_connections_behind(house: House) -> None:
    """Listed with when, for this network only; not before, and not what they ended themselves."""
    north, south = await house.network("North"), await house.network("South")
    ada, client = await house.member("ada@example.com", north, south), await house.client()
    grant, ended = await house.connect(ada.id, client.id, north), await house.connect(ada.id, client.id, north)
    assert await house.store.list_left_grants(north) == []
    await house.revoke(ended.id)
    await leave(house, ada.id, north)
    (left,) = await house.store.list_left_grants(north)
    assert (left.id, left.edges) == (grant.id, (Edge(network_id=north, dropped_at=house.now),))
    assert await house.store.list_left_grants(south) == []


async def test_an_adopted_grant_is_the_owners(house: House) -> None:
    """Its edge lives, its connection is the owner's and was never asked for, the former one is over."""
    north = await house.network("North", "olga@example.com")
    olga = await house.store.find_user_by_email(Email("olga@example.com"))
    ada, client = await house.member("ada@example.com", north), await house.client()
    grant = await house.connect(ada.id, client.id, north)
    assert (await house.store.find_grant(grant.id)).user_id == ada.id  # and now it is remembered
    await leave(house, ada.id, north)
    house.pass_time(5)
    assert await adopt(house, grant, north) is Adoption.DONE
    found = await house.store.find_grant(grant.id)
    assert (found.user_id, found.edges, found.revoked_at) == (olga.id, (Edge(network_id=north),), None)
    assert (found.stamp, found.refresh_digest, found.scopes_given) == (
        grant.stamp,
        grant.refresh_digest,
        grant.scopes_given,
    )
    assert (found.created_at, found.adopted_at) == (grant.created_at, house.now)
    made = await house.store.find_connection(olga.id, client.id)
    assert (made.networks_offered, made.networks_given, made.consented_at) == ((), (), house.now)
    assert (made.redirect_uri, made.scopes_given) == ("https://p.example/cb", grant.scopes_given)
    assert await house.store.find_connection(ada.id, client.id) is None
    assert await house.store.list_left_grants(north) == []
    assert [held.id for held in await house.store.list_network_grants(north)] == [grant.id]
    assert (await house.actions())[-1] == "connection.adopted"
    assert await adopt(house, grant, north) is Adoption.GONE


async def test_an_earlier_consent_of_the_owner_is_not_widened(house: House) -> None:
    """What a skipped consent page would give is what the owner was asked, and no network more."""
    north, south = await house.network("North"), await house.network("South")
    olga = await house.store.find_owner_of(north)
    ada, client = await house.member("ada@example.com", north), await house.client()
    grant = await house.connect(ada.id, client.id, north)
    await house.connect(olga.id, client.id, south)
    before = await house.store.find_connection(olga.id, client.id)
    await leave(house, ada.id, north)
    assert await adopt(house, grant, north) is Adoption.DONE
    assert await house.store.find_connection(olga.id, client.id) == before
    shown = await house.store.list_connections(olga.id)
    assert len(shown[0][1]) == 2


async def test_a_grant_that_opens_other_networks_stays_its_persons(house: House) -> None:
    """One token has one person: it is not taken from somebody who still uses it elsewhere."""
    north, south = await house.network("North", "olga@example.com"), await house.network("South", "sam@example.com")
    ada, client = await house.member("ada@example.com", north, south), await house.client()
    grant = await house.connect(ada.id, client.id, north, south)
    await leave(house, ada.id, north)
    assert await adopt(house, grant, north) is Adoption.ELSEWHERE
    assert (await house.store.find_grant(grant.id)).user_id == ada.id
    await leave(house, ada.id, south)
    assert await adopt(house, grant, north) is Adoption.DONE
    edges = {edge.network_id: edge.dropped_at for edge in (await house.store.find_grant(grant.id)).edges}
    assert edges == {north: None, south: house.now}
    # South's owner comes too late: it is alive in another network by now.
    assert await adopt(house, grant, south) is Adoption.ELSEWHERE


async def test_only_the_owner_of_now_adopts_and_only_what_was_left(house: House) -> None:
    """Not an administrator, not another owner, nobody blocked; not what was shut out, revoked or never there."""
    north = await house.network("North", "olga@example.com")
    await house.network("South", "sam@example.com")
    sam = await house.store.find_user_by_email(Email("sam@example.com"))
    ada, eve = await house.member("ada@example.com", north), await house.member("eve@example.com", north)
    client = await house.client()
    grant = await house.connect(ada.id, client.id, north)
    assert await adopt(house, grant, north) is Adoption.GONE  # its person is still there
    cut = await house.connect(eve.id, client.id, north)
    audit = house.event("network.disconnected")
    assert await house.store.drop_network(
        user_id=eve.id, client_id=client.id, network_id=north, now=house.now, audit=audit
    )
    await leave(house, ada.id, north)
    await leave(house, eve.id, north)
    for owner in (ada.id, eve.id, sam.id, UserId(house.new_id())):
        assert await adopt(house, grant, north, owner=owner) is Adoption.GONE
    assert await adopt(house, cut, north) is Adoption.GONE
    audit = house.event("x")
    missing = GrantId(house.new_id())
    olga = await house.store.find_owner_of(north)
    assert (
        await house.store.adopt_grant(
            grant_id=missing, network_id=north, owner_id=olga.id, cap=50, now=house.now, audit=audit
        )
        is Adoption.GONE
    )
    assert await adopt(house, grant, north, cap=0) is Adoption.FULL
    await house.revoke(grant.id)
    assert await adopt(house, grant, north) is Adoption.GONE
    assert "connection.adopted" not in await house.actions()


async def test_of_many_adoptions_at_once_one_wins(house: House) -> None:
    """The database decides."""
    north = await house.network()
    ada, client = await house.member("ada@example.com", north), await house.client()
    grant = await house.connect(ada.id, client.id, north)
    await leave(house, ada.id, north)
    outcomes = await asyncio.gather(*(adopt(house, grant, north) for _ in range(4)))
    assert sorted(outcome.value for outcome in outcomes) == ["done", "gone", "gone", "gone"]


async def test_what_nobody_took_over_is_forgotten_after_ninety_days(house: House) -> None:
    """At the very instant; the table does not grow (D14)."""
    north = await house.network()
    ada, client = await house.member("ada@example.com", north), await house.client()
    grant = await house.connect(ada.id, client.id, north)
    await leave(house, ada.id, north)
    house.pass_time(ADOPTABLE_FOR - 1)
    await house.store.clean(now=house.now, limit=100)
    assert len(await house.store.list_left_grants(north)) == 1
    house.pass_time(1)
    await house.store.clean(now=house.now, limit=100)
    assert await house.store.list_left_grants(north) == []
    assert await adopt(house, grant, north) is Adoption.GONE
