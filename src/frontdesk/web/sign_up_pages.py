"""Signing up as a partner: the address, and the link from the mailbox."""

from frontdesk.flows.sign_up import CONFIRM
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.http import Answer
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.views_sign_up import ConfirmView, SignUpView
from frontdesk.web.words import ACCOUNT_THERE, EMAIL_PROBLEM, STALE_SIGN_UP

_PARTNER = "/partner"


async def show_sign_up(desk: Desk, visit: Visit) -> Answer:
    """Ask for an address; who has an account, or may not sign up, goes to sign in."""
    if visit.visitor.user is not None:
        return send_to(_PARTNER, status=302)
    if not desk.sign_up.is_open:
        return send_to(with_query("/sign-in", next=_PARTNER), status=302)
    return desk.page(visit, SignUpView(ticket=desk.ticket(visit, "/partner/sign-up")))


async def take_address(desk: Desk, visit: Visit) -> Answer:
    """Send a link; the answer never tells whether somebody has the address."""
    if not desk.sign_up.is_open:
        return send_to(with_query("/sign-in", next=_PARTNER))
    email = read_email(visit.asked("email").strip())
    ticket = desk.ticket(visit, "/partner/sign-up")
    if email is None:
        view = SignUpView(ticket=ticket, email=visit.asked("email")[:254], problem=EMAIL_PROBLEM)
        return desk.page(visit, view, status=400)
    await desk.sign_up.ask(email, browser=visit.visitor.browser, origin=visit.origin, language=visit.language.code)
    return desk.page(visit, SignUpView(ticket=ticket, email=email, sent=True))


async def show_confirm(desk: Desk, visit: Visit) -> Answer:
    """Where the link leads: looking changes nothing, because scanners of mail look too."""
    request = visit.asked("request")
    wish = desk.sign_up.read(request, browser=visit.visitor.browser)
    if wish is None:
        return desk.notice(visit, STALE_SIGN_UP)
    return desk.page(visit, ConfirmView(ticket=desk.ticket(visit, CONFIRM, request=request), email=wish.email))


async def confirm(desk: Desk, visit: Visit) -> Answer:
    """Open the account, and go on to what it takes to be a partner."""
    wish = desk.sign_up.read(visit.asked("request"), browser=visit.visitor.browser)
    if wish is None:
        return desk.notice(visit, STALE_SIGN_UP)
    opened = await desk.sign_up.confirm(wish, replaces=visit.visitor.session, origin=visit.origin)
    if opened is None:
        return desk.notice(visit, ACCOUNT_THERE)
    return send_to(_PARTNER, cookies=[desk.visitors.session_cookie(opened)])
