"""The in-memory twin of storage/own_account.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.email_changes import EmailChange, EmailTry
from frontdesk.protocol.ids import Digest, Email, Micros, SessionId, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.signin import Budget, blocked_until, count_mail, count_wrong, may_mail
from frontdesk.protocol.store import LoginOutcome
from frontdesk.storage.memory_suspending import MemorySuspending
from frontdesk.storage.own_account import proves_change


class MemoryOwnAccount(MemorySuspending):
    """A new address on its way, and the end of an account."""

    async def start_email_change(self, *, budget_key: bytes, change: EmailChange, now: Micros) -> bool:
        """Count a mail and store the change."""
        budget = self.budgets.get(budget_key, Budget())
        if not may_mail(budget, now=now):
            return False
        self.budgets[budget_key] = count_mail(budget, now=now)
        self.email_changes[change.user_id] = change
        return True

    async def find_email_change(self, user_id: UserId) -> EmailChange | None:
        """The user's change on its way."""
        return self.email_changes.get(user_id)

    async def try_email_change(
        self,
        *,
        user_id: UserId,
        session_id: SessionId,
        old_digests: Sequence[Digest],
        new_digests: Sequence[Digest],
        budget_key: bytes,
        now: Micros,
        audit: AuditEvent,
    ) -> EmailTry:
        """Judge two codes."""
        budget = self.budgets.get(budget_key, Budget())
        until = blocked_until(budget, now=now)
        if until is not None:
            return EmailTry(outcome=LoginOutcome.BLOCKED, blocked_until=until)
        change = self.email_changes.get(user_id)
        if change is not None and proves_change(change, session_id, old_digests, new_digests, now):
            del self.email_changes[user_id]
            if all(user.email != change.email for user in self.users.values()):
                kept = self.sessions.get(session_id)
                self._end_visits(user_id)
                if kept is not None:
                    self.sessions[session_id] = kept
                self.users[user_id] = replace(self.users[user_id], email=change.email)
                self._note(audit)
                return EmailTry(outcome=LoginOutcome.RIGHT)
        self.budgets[budget_key] = count_wrong(budget, now=now)
        return EmailTry(outcome=LoginOutcome.WRONG, blocked_until=blocked_until(self.budgets[budget_key], now=now))

    async def set_user_address(self, *, user_id: UserId, email: Email, audit: AuditEvent) -> bool:
        """Give a user another address."""
        if user_id not in self.users or any(user.email == email for user in self.users.values()):
            return False
        self._end_visits(user_id)
        self.email_changes.pop(user_id, None)
        self.users[user_id] = replace(self.users[user_id], email=email)
        self._note(audit)
        return True

    async def delete_user(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Forget a user with everything that hangs on them."""
        if user_id not in self.users or self._owns_any(user_id):
            return False
        apps = {app for owner, app in self.app_owners if owner == user_id}
        if apps - {app for owner, app in self.app_owners if owner != user_id}:
            return False
        if list(self.operators) == [user_id]:
            return False
        self.operators.pop(user_id, None)
        self.app_owners = {key: since for key, since in self.app_owners.items() if key[0] != user_id}
        self.maker_invitations = {k: one for k, one in self.maker_invitations.items() if one.invited_by != user_id}
        self.partners.pop(user_id, None)
        self._end_visits(user_id)
        self.passkeys = {key: one for key, one in self.passkeys.items() if one.user_id != user_id}
        self.second_factors.pop(user_id, None)
        self.recovery_codes.pop(user_id, None)
        self.identities = {key: held for key, held in self.identities.items() if held != user_id}
        self.unlinked_identities = {key: at for key, at in self.unlinked_identities.items() if key in self.identities}
        self.email_changes.pop(user_id, None)
        self.last_sign_ins.pop(user_id, None)
        self.member_since = {key: at for key, at in self.member_since.items() if key[0] != user_id}
        self.set_aside = {key: held for key, held in self.set_aside.items() if key[0] != user_id}
        self.connections = {key: one for key, one in self.connections.items() if one.user_id != user_id}
        self.codes = {key: code for key, code in self.codes.items() if code.user_id != user_id}
        self.grants = {key: grant for key, grant in self.grants.items() if grant.user_id != user_id}
        self._forget_tokens_of_gone()
        for held in (self.users, self.blocked_users, self.suspended_users):
            held.pop(user_id, None)
        self._note(audit)
        return True
