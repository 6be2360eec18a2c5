"""The verbs by which people look after their own sessions, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import SessionId, UserId
from frontdesk.protocol.records import AuditEvent, Session
from frontdesk.storage import sessions
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class SessionVerbs:
    """What `frontdesk.flows.needs_sessions.SessionStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def list_sessions(self, user_id: UserId) -> Sequence[Session]:
        """A user's sessions, newest first."""
        return await self._reader.read(sessions.list_sessions, user_id)

    async def end_own_session(self, *, user_id: UserId, session_id: SessionId, audit: AuditEvent) -> bool:
        """Sign another browser of the same user out."""
        verb = sessions.end_own_session(user_id=user_id, session_id=session_id, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def end_sessions(self, *, user_id: UserId, keep: SessionId | None, audit: AuditEvent) -> int:
        """Sign a user out everywhere but in `keep`."""
        verb = sessions.end_sessions(user_id=user_id, keep=keep, audit=audit)
        return await self._writer.write(verb, urgent=True)
