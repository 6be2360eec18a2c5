"""Invitations to become one of an app's makers, over the administration API."""

from datetime import datetime

from frontdesk.flows.operator import Objection
from frontdesk.protocol import partners
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.makers import TAG
from frontdesk.web.admin.shapes import Shape, instant


class MakerInvitation(Shape):
    """An app that waits for somebody to make it, too. `inviter_id` is empty where an operator invited."""

    id: str
    email: str
    inviter_id: str | None
    made_at: datetime
    expires_at: datetime


class MakerInvitations(Shape):
    """All of an app's invitations that wait, by address."""

    invitations: list[MakerInvitation]


class NewMakerInvitation(Shape):
    """Whom to invite."""

    email: str


async def list_invited(desk: AdminDesk, call: Call) -> Outcome:
    """Who is invited."""
    found = await desk.maker_invitations.list_invited(call.params["client"], origin=call.origin)
    return found if isinstance(found, Objection) else MakerInvitations(invitations=[_shape(one) for one in found])


async def invite(desk: AdminDesk, call: Call) -> Outcome:
    """Send an invitation."""
    new: NewMakerInvitation = call.body
    made = await desk.maker_invitations.invite(call.params["client"], new.email, origin=call.origin)
    return made if isinstance(made, Objection) else _shape(made)


async def withdraw(desk: AdminDesk, call: Call) -> Outcome:
    """Take an invitation back."""
    ended = await desk.maker_invitations.withdraw(call.params["client"], call.params["invitation"], origin=call.origin)
    return ended if isinstance(ended, Objection) else shapes.Done()


def _shape(one: partners.MakerInvitation) -> MakerInvitation:
    return MakerInvitation(
        id=one.id,
        email=one.email,
        inviter_id=one.invited_by,
        made_at=instant(one.created_at),
        expires_at=instant(one.expires_at),
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/apps/{client}/invitations",
        name="listMakerInvitations",
        tag=TAG,
        summary="List who is invited to become one of an app's makers",
        walk=list_invited,
        gives=MakerInvitations,
    ),
    Operation(
        method="POST",
        path="/apps/{client}/invitations",
        name="inviteMaker",
        tag=TAG,
        summary="Mail somebody a link by which they become one of an app's makers; it works once, for seven days",
        walk=invite,
        takes=NewMakerInvitation,
        gives=MakerInvitation,
        status=201,
    ),
    Operation(
        method="DELETE",
        path="/apps/{client}/invitations/{invitation}",
        name="withdrawMakerInvitation",
        tag=TAG,
        summary="Take an invitation back, by its id or address; its link opens nothing any more",
        walk=withdraw,
        gives=shapes.Done,
    ),
)
