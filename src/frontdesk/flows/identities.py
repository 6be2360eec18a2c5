"""The accounts elsewhere that sign somebody in here: which there are, ending that, allowing it again. OWASP ASVS 6.8.

One that was unlinked is kept: else the next visit there would link it again, because the address is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_letters import render_unlinked_letter
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.provider import LinkedIdentity, Unlinked
from frontdesk.protocol.records import AuditEvent, Session, User
from frontdesk.protocol.signin import session_fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Lists, unlinks and allows again; for a person in their browser, or (`session` None) for the operator."""

    store: Store
    clock: Clock
    notices: Notices

    async def list_own(self, user: User) -> Sequence[LinkedIdentity]:
        """A user's, by issuer, those that were unlinked too."""
        return await self.store.list_identities(user.id)

    async def unlink(
        self, user: User, session: Session | None, handle: str, *, origin: Origin, by: str = ""
    ) -> Refusal | None:
        """It signs nobody in from now on; told by mail. Never the last way in."""
        now = self.clock.now()
        if session is not None and not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        found = await self._find(user, handle)
        if found is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        outcome = await self.store.unlink_identity(
            user_id=user.id,
            issuer=found.issuer,
            subject=found.subject,
            now=now,
            audit=_audit("identity.unlinked", user, found, by, origin, now),
        )
        if outcome is not Unlinked.DONE:
            return Refusal(reason=Reason.LAST_WAY_IN if outcome is Unlinked.LAST else Reason.PAGE_UNKNOWN)
        self._tell(user, found, origin.unplaced() if by else origin, now, unlinked=True)
        return None

    async def allow(
        self, user: User, session: Session | None, handle: str, *, origin: Origin, by: str = ""
    ) -> Refusal | None:
        """The next visit there may link again, as the first one did; told by mail."""
        now = self.clock.now()
        if session is not None and not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        found = await self._find(user, handle)
        if found is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        audit = _audit("identity.allowed", user, found, by, origin, now)
        forgotten = await self.store.forget_identity(
            user_id=user.id, issuer=found.issuer, subject=found.subject, audit=audit
        )
        if not forgotten:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        self._tell(user, found, origin.unplaced() if by else origin, now, unlinked=False)
        return None

    async def _find(self, user: User, handle: str) -> LinkedIdentity | None:
        return next((one for one in await self.list_own(user) if one.handle == handle), None)

    def _tell(self, user: User, one: LinkedIdentity, origin: Origin, now: Micros, *, unlinked: bool) -> None:
        letter = partial(render_unlinked_letter, one.issuer, unlinked=unlinked)
        self.notices.own("identity", user, lambda head, seen: letter(head=head, seen=seen), now=now, origin=origin)


def _audit(action: str, user: User, one: LinkedIdentity, by: str, origin: Origin, now: Micros) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=by or f"user:{user.id}",
        user_id=user.id,
        address=origin.address,
        request_id=origin.request_id,
        detail=one.issuer,
    )
