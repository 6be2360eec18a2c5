"""Account > Profile: the own address, and leaving, each for somebody who signed in a moment ago. OWASP ASVS 7.5."""

from frontdesk.flows.signin import CodeFault, CodeRefused
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.records import User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.freshness import send_to_sign_in, sign_in_first
from frontdesk.web.pages import send_to
from frontdesk.web.views_own import DeletedView, DeleteView, EmailCodesView, ProfileView
from frontdesk.web.words import EMAIL_PROBLEM, blocked_sentence, notice_of
from frontdesk.web.words_own import CHANGE_PROBLEMS, PROBLEMS

PATH = "/account/profile"
SECTION = "profile"


async def show_profile(desk: Desk, visit: Visit, user: User) -> Answer:
    """The address, and the ways to change it and to leave."""
    return _profile_page(desk, visit, user)


async def take_address(desk: Desk, visit: Visit, user: User) -> Answer:
    """Send a code to each mailbox; the answer never tells whether somebody else has the new one."""
    session = visit.visitor.session
    email = read_email(visit.asked("email").strip())
    if session is None or email is None:
        return _profile_page(desk, visit, user, status=400, problem=EMAIL_PROBLEM)
    refused = await desk.email_changes.start(user, session, email, origin=visit.origin)
    if refused is None:
        return send_to(f"{PATH}/email")
    if refused.reason is Reason.SIGN_IN_AGAIN:
        return send_to_sign_in(PATH)
    return _profile_page(desk, visit, user, refused=refused)


async def show_codes(desk: Desk, visit: Visit, user: User) -> Answer:
    """The second step; without a change on its way, back to the first."""
    return await _codes_page(desk, visit, user)


async def take_codes(desk: Desk, visit: Visit, user: User) -> Answer:
    """Judge both codes; right ones change the address."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    changed = await desk.email_changes.confirm(
        user, session, old_code=visit.asked("old_code"), new_code=visit.asked("new_code"), origin=visit.origin
    )
    if isinstance(changed, CodeRefused):
        return await _codes_page(desk, visit, user, refused=changed)
    return send_to(PATH)


async def show_delete(desk: Desk, visit: Visit, user: User) -> Answer:
    """What goes with the account; what keeps it, where its user owns networks."""
    return await _delete_page(desk, visit, user)


async def delete(desk: Desk, visit: Visit, user: User) -> Answer:
    """Delete the account; the answer says so, to nobody who is signed in any more."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    refused = await desk.leaving.delete(user, session, typed_address=visit.asked("address"), origin=visit.origin)
    if refused is None:
        return desk.page(visit, DeletedView(), extra=((b"set-cookie", desk.visitors.no_session_cookie()),))
    if refused.reason is Reason.SIGN_IN_AGAIN:
        return send_to_sign_in(f"{PATH}/delete")
    return await _delete_page(desk, visit, user, refused=refused)


def _profile_page(
    desk: Desk, visit: Visit, user: User, *, status: int = 200, problem: str = "", refused: Refusal | None = None
) -> Answer:
    if refused is not None:
        if refused.reason not in PROBLEMS:
            return desk.notice(visit, notice_of(refused.reason))
        status, problem = PROBLEMS[refused.reason]
    view = ProfileView(
        language=visit.language.name,
        email=user.email,
        change=desk.ticket(visit, f"{PATH}/email"),
        sign_in_first=sign_in_first(desk, visit, PATH),
        typed=visit.asked("email")[:254],
        problem=problem,
    )
    return desk.page(visit, view, status=status, section=SECTION)


async def _codes_page(desk: Desk, visit: Visit, user: User, *, refused: CodeRefused | None = None) -> Answer:
    session = visit.visitor.session
    change = await desk.email_changes.pending(user, session) if session is not None else None
    if change is None and refused is None:
        return send_to(PATH)
    now = desk.clock.now()
    until = refused.blocked_until if refused is not None else None
    problem = "" if refused is None else CHANGE_PROBLEMS.get(refused.fault, "")
    if until is not None:
        problem = blocked_sentence(until, now)
    blocked = refused is not None and (until is not None or refused.fault is CodeFault.BLOCKED)
    view = EmailCodesView(
        ticket=desk.ticket(visit, f"{PATH}/email/confirm"),
        back=PATH,
        before=user.email,
        after=change.email if change is not None else "",
        expired=change is None,
        blocked=blocked,
        old_code=visit.asked("old_code")[:20],
        new_code=visit.asked("new_code")[:20],
        problem=problem,
    )
    extra = ((b"retry-after", str(max(1, (until - now) // SECOND)).encode()),) if until is not None else ()
    return desk.page(
        visit, view, status=200 if refused is None else 429 if blocked else 400, section=SECTION, extra=extra
    )


async def _delete_page(desk: Desk, visit: Visit, user: User, *, refused: Refusal | None = None) -> Answer:
    status, problem = (200, "") if refused is None else PROBLEMS.get(refused.reason, (400, ""))
    view = DeleteView(
        ticket=desk.ticket(visit, f"{PATH}/delete"),
        email=user.email,
        networks=tuple(network.title for network in await desk.leaving.owned_networks(user)),
        own_apps=tuple(app.name for app in await desk.leaving.last_apps(user)),
        last_operator=await desk.leaving.is_last_operator(user),
        apps=await desk.apps.count_apps(user),
        sign_in_first=sign_in_first(desk, visit, f"{PATH}/delete"),
        typed=visit.asked("address")[:254],
        problem=problem,
    )
    return desk.page(visit, view, status=status, section=SECTION)
