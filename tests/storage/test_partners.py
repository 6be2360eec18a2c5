"""Partners, the apps that are theirs, two secrets side by side, pictures and reviews: the contract of both stores."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol import tokens
from frontdesk.protocol.ids import MINUTE, ClientId, Micros, NetworkId
from frontdesk.protocol.partners import Partner, SecretUse
from frontdesk.protocol.records import Client, Review, Role, User
from frontdesk.storage.sqlite import SqliteStore
from storage.house import House

pytestmark = pytest.mark.anyio


async def a_partner(house: House, email: str = "pat@example.com") -> User:
    """A user who is a partner."""
    user = await house.member(email, await house.network())
    partner = Partner(user_id=user.id, name="Pat's", website="https://pat.example", created_at=house.now)
    assert await house.store.add_partner(partner=partner, audit=house.event("partner.created", user_id=user.id))
    return user


async def an_app(house: House, owner: User, **changes: Any) -> Client:
    """An app of a partner, as it is stored."""
    client = house.new_client(review=Review.DRAFT, **changes)
    audit = house.event("client.created", client_id=client.id)
    assert await house.store.add_partner_app(client=client, owner_id=owner.id, limit=20, audit=audit)
    stored = await house.store.find_client(client.id)
    assert stored == client
    return client


async def second_secret(house: House, client: Client, *, number: int = 1, **changes: Any) -> bool:
    """A partner asks for a secret beside the present one."""
    asked = {"digest": house.digest(), "last_four": "2222", "replaces_number": number, **changes}
    return await house.store.add_client_secret(
        client_id=client.id, now=house.now, audit=house.event("client.secret_added"), **asked
    )


async def test_a_user_becomes_a_partner_once(house: House) -> None:
    """A second time changes nothing; nobody is one before."""
    user = await house.member("pat@example.com", await house.network())
    assert await house.store.find_partner(user.id) is None
    partner = Partner(user_id=user.id, name="Pat's", website="", created_at=house.now)
    assert await house.store.add_partner(partner=partner, audit=house.event("partner.created"))
    again = replace(partner, name="Other")
    assert not await house.store.add_partner(partner=again, audit=house.event("partner.created"))
    assert await house.store.find_partner(user.id) == partner
    audit = house.event("partner.changed")
    assert await house.store.change_partner(user_id=user.id, name="P", website="https://p.example", audit=audit)
    assert await house.store.find_partner(user.id) == replace(partner, name="P", website="https://p.example")
    assert (await house.actions())[-2:] == ["partner.created", "partner.changed"]


async def test_a_blocked_user_becomes_no_partner(house: House) -> None:
    """Nor somebody who is not there."""
    user = await house.member("pat@example.com", await house.network())
    await house.store.set_user_blocked(user_id=user.id, blocked=True, now=house.now, audit=house.event("x"))
    for user_id in (user.id, house.new_id()):
        partner = Partner(user_id=user_id, name="Pat's", website="", created_at=house.now)
        assert not await house.store.add_partner(partner=partner, audit=house.event("partner.created"))
        assert await house.store.find_partner(user_id) is None
        audit = house.event("partner.changed")
        assert not await house.store.change_partner(user_id=user_id, name="P", website="", audit=audit)


async def test_a_partners_app_is_theirs_alone(house: House) -> None:
    """What somebody else made is not in the list; the operator's app is nobody's."""
    pat, quinn = await a_partner(house), await a_partner(house, "quinn@example.com")
    beta, alpha = await an_app(house, pat, name="Beta"), await an_app(house, pat, name="Alpha")
    theirs, nobodys = await an_app(house, quinn), await house.client()
    assert [app.id for app in await house.store.list_partner_apps(pat.id)] == [alpha.id, beta.id]
    assert list(await house.store.list_app_owners(theirs.id)) == [quinn.id]
    assert list(await house.store.list_app_owners(nobodys.id)) == []
    assert nobodys.review is Review.APPROVED


async def test_only_a_partner_makes_apps_and_only_so_many(house: House) -> None:
    """Of many at once no more are made than there is room for."""
    pat = await a_partner(house)
    stranger = await house.member("sam@example.com", await house.network("South", "olga2@example.com"))
    audit = house.event("client.created")
    made = [
        house.store.add_partner_app(client=house.new_client(), owner_id=pat.id, limit=3, audit=audit) for _ in range(8)
    ]
    assert sum(await asyncio.gather(*made)) == 3
    assert len(await house.store.list_partner_apps(pat.id)) == 3
    refused = house.new_client()
    assert not await house.store.add_partner_app(client=refused, owner_id=stranger.id, limit=3, audit=audit)
    assert await house.store.find_client(refused.id) is None


async def test_an_app_is_given_to_another_partner(house: House) -> None:
    """Once; to a partner only; an app that is there."""
    pat, app = await a_partner(house), await house.client()
    asked = {"user_id": pat.id, "now": house.now, "audit": house.event("client.given")}
    assert await house.store.give_app(client_id=app.id, **asked)
    assert not await house.store.give_app(client_id=app.id, **asked)
    assert not await house.store.give_app(client_id=ClientId("fdci_nobody"), **asked)
    stranger = await house.member("sam@example.com", await house.network("South", "olga2@example.com"))
    assert not await house.store.give_app(client_id=app.id, **{**asked, "user_id": stranger.id})
    assert [found.id for found in await house.store.list_partner_apps(pat.id)] == [app.id]


async def test_apps_that_are_somebodys_alone(house: House) -> None:
    """One that is shared is nobody's alone, until the other one has it no more."""
    pat, kim = await a_partner(house), await a_partner(house, "kim@example.com")
    shared, alone = await an_app(house, pat, name="Shared"), await an_app(house, pat, name="Alone")
    audit = house.event("client.given")
    assert await house.store.give_app(client_id=shared.id, user_id=kim.id, now=house.now, audit=audit)
    assert [found.id for found in await house.store.list_sole_apps(pat.id)] == [alone.id]
    assert not await house.store.list_sole_apps(kim.id)
    assert await house.store.take_app(client_id=shared.id, user_id=kim.id, audit=audit)
    assert [found.id for found in await house.store.list_sole_apps(pat.id)] == [alone.id, shared.id]


async def test_what_an_app_says_of_itself_changes_together(house: House) -> None:
    """Its secret, its profile and its picture are not touched."""
    app = await an_app(house, await a_partner(house))
    said = replace(
        app,
        name="New",
        redirect_uris=("https://new.example/cb",),
        scopes=("bookings",),
        optional_scopes=("bookings",),
        homepage="https://new.example",
        privacy_url="https://new.example/privacy",
        review=Review.DRAFT,
        review_at=house.now,
        verified_at=None,
    )
    stale = replace(said, secret_digest=house.digest(), logo="other")
    audit = house.event("client.changed")
    assert await house.store.change_app(client=stale, before=app, audit=audit)
    assert await house.store.find_client(app.id) == said
    nobodys = house.new_client()
    assert not await house.store.change_app(client=nobodys, before=nobodys, audit=audit)
    assert not await house.store.change_app(client=said, before=app, audit=audit), "its review moved meanwhile"


async def test_two_secrets_lie_side_by_side_until_the_earlier_one_ends(house: House) -> None:
    """A third is refused while there are two; the app's own tokens end with the earlier one."""
    app = await an_app(house, await a_partner(house), secret_last_four="1111")
    house.pass_time(MINUTE)
    digest = house.digest()
    assert await second_secret(house, app, digest=digest)
    both = replace(
        app,
        secret_digest=digest,
        secret_changed_at=house.now,
        secret_number=2,
        secret_last_four="2222",
        earlier_digest=app.secret_digest,
        earlier_last_four="1111",
        earlier_made_at=app.created_at,
    )
    assert await house.store.find_client(app.id) == both
    assert both.digests == (digest, app.secret_digest)
    assert not await second_secret(house, app, number=2)
    assert not await second_secret(house, app, number=1)
    asked = {"client_id": app.id, "audit": house.event("client.secret_ended")}
    assert not await house.store.end_earlier_secret(present_number=1, **asked)
    assert await house.store.end_earlier_secret(present_number=2, **asked)
    one = replace(both, earlier_digest=None, earlier_last_four="", earlier_made_at=None)
    assert await house.store.find_client(app.id) == one
    assert not await house.store.end_earlier_secret(present_number=2, **asked)


async def test_of_two_second_secrets_at_once_one_is_made(house: House) -> None:
    """Nobody is told a secret that another click has replaced."""
    app = await an_app(house, await a_partner(house))
    assert sum(await asyncio.gather(*(second_secret(house, app) for _ in range(10)))) == 1


async def test_a_public_app_and_a_hash_made_elsewhere_get_no_second_secret(house: House) -> None:
    """There is nothing of ours to put beside it."""
    moved = await house.client(secret_digest=None, foreign_secret="$2b$12$x")
    assert not await second_secret(house, moved)
    assert not await second_secret(house, house.new_client())


async def test_replacing_the_secret_ends_both(house: House) -> None:
    """The operator's word: whatever was known before is refused."""
    app = await an_app(house, await a_partner(house))
    await second_secret(house, app)
    await house.store.note_secret_uses(uses=[SecretUse(client_id=app.id, number=1, last_at=house.now)])
    digest = house.digest()
    assert await house.store.set_client_secret(
        client_id=app.id, digest=digest, last_four="3333", now=house.now, audit=house.event("client.secret_rotated")
    )
    stored = await house.store.find_client(app.id)
    assert (stored.digests, stored.secret_number, stored.secret_last_four) == ((digest,), 3, "3333")
    assert list(await house.store.list_secret_uses(app.id)) == []


async def test_uses_of_secrets_are_the_last_of_each(house: House) -> None:
    """Whatever the order they are written in; those of secrets long gone are forgotten."""
    app = await an_app(house, await a_partner(house))
    late, early = Micros(house.now + MINUTE), house.now
    for at in (late, early):
        await house.store.note_secret_uses(uses=[SecretUse(client_id=app.id, number=1, last_at=at)])
    gone = SecretUse(client_id=ClientId("fdci_nobody"), number=1, last_at=late)
    await house.store.note_secret_uses(uses=[gone])
    assert list(await house.store.list_secret_uses(app.id)) == [SecretUse(client_id=app.id, number=1, last_at=late)]
    assert list(await house.store.list_secret_uses(gone.client_id)) == []
    await second_secret(house, app)
    assert [use.number for use in await house.store.list_secret_uses(app.id)] == [1]
    await house.store.end_earlier_secret(client_id=app.id, present_number=2, audit=house.event("x"))
    await second_secret(house, app, number=2)
    assert list(await house.store.list_secret_uses(app.id)) == []


async def test_a_leaked_secret_ends_alone(house: House) -> None:
    """Of two side by side the other one goes on working, whichever leaked."""
    app = await an_app(house, await a_partner(house))
    newer = house.digest()
    await second_secret(house, app, digest=newer)
    assert app.secret_digest is not None
    found = await house.store.find_secret_holders(tokens.CLIENT_SECRET, [newer, app.secret_digest, house.digest()])
    assert found == {newer: app.id, app.secret_digest: app.id}

    async def leaks(digest: bytes) -> bool:
        return await house.store.replace_leaked_secret(
            tokens.CLIENT_SECRET,
            holder=app.id,
            replaces=digest,
            digest=house.digest(),
            now=house.now,
            audit=house.event("client.secret_ended"),
        )

    assert await leaks(app.secret_digest)
    assert (await house.store.find_client(app.id)).digests == (newer,)
    assert not await leaks(app.secret_digest)
    assert await leaks(newer)
    assert newer not in (await house.store.find_client(app.id)).digests


async def test_both_secrets_hang_on_their_keys(house: House) -> None:
    """They are counted, and each is renewed by itself."""
    app = await an_app(house, await a_partner(house))
    newer, older = house.digest(), app.secret_digest
    await second_secret(house, app, digest=newer)
    counted = [use.count for use in await house.store.count_key_uses(now=house.now) if use.kind == "apps"]
    assert counted == [2]
    renewed = house.digest()
    await house.store.renew_digests(clients=[(app.id, older, renewed)], credentials=(), resource_servers=(), grants=())
    assert (await house.store.find_client(app.id)).digests == (newer, renewed)


async def test_a_picture_takes_the_earlier_ones_place(house: House) -> None:
    """And the earlier one is gone; none is none."""
    app = await an_app(house, await a_partner(house))
    for name, picture in (("aa", b"first"), ("bb", b"second"), ("bb", b"second")):
        audit = house.event("client.logo_changed")
        assert await house.store.set_app_logo(client=replace(app, logo=name), before=app, picture=picture, audit=audit)
    assert (await house.store.find_client(app.id)).logo == "bb"
    assert await house.store.find_logo("bb") == b"second"
    assert await house.store.find_logo("aa") is None
    assert await house.store.set_app_logo(client=app, before=app, picture=b"", audit=house.event("x"))
    assert await house.store.find_logo("bb") is None
    assert await house.store.find_client(app.id) == app
    approved = replace(app, review=Review.APPROVED)
    assert not await house.store.set_app_logo(client=app, before=approved, picture=b"x", audit=house.event("x"))


async def test_a_review_moves_from_where_it_was_seen(house: House) -> None:
    """Of a reviewer's decision and a partner's change at once one counts."""
    pat = await a_partner(house)
    first, second = await an_app(house, pat), await an_app(house, pat)

    async def move(
        app: Client, seen: Review, review: Review, verified_at: Micros | None = None, seen_at: Micros | None = None
    ) -> bool:
        house.pass_time(MINUTE)
        return await house.store.set_client_review(
            client_id=app.id,
            seen=seen,
            seen_at=seen_at,
            review=review,
            note="please",
            verified_at=verified_at,
            now=house.now,
            audit=house.event("client.review"),
        )

    assert await move(second, Review.DRAFT, Review.SUBMITTED)
    assert await move(first, Review.DRAFT, Review.SUBMITTED)
    assert not await move(first, Review.DRAFT, Review.SUBMITTED)
    handed_in = (await house.store.find_client(second.id)).review_at
    assert not await move(second, Review.SUBMITTED, Review.APPROVED, house.now), "handed in anew since it was looked at"
    assert [app.id for app in await house.store.list_in_review(limit=9)] == [second.id, first.id]
    assert [app.id for app in await house.store.list_in_review(limit=1)] == [second.id]
    assert await move(second, Review.SUBMITTED, Review.APPROVED, house.now, handed_in)
    stored = await house.store.find_client(second.id)
    assert (stored.review, stored.review_note, stored.review_at) == (Review.APPROVED, "please", house.now)
    assert stored.verified_at == house.now - MINUTE
    assert [app.id for app in await house.store.list_in_review(limit=9)] == [first.id]


async def test_another_process_sees_a_change_at_once(sqlite: SqliteStore) -> None:
    """What the check reads of an app is dropped from memory by its very change."""
    house = House(sqlite)
    app = await an_app(house, await a_partner(house))
    assert sqlite.glance().client(app.id) is not None
    await second_secret(house, app)
    assert sqlite.glance().client(app.id) is None
    await sqlite.find_client(app.id)
    await sqlite.note_secret_uses(uses=[SecretUse(client_id=app.id, number=1, last_at=house.now)])
    assert sqlite.glance().client(app.id) is not None


async def test_a_new_partner_is_at_home_in_the_test_network(house: House) -> None:
    """As an administrator, unless they hold a role there; where it is gone, nowhere."""
    north, south = await house.network(), await house.network("South", "olga2@example.com")
    member = await house.member("mia@example.com", north, role=Role.MEMBER)
    guest = await house.member("pat@example.com", south, role=Role.MEMBER)
    for user, network in ((member, north), (guest, north)):
        partner = Partner(user_id=user.id, name="P", website="", created_at=house.now)
        assert await house.store.add_partner(partner=partner, test_network=network, audit=house.event("x"))
    assert (await house.store.find_user(member.id)).roles == {north: Role.MEMBER}
    assert (await house.store.find_user(guest.id)).roles == {south: Role.MEMBER, north: Role.ADMINISTRATOR}
    other = await house.member("quinn@example.com", south, role=Role.MEMBER)
    partner = Partner(user_id=other.id, name="Q", website="", created_at=house.now)
    gone = NetworkId(house.new_id())
    assert await house.store.add_partner(partner=partner, test_network=gone, audit=house.event("x"))
    assert (await house.store.find_user(other.id)).roles == {south: Role.MEMBER}


async def test_an_app_is_taken_from_its_last_maker_by_an_operator(house: House) -> None:
    """It may be nobody's then; from somebody who does not make it nothing is taken."""
    pat, pam = await a_partner(house), await a_partner(house, "pam@example.com")
    client = await an_app(house, pat)
    audit = house.event("client.maker_removed", client_id=client.id)
    assert not await house.store.take_app(client_id=client.id, user_id=pam.id, audit=audit)
    assert await house.store.take_app(client_id=client.id, user_id=pat.id, audit=audit)
    assert await house.store.list_app_owners(client.id) == []
    assert not await house.store.take_app(client_id=client.id, user_id=pat.id, audit=audit)
    assert (await house.actions()).count("client.maker_removed") == 1
