"""A network's people and its invitations: the contract of both stores (OW-06, OW-12, EM-06)."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.ids import DAY, Email, Micros, NetworkId, SessionId, UserId
from frontdesk.protocol.members import (
    INVITATION_LIFETIME,
    MOST_A_DAY,
    MOST_A_DAY_TO_ONE,
    MOST_WAITING,
    Invitation,
    Invited,
)
from frontdesk.protocol.records import Role, Session, User
from storage.house import House

pytestmark = pytest.mark.anyio

NEW = "new@example.com"


async def scene(house: House) -> tuple[NetworkId, dict[str, User]]:
    """A network with an owner, two administrators and two members, and somebody else's."""
    north = await house.network("North", "olga@example.com")
    south = await house.network("South", "sam@example.com")
    people = {
        "owner": await house.store.find_user_by_email(Email("olga@example.com")),
        "administrator": await house.member("ada@example.com", north),
        "another administrator": await house.member("bea@example.com", north),
        "member": await house.member("mia@example.com", north, role=Role.MEMBER),
        "another member": await house.member("max@example.com", north, role=Role.MEMBER),
        "stranger": await house.member("eve@example.com", south),
    }
    return north, people


def invitation(house: House, north: NetworkId, by: User | None, email: str = NEW, **changes: Any) -> Invitation:
    """One that is not kept yet."""
    made = Invitation(
        id=house.new_id(),
        network_id=north,
        email=Email(email),
        role=Role.MEMBER,
        digest=house.digest(),
        inviter_id=by.id if by is not None else None,
        made_at=house.now,
        expires_at=Micros(house.now + INVITATION_LIFETIME),
    )
    return replace(made, **changes)


async def invite(house: House, one: Invitation) -> Invited:
    """Keep it."""
    return await house.store.invite(invitation=one, audit=house.event("invitation.sent", network_id=one.network_id))


async def accept(house: House, one: Invitation, user: User) -> bool:
    """Take the role."""
    audit = house.event("invitation.accepted", user_id=user.id)
    return await house.store.accept_invitation(invitation_id=one.id, user_id=user.id, now=house.now, audit=audit)


async def role_of(house: House, user: User, north: NetworkId) -> Role | None:
    """What somebody is there now."""
    found = await house.store.find_user(user.id)
    return found.roles.get(north)


async def remove(house: House, by: User, other: User, north: NetworkId) -> bool:
    """One takes the other's role away."""
    audit = house.event("membership.removed", user_id=other.id)
    return await house.store.remove_member(by=by.id, user_id=other.id, network_id=north, now=house.now, audit=audit)


async def change(house: House, by: User, other: User, north: NetworkId, role: Role) -> bool:
    """One gives the other another role."""
    audit = house.event("membership.given", user_id=other.id)
    return await house.store.change_role(
        by=by.id, user_id=other.id, network_id=north, role=role, now=house.now, audit=audit
    )


async def sign_in(house: House, user: User) -> None:
    """In a browser."""
    session = Session(
        id=SessionId(house.new_id()),
        user_id=user.id,
        digest=house.digest(),
        signed_in_at=house.now,
        last_seen_at=house.now,
    )
    await house.store.start_session(session=session, replaces=None, audit=house.event("session.started"))


REMOVALS = {
    ("owner", "administrator"): True,
    ("owner", "member"): True,
    ("owner", "owner"): False,
    ("owner", "stranger"): False,
    ("administrator", "member"): True,
    ("administrator", "another administrator"): False,
    ("administrator", "administrator"): False,
    ("administrator", "owner"): False,
    ("member", "another member"): False,
    ("member", "member"): False,
    ("member", "administrator"): False,
    ("stranger", "member"): False,
}


async def test_who_may_remove_whom(house: House) -> None:
    """The owner everybody else, an administrator members; nobody themselves, nobody the owner."""
    for (by, other), works in REMOVALS.items():
        north, people = await scene(house)
        rows = len(await house.store.list_audit())
        assert await remove(house, people[by], people[other], north) is works, (by, other)
        assert len(await house.store.list_audit()) == rows + works
        held = await role_of(house, people[other], north)
        assert (held is None) is (works or other == "stranger"), (by, other)


async def test_who_may_change_whose_role(house: House) -> None:
    """The owner alone, between administrator and member; a role that is held already is no change."""
    north, people = await scene(house)
    may = {
        ("owner", "member", Role.ADMINISTRATOR): True,
        ("owner", "another administrator", Role.MEMBER): True,
        ("owner", "owner", Role.MEMBER): False,
        ("owner", "administrator", Role.OWNER): False,
        ("owner", "administrator", Role.ADMINISTRATOR): False,
        ("owner", "stranger", Role.MEMBER): False,
        ("administrator", "another member", Role.ADMINISTRATOR): False,
        ("administrator", "administrator", Role.MEMBER): False,
        ("another member", "another member", Role.ADMINISTRATOR): False,
    }
    for (by, other, role), works in may.items():
        before = await role_of(house, people[other], north)
        assert await change(house, people[by], people[other], north, role) is works, (by, other, role)
        assert await role_of(house, people[other], north) is (role if works else before)


async def test_whoever_was_blocked_or_left_changes_nobody(house: House) -> None:
    """Judged in the very step that changes, whatever their page says (OW-04)."""
    north, people = await scene(house)
    await house.store.set_user_blocked(
        user_id=people["administrator"].id, blocked=True, now=house.now, audit=house.event("user.blocked")
    )
    assert not await remove(house, people["administrator"], people["member"], north)
    assert await remove(house, people["owner"], people["another administrator"], north)
    assert not await remove(house, people["another administrator"], people["member"], north)


async def test_a_removed_member_s_connections_are_left_for_the_owner(house: House) -> None:
    """As `remove_membership` does: the edges end for good, and may be adopted (OW-06)."""
    north, people = await scene(house)
    client = await house.client()
    grant = await house.connect(people["member"].id, client.id, north)
    assert await remove(house, people["administrator"], people["member"], north)
    assert [left.id for left in await house.store.list_left_grants(north)] == [grant.id]
    await house.member("mia@example.com", north, role=Role.MEMBER)
    assert [edge.dropped_at for edge in (await house.store.find_grant(grant.id)).edges] == [house.now]


async def test_people_are_listed_with_since_and_last_sign_in(house: House) -> None:
    """By address, page by page; `since` is when the role came first, and comes anew after a removal."""
    north, people = await scene(house)
    house.pass_time(DAY)
    await sign_in(house, people["member"])
    await change(house, people["owner"], people["member"], north, Role.ADMINISTRATOR)
    listed = await house.store.list_members(north, after="", begins="", limit=10)
    assert [(one.user.email, one.role) for one in listed] == [
        ("ada@example.com", Role.ADMINISTRATOR),
        ("bea@example.com", Role.ADMINISTRATOR),
        ("max@example.com", Role.MEMBER),
        ("mia@example.com", Role.ADMINISTRATOR),
        ("olga@example.com", Role.OWNER),
    ]
    mia = listed[3]
    assert (mia.since, mia.last_sign_in_at) == (house.now - DAY, house.now)
    assert {one.last_sign_in_at for one in listed if one != mia} == {None}
    page = await house.store.list_members(north, after="ada@example.com", begins="m", limit=1)
    assert [one.user.email for one in page] == ["max@example.com"]
    assert await house.store.list_members(north, after="", begins="%", limit=9) == []
    await remove(house, people["owner"], people["member"], north)
    await house.member("mia@example.com", north, role=Role.MEMBER)
    (mia,) = await house.store.list_members(north, after="", begins="mia", limit=9)
    assert mia.since == house.now


async def test_an_invitation_is_accepted_once_by_its_address(house: House) -> None:
    """OW-12: by no other address, by nobody blocked; the second time it is gone."""
    north, people = await scene(house)
    one = invitation(house, north, people["owner"], role=Role.ADMINISTRATOR)
    assert await invite(house, one) is Invited.DONE
    assert await house.store.find_invitation([house.digest(), one.digest], now=house.now) == one
    assert not await accept(house, one, people["stranger"])
    assert await house.store.open_invitation(invitation_id=one.id, new_user=house.person("x@y.example"), now=0) is None
    new = await house.store.open_invitation(invitation_id=one.id, new_user=house.person(NEW), now=house.now)
    again = await house.store.open_invitation(invitation_id=one.id, new_user=house.person(NEW), now=house.now)
    assert again.id == new.id
    assert await role_of(house, new, north) is None
    assert await accept(house, one, new)
    assert await role_of(house, new, north) is Role.ADMINISTRATOR
    assert await house.store.find_invitation([one.digest], now=house.now) is None
    await remove(house, people["owner"], new, north)
    assert not await accept(house, one, new)


async def test_an_invitation_ends_in_time(house: House) -> None:
    """Alive until the very instant; cleaned away with it."""
    north, people = await scene(house)
    one = invitation(house, north, people["owner"])
    await invite(house, one)
    new = await house.store.open_invitation(invitation_id=one.id, new_user=house.person(NEW), now=house.now)
    house.now = Micros(one.expires_at - 1)
    assert await house.store.list_invitations(north, now=house.now) == [one]
    house.now = one.expires_at
    assert await house.store.list_invitations(north, now=house.now) == []
    assert await house.store.find_invitation([one.digest], now=house.now) is None
    assert not await accept(house, one, new)
    assert await house.store.clean(now=house.now, limit=100) > 0


@pytest.mark.parametrize("how", ["removed", "demoted", "blocked"])
async def test_an_invitation_falls_with_its_inviter(house: House, how: str) -> None:
    """Whoever may not invite any more leaves none that works; getting the role again revives nothing (OW-06)."""
    north, people = await scene(house)
    ada, owner = people["administrator"], people["owner"]
    one = invitation(house, north, ada)
    assert await invite(house, one) is Invited.DONE
    if how == "removed":
        await remove(house, owner, ada, north)
    elif how == "demoted":
        await change(house, owner, ada, north, Role.MEMBER)
    else:
        await house.store.set_user_blocked(user_id=ada.id, blocked=True, now=house.now, audit=house.event("b"))
    assert await house.store.list_invitations(north, now=house.now) == []
    assert await house.store.find_invitation([one.digest], now=house.now) is None
    if how != "blocked":
        await house.member("ada@example.com", north)
        assert await house.store.find_invitation([one.digest], now=house.now) is None


async def test_who_may_invite_whom_as_what(house: House) -> None:
    """An owner as administrator or member, an administrator as member, the operator both; nobody who is there."""
    north, people = await scene(house)
    cases = (
        ("owner", Role.ADMINISTRATOR, NEW, Invited.DONE),
        ("administrator", Role.MEMBER, NEW, Invited.DONE),
        ("administrator", Role.ADMINISTRATOR, NEW, Invited.NOT_ALLOWED),
        ("owner", Role.OWNER, NEW, Invited.NOT_ALLOWED),
        ("member", Role.MEMBER, NEW, Invited.NOT_ALLOWED),
        ("stranger", Role.MEMBER, NEW, Invited.NOT_ALLOWED),
        ("", Role.ADMINISTRATOR, "another@example.com", Invited.DONE),
        ("owner", Role.MEMBER, "mia@example.com", Invited.HAS_ROLE),
        ("owner", Role.MEMBER, "olga@example.com", Invited.HAS_ROLE),
    )
    for by, role, email, outcome in cases:
        one = invitation(house, north, people.get(by), email, role=role)
        assert await invite(house, one) is outcome, (by, role)
    standing = await house.store.list_invitations(north, now=house.now)
    assert [(one.email, one.role) for one in standing] == [
        ("another@example.com", Role.ADMINISTRATOR),
        (NEW, Role.MEMBER),  # the later one took the earlier one's place
    ]


async def test_invitations_are_no_mail_bomb(house: House) -> None:
    """EM-06: three a day to one address, fifty a day of a network, fifty that wait; withdrawing gives none back."""
    north, people = await scene(house)
    owner = people["owner"]
    for number in range(MOST_A_DAY_TO_ONE + 1):
        full = number == MOST_A_DAY_TO_ONE
        outcome = await invite(house, invitation(house, north, owner))
        assert outcome is (Invited.TOO_MANY_MAILS if full else Invited.DONE)
    for number in range(MOST_A_DAY - MOST_A_DAY_TO_ONE):
        one = invitation(house, north, owner, f"p{number}@example.com")
        assert await invite(house, one) is Invited.DONE
        await withdraw(house, one, owner.id)
    last = invitation(house, north, owner, "last@example.com")
    assert await invite(house, last) is Invited.TOO_MANY_MAILS
    house.pass_time(DAY)
    for number in range(MOST_WAITING - 1):
        await invite(house, invitation(house, north, owner, f"q{number}@example.com"))
    house.pass_time(DAY)
    late = invitation(house, north, owner, "late@example.com")
    assert await invite(house, late) is Invited.TOO_MANY_WAIT
    assert await invite(house, invitation(house, north, owner, "q1@example.com")) is Invited.DONE


async def withdraw(house: House, one: Invitation, by: UserId | None, email: str | None = None) -> Invitation | None:
    """End it."""
    audit = house.event("invitation.ended", network_id=one.network_id)
    return await house.store.end_invitation(
        invitation_id=one.id, by=by, email=Email(email) if email else None, now=house.now, audit=audit
    )


async def test_who_may_end_an_invitation(house: House) -> None:
    """Whoever may give its role, the invited one, the operator; nobody twice."""
    north, people = await scene(house)
    for by, email, works in (
        ("member", None, False),
        ("stranger", None, False),
        ("administrator", None, False),
        ("stranger", "eve@example.com", False),
        ("stranger", NEW, True),
        ("owner", None, True),
        ("", None, True),
    ):
        one = invitation(house, north, None, role=Role.ADMINISTRATOR, email=f"{NEW}")
        house.pass_time(DAY)
        one = replace(one, made_at=house.now, expires_at=Micros(house.now + DAY))
        assert await invite(house, one) is Invited.DONE
        who = people[by].id if by else None
        assert (await withdraw(house, one, who, email) is not None) is works, (by, email)
        if works:
            assert await withdraw(house, one, who, email) is None
            assert await house.store.find_invitation([one.digest], now=house.now) is None


async def test_a_role_that_a_list_set_aside_is_not_given_back(house: House) -> None:
    """What a kept list suspends stays suspended, whoever invites."""
    north, people = await scene(house)
    one = invitation(house, north, people["owner"])
    await invite(house, one)
    new = await house.store.open_invitation(invitation_id=one.id, new_user=house.person(NEW), now=house.now)
    await house.member(NEW, north, role=Role.MEMBER)
    assert not await accept(house, one, new)
    assert await role_of(house, new, north) is Role.MEMBER


async def test_a_deleted_account_leaves_no_last_sign_in(house: House) -> None:
    """And its address may come back by another invitation."""
    north, people = await scene(house)
    max_ = people["another member"]
    await sign_in(house, max_)
    assert await house.store.delete_user(user_id=max_.id, audit=house.event("user.deleted"))
    one = invitation(house, north, people["owner"], "max@example.com")
    assert await invite(house, one) is Invited.DONE
