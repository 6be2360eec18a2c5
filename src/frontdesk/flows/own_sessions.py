"""Where somebody is signed in, and ending it there: one browser, all others, or everywhere. OWASP ASVS 7.4, 7.5."""

from dataclasses import dataclass

from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_letters import render_signed_out_letter
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Micros, SessionId, read_uuid
from frontdesk.protocol.records import AuditEvent, Session, User
from frontdesk.protocol.signin import session_alive


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSessions:
    """Shows and ends a person's own sessions."""

    store: Store
    clock: Clock
    notices: Notices

    async def list_sessions(self, user: User) -> tuple[Session, ...]:
        """The live ones, newest first."""
        now = self.clock.now()
        return tuple(one for one in await self.store.list_sessions(user.id) if session_alive(one, now=now))

    async def end_one(self, user: User, session_id: str, *, origin: Origin) -> Refusal | None:
        """Sign one browser out; its next request finds nobody signed in. Refused where it is not this user's."""
        known = read_uuid(session_id)
        audit = _audit("session.ended", user, origin, self.clock.now())
        if known is None or not await self.store.end_own_session(
            user_id=user.id, session_id=SessionId(known), audit=audit
        ):
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        return None

    async def end_all(self, user: User, *, keep: Session | None, origin: Origin) -> int:
        """Sign out everywhere but in `keep` (None: there too), and say so by mail; how many sessions ended."""
        now = self.clock.now()
        audit = _audit("sessions.ended", user, origin, now)
        ended = await self.store.end_sessions(user_id=user.id, keep=keep.id if keep is not None else None, audit=audit)
        self.notices.own(
            "signed_out",
            user,
            lambda head, seen: render_signed_out_letter(ended, head=head, seen=seen),
            now=now,
            origin=origin,
        )
        return ended


def _audit(action: str, user: User, origin: Origin, now: Micros) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=f"user:{user.id}",
        user_id=user.id,
        address=origin.address,
        request_id=origin.request_id,
    )
