"""From a consent to a grant, once: the contract of both stores."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import MINUTE, SECOND, Micros
from frontdesk.protocol.records import Edge
from frontdesk.protocol.store import CodeTaken, CodeUsedBefore, StoreUnavailable
from storage.house import House

pytestmark = pytest.mark.anyio


async def test_a_consent_keeps_its_code_and_what_was_given(house: House) -> None:
    """Everything the code is bound to comes back, and the connection beside it."""
    north, south = await house.network("North"), await house.network("South")
    user, client = await house.member("ada@example.com", north, south), await house.client()
    code = await house.consent(user.id, client.id, south, north, code_challenge="c" * 43)
    assert await house.store.find_code(code.id) == code
    connection = await house.store.find_connection(user.id, client.id)
    assert connection.networks_given == connection.networks_offered == (south, north)
    assert (connection.scopes_given, connection.consented_at) == (code.scopes_given, house.now)
    assert (await house.actions())[-1] == "consent.given"


async def test_a_second_consent_replaces_what_the_first_gave(house: House) -> None:
    """But the connection stays as old as it is."""
    north, south = await house.network("North"), await house.network("South")
    user, client = await house.member("ada@example.com", north, south), await house.client()
    await house.consent(user.id, client.id, north)
    first = house.now
    house.pass_time(SECOND)
    await house.consent(user.id, client.id, south, scopes_given=("bookings",))
    connection = await house.store.find_connection(user.id, client.id)
    assert (connection.networks_given, connection.scopes_given) == ((south,), ("bookings",))
    assert (connection.created_at, connection.consented_at) == (first, house.now)


async def test_a_consent_gives_no_network_in_which_the_role_was_lost_meanwhile(house: House) -> None:
    """The role went between the page and the write: no edge is left that a later role would revive."""
    north, south = await house.network("North"), await house.network("South")
    user, client = await house.member("ada@example.com", north, south), await house.client()
    await house.store.remove_membership(user_id=user.id, network_id=north, now=house.now, audit=house.event("m"))
    code = await house.consent(user.id, client.id, north, south)
    assert (await house.store.find_code(code.id)).networks == (south,)
    assert (await house.store.find_connection(user.id, client.id)).networks_given == (south,)


async def test_an_exchange_gives_the_codes_networks(house: House) -> None:
    """The networks are those of the stored code, whatever the caller says (CD-13); the code names its grant."""
    north, south = await house.network("North"), await house.network("South")
    user, client = await house.member("ada@example.com", north, south), await house.client()
    code = await house.consent(user.id, client.id, north)
    grant = house.new_grant(replace(code, networks=(north, south)))
    audit = house.event("code.exchanged", grant_id=grant.id)
    taken = await house.store.take_code(code_id=code.id, grant=grant, now=house.now, cap=50, audit=audit)
    assert taken == CodeTaken(grant=replace(grant, edges=(Edge(network_id=north),)))
    assert await house.store.find_grant(grant.id) == taken.grant
    assert (await house.store.find_code(code.id)).grant_id == grant.id
    assert [found.id for found in await house.store.list_network_grants(north)] == [grant.id]
    assert not await house.store.list_network_grants(south)
    assert [found.id for found in await house.store.list_grants()] == [grant.id]


async def test_of_fifty_exchanges_one_wins(house: House) -> None:
    """Every loser learns which grant the winner got, so that a replay can end it (CD-03, I3)."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    code = await house.consent(user.id, client.id, network)
    outcomes = await asyncio.gather(*(house.exchange(code) for _ in range(50)))
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, CodeTaken)]
    lost = [outcome for outcome in outcomes if outcome is not won]
    assert lost == [CodeUsedBefore(grant_id=won.grant.id)] * 49
    assert [grant.id for grant in await house.store.list_grants()] == [won.grant.id]
    assert (await house.actions()).count("code.exchanged") == 1


async def test_a_code_dies_at_the_very_instant(house: House) -> None:
    """Alive while `now < expires_at`."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    late, early = [await house.consent(user.id, client.id, network) for _ in range(2)]
    house.pass_time(MINUTE - 1)
    assert isinstance(await house.exchange(early), CodeTaken)
    house.pass_time(1)
    assert await house.exchange(late) == CodeUsedBefore(grant_id=None)
    assert await house.exchange(house.new_code(user.id, client.id)) == CodeUsedBefore(grant_id=None)


async def test_wrong_verifiers_void_the_code_at_the_limit(house: House) -> None:
    """PK-07: five failed proofs and the code is dead, and so is a connection that lived on it alone."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    code = await house.consent(user.id, client.id, network)
    asked = {"code_id": code.id, "limit": 5, "now": house.now}
    counts = await asyncio.gather(*(house.store.count_wrong_verifier(**asked) for _ in range(4)))
    assert sorted(counts) == [1, 2, 3, 4]
    assert (await house.store.find_code(code.id)).voided_at is None
    assert await house.store.count_wrong_verifier(**asked) == 5
    assert (await house.store.find_code(code.id)).voided_at == house.now
    assert await house.store.find_connection(user.id, client.id) is None
    assert await house.exchange(code) == CodeUsedBefore(grant_id=None)
    assert await house.store.count_wrong_verifier(code_id=house.new_id(), limit=5, now=house.now) == 0


async def test_a_used_code_is_not_voided_by_wrong_verifiers(house: House) -> None:
    """Its grant lives, and the replay must still find it."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    code = await house.consent(user.id, client.id, network)
    grant = (await house.exchange(code)).grant
    assert await house.store.count_wrong_verifier(code_id=code.id, limit=1, now=house.now) == 1
    assert await house.exchange(code) == CodeUsedBefore(grant_id=grant.id)
    assert await house.store.find_connection(user.id, client.id) is not None


async def test_beyond_the_cap_the_least_recently_used_grant_goes(house: House) -> None:
    """At most fifty grants a connection (D1): a grant never used counts from its making, another app's never."""
    network = await house.network()
    user, client, other = await house.member("ada@example.com", network), await house.client(), await house.client()
    apart = await house.connect(user.id, other.id, network)
    grants = []
    for _ in range(50):
        house.pass_time(SECOND)
        grants.append(await house.connect(user.id, client.id, network))
    house.pass_time(SECOND)
    await house.store.touch(grants=[(grants[0].id, house.now)], credentials=[])
    await house.store.find_grant(grants[1].id)
    taken = await house.exchange(await house.consent(user.id, client.id, network))
    assert taken.evicted == grants[1].id
    gone = await house.store.find_grant(grants[1].id)
    assert gone is None
    assert await house.store.find_grant(grants[0].id) is not None
    assert await house.store.find_grant(apart.id) is not None
    (mine,) = [live for found, live in await house.store.list_connections(user.id) if found.client_id == client.id]
    assert len(mine) == 50


async def test_the_new_grant_is_never_the_one_that_goes(house: House) -> None:
    """Even where every other was used at a later time, as under a clock that was set back."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    old = await house.connect(user.id, client.id, network)
    await house.store.touch(grants=[(old.id, Micros(house.now + MINUTE))], credentials=[])
    taken = await house.exchange(await house.consent(user.id, client.id, network), cap=1)
    assert taken.evicted == old.id
    assert [grant.id for grant in await house.store.list_grants()] == [taken.grant.id]


async def test_what_names_nobody_is_not_stored(house: House) -> None:
    """A consent of a user or for an app that is not there is refused whole."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    for who, what in ((house.new_id(), client.id), (user.id, house.new_client().id)):
        code = house.new_code(who, what, network)
        with pytest.raises(StoreUnavailable):
            await house.consent(who, what, network, id=code.id)
        assert await house.store.find_code(code.id) is None
    assert "consent.given" not in await house.actions()


async def test_what_reaches_a_network_is_listed_some_at_a_time(house: House) -> None:
    """One entry a person and app, the latest connected first; what does not reach it does not count."""
    north, south = await house.network(), await house.network("South")
    ada, ben = await house.member("ada@example.com", north, south), await house.member("ben@example.com", north)
    app, other = (await house.client()).id, (await house.client(name="Other")).id
    first = await house.connect(ada.id, app, north)
    house.pass_time(SECOND)
    second = await house.connect(ben.id, app, north)
    house.pass_time(SECOND)
    again = await house.connect(ada.id, app, north)
    elsewhere = await house.connect(ada.id, other, south)

    async def listed(start: int, count: int) -> tuple[int, list[set[str]]]:
        total, found = await house.store.list_guests(north, start=start, count=count)
        return total, [{grant.id for grant in grants} for grants in found]

    assert await listed(0, 10) == (2, [{second.id}, {first.id, again.id}])
    assert await listed(1, 1) == (2, [{first.id, again.id}])
    assert await listed(2, 1) == (2, [])
    assert await house.store.list_reaching_apps(north) == [app]
    assert await house.store.list_reaching_apps(south) == [other]
    assert [await house.store.count_connections(user.id) for user in (ada, ben)] == [2, 1]
    every = await house.store.list_connections(ada.id)
    some = [await house.store.list_connections(ada.id, start=at, count=1) for at in (0, 1, 2)]
    assert some == [every[:1], every[1:], []]
    await house.revoke(second.id)
    await house.revoke(elsewhere.id)
    assert await listed(0, 10) == (1, [{first.id, again.id}])
    assert [await house.store.count_connections(user.id) for user in (ada, ben)] == [1, 0]
