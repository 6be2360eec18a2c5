"""Account > Security: where somebody is signed in, and signing out there. OWASP ASVS 7.4.3, 7.5.2."""

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.records import Session, User
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.freshness import send_to_sign_in, sign_in_first
from frontdesk.web.pages import send_to
from frontdesk.web.views_own import IdentityRow, PasskeyRow, SecurityView, SessionRow
from frontdesk.web.words import moment, notice_of
from frontdesk.web.words_own import PROBLEMS

PATH = "/account/security"
SECTION = "security"


async def show_security(desk: Desk, visit: Visit, user: User) -> Answer:
    """This browser first, then the others."""
    return await security_page(desk, visit, user)


async def security_page(desk: Desk, visit: Visit, user: User, *, status: int = 200, problem: str = "") -> Answer:
    """How somebody signs in, and where."""
    now, here = desk.clock.now(), visit.visitor.session
    factor = await desk.second_factors.find(user)
    sessions = await desk.own_sessions.list_sessions(user)
    rows = [
        SessionRow(
            id=session.id,
            here=_is_here(session, here),
            browser=session.browser,
            system=session.system,
            address=session.address or "",
            begun=moment(session.signed_in_at, now),
            last_seen=moment(session.last_seen_at, now),
        )
        for session in sorted(sessions, key=lambda one: not _is_here(one, here))
    ]
    view = SecurityView(
        sessions=tuple(rows),
        end=desk.ticket(visit, f"{PATH}/sign-out"),
        end_all=desk.ticket(visit, f"{PATH}/sign-out-everywhere"),
        passkeys=tuple(
            PasskeyRow(
                id=passkey.id.hex(),
                name=passkey.name,
                synced=passkey.synced,
                made=moment(passkey.created_at, now),
                last_used=moment(passkey.last_used_at, now) if passkey.last_used_at is not None else None,
            )
            for passkey in await desk.passkeys.list_own(user)
        ),
        offers_passkeys=desk.passkeys.judge is not None,
        rename_passkey=desk.ticket(visit, f"{PATH}/passkeys/rename"),
        remove_passkey=desk.ticket(visit, f"{PATH}/passkeys/remove"),
        identities=tuple(
            IdentityRow(
                handle=one.handle,
                name=desk.provider_sign_in.name_of(one.issuer),
                linked=moment(one.linked_at, now),
                unlinked=moment(one.unlinked_at, now) if one.unlinked_at is not None else None,
            )
            for one in await desk.identities.list_own(user)
        ),
        unlink=desk.ticket(visit, f"{PATH}/identities/unlink"),
        allow=desk.ticket(visit, f"{PATH}/identities/allow"),
        second_factor=factor is not None,
        codes_left=factor.codes_left if factor is not None else 0,
        sign_in_first=sign_in_first(desk, visit, PATH),
        problem=problem,
    )
    return desk.page(visit, view, status=status, section=SECTION)


async def unlink(desk: Desk, visit: Visit, user: User) -> Answer:
    """An account elsewhere signs nobody in any more."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    return await after(
        desk, visit, user, await desk.identities.unlink(user, session, visit.asked("identity"), origin=visit.origin)
    )


async def allow(desk: Desk, visit: Visit, user: User) -> Answer:
    """It may do so again."""
    session = visit.visitor.session
    if session is None:
        return send_to("/sign-in")
    return await after(
        desk, visit, user, await desk.identities.allow(user, session, visit.asked("identity"), origin=visit.origin)
    )


async def after(desk: Desk, visit: Visit, user: User, refused: Refusal | None) -> Answer:
    """The page again, with what came of one of its forms."""
    if refused is None:
        return send_to(PATH)
    if refused.reason is Reason.SIGN_IN_AGAIN:
        return send_to_sign_in(PATH)
    if refused.reason in PROBLEMS:
        status, problem = PROBLEMS[refused.reason]
        return await security_page(desk, visit, user, status=status, problem=problem)
    return desk.notice(visit, notice_of(refused.reason))


async def end_session(desk: Desk, visit: Visit, user: User) -> Answer:
    """Sign one browser out."""
    refused = await desk.own_sessions.end_one(user, visit.asked("session"), origin=visit.origin)
    return desk.notice(visit, notice_of(refused.reason)) if isinstance(refused, Refusal) else send_to(PATH)


async def end_everywhere(desk: Desk, visit: Visit, user: User) -> Answer:
    """Sign all other browsers out, and this one too where that was asked for."""
    here_too = visit.asked("where") == "everywhere"
    keep = None if here_too else visit.visitor.session
    await desk.own_sessions.end_all(user, keep=keep, origin=visit.origin)
    if here_too:
        return send_to("/signed-out", cookies=[desk.visitors.no_session_cookie()])
    return send_to(PATH)


def _is_here(session: Session, here: Session | None) -> bool:
    return here is not None and session.id == here.id
