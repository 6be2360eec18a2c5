"""Offers of ownership: the contract of both stores (OW-13)."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.ids import MINUTE, Digest, Email, Micros, NetworkId
from frontdesk.protocol.ownership import OFFER_STANDS_FOR, OfferOutcome, OwnershipOffer
from frontdesk.protocol.records import Role, User
from storage.house import House

pytestmark = pytest.mark.anyio

GIVING, TAKING, WRONG = (Digest(bytes([1, number]) * 16) for number in range(3))


async def scene(house: House) -> tuple[NetworkId, User, User]:
    """A network, its owner and an administrator."""
    north = await house.network("North", "olga@example.com")
    olga = await house.store.find_user_by_email(Email("olga@example.com"))
    return north, olga, await house.member("ada@example.com", north)


async def start(house: House, north: NetworkId, giver: User, receiver: User, key: bytes = b"g") -> OfferOutcome:
    """An offer with the giver's code."""
    ends = Micros(house.now + 10 * MINUTE)
    offer = OwnershipOffer(
        network_id=north,
        giver_id=giver.id,
        receiver_id=receiver.id,
        made_at=house.now,
        expires_at=ends,
        code_digest=GIVING,
        code_expires_at=ends,
    )
    return await house.store.start_offer(offer=offer, budget_key=key, now=house.now)


async def confirm(house: House, north: NetworkId, giver: User, digest: Digest = GIVING) -> Any:
    """The giver's code."""
    audit = house.event("ownership.offered", network_id=north)
    return await house.store.confirm_offer(
        network_id=north, giver_id=giver.id, digests=[WRONG, digest], budget_key=b"g", now=house.now, audit=audit
    )


async def ask(house: House, north: NetworkId, receiver: User) -> OfferOutcome:
    """The receiver's code is on its way."""
    return await house.store.send_taking_code(
        network_id=north,
        receiver_id=receiver.id,
        code_digest=TAKING,
        code_expires_at=Micros(house.now + 10 * MINUTE),
        budget_key=b"r",
        now=house.now,
    )


async def take(
    house: House, north: NetworkId, receiver: User, digest: Digest = TAKING, *, keeps_named: bool = False
) -> Any:
    """The receiver's code."""
    audit = house.event("ownership.taken", network_id=north)
    return await house.store.take_ownership(
        network_id=north,
        receiver_id=receiver.id,
        digests=[digest],
        budget_key=b"r",
        keeps_named=keeps_named,
        now=house.now,
        audit=audit,
    )


async def test_a_network_changes_hands_in_one_step(house: House) -> None:
    """Owner and administrator change places; the former owner's edges are left; both records are told of it."""
    north, olga, ada = await scene(house)
    client = await house.client()
    grant = await house.connect(olga.id, client.id, north)
    assert await start(house, north, olga, ada) is OfferOutcome.DONE
    assert await house.store.list_offers_to(ada.id) == []
    assert (await confirm(house, north, olga)).outcome is OfferOutcome.DONE
    (offer,) = await house.store.list_offers_to(ada.id)
    assert (offer.confirmed_at, offer.expires_at, offer.code_digest) == (house.now, house.now + OFFER_STANDS_FOR, None)
    assert await ask(house, north, ada) is OfferOutcome.DONE
    assert (await take(house, north, ada)).outcome is OfferOutcome.DONE
    roles = [(await house.store.find_user(person.id)).roles[north] for person in (olga, ada)]
    assert roles == [Role.ADMINISTRATOR, Role.OWNER]
    assert [left.id for left in await house.store.list_left_grants(north)] == [grant.id]
    assert await house.store.find_offer(north) is None
    assert (await house.actions())[-2:] == ["ownership.offered", "ownership.taken"]
    assert (await take(house, north, ada)).outcome is OfferOutcome.GONE
    assert [person.id for person in await house.store.list_people_of(north)] == [ada.id, olga.id]


async def test_steps_work_in_their_order_and_for_their_person_only(house: House) -> None:
    """No code serves another step; nobody else's word counts."""
    north, olga, ada = await scene(house)
    eve = await house.member("eve@example.com", north)
    assert await start(house, north, ada, olga) is OfferOutcome.GONE
    assert await start(house, north, olga, olga) is OfferOutcome.GONE
    assert await start(house, north, olga, house.person("x@example.com")) is OfferOutcome.GONE
    assert (await confirm(house, north, olga)).outcome is OfferOutcome.GONE
    assert await start(house, north, olga, ada) is OfferOutcome.DONE
    assert (await take(house, north, ada, GIVING)).outcome is OfferOutcome.GONE
    assert await ask(house, north, ada) is OfferOutcome.GONE
    assert (await confirm(house, north, ada)).outcome is OfferOutcome.GONE
    assert (await confirm(house, north, olga)).outcome is OfferOutcome.DONE
    assert (await confirm(house, north, olga)).outcome is OfferOutcome.GONE
    assert (await take(house, north, ada, GIVING)).outcome is OfferOutcome.GONE
    assert await ask(house, north, eve) is OfferOutcome.GONE
    assert await ask(house, north, ada) is OfferOutcome.DONE
    assert (await take(house, north, eve)).outcome is OfferOutcome.GONE
    assert (await take(house, north, ada, GIVING)).outcome is OfferOutcome.WRONG
    assert (await house.store.find_owner_of(north)).id == olga.id


@pytest.mark.parametrize("keeps_named", [False, True])
async def test_named_pairs_end_with_the_step_unless_they_are_kept(house: House, *, keeps_named: bool) -> None:
    """With those that they replaced, one row each that was in force; the main one and other networks' go on."""
    north, olga, ada = await scene(house)
    south = await house.network("South", "sam@example.com")
    for network in (north, south):
        pair = replace(house.pair(network, version=2), name="Reports")
        await house.store.add_credential(credential=pair, most=9, audit=house.event("credential.added"))
        successor = replace(house.pair(network, version=3), name="Reports")
        await house.store.regenerate_credential(
            credential=successor,
            replaces_version=2,
            kept_until=Micros(house.now + MINUTE),
            audit=house.event("credential.regenerated"),
        )
    await start(house, north, olga, ada)
    await confirm(house, north, olga)
    await ask(house, north, ada)
    assert (await take(house, north, ada, keeps_named=keeps_named)).outcome is OfferOutcome.DONE
    left = {network: len(await house.store.list_credentials_of(network)) for network in (north, south)}
    assert left == {north: 3 if keeps_named else 1, south: 3}
    assert (await house.store.find_credential_of(north)).is_main
    assert (await house.actions()).count("credential.ended") == (0 if keeps_named else 1)


async def test_wrong_codes_and_mails_are_counted(house: House) -> None:
    """Five wrong ones, then not even the right one; a second mail within the minute is not sent."""
    north, olga, ada = await scene(house)
    assert await start(house, north, olga, ada) is OfferOutcome.DONE
    assert await start(house, north, olga, ada) is OfferOutcome.TOO_MANY_MAILS
    answers = [await confirm(house, north, olga, WRONG) for _ in range(5)]
    assert {answer.outcome for answer in answers} == {OfferOutcome.WRONG}
    assert [answer.blocked_until is not None for answer in answers] == [False] * 4 + [True]
    assert (await confirm(house, north, olga)).outcome is OfferOutcome.BLOCKED


async def test_codes_and_offers_end_at_the_very_instant(house: House) -> None:
    """And the row is cleaned away (D14)."""
    north, olga, ada = await scene(house)
    await start(house, north, olga, ada)
    house.pass_time(10 * MINUTE)
    assert (await confirm(house, north, olga)).outcome is OfferOutcome.GONE
    await house.store.clean(now=house.now, limit=100)
    assert await house.store.find_offer(north) is None
    await start(house, north, olga, ada)
    await confirm(house, north, olga)
    house.pass_time(OFFER_STANDS_FOR - 1)
    assert await ask(house, north, ada) is OfferOutcome.DONE
    house.pass_time(1)
    assert (await take(house, north, ada)).outcome is OfferOutcome.GONE


async def test_either_may_end_an_offer_once_they_know_of_it(house: House) -> None:
    """The receiver only once it stands; nobody else."""
    north, olga, ada = await scene(house)
    eve = await house.member("eve@example.com", north)
    audit = house.event("ownership.withdrawn")
    await start(house, north, olga, ada)
    for person in (ada, eve):
        assert await house.store.withdraw_offer(network_id=north, person_id=person.id, audit=audit) is None
    assert (await house.store.withdraw_offer(network_id=north, person_id=olga.id, audit=audit)).confirmed_at is None
    assert "ownership.withdrawn" not in await house.actions()
    house.pass_time(MINUTE)
    await start(house, north, olga, ada)
    await confirm(house, north, olga)
    ended = await house.store.withdraw_offer(network_id=north, person_id=ada.id, audit=replace(audit, at=house.now))
    assert ended.confirmed_at == house.now
    assert (await house.actions())[-1] == "ownership.withdrawn"
    assert await house.store.find_offer(north) is None


async def test_an_operator_hands_a_network_over_without_codes(house: House) -> None:
    """At once, whatever offer is under way; to nobody who owns it, is blocked or is not there."""
    north, olga, ada = await scene(house)
    client = await house.client()
    grant = await house.connect(olga.id, client.id, north)
    eve = await house.member("eve@example.com", await house.network("South", "sam@example.com"))
    assert await start(house, north, olga, ada) is OfferOutcome.DONE
    audit = house.event("ownership.taken", network_id=north)

    async def give(network: NetworkId, owner: User) -> Any:
        return await house.store.give_ownership(
            network_id=network, owner_id=owner.id, keeps_named=False, now=house.now, audit=audit
        )

    assert await give(north, olga) is None
    assert await give(north, house.person("x@example.com")) is None
    assert await give(NetworkId(house.new_id()), eve) is None
    assert await give(north, eve) == olga.id
    roles = [(await house.store.find_user(person.id)).roles[north] for person in (olga, eve)]
    assert roles == [Role.ADMINISTRATOR, Role.OWNER]
    assert await house.store.find_offer(north) is None
    assert [left.id for left in await house.store.list_left_grants(north)] == [grant.id]
    blocked = house.event("user.blocked", user_id=ada.id)
    assert await house.store.set_user_blocked(user_id=ada.id, blocked=True, now=house.now, audit=blocked)
    assert await give(north, ada) is None
    assert (await house.actions()).count("ownership.taken") == 1
