"""Signed-in browsers."""

from typing import Any

from frontdesk.protocol.ids import Digest, Micros, SessionId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent, Session
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

SESSIONS_PER_USER = 20

FIND = "SELECT id, user_id, digest, signed_in_at, last_seen_at FROM sessions WHERE id = $1"
# A user who was blocked between the right code and this write gets no session that an unblocking would revive.
INSERT = """
INSERT INTO sessions (id, user_id, digest, signed_in_at, last_seen_at)
SELECT $1, $2, $3, $4, $5 WHERE EXISTS (
    SELECT 1 FROM users WHERE id = $2 AND blocked_at IS NULL AND suspended_at IS NULL
) RETURNING id
"""
EVICT = """
DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE user_id = $1 ORDER BY signed_in_at DESC, id DESC LIMIT 1000 OFFSET $2
)
"""
TOUCH = "UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $1"
END = "DELETE FROM sessions WHERE id = $1"


def find_session(session_id: SessionId) -> Verb[Session | None]:
    """A session's row, alive or not."""
    rows = yield FIND, (uuid_bytes(session_id),)
    return _read(rows[0]) if rows else None


def start_session(*, session: Session, replaces: SessionId | None, audit: AuditEvent) -> Verb[None]:
    """A new session in the place of another; the oldest beyond the user's twenty go."""
    user = uuid_bytes(session.user_id)
    if replaces is not None:
        yield END, (uuid_bytes(replaces),)
    started = yield (
        INSERT,
        (uuid_bytes(session.id), user, session.digest, session.signed_in_at, session.last_seen_at),
    )
    if started:
        yield EVICT, (user, SESSIONS_PER_USER)
        yield entry(audit)


def touch_session(*, session_id: SessionId, now: Micros) -> Verb[None]:
    """Note that it was seen; never moves back."""
    yield TOUCH, (now, uuid_bytes(session_id))


def end_session(*, session_id: SessionId) -> Verb[None]:
    """Sign out."""
    yield END, (uuid_bytes(session_id),)


def _read(row: tuple[Any, ...]) -> Session:
    key, user, digest, signed_in, seen = row
    return Session(
        id=SessionId(uuid_text(key)),
        user_id=UserId(uuid_text(user)),
        digest=Digest(digest),
        signed_in_at=Micros(signed_in),
        last_seen_at=Micros(seen),
    )
