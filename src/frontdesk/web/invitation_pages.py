"""An invitation for whoever has its link: the invited address signs in, and accepts or declines. ATTACKS OW-12.

The link is in the path, because signing in leads back to a page of ours and to nothing else. Looking changes nothing:
scanners of mail look too.
"""

from frontdesk.flows.invitations import Standing
from frontdesk.flows.member_letters import INVITATIONS
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import Role, User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.views_members import InvitationView
from frontdesk.web.words import ROLES, moment, notice_of


async def show_invitation(desk: Desk, visit: Visit) -> Answer:
    """Who invites whom into what; buttons for the invited one, the way to sign in for everybody else."""
    standing = await desk.invitations.find(_link(visit))
    return (
        desk.notice(visit, notice_of(standing.reason))
        if isinstance(standing, Refusal)
        else _page(desk, visit, standing)
    )


async def enter(desk: Desk, visit: Visit) -> Answer:
    """Send a code to the invited address, which the link makes known; signing in leads back to the link."""
    standing = await desk.invitations.open(_link(visit))
    if isinstance(standing, Refusal):
        return desk.notice(visit, notice_of(standing.reason))
    visitor = visit.visitor
    challenge = await desk.sign_in.start(
        standing.invitation.email,
        browser=visitor.browser,
        device=visitor.device,
        app=None,
        origin=visit.origin,
        language=visit.language.code,
    )
    sealed = desk.sign_in.seal_challenge(challenge)
    return send_to(with_query("/sign-in/code", challenge=sealed, next=f"{INVITATIONS}{_link(visit)}"))


async def accept(desk: Desk, visit: Visit, user: User) -> Answer:
    """Take the role."""
    joined = await desk.invitations.accept(_link(visit), user, origin=visit.origin)
    return desk.notice(visit, notice_of(joined.reason)) if isinstance(joined, Refusal) else send_to("/account")


async def decline(desk: Desk, visit: Visit, user: User) -> Answer:
    """The invited one does not want it."""
    ended = await desk.invitations.decline(_link(visit), user, origin=visit.origin)
    return desk.notice(visit, notice_of(ended.reason)) if isinstance(ended, Refusal) else send_to("/account")


def _page(desk: Desk, visit: Visit, standing: Standing) -> Answer:
    path, user, invitation = f"{INVITATIONS}{_link(visit)}", visit.visitor.user, standing.invitation
    view = InvitationView(
        network=standing.network.title,
        inviter=standing.inviter,
        role=ROLES[invitation.role],
        administrator=invitation.role is Role.ADMINISTRATOR,
        until=moment(invitation.expires_at, desk.clock.now()),
        you=user.email if user is not None else "",
        invited=user is not None and user.email == invitation.email,
        enter=desk.ticket(visit, path),
        accept=desk.ticket(visit, f"{path}/accept"),
        decline=desk.ticket(visit, f"{path}/decline"),
    )
    return desk.page(visit, view, section="networks" if user is not None else None)


def _link(visit: Visit) -> str:
    return visit.params["joining"]
