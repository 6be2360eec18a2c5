"""Sign-in, the code, signing out. The contract's Login section; ATTACKS ST-07, OT-11, RU-33."""

import re

from frontdesk.flows.authorize import TRANSACTION_LIFETIME, Transaction
from frontdesk.flows.signin import Challenge, CodeFault, CodeRefused, SecondNeeded
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.records import Session, User
from frontdesk.protocol.redirects import RedirectTarget
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to
from frontdesk.web.views import CodeView, SignedOutView, SignInView
from frontdesk.web.words import CODE_PROBLEMS, EMAIL_PROBLEM, STALE_CODE_PAGE, STALE_REQUEST, blocked_sentence

SCRIPT = "passkey.js"

# Where sign-in may lead besides consent: our own account pages, written out, so that nothing else can be meant.
_OWN_PAGE = re.compile(r"/(account|operator|partner)(/[A-Za-z0-9_-]{1,64}){0,5}")


async def show_sign_in(desk: Desk, visit: Visit) -> Answer:
    """The first step; somebody who is signed in goes straight on."""
    tx = desk.transaction(visit)
    if tx is None and visit.asked("request"):
        return desk.notice(visit, STALE_REQUEST)
    if visit.visitor.session is not None and not _is_asked_again(desk, visit, tx, visit.visitor.session):
        return send_to(onward(visit), status=302)
    return await sign_in_page(desk, visit, tx)


async def take_address(desk: Desk, visit: Visit) -> Answer:
    """Send a code to the address, if somebody has it; the answer never tells."""
    tx = desk.transaction(visit)
    if tx is None and visit.asked("request"):
        return desk.notice(visit, STALE_REQUEST)
    email = read_email(visit.asked("email").strip())
    if email is None:
        return await sign_in_page(desk, visit, tx, problem=EMAIL_PROBLEM)
    visitor = visit.visitor
    app = await _app_name(desk, tx)
    challenge = await desk.sign_in.start(
        email,
        browser=visitor.browser,
        device=visitor.device,
        app=app or None,
        origin=visit.origin,
        language=visit.language.code,
    )
    sealed = desk.sign_in.seal_challenge(challenge)
    carried = {"request": visit.asked("request"), "next": own_page(visit), "again": _again(visit)}
    return send_to(with_query("/sign-in/code", challenge=sealed, **carried))


async def show_code(desk: Desk, visit: Visit) -> Answer:
    """The second step, the same for every address."""
    challenge = desk.sign_in.unseal_challenge(visit.asked("challenge"), browser=visit.visitor.browser)
    if challenge is None:
        return desk.notice(visit, STALE_CODE_PAGE)
    return await _code_page(desk, visit, challenge)


async def take_code(desk: Desk, visit: Visit) -> Answer:
    """Judge a code; a right one gives a new session, a trusted device, and the way on."""
    visitor = visit.visitor
    challenge = desk.sign_in.unseal_challenge(visit.asked("challenge"), browser=visitor.browser)
    if challenge is None:
        return desk.notice(visit, STALE_CODE_PAGE)
    tried = await desk.sign_in.try_code(
        challenge, visit.asked("code"), device=visitor.device, replaces=visitor.session, origin=visit.origin
    )
    if isinstance(tried, CodeRefused):
        return await _code_page(desk, visit, challenge, refused=tried)
    if isinstance(tried, SecondNeeded):
        carried = {"request": visit.asked("request"), "next": own_page(visit), "again": _again(visit)}
        return send_to(with_query("/sign-in/second", step=tried.sealed, **carried))
    cookies = [desk.visitors.session_cookie(tried.opened), desk.visitors.device_cookie(tried.device)]
    return send_to(onward(visit), cookies=cookies)


async def sign_out(desk: Desk, visit: Visit, user: User) -> Answer:
    """End the session; from a consent page ("Not you?") on to signing in for the same request."""
    if visit.visitor.session is not None:
        await desk.sessions.end(visit.visitor.session)
    cookies = [desk.visitors.no_session_cookie()]
    request = visit.asked("request")
    return send_to(with_query("/sign-in", request=request) if request else "/signed-out", cookies=cookies)


async def show_signed_out(desk: Desk, visit: Visit) -> Answer:
    """Where signing out ends."""
    return desk.page(visit, SignedOutView())


def must_sign_in_again(tx: Transaction | None, session: Session) -> bool:
    """Whether the app asked for a sign-in of its own (`prompt=login`), and this session is older than its request."""
    if tx is None or not tx.prompt & {"login", "select_account"}:
        return False
    return session.signed_in_at < tx.expires_at - TRANSACTION_LIFETIME


def _is_asked_again(desk: Desk, visit: Visit, tx: Transaction | None, session: Session) -> bool:
    if _again(visit) and not desk.reveal.is_fresh(session):
        return True
    return must_sign_in_again(tx, session)


def _again(visit: Visit) -> str:
    """Set where somebody who is signed in was sent here to prove it anew."""
    return "1" if visit.asked("again") else ""


async def sign_in_page(
    desk: Desk, visit: Visit, tx: Transaction | None, *, problem: str = "", refused_passkey: bool = False
) -> Answer:
    """The first step, again where there is a problem."""
    request = visit.asked("request")
    user = visit.visitor.user
    again = bool(_again(visit)) and user is not None
    offer = desk.passkeys.offer_sign_in(visit.visitor.browser)
    view = SignInView(
        ticket=desk.ticket(visit, "/sign-in", request=request),
        next=own_page(visit),
        email=visit.asked("email")[:254] or (user.email if again and user is not None else ""),
        again=again,
        app=await _app_name(desk, tx),
        returns_to=RedirectTarget(tx.redirect_uri).host if tx is not None else "",
        passkey=desk.ticket(visit, "/sign-in/passkey", request=request) if offer is not None else None,
        question=offer.question if offer is not None else "",
        challenge=offer.sealed if offer is not None else "",
        provider=desk.provider_sign_in.name,
        provider_link=with_query("/sign-in/provider", request=request, next=own_page(visit)),
        sign_up=desk.sign_up.is_open and tx is None and user is None,
        refused_passkey=refused_passkey,
        problem=problem,
    )
    # A passkey leads straight on, and so to the partner where consent was given before.
    return desk.page(
        visit,
        view,
        status=400 if problem else 200,
        redirect_uri=tx.redirect_uri if tx is not None and offer is not None else None,
        script=SCRIPT if offer is not None else "",
    )


async def _code_page(desk: Desk, visit: Visit, challenge: Challenge, *, refused: CodeRefused | None = None) -> Answer:
    tx = desk.transaction(visit)
    request = visit.asked("request")
    now = desk.clock.now()
    until = refused.blocked_until if refused is not None else None
    problem = "" if refused is None else CODE_PROBLEMS.get(refused.fault, "")
    if until is not None:
        problem = blocked_sentence(until, now)
    blocked = refused is not None and (until is not None or refused.fault is CodeFault.BLOCKED)
    view = CodeView(
        ticket=desk.ticket(visit, "/sign-in/code", request=request),
        resend=desk.ticket(visit, "/sign-in", request=request),
        challenge=visit.asked("challenge"),
        email=challenge.email,
        next=own_page(visit),
        again=bool(_again(visit)),
        other_address=with_query("/sign-in", request=request, next=own_page(visit), again=_again(visit)),
        app=await _app_name(desk, tx),
        blocked=blocked,
        problem=problem,
    )
    extra = ((b"retry-after", str(max(1, (until - now) // SECOND)).encode()),) if until is not None else ()
    # The code page's form may end at the partner, when consent was given before: its origin must be allowed.
    return desk.page(
        visit,
        view,
        status=200 if refused is None else 429 if blocked else 400,
        redirect_uri=tx.redirect_uri if tx is not None else None,
        extra=extra,
    )


async def _app_name(desk: Desk, tx: Transaction | None) -> str:
    return await desk.sign_in.app_name(tx.client_id) if tx is not None else ""


def own_page(visit: Visit) -> str:
    """The page of ours that somebody came for; empty for anything else."""
    wanted = visit.asked("next")
    return wanted if _OWN_PAGE.fullmatch(wanted) else ""


def onward(visit: Visit) -> str:
    """Where somebody who has signed in came to go."""
    request = visit.asked("request")
    return with_query("/consent", request=request) if request else own_page(visit) or "/account"
