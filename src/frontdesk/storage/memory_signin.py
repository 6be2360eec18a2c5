"""Sign-in codes, budgets and sessions, in dictionaries."""

import hmac
from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import ChallengeId, Digest, Micros, SessionId, UserId
from frontdesk.protocol.records import AuditEvent, LoginCode, Session
from frontdesk.protocol.signin import SESSION_IDLE, Budget, blocked_until, count_mail, count_wrong, may_mail
from frontdesk.protocol.store import LoginOutcome, LoginTry
from frontdesk.storage.login import stale_at
from frontdesk.storage.memory_state import MemoryState
from frontdesk.storage.sessions import SESSIONS_PER_USER


class MemorySignIn(MemoryState):
    """Signing in, staying in, leaving."""

    async def start_login(self, *, budget_key: bytes, login_code: LoginCode | None, now: Micros) -> bool:
        """Count a mail, store a code in place of the browser's earlier ones."""
        budget = self.budgets.get(budget_key, Budget())
        if not may_mail(budget, now=now):
            return False
        self.budgets[budget_key] = count_mail(budget, now=now)
        if login_code is not None:
            mine = (login_code.user_id, login_code.browser)
            for code in [code for code in self.login_codes.values() if (code.user_id, code.browser) == mine]:
                del self.login_codes[code.id]
            if self._may_enter(login_code.user_id):
                self.login_codes[login_code.id] = login_code
        return True

    async def find_budget(self, budget_key: bytes) -> Budget:
        """What was counted under a key."""
        return self.budgets.get(budget_key, Budget())

    async def try_login_code(
        self, *, challenge_id: ChallengeId, browser: str, digests: Sequence[Digest], budget_key: bytes, now: Micros
    ) -> LoginTry:
        """Judge one guess."""
        budget = self.budgets.get(budget_key, Budget())
        until = blocked_until(budget, now=now)
        if until is not None:
            return LoginTry(outcome=LoginOutcome.BLOCKED, blocked_until=until)
        code = self.login_codes.get(challenge_id)
        is_here = code is not None and now < code.expires_at and code.browser == browser
        if code is not None and is_here and any(hmac.compare_digest(code.digest, guess) for guess in digests):
            del self.login_codes[challenge_id]
            return LoginTry(outcome=LoginOutcome.RIGHT, user_id=code.user_id)
        self.budgets[budget_key] = count_wrong(budget, now=now)
        return LoginTry(outcome=LoginOutcome.WRONG, blocked_until=blocked_until(self.budgets[budget_key], now=now))

    async def start_session(self, *, session: Session, replaces: SessionId | None, audit: AuditEvent) -> None:
        """A new session in the place of another; the oldest beyond the user's twenty go."""
        if replaces is not None:
            self.sessions.pop(replaces, None)
        if not self._may_enter(session.user_id):
            return
        self.sessions[session.id] = session
        own = [kept for kept in self.sessions.values() if kept.user_id == session.user_id]
        own.sort(key=lambda kept: (kept.signed_in_at, kept.id), reverse=True)
        for out in own[SESSIONS_PER_USER:]:
            del self.sessions[out.id]
        self.last_sign_ins[session.user_id] = session.signed_in_at
        self._note(audit)

    async def find_session(self, session_id: SessionId) -> Session | None:
        """A session's row."""
        return self.sessions.get(session_id)

    async def list_sessions(self, user_id: UserId) -> Sequence[Session]:
        """A user's sessions, newest first, alive or not."""
        own = [kept for kept in self.sessions.values() if kept.user_id == user_id]
        return sorted(own, key=lambda kept: (kept.signed_in_at, kept.id), reverse=True)

    async def end_own_session(self, *, user_id: UserId, session_id: SessionId, audit: AuditEvent) -> bool:
        """Sign another browser of the same user out."""
        session = self.sessions.get(session_id)
        if session is None or session.user_id != user_id:
            return False
        del self.sessions[session_id]
        self._note(audit)
        return True

    async def end_sessions(self, *, user_id: UserId, keep: SessionId | None, audit: AuditEvent) -> int:
        """Sign a user out everywhere but in `keep`; codes on their way to the mailbox go too."""
        ended = [kept.id for kept in self.sessions.values() if kept.user_id == user_id and kept.id != keep]
        for session_id in ended:
            del self.sessions[session_id]
        self.login_codes = {key: code for key, code in self.login_codes.items() if code.user_id != user_id}
        self._note(audit)
        return len(ended)

    async def touch_session(self, *, session_id: SessionId, now: Micros) -> None:
        """Note that it was seen; never moves back."""
        session = self.sessions.get(session_id)
        if session is not None:
            self.sessions[session_id] = replace(session, last_seen_at=max(now, session.last_seen_at))

    async def end_session(self, *, session_id: SessionId) -> None:
        """Sign out."""
        self.sessions.pop(session_id, None)

    def _may_enter(self, user_id: UserId) -> bool:
        user = self.users.get(user_id)
        return user is not None and user.blocked_at is None

    def _end_visits(self, user_id: UserId) -> None:
        self.sessions = {key: kept for key, kept in self.sessions.items() if kept.user_id != user_id}
        self.login_codes = {key: code for key, code in self.login_codes.items() if code.user_id != user_id}

    def _clean_visits(self, now: Micros, limit: int) -> int:
        gone = 0
        for code in [code for code in self.login_codes.values() if code.expires_at <= now][: max(0, limit)]:
            del self.login_codes[code.id]
            gone += 1
        for key in [key for key, budget in self.budgets.items() if stale_at(budget) <= now][: max(0, limit - gone)]:
            del self.budgets[key]
            gone += 1
        late = [change.user_id for change in self.email_changes.values() if change.expires_at <= now]
        for user_id in late[: max(0, limit - gone)]:
            del self.email_changes[user_id]
            gone += 1
        spent = [digest for digest, end in self.spent_challenges.items() if end <= now]
        for digest in spent[: max(0, limit - gone)]:
            del self.spent_challenges[digest]
            gone += 1
        idle = [kept.id for kept in self.sessions.values() if kept.last_seen_at <= now - SESSION_IDLE]
        for session_id in idle[: max(0, limit - gone)]:
            del self.sessions[session_id]
            gone += 1
        return gone
