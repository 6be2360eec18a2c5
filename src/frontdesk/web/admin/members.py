"""A network's people and its invitations, over the administration API. Giving and taking roles is in networks.py."""

from datetime import datetime
from typing import Literal

from frontdesk.flows.operator import Objection
from frontdesk.protocol import members
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Fault, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.paging import PAGED, read_page
from frontdesk.web.admin.shapes import NEXT_PAGE, Shape, instant, maybe_instant

TAG = "Networks"


class Member(Shape):
    """Somebody with a role in a network; `since` is null where it was given before that was written down."""

    user_id: str
    email: str
    role: str
    since: datetime | None
    last_sign_in_at: datetime | None
    blocked_at: datetime | None


class Members(Shape):
    """A page of a network's people, by address."""

    members: list[Member]
    next_page_token: str | None = NEXT_PAGE


class Invitation(Shape):
    """A role that waits for whoever reads an address's mail. Its link is in the mail, and nowhere else."""

    id: str
    email: str
    role: str
    inviter_id: str | None
    made_at: datetime
    expires_at: datetime


class Invitations(Shape):
    """All of a network's invitations that wait, by address."""

    invitations: list[Invitation]


class NewInvitation(Shape):
    """Whom to invite as what."""

    email: str
    role: Literal["administrator", "member"]


async def list_members(desk: AdminDesk, call: Call) -> Outcome:
    """Who is in a network."""
    page = await read_page(
        call,
        desk,
        lambda after, limit: desk.members.list_members(call.params["network"], after=after, limit=limit),
        lambda member: member.user.email,
    )
    if isinstance(page, Objection | Fault):
        return page
    return Members(members=[_member(one) for one in page.rows], next_page_token=page.token)


async def list_invitations(desk: AdminDesk, call: Call) -> Outcome:
    """Who is invited."""
    found = await desk.members.list_invitations(call.params["network"])
    return found if isinstance(found, Objection) else Invitations(invitations=[_invitation(one) for one in found])


async def invite(desk: AdminDesk, call: Call) -> Outcome:
    """Send an invitation."""
    new: NewInvitation = call.body
    sent = await desk.members.invite(new.email, network_id=call.params["network"], role=new.role, origin=call.origin)
    return sent if isinstance(sent, Objection) else _invitation(sent[0].invitation)


async def withdraw(desk: AdminDesk, call: Call) -> Outcome:
    """Take an invitation back."""
    ended = await desk.members.withdraw(
        call.params["invitation"], network_id=call.params["network"], origin=call.origin
    )
    return ended if isinstance(ended, Objection) else shapes.Done()


def _member(one: members.Member) -> Member:
    return Member(
        user_id=one.user.id,
        email=one.user.email,
        role=one.role.value,
        since=maybe_instant(one.since),
        last_sign_in_at=maybe_instant(one.last_sign_in_at),
        blocked_at=maybe_instant(one.user.blocked_at),
    )


def _invitation(one: members.Invitation) -> Invitation:
    return Invitation(
        id=one.id,
        email=one.email,
        role=one.role.value,
        inviter_id=one.inviter_id,
        made_at=instant(one.made_at),
        expires_at=instant(one.expires_at),
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/networks/{network}/members",
        name="listMembers",
        tag=TAG,
        summary="List who has a role in a network, since when, and when they signed in last",
        walk=list_members,
        gives=Members,
        asks=PAGED,
    ),
    Operation(
        method="GET",
        path="/networks/{network}/invitations",
        name="listInvitations",
        tag=TAG,
        summary="List the invitations of a network that wait",
        walk=list_invitations,
        gives=Invitations,
    ),
    Operation(
        method="POST",
        path="/networks/{network}/invitations",
        name="invite",
        tag=TAG,
        summary="Mail somebody a link by which they join a network; it works once, for seven days",
        walk=invite,
        takes=NewInvitation,
        gives=Invitation,
        status=201,
    ),
    Operation(
        method="DELETE",
        path="/networks/{network}/invitations/{invitation}",
        name="withdrawInvitation",
        tag=TAG,
        summary="Take an invitation back, by its id or address; its link opens nothing any more",
        walk=withdraw,
        gives=shapes.Done,
    ),
)
