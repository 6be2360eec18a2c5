"""What people who look after their own sessions need of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import SessionId, UserId
from frontdesk.protocol.records import AuditEvent, Session


class SessionStore(Protocol):
    """The browsers in which somebody is signed in."""

    async def list_sessions(self, user_id: UserId) -> Sequence[Session]:
        """A user's sessions, newest first; whether one is still alive is the caller's judgement."""

    async def end_own_session(self, *, user_id: UserId, session_id: SessionId, audit: AuditEvent) -> bool:
        """End one session of this user's, ahead of other writes; False where it is not theirs, or gone already."""

    async def end_sessions(self, *, user_id: UserId, keep: SessionId | None, audit: AuditEvent) -> int:
        """End all sessions of a user's but `keep`, and the sign-in codes on their way. How many sessions ended."""
