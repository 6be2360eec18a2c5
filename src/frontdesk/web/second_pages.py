"""The second factor: the step of signing in that asks for it, setting it up, its recovery codes, switching it off."""

from frontdesk.flows.second_factor import SetUp
from frontdesk.flows.signin import CodeFault, CodeRefused
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.records import Session, User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.freshness import send_to_sign_in
from frontdesk.web.pages import send_to
from frontdesk.web.qr import draw_qr
from frontdesk.web.signin_pages import onward, own_page
from frontdesk.web.views_second import RecoveryCodesView, SecondFactorView, SecondStepView, SetUpView
from frontdesk.web.words import STALE_CODE_PAGE, blocked_sentence, moment, notice_of
from frontdesk.web.words_own import PROBLEMS, SECOND_PROBLEMS

SECURITY = "/account/security"
PATH = f"{SECURITY}/second"
SECTION = "security"


async def show_step(desk: Desk, visit: Visit) -> Answer:
    """Asks for the app's code, of somebody who has just typed the one from the mailbox."""
    if desk.sign_in.unseal_first_step(visit.asked("step"), browser=visit.visitor.browser) is None:
        return desk.notice(visit, STALE_CODE_PAGE)
    return _step_page(desk, visit)


async def take_step(desk: Desk, visit: Visit) -> Answer:
    """Judge it; a right one gives a new session and the way on."""
    visitor = visit.visitor
    done = await desk.second_factors.finish(
        visit.asked("step"),
        visit.asked("code"),
        browser=visitor.browser,
        device=visitor.device,
        replaces=visitor.session,
        origin=visit.origin,
    )
    if isinstance(done, CodeRefused):
        return (
            desk.notice(visit, STALE_CODE_PAGE)
            if done.fault is CodeFault.EXPIRED
            else _step_page(desk, visit, refused=done)
        )
    cookies = [desk.visitors.session_cookie(done.opened), desk.visitors.device_cookie(done.device)]
    return send_to(onward(visit), cookies=cookies)


async def show_second(desk: Desk, visit: Visit, user: User) -> Answer:
    """How to set it up; or, where that is done, its recovery codes and the way out."""
    session = visit.visitor.session
    factor = await desk.second_factors.find(user)
    if session is None or not desk.reveal.is_fresh(session):
        return send_to_sign_in(PATH)
    if factor is None:
        begun = desk.second_factors.begin(user, session)
        return _refused(desk, visit, begun) if isinstance(begun, Refusal) else _set_up_page(desk, visit, begun)
    view = SecondFactorView(
        renew=desk.ticket(visit, f"{PATH}/codes"),
        disable=desk.ticket(visit, f"{PATH}/off"),
        since=moment(factor.created_at, desk.clock.now()),
        codes_left=factor.codes_left,
    )
    return desk.page(visit, view, section=SECTION)


async def enable(desk: Desk, visit: Visit, user: User) -> Answer:
    """A right code of the app: from now on it is asked for. The answer shows the recovery codes, once."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    sealed = visit.asked("set_up")
    codes = await desk.second_factors.enable(
        user, session, sealed=sealed, typed=visit.asked("code"), origin=visit.origin
    )
    if not isinstance(codes, Refusal):
        return desk.page(visit, RecoveryCodesView(codes=codes), section=SECTION)
    again = desk.second_factors.resume(user, session, sealed)
    if codes.reason is Reason.SECOND_CODE_WRONG and again is not None:
        return _set_up_page(desk, visit, again, refused=codes)
    return _refused(desk, visit, codes)


async def renew_codes(desk: Desk, visit: Visit, user: User) -> Answer:
    """New recovery codes, shown once in this answer."""
    return await _with_session(desk, visit, user, renews=True)


async def disable(desk: Desk, visit: Visit, user: User) -> Answer:
    """Ask for the code from the mailbox alone again."""
    return await _with_session(desk, visit, user, renews=False)


async def _with_session(desk: Desk, visit: Visit, user: User, *, renews: bool) -> Answer:
    session: Session | None = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    if renews:
        codes = await desk.second_factors.renew_codes(user, session, origin=visit.origin)
        if isinstance(codes, Refusal):
            return _refused(desk, visit, codes)
        return desk.page(visit, RecoveryCodesView(codes=codes), section=SECTION)
    refused = await desk.second_factors.disable(user, session, origin=visit.origin)
    return send_to(SECURITY) if refused is None else _refused(desk, visit, refused)


def _refused(desk: Desk, visit: Visit, refusal: Refusal) -> Answer:
    if refusal.reason is Reason.SIGN_IN_AGAIN:
        return send_to_sign_in(PATH)
    if refusal.reason in (Reason.SECOND_FACTOR_THERE, Reason.SECOND_CODE_WRONG):
        return send_to(PATH)  # it was set up meanwhile, or the page was another session's: what is there now
    return desk.notice(visit, notice_of(refusal.reason))


def _set_up_page(desk: Desk, visit: Visit, begun: SetUp, *, refused: Refusal | None = None) -> Answer:
    status, problem = PROBLEMS[refused.reason] if refused is not None else (200, "")
    view = SetUpView(
        ticket=desk.ticket(visit, PATH),
        secret=" ".join(begun.secret[at : at + 4] for at in range(0, len(begun.secret), 4)),
        address=begun.address,
        picture=draw_qr(begun.address),
        sealed=begun.sealed,
        problem=problem,
    )
    return desk.page(visit, view, status=status, section=SECTION)


def _step_page(desk: Desk, visit: Visit, *, refused: CodeRefused | None = None) -> Answer:
    tx, request, now = desk.transaction(visit), visit.asked("request"), desk.clock.now()
    until = refused.blocked_until if refused is not None else None
    problem = "" if refused is None else SECOND_PROBLEMS.get(refused.fault, "")
    if until is not None:
        problem = blocked_sentence(until, now)
    blocked = refused is not None and (until is not None or refused.fault is CodeFault.BLOCKED)
    view = SecondStepView(
        ticket=desk.ticket(visit, "/sign-in/second", request=request),
        step=visit.asked("step"),
        next=own_page(visit),
        again="1" if visit.asked("again") else "",
        blocked=blocked,
        problem=problem,
    )
    extra = ((b"retry-after", str(max(1, (until - now) // SECOND)).encode()),) if until is not None else ()
    return desk.page(
        visit,
        view,
        status=200 if refused is None else 429 if blocked else 400,
        redirect_uri=tx.redirect_uri if tx is not None else None,
        extra=extra,
    )
