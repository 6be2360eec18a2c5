"""Signed-in browsers."""

from typing import Any

from frontdesk.protocol.ids import Digest, Micros, SessionId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent, Proof, Session
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import optional_id
from frontdesk.storage.verbs import Verb

SESSIONS_PER_USER = 20

_SELECT = "SELECT id, user_id, digest, signed_in_at, last_seen_at, address, browser, system, proof FROM sessions "
FIND = _SELECT + "WHERE id = $1"
LIST = _SELECT + "WHERE user_id = $1 ORDER BY signed_in_at DESC, id DESC"
# A user who was blocked between the right code and this write gets no session that an unblocking would revive.
INSERT = """
INSERT INTO sessions (id, user_id, digest, signed_in_at, last_seen_at, address, browser, system, proof)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE EXISTS (
    SELECT 1 FROM users WHERE id = $2 AND blocked_at IS NULL AND suspended_at IS NULL
) RETURNING id
"""
EVICT = """
DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE user_id = $1 ORDER BY signed_in_at DESC, id DESC LIMIT 1000 OFFSET $2
)
"""
NOTE_SIGN_IN = """
INSERT INTO last_sign_ins (user_id, at) VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET at = excluded.at
"""
TOUCH = "UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $1"
END = "DELETE FROM sessions WHERE id = $1"
END_OWN = "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING id"
END_OTHERS = "DELETE FROM sessions WHERE user_id = $1 AND id IS NOT $2 RETURNING id"
END_LOGIN_CODES = "DELETE FROM login_codes WHERE user_id = $1"


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
        (
            uuid_bytes(session.id),
            user,
            session.digest,
            session.signed_in_at,
            session.last_seen_at,
            session.address,
            session.browser,
            session.system,
            session.proof.value,
        ),
    )
    if started:
        yield EVICT, (user, SESSIONS_PER_USER)
        yield NOTE_SIGN_IN, (user, session.signed_in_at)
        yield entry(audit)


def touch_session(*, session_id: SessionId, now: Micros) -> Verb[None]:
    """Note that it was seen; never moves back."""
    yield TOUCH, (now, uuid_bytes(session_id))


def end_session(*, session_id: SessionId) -> Verb[None]:
    """Sign out."""
    yield END, (uuid_bytes(session_id),)


def list_sessions(user_id: UserId) -> Verb[list[Session]]:
    """A user's sessions, newest first, alive or not."""
    return [_read(row) for row in (yield LIST, (uuid_bytes(user_id),))]


def end_own_session(*, user_id: UserId, session_id: SessionId, audit: AuditEvent) -> Verb[bool]:
    """Sign another browser of the same user out; False where it is not theirs, or gone already."""
    if not (yield END_OWN, (uuid_bytes(session_id), uuid_bytes(user_id))):
        return False
    yield entry(audit)
    return True


def end_sessions(*, user_id: UserId, keep: SessionId | None, audit: AuditEvent) -> Verb[int]:
    """Sign a user out everywhere but in `keep`; codes on their way to the mailbox go too. How many sessions ended."""
    user = uuid_bytes(user_id)
    ended = yield END_OTHERS, (user, optional_id(keep))
    yield END_LOGIN_CODES, (user,)
    yield entry(audit)
    return len(ended)


def _read(row: tuple[Any, ...]) -> Session:
    key, user, digest, signed_in, seen, address, browser, system, proof = row
    return Session(
        id=SessionId(uuid_text(key)),
        user_id=UserId(uuid_text(user)),
        digest=Digest(digest),
        signed_in_at=Micros(signed_in),
        last_seen_at=Micros(seen),
        address=address,
        browser=browser,
        system=system,
        proof=Proof(proof),
    )
