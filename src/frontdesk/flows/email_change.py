"""Changing the own e-mail address: a code to the old mailbox, one to the new, both typed in one session. ASVS 6.3.7.

Whether somebody else has the new address is never told: no code is sent there, so that none can be right.
"""

from dataclasses import dataclass

from frontdesk.flows.budgets import budget_keys, key_in_use
from frontdesk.flows.letters import Circumstances
from frontdesk.flows.needs import Clock, Mint, Origin, PostOffice, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_letters import (
    render_address_changed_letter,
    render_new_address_code_letter,
    render_old_address_code_letter,
)
from frontdesk.flows.signin import CodeFault, CodeRefused
from frontdesk.protocol.email_changes import EmailChange
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Email, Micros, UserId
from frontdesk.protocol.records import AuditEvent, Session, User
from frontdesk.protocol.signin import LOGIN_CODE_LIFETIME, read_login_code, session_fresh
from frontdesk.protocol.store import LoginOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanges:
    """Sends the two codes and judges them."""

    store: Store
    clock: Clock
    mint: Mint
    post: PostOffice
    notices: Notices

    async def pending(self, user: User, session: Session) -> EmailChange | None:
        """The change that this session asked for, while its codes are good."""
        change = await self.store.find_email_change(user.id)
        if change is None or change.session_id != session.id or self.clock.now() >= change.expires_at:
            return None
        return change

    async def start(self, user: User, session: Session, email: Email, *, origin: Origin) -> Refusal | None:
        """Send both codes. Refused without a fresh sign-in, for the present address, and beyond the limit of mails."""
        now = self.clock.now()
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        if email == user.email:
            return Refusal(reason=Reason.ADDRESS_UNCHANGED)
        old, new = self.mint.new_login_code(), self.mint.new_login_code()
        change = EmailChange(
            user_id=user.id,
            session_id=session.id,
            email=email,
            old_digest=self.mint.digest(_bound(user.id, "old", old)),
            new_digest=self.mint.digest(_bound(user.id, f"new\n{email}", new)),
            expires_at=Micros(now + LOGIN_CODE_LIFETIME),
        )
        is_taken = await self.store.find_user_by_email(email) is not None

        if not await self.store.start_email_change(budget_key=await self._budget(user), change=change, now=now):
            return Refusal(reason=Reason.TOO_MANY_MAILS)
        seen = Circumstances(now=now, address=origin.address)
        letter = render_old_address_code_letter(old, email=email, head=self.notices.head, seen=seen)
        self.post.post(user.email, letter.subject, letter.text, language=user.language)
        if not is_taken:
            letter = render_new_address_code_letter(new, head=self.notices.head, seen=seen)
            self.post.post(email, letter.subject, letter.text, language=user.language)
        return None

    async def confirm(
        self, user: User, session: Session, *, old_code: str, new_code: str, origin: Origin
    ) -> Email | CodeRefused:
        """The new address, once both codes are right; all other browsers are signed out, and both mailboxes told."""
        old, new = read_login_code(old_code), read_login_code(new_code)
        if old is None or new is None:
            return CodeRefused(fault=CodeFault.MALFORMED)
        change = await self.pending(user, session)
        if change is None:
            return CodeRefused(fault=CodeFault.EXPIRED)
        now = self.clock.now()
        audit = AuditEvent(
            at=now,
            action="user.address_changed",
            actor=f"user:{user.id}",
            user_id=user.id,
            address=origin.address,
            request_id=origin.request_id,
        )

        tried = await self.store.try_email_change(
            user_id=user.id,
            session_id=session.id,
            old_digests=self.mint.digests(_bound(user.id, "old", old)),
            new_digests=self.mint.digests(_bound(user.id, f"new\n{change.email}", new)),
            budget_key=await self._budget(user),
            now=now,
            audit=audit,
        )
        if tried.outcome is LoginOutcome.BLOCKED:
            return CodeRefused(fault=CodeFault.BLOCKED, blocked_until=tried.blocked_until)
        if tried.outcome is LoginOutcome.WRONG:
            return CodeRefused(fault=CodeFault.WRONG, blocked_until=tried.blocked_until)
        moved = await self.store.find_user(user.id)
        for told in (user, moved):
            if told is not None:
                self.notices.own(
                    "address_changed",
                    told,
                    lambda head, seen: render_address_changed_letter(
                        before=user.email, after=change.email, head=head, seen=seen
                    ),
                    now=now,
                    origin=origin,
                )
        return change.email

    async def _budget(self, user: User) -> bytes:
        return await key_in_use(self.store, budget_keys(self.mint, f"address-change\n{user.id}"))


def _bound(user_id: UserId, which: str, code: str) -> str:
    """What a code's digest is made over: of two codes neither can stand for the other, nor for another address."""
    return f"address-change\n{user_id}\n{which}\n{code}"
