"""Rotation, profiles and weak forms: the contract of both stores."""

import asyncio
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import DAY, ClientId, Micros
from frontdesk.protocol.records import Grant, Profile
from frontdesk.protocol.weak_forms import WeakForm, WeakUse
from storage.house import House

pytestmark = pytest.mark.anyio


async def a_grant(house: House) -> Grant:
    """A grant that was never rotated."""
    network = await house.network()
    user, client = await house.member("ada@example.com", network), await house.client()
    return await house.connect(user.id, client.id, network)


async def test_a_confirmed_successor_takes_the_current_ones_place(house: House) -> None:
    """Number and digest change together; what was first is remembered, once. Nothing else changes."""
    grant = await a_grant(house)
    second, third = house.digest(), house.digest()
    assert await house.store.confirm_successor(grant_id=grant.id, generation=1, digest=second)
    first = grant.refresh_digest
    rotated = replace(grant, generation=1, refresh_digest=second, first_digest=first)
    assert await house.store.find_grant(grant.id) == rotated
    assert await house.store.confirm_successor(grant_id=grant.id, generation=2, digest=third)
    assert await house.store.find_grant(grant.id) == replace(rotated, generation=2, refresh_digest=third)


@pytest.mark.parametrize("generation", [0, 1, 3, 4, -1])
async def test_only_the_very_next_one_is_confirmed(house: House, generation: int) -> None:
    """Whoever comes later, or from nowhere, changes nothing."""
    grant = await a_grant(house)
    await house.store.confirm_successor(grant_id=grant.id, generation=1, digest=house.digest())
    before = await house.store.find_grant(grant.id)
    assert not await house.store.confirm_successor(grant_id=grant.id, generation=generation, digest=house.digest())
    assert await house.store.find_grant(grant.id) == before


async def test_of_fifty_confirmations_at_once_one_wins(house: House) -> None:
    """RF-10: one family, no fork."""
    grant = await a_grant(house)
    digests = [house.digest() for _ in range(50)]
    won = await asyncio.gather(
        *(house.store.confirm_successor(grant_id=grant.id, generation=1, digest=digest) for digest in digests)
    )
    assert sum(won) == 1
    stored = await house.store.find_grant(grant.id)
    assert (stored.generation, stored.refresh_digest) == (1, digests[won.index(True)])


async def test_a_revoked_grant_is_not_rotated(house: House) -> None:
    """Nor one that never was."""
    grant = await a_grant(house)
    await house.revoke(grant.id)
    for grant_id in (grant.id, house.new_id()):
        assert not await house.store.confirm_successor(grant_id=grant_id, generation=1, digest=house.digest())


async def test_a_profile_is_changed_alone(house: House) -> None:
    """MX-10: everything else about the app stays as it is, and the change is audited."""
    client = await house.client(native=True, own_scopes=("bookings",))
    audit = house.event("client.changed", client_id=client.id)
    asked = {"client_id": client.id, "profile": Profile.STRICT, "require_pkce": True}
    assert await house.store.find_client(client.id) == client
    assert await house.store.set_client_profile(**asked, audit=audit)
    strict = replace(client, profile=Profile.STRICT, require_pkce=True)
    assert await house.store.find_client(client.id) == strict
    back = {**asked, "profile": Profile.COMPAT, "require_pkce": False}
    assert await house.store.set_client_profile(**back, audit=audit)
    assert await house.store.find_client(client.id) == client
    assert not await house.store.set_client_profile(**{**asked, "client_id": "fdci_nobody"}, audit=audit)
    assert (await house.actions()).count("client.changed") == 2


async def test_rf_14_a_public_app_cannot_be_made_compat(house: House) -> None:
    """RF-14: the store itself refuses, and says so in no audit row."""
    client = await house.client(secret_digest=None, profile=Profile.STRICT)
    audit = house.event("client.changed")
    assert not await house.store.set_client_profile(
        client_id=client.id, profile=Profile.COMPAT, require_pkce=True, audit=audit
    )
    assert await house.store.find_client(client.id) == client
    assert "client.changed" not in await house.actions()


async def test_weak_forms_are_counted_on(house: House) -> None:
    """First and last stay the first and the last, whichever worker writes when; an app that is gone leaves nothing."""
    one, other = await house.client(), await house.client()

    def use(form: WeakForm, first: int, last: int, uses: int, client: str = one.id) -> WeakUse:
        return WeakUse(client_id=client, form=form, first_at=Micros(first), last_at=Micros(last), uses=uses)

    assert list(await house.store.list_weak_forms()) == []
    batch = [
        use(WeakForm.NO_PKCE, 5 * DAY, 7 * DAY, 3),
        use(WeakForm.REVOKE_QUERY, 6 * DAY, 6 * DAY, 1),
        use(WeakForm.NO_PKCE, DAY, DAY, 1, other.id),
        use(WeakForm.NO_PKCE, DAY, DAY, 1, "fdci_nobody"),
    ]
    await house.store.count_weak_forms(uses=batch)
    await house.store.count_weak_forms(uses=[use(WeakForm.NO_PKCE, 4 * DAY, 6 * DAY, 2)])
    await house.store.count_weak_forms(uses=[use(WeakForm.REVOKE_QUERY, 8 * DAY, 9 * DAY, 2)])
    assert list(await house.store.list_weak_forms()) == [
        use(WeakForm.NO_PKCE, 4 * DAY, 7 * DAY, 5),
        use(WeakForm.REVOKE_QUERY, 6 * DAY, 9 * DAY, 3),
        use(WeakForm.NO_PKCE, DAY, DAY, 1, other.id),
    ]
    of_other = list(await house.store.list_weak_forms(of=[other.id, ClientId("fdci_nobody")]))
    assert of_other == [use(WeakForm.NO_PKCE, DAY, DAY, 1, other.id)]
    assert list(await house.store.list_weak_forms(of=[])) == []
