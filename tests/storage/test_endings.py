"""What ends what, and when a connection is over: the contract of both stores."""

from dataclasses import replace

import pytest

from frontdesk.protocol.ids import MINUTE, ClientId, Digest, Email
from frontdesk.protocol.records import Edge, Role
from frontdesk.protocol.store import CodeTaken, CodeUsedBefore
from storage.house import House

pytestmark = pytest.mark.anyio


async def test_revoking_a_grant_ends_it_once(house: House) -> None:
    """The second time there is nothing to end, and no audit row says so."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    assert await house.store.find_grant(grant.id) == grant
    assert await house.revoke(grant.id)
    assert await house.store.find_grant(grant.id) == replace(grant, revoked_at=house.now)
    assert not await house.revoke(grant.id)
    assert not await house.revoke(house.new_id())
    assert (await house.actions()).count("grant.revoked") == 1
    assert not await house.store.list_grants()
    assert not await house.store.list_network_grants(network)


async def test_a_connection_lives_as_long_as_one_grant_does(house: House) -> None:
    """Ending the last grant ends it, so that the consent page is shown again."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    first, second = [await house.connect(user.id, client.id, network) for _ in range(2)]
    await house.revoke(first.id)
    ((connection, live),) = await house.store.list_connections(user.id)
    assert (connection.client_id, [grant.id for grant in live]) == (client.id, [second.id])
    await house.revoke(second.id)
    assert await house.store.find_connection(user.id, client.id) is None
    assert not await house.store.list_connections(user.id)


async def test_a_pending_code_keeps_the_connection(house: House) -> None:
    """Until it is void or too old: then revoking the last grant ends the connection too."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    first = await house.connect(user.id, client.id, network)
    code = await house.consent(user.id, client.id, network)
    await house.revoke(first.id)
    assert await house.store.find_connection(user.id, client.id) is not None
    second = (await house.exchange(code)).grant
    await house.consent(user.id, client.id, network)
    house.pass_time(MINUTE)
    await house.revoke(second.id)
    assert await house.store.find_connection(user.id, client.id) is None


async def test_disconnecting_ends_grants_codes_and_consent_together(house: House) -> None:
    """And nothing of another app or of another user."""
    network = await house.network()
    user, client, other = await house.member("ada@example.com", network), await house.client(), await house.client()
    friend = await house.member("bob@example.com", network)
    grants = [await house.connect(user.id, client.id, network) for _ in range(2)]
    kept = [await house.connect(user.id, other.id, network), await house.connect(friend.id, client.id, network)]
    code = await house.consent(user.id, client.id, network)
    for grant in (*grants, *kept):
        await house.store.find_grant(grant.id)
    asked = {"user_id": user.id, "client_id": client.id, "now": house.now}
    assert await house.store.disconnect(**asked, audit=house.event("connection.ended")) == 2
    for grant in grants:
        assert (await house.store.find_grant(grant.id)).revoked_at == house.now
    for grant in kept:
        assert (await house.store.find_grant(grant.id)).revoked_at is None
    assert await house.exchange(code) == CodeUsedBefore(grant_id=None)
    assert await house.store.find_connection(user.id, client.id) is None
    assert await house.store.disconnect(**asked, audit=house.event("connection.ended")) == 0
    assert (await house.actions()).count("connection.ended") == 1


async def test_a_dropped_network_is_dropped_for_good(house: House) -> None:
    """Its edge stays with the time of the drop; the other edges, and another app's, are not touched."""
    north, south = await house.network("North"), await house.network("South")
    user, client, other = (
        await house.member("ada@example.com", north, south),
        await house.client(),
        await house.client(),
    )
    grant = await house.connect(user.id, client.id, north, south)
    kept = await house.connect(user.id, other.id, north)
    code = await house.consent(user.id, client.id, north, south)
    house.pass_time(1)
    asked = {"user_id": user.id, "client_id": client.id, "network_id": north, "now": house.now}
    assert await house.store.drop_network(**asked, audit=house.event("network.disconnected"))
    edges = (Edge(network_id=north, dropped_at=house.now), Edge(network_id=south))
    assert await house.store.find_grant(grant.id) == replace(grant, edges=edges)
    assert (await house.store.find_connection(user.id, client.id)).networks_given == (south,)
    assert [live.id for live in await house.store.list_network_grants(north)] == [kept.id]
    taken = await house.exchange(code)
    assert taken.grant.edges == (Edge(network_id=south),)
    assert not await house.store.drop_network(**asked, audit=house.event("network.disconnected"))
    assert (await house.actions()).count("network.disconnected") == 1


async def test_dropping_the_last_network_ends_grant_code_and_connection(house: House) -> None:
    """One left without any ends, because its user took the last of it back."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    grant = await house.connect(user.id, client.id, network)
    code = await house.consent(user.id, client.id, network)
    asked = {"user_id": user.id, "client_id": client.id, "network_id": network, "now": house.now}
    assert await house.store.drop_network(**asked, audit=house.event("network.disconnected"))
    assert (await house.store.find_grant(grant.id)).revoked_at == house.now
    assert (await house.store.find_code(code.id)).voided_at == house.now
    assert await house.store.find_connection(user.id, client.id) is None


async def test_losing_a_role_drops_its_edges_in_every_app(house: House) -> None:
    """Grants and codes that are left without any stay, and getting the role again revives nothing (OW-06)."""
    north, south = await house.network("North"), await house.network("South")
    user, client, other = (
        await house.member("ada@example.com", north, south),
        await house.client(),
        await house.client(),
    )
    both = await house.connect(user.id, client.id, north, south)
    only = await house.connect(user.id, other.id, north)
    code = await house.consent(user.id, client.id, south, north)
    await house.store.find_grant(only.id)
    asked = {"user_id": user.id, "network_id": north, "now": house.now}
    assert await house.store.remove_membership(**asked, audit=house.event("membership.removed"))
    assert (await house.store.find_user(user.id)).roles == {south: Role.ADMINISTRATOR}
    dropped = Edge(network_id=north, dropped_at=house.now)
    assert (await house.store.find_grant(both.id)).edges == (dropped, Edge(network_id=south))
    assert await house.store.find_grant(only.id) == replace(only, edges=(dropped,))
    assert (await house.store.find_connection(user.id, other.id)).networks_given == ()
    assert (await house.store.find_connection(user.id, client.id)).networks_given == (south,)
    await house.member("ada@example.com", north)
    assert (await house.store.find_grant(only.id)).edges == (dropped,)
    assert (await house.exchange(code)).grant.edges == (Edge(network_id=south),)
    assert not await house.store.list_network_grants(north)


async def test_a_code_that_lost_its_last_network_with_the_role_still_exchanges_for_nothing(house: House) -> None:
    """It is the walk's to refuse it; the store gives a grant that opens nothing."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    code = await house.consent(user.id, client.id, network)
    await house.store.remove_membership(user_id=user.id, network_id=network, now=house.now, audit=house.event("m"))
    taken = await house.exchange(code)
    assert isinstance(taken, CodeTaken)
    assert taken.grant.edges == ()


async def test_blocking_ends_sessions_and_codes_but_not_grants(house: House) -> None:
    """Unblocking gives the grants back and nothing else (D1)."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    other = await house.client()
    grant = await house.connect(user.id, client.id, network)
    codes = [await house.consent(user.id, at, network) for at in (client.id, other.id)]
    login = house.login_code(user.id)
    await house.store.start_login(budget_key=b"key", login_code=login, now=house.now)
    session = await house.sign_in(user.id)
    await house.store.find_user(user.id)
    blocked = {"user_id": user.id, "blocked": True, "now": house.now}
    assert await house.store.set_user_blocked(**blocked, audit=house.event("user.blocked"))
    assert (await house.store.find_user(user.id)).blocked_at == house.now
    assert await house.store.find_session(session.id) is None
    assert await house.store.find_connection(user.id, other.id) is None
    assert await house.store.find_connection(user.id, client.id) is not None
    late = await house.sign_in(user.id)
    assert await house.store.find_session(late.id) is None
    assert await house.store.set_user_blocked(**{**blocked, "blocked": False}, audit=house.event("user.unblocked"))
    assert (await house.store.find_user(user.id)).blocked_at is None
    assert (await house.guess(login, login.digest)).user_id is None
    for code in codes:
        assert await house.exchange(code) == CodeUsedBefore(grant_id=None)
    assert await house.store.find_grant(grant.id) == grant
    assert await house.store.find_session(session.id) is None


async def test_an_owner_cannot_be_blocked(house: House) -> None:
    """Transfer first (OW-13); nor can somebody who is not there."""
    await house.network()
    owner = await house.store.find_user_by_email(Email("olga@example.com"))
    for user in (owner.id, house.new_id()):
        asked = {"user_id": user, "blocked": True, "now": house.now, "audit": house.event("no")}
        assert not await house.store.set_user_blocked(**asked)
    assert (await house.store.find_user(owner.id)).blocked_at is None
    assert "no" not in await house.actions()


async def test_disabling_an_app_voids_its_pending_codes_for_good(house: House) -> None:
    """Its grants stay; connections that lived on a code alone are over."""
    network = await house.network()
    client, other = await house.client(), await house.client()
    ada, bob = await house.member("ada@example.com", network), await house.member("bob@example.com", network)
    grant = await house.connect(ada.id, client.id, network)
    codes = [await house.consent(user.id, client.id, network) for user in (ada, bob)]
    kept = await house.consent(ada.id, other.id, network)
    for disabled in (True, False):
        await house.store.set_client_disabled(
            client_id=client.id, disabled=disabled, now=house.now, audit=house.event("client")
        )
    for code in codes:
        assert await house.exchange(code) == CodeUsedBefore(grant_id=None)
    assert await house.store.find_grant(grant.id) == grant
    assert await house.store.find_connection(ada.id, client.id) is not None
    assert await house.store.find_connection(bob.id, client.id) is None
    assert isinstance(await house.exchange(kept), CodeTaken)


async def test_a_grant_is_ended_by_its_current_token_and_its_own_app_only(house: House) -> None:
    """Another app's word and another token end nothing and leave no row; the row says whose grant it was."""
    north, south = await house.network("North"), await house.network("South", "sam@example.com")
    user = await house.member("ada@example.com", north, south)
    client, other = await house.client(), await house.client()
    grant = await house.connect(user.id, client.id, north, south)
    audit = house.event("grant.revoked", client_id=client.id, grant_id=grant.id)

    async def end(client_id: ClientId, digest: Digest) -> bool:
        return await house.store.revoke_by_token(
            grant_id=grant.id, client_id=client_id, digest=digest, now=house.now, audit=audit
        )

    rows = await house.actions()
    assert not await end(other.id, grant.refresh_digest)
    assert not await end(client.id, house.digest())
    assert await house.actions() == rows
    assert await end(client.id, grant.refresh_digest)
    assert not await end(client.id, grant.refresh_digest)
    assert (await house.store.find_grant(grant.id)).revoked_at == house.now
    assert await house.store.find_connection(user.id, client.id) is None
    for network in (north, south):
        newest = (await house.store.list_audit(network_id=network, limit=1))[0]
        assert (newest.action, newest.user_id, newest.grant_id) == ("grant.revoked", user.id, grant.id)
