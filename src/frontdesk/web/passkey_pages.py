"""Passkeys: signing in with one, adding one, removing one. W3C WebAuthn Level 3; OWASP ASVS 6.7."""

from frontdesk.flows.passkeys import Offer
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.freshness import send_to_sign_in
from frontdesk.web.pages import send_to
from frontdesk.web.security_pages import after
from frontdesk.web.signin_pages import SCRIPT, onward, sign_in_page
from frontdesk.web.views_own import PasskeyView
from frontdesk.web.words import STALE_REQUEST, notice_of
from frontdesk.web.words_own import PROBLEMS

SECURITY = "/account/security"
PATH = f"{SECURITY}/passkeys"


async def sign_in(desk: Desk, visit: Visit) -> Answer:
    """Sign in whoever's passkey answered; otherwise the first step again, which offers the mailbox too."""
    visitor = visit.visitor
    tx = desk.transaction(visit)
    if tx is None and visit.asked("request"):
        return desk.notice(visit, STALE_REQUEST)
    signed_in = await desk.passkeys.sign_in(
        visitor.browser,
        sealed=visit.asked("challenge"),
        answer=visit.asked("credential"),
        device=visitor.device,
        replaces=visitor.session,
        origin=visit.origin,
    )
    if isinstance(signed_in, Refusal):
        problem = PROBLEMS[signed_in.reason][1]
        return await sign_in_page(desk, visit, tx, problem=problem, refused_passkey=True)
    cookies = [desk.visitors.session_cookie(signed_in.opened), desk.visitors.device_cookie(signed_in.device)]
    return send_to(onward(visit), cookies=cookies)


async def show_making(desk: Desk, visit: Visit, user: User) -> Answer:
    """The page that asks the browser to make one."""
    return await _making_page(desk, visit, user)


async def add(desk: Desk, visit: Visit, user: User) -> Answer:
    """Keep what the browser made."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    added = await desk.passkeys.add(
        user,
        session,
        sealed=visit.asked("challenge"),
        answer=visit.asked("credential"),
        name=visit.asked("name"),
        origin=visit.origin,
    )
    return await _making_page(desk, visit, user, refused=added) if isinstance(added, Refusal) else send_to(SECURITY)


async def remove(desk: Desk, visit: Visit, user: User) -> Answer:
    """Forget one."""
    session, text = visit.visitor.session, visit.asked("passkey")
    if session is None:
        return send_to("/sign-in")
    known = bytes.fromhex(text) if _is_hex(text) else b""
    return await after(desk, visit, user, await desk.passkeys.remove(user, session, known, origin=visit.origin))


async def rename(desk: Desk, visit: Visit, user: User) -> Answer:
    """Call one otherwise."""
    session, text = visit.visitor.session, visit.asked("passkey")
    if session is None:
        return send_to("/sign-in")
    known = bytes.fromhex(text) if _is_hex(text) else b""
    refused = await desk.passkeys.rename(user, session, known, name=visit.asked("name"), origin=visit.origin)
    return await after(desk, visit, user, refused)


async def _making_page(desk: Desk, visit: Visit, user: User, *, refused: Refusal | None = None) -> Answer:
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    offer = await desk.passkeys.offer_making(user, session)
    if not isinstance(offer, Offer):
        if offer.reason is Reason.SIGN_IN_AGAIN:
            return send_to_sign_in(PATH)
        refused = offer
    if not isinstance(offer, Offer) or (refused is not None and refused.reason not in PROBLEMS):
        return desk.notice(visit, notice_of(refused.reason if refused is not None else Reason.PAGE_UNKNOWN))
    status, problem = PROBLEMS[refused.reason] if refused is not None else (200, "")
    view = PasskeyView(
        ticket=desk.ticket(visit, PATH),
        question=offer.question,
        sealed=offer.sealed,
        name=visit.asked("name")[:200],
        misnamed=refused is not None and refused.reason is Reason.NAME_UNFIT,
        problem=problem,
    )
    return desk.page(visit, view, status=status, section="security", script=SCRIPT)


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and 0 < len(text) <= 2046 and all(character in "0123456789abcdef" for character in text)
