"""An app's people: inviting, accepting once and by the right address, leaving. The contract of both stores."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from frontdesk.protocol.ids import DAY, ClientId, Email, Micros
from frontdesk.protocol.partners import MakerInvitation
from frontdesk.protocol.records import Client, User
from frontdesk.storage.migrating import read_migrations
from frontdesk.storage.sqlite import open_sqlite
from storage.house import House
from storage.test_partners import a_partner, an_app

pytestmark = pytest.mark.anyio


def an_invitation(house: House, app: Client, by: User | None, email: str = "quinn@example.com") -> MakerInvitation:
    """One for seven days."""
    return MakerInvitation(
        id=house.new_id(),
        client_id=app.id,
        email=Email(email),
        invited_by=by.id if by is not None else None,
        created_at=house.now,
        expires_at=Micros(house.now + 7 * DAY),
    )


async def invites(house: House, invitation: MakerInvitation, *, most: int = 20) -> bool:
    """Write it down."""
    return await house.store.invite_maker(invitation=invitation, most=most, audit=house.event("client.maker_invited"))


async def accepts(house: House, invitation: MakerInvitation, user: User, **changes: Any) -> bool:
    """Use it up."""
    asked = {"now": house.now, "audit": house.event("client.maker_added"), **changes}
    return await house.store.accept_maker_invitation(invitation_id=invitation.id, user_id=user.id, **asked)


async def test_an_invitation_works_once_for_the_address_that_it_names(house: House) -> None:
    """Of many at once one wins; somebody else's address, and its very last instant, are refused."""
    pat, quinn = await a_partner(house), await a_partner(house, "quinn@example.com")
    sam = await a_partner(house, "sam@example.com")
    app = await an_app(house, pat)
    invitation = an_invitation(house, app, pat)
    assert await invites(house, invitation)
    assert await house.store.find_maker_invitation(invitation.id) == invitation
    assert not await accepts(house, invitation, sam)
    assert not await accepts(house, invitation, quinn, now=invitation.expires_at)
    assert sum(await asyncio.gather(*(accepts(house, invitation, quinn) for _ in range(5)))) == 1
    assert set(await house.store.list_app_owners(app.id)) == {pat.id, quinn.id}
    assert await house.store.find_maker_invitation(invitation.id) is None


async def test_only_a_partner_whom_nobody_shut_out_accepts(house: House) -> None:
    """Nothing is used up meanwhile."""
    pat, quinn = await a_partner(house), await a_partner(house, "quinn@example.com")
    user = await house.member("uma@example.com", await house.network("South", "olga2@example.com"))
    app = await an_app(house, pat)
    first, second = an_invitation(house, app, pat), an_invitation(house, app, pat, "uma@example.com")
    assert await invites(house, first)
    assert await invites(house, second)
    await house.store.set_user_blocked(user_id=quinn.id, blocked=True, now=house.now, audit=house.event("x"))
    assert not await accepts(house, first, quinn)
    assert not await accepts(house, second, user)
    assert list(await house.store.list_maker_invitations(app.id)) == [first, second]


async def test_an_address_has_one_invitation_and_an_app_so_many(house: House) -> None:
    """The newer one counts; late ones take no room; nobody but its people invites."""
    pat, sam = await a_partner(house), await a_partner(house, "sam@example.com")
    app = await an_app(house, pat)
    first, again = an_invitation(house, app, pat), an_invitation(house, app, pat)
    assert await invites(house, first)
    assert await invites(house, again)
    assert list(await house.store.list_maker_invitations(app.id)) == [again]
    assert not await invites(house, an_invitation(house, app, pat, "uma@example.com"), most=2)
    assert not await invites(house, an_invitation(house, app, sam, "uma@example.com"))
    house.pass_time(8 * DAY)
    assert await invites(house, an_invitation(house, app, pat, "uma@example.com"), most=2)
    assert not await accepts(house, again, sam)


async def test_an_invitation_is_taken_back_once(house: House) -> None:
    """Then nobody accepts it."""
    pat, quinn = await a_partner(house), await a_partner(house, "quinn@example.com")
    app = await an_app(house, pat)
    invitation = an_invitation(house, app, pat)
    await invites(house, invitation)
    ended = {"invitation_id": invitation.id, "audit": house.event("client.maker_uninvited")}
    assert await house.store.end_maker_invitation(**ended)
    assert not await house.store.end_maker_invitation(**ended)
    assert not await accepts(house, invitation, quinn)


async def test_the_last_of_an_apps_people_stays(house: House) -> None:
    """Of two who remove each other at once one goes; whom they invited is invited no more."""
    pat, quinn = await a_partner(house), await a_partner(house, "quinn@example.com")
    app = await an_app(house, pat)
    drop = {"client_id": app.id, "audit": house.event("client.maker_removed")}
    assert not await house.store.drop_maker(user_id=pat.id, **drop)
    assert not await house.store.drop_maker(user_id=quinn.id, **drop)
    await house.store.give_app(client_id=app.id, user_id=quinn.id, now=house.now, audit=house.event("x"))
    for by in (pat, quinn):
        await invites(house, an_invitation(house, app, by, f"friend-of-{by.id}@example.com"))
    gone = await asyncio.gather(*(house.store.drop_maker(user_id=user.id, **drop) for user in (pat, quinn)))
    assert sum(gone) == 1
    (left,) = await house.store.list_app_owners(app.id)
    assert [one.invited_by for one in await house.store.list_maker_invitations(app.id)] == [left]


async def test_whoever_leaves_takes_their_invitations_along(house: House) -> None:
    """By the operator's word, and with the account."""
    pat, quinn = await a_partner(house), await a_partner(house, "quinn@example.com")
    for leaves in ("taken", "deleted"):
        app = await an_app(house, pat)
        await house.store.give_app(client_id=app.id, user_id=quinn.id, now=house.now, audit=house.event("x"))
        invitation = replace(an_invitation(house, app, quinn), email=Email("uma@example.com"))
        await invites(house, invitation)
        if leaves == "taken":
            assert await house.store.take_app(client_id=app.id, user_id=quinn.id, audit=house.event("x"))
        else:
            assert await house.store.delete_user(user_id=quinn.id, audit=house.event("x"))
        assert list(await house.store.list_maker_invitations(app.id)) == []


async def test_an_operator_invites_in_the_place_of_an_app_s_people(house: House) -> None:
    """Also where the app is nobody's; it outlives those who leave, and needs an app that is there."""
    pat, quinn = await a_partner(house), await a_partner(house, "quinn@example.com")
    app = await an_app(house, pat)
    invitation = an_invitation(house, app, None)
    assert await invites(house, invitation)
    assert await house.store.find_maker_invitation(invitation.id) == invitation
    assert not await invites(house, replace(an_invitation(house, app, None), client_id=ClientId("fdci_nobody")))
    assert not await invites(house, an_invitation(house, app, None, "sam@example.com"), most=2)
    await house.store.take_app(client_id=app.id, user_id=pat.id, audit=house.event("client.maker_removed"))
    assert await accepts(house, invitation, quinn)
    assert list(await house.store.list_app_owners(app.id)) == [quinn.id]


async def test_invitations_from_before_operators_could_invite_are_kept(tmp_path: Path) -> None:
    """The table is made anew as the database is opened, and nothing of it is lost."""
    path = tmp_path / "frontdesk.db"
    house = House(await open_sqlite(path, create=True))
    pat = await a_partner(house)
    app = await an_app(house, pat)
    invitation = an_invitation(house, app, pat)
    assert await invites(house, invitation)
    await house.store.aclose()
    texts = {migration.name: migration.text for migration in read_migrations()}
    before, anew = texts["maker_invitations"], texts["makers_invited_by_operators"]
    connection = apsw.Connection(str(path))
    connection.execute("ALTER TABLE maker_invitations RENAME TO kept; DROP INDEX maker_invitations_by_client")
    connection.execute("DROP INDEX maker_invitations_by_inviter")
    connection.execute(before)
    connection.execute("INSERT INTO maker_invitations SELECT * FROM kept; DROP TABLE kept")
    connection.execute(anew)
    connection.close()
    house.store = await open_sqlite(path, create=False)
    assert await house.store.find_maker_invitation(invitation.id) == invitation
    assert await invites(house, an_invitation(house, app, None, "sam@example.com"))
    await house.store.aclose()
