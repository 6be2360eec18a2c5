"""Which scopes grants made use of, and taking some back: the contract of both stores."""

import pytest

from frontdesk.protocol.ids import DAY, MINUTE, GrantId, Micros
from frontdesk.protocol.records import Grant
from frontdesk.protocol.scope_uses import ScopeUse
from frontdesk.protocol.store import CodeUsedBefore
from storage.house import House

pytestmark = pytest.mark.anyio

READING = {"resources": "resources.readonly"}


def use(grant: GrantId, scope: str, at: int) -> ScopeUse:
    """At one moment."""
    return ScopeUse(grant_id=grant, scope=scope, first_at=Micros(at), last_at=Micros(at))


async def connected(house: House) -> Grant:
    """An app with resources and locations.readonly in one network."""
    north = await house.network()
    ada = await house.member("ada@example.com", north)
    return await house.connect(ada.id, (await house.client()).id, north)


async def take(house: House, grant: Grant, taken: dict[str, str]) -> bool:
    """The user takes scopes from the whole connection."""
    audit = house.event("connection.narrowed", user_id=grant.user_id, client_id=grant.client_id)
    return await house.store.take_connection_scopes(
        user_id=grant.user_id, client_id=grant.client_id, taken=taken, now=house.now, audit=audit
    )


async def test_uses_are_kept_from_the_first_to_the_last(house: House) -> None:
    """In whatever order they are written; one row for each scope of each grant."""
    grant = await connected(house)
    at = house.now
    await house.store.note_scope_uses(
        uses=[use(grant.id, "resources", at + 5), use(grant.id, "locations.readonly", at)]
    )
    await house.store.note_scope_uses(uses=[use(grant.id, "resources", at + 9), use(grant.id, "resources", at + 2)])
    assert list(await house.store.list_scope_uses(grant.user_id)) == [
        use(grant.id, "locations.readonly", at),
        ScopeUse(grant_id=grant.id, scope="resources", first_at=Micros(at + 2), last_at=Micros(at + 9)),
    ]


async def test_uses_go_with_their_grant(house: House) -> None:
    """Nothing is written for one that is gone, a revoked one's are not told, and its rows go when it goes."""
    grant = await connected(house)
    await house.store.note_scope_uses(uses=[use(grant.id, "resources", house.now), use(house.new_id(), "x", house.now)])
    assert len(await house.store.list_scope_uses(grant.user_id)) == 1
    await house.revoke(grant.id)
    assert list(await house.store.list_scope_uses(grant.user_id)) == []
    house.pass_time(DAY)
    await house.store.clean(now=house.now, limit=1_000)
    assert await house.store.find_grant(grant.id) is None
    await house.store.note_scope_uses(uses=[use(grant.id, "resources", house.now)])
    assert list(await house.store.list_scope_uses(grant.user_id)) == []


async def test_a_scope_is_taken_from_every_grant_and_from_what_is_remembered(house: House) -> None:
    """So that the next authorize request asks again; other people's and other apps' stay."""
    grant = await connected(house)
    other = await house.connect(grant.user_id, (await house.client()).id, grant.edges[0].network_id)
    again = await house.exchange(await house.consent(grant.user_id, grant.client_id, grant.edges[0].network_id))
    assert await take(house, grant, {"resources": ""})
    for changed in (grant.id, again.grant.id):
        assert (await house.store.find_grant(changed)).scopes_given == ("locations.readonly",)
    connection = await house.store.find_connection(grant.user_id, grant.client_id)
    assert connection.scopes_given == ("locations.readonly",)
    assert (await house.store.find_grant(other.id)).scopes_given == other.scopes_given
    assert (await house.actions())[-1] == "connection.narrowed"


async def test_what_is_left_of_a_scope_can_be_asked_for_by_its_tokens(house: House) -> None:
    """The list that tokens count along only grows at its end."""
    grant = await connected(house)
    assert await take(house, grant, READING)
    changed = await house.store.find_grant(grant.id)
    assert changed.scopes_given == ("resources.readonly", "locations.readonly")
    assert changed.scopes_asked == (*grant.scopes_asked, "resources.readonly")
    assert changed.revoked_at is None


async def test_a_grant_that_is_left_without_any_ends_and_with_the_last_the_connection(house: House) -> None:
    """A token that holds nothing would still open what needs nothing."""
    grant = await connected(house)
    assert await take(house, grant, {"resources": "", "locations.readonly": ""})
    assert (await house.store.find_grant(grant.id)).revoked_at == house.now
    assert await house.store.find_connection(grant.user_id, grant.client_id) is None


async def test_a_code_on_its_way_does_not_bring_it_back(house: House) -> None:
    """It is void where it holds one of them, and good where it does not."""
    grant = await connected(house)
    network = grant.edges[0].network_id
    code = await house.consent(grant.user_id, grant.client_id, network)
    plain = await house.consent(grant.user_id, grant.client_id, network, scopes_given=("locations.readonly",))
    assert await take(house, grant, {"resources": ""})
    assert isinstance(await house.exchange(code), CodeUsedBefore)
    assert (await house.exchange(plain)).grant.scopes_given == ("locations.readonly",)


async def test_taking_what_nobody_has_changes_nothing(house: House) -> None:
    """No audit row; the same from another person's connection."""
    grant = await connected(house)
    before = await house.actions()
    assert not await take(house, grant, {"invoices": ""})
    house.pass_time(MINUTE)
    assert await house.actions() == before
    assert await house.store.find_grant(grant.id) == grant
