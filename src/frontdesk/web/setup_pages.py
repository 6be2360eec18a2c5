"""The set-up link: how the first operator of an installation comes in. ATTACKS AD-01.

The link is in the path, because signing in leads back to a page of ours and to nothing else. Whoever has no link that
works gets the page of an unknown address.
"""

from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.views_operator import SetupView
from frontdesk.web.words import EMAIL_PROBLEM, NO_SUCH_PAGE


async def show_setup(desk: Desk, visit: Visit) -> Answer:
    """Ask who shall be the operator; somebody who is signed in is asked whether it is they."""
    if await desk.operators.find_link(_link(visit)) is None:
        return desk.notice(visit, NO_SUCH_PAGE)
    return _page(desk, visit)


async def take_address(desk: Desk, visit: Visit) -> Answer:
    """Send a code to the address, which the set-up link makes known; signing in leads back to the link."""
    email = read_email(visit.asked("email").strip())
    if email is None:
        if await desk.operators.find_link(_link(visit)) is None:
            return desk.notice(visit, NO_SUCH_PAGE)
        return _page(desk, visit, problem=EMAIL_PROBLEM)
    if await desk.operators.open_link(_link(visit), email) is None:
        return desk.notice(visit, NO_SUCH_PAGE)
    visitor = visit.visitor
    challenge = await desk.sign_in.start(
        email, browser=visitor.browser, device=visitor.device, app=None, origin=visit.origin
    )
    sealed = desk.sign_in.seal_challenge(challenge)
    return send_to(with_query("/sign-in/code", challenge=sealed, next=visit.path))


async def accept(desk: Desk, visit: Visit, user: User) -> Answer:
    """Use the link up: the signed-in person is an operator from now on."""
    if not await desk.operators.take_link(_link(visit), user, origin=visit.origin):
        return desk.notice(visit, NO_SUCH_PAGE)
    return send_to("/operator")


def _link(visit: Visit) -> str:
    return visit.params["link"]


def _page(desk: Desk, visit: Visit, *, problem: str = "") -> Answer:
    path = f"/operator/setup/{_link(visit)}"
    user = visit.visitor.user
    view = SetupView(
        ticket=desk.ticket(visit, path),
        accept=desk.ticket(visit, f"{path}/accept") if user is not None else None,
        user=user.email if user is not None else "",
        email=visit.asked("email")[:254],
        problem=problem,
    )
    return desk.page(visit, view, status=400 if problem else 200)
