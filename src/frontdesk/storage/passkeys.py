"""Passkeys, and the challenges that were answered with them."""

from typing import Any

from frontdesk.protocol.ids import Digest, Micros, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.passkeys import Passkey, counts_on
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

_SELECT = """
SELECT id, user_id, name, public_key, sign_count, synced, created_at, last_used_at FROM passkeys
"""
FIND = _SELECT + "WHERE id = $1"
LIST = _SELECT + "WHERE user_id = $1 ORDER BY created_at, id"
COUNT = "SELECT count(*) FROM passkeys WHERE user_id = $1"
# A user who was blocked between the page and this write gets none.
INSERT = """
INSERT INTO passkeys (id, user_id, name, public_key, sign_count, synced, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7 WHERE EXISTS (
    SELECT 1 FROM users WHERE id = $2 AND blocked_at IS NULL AND suspended_at IS NULL
) ON CONFLICT (id) DO NOTHING RETURNING id
"""
COUNTER = "SELECT sign_count FROM passkeys WHERE id = $1"
SPEND = """
INSERT INTO spent_challenges (digest, expires_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING RETURNING digest
"""
NOTE_USE = "UPDATE passkeys SET sign_count = $1, last_used_at = $2 WHERE id = $3"
RENAME = "UPDATE passkeys SET name = $1 WHERE id = $2 AND user_id = $3 RETURNING id"
REMOVE = "DELETE FROM passkeys WHERE id = $1 AND user_id = $2 RETURNING id"
REMOVE_ALL = "DELETE FROM passkeys WHERE user_id = $1"


def add_passkey(*, passkey: Passkey, limit: int, audit: AuditEvent) -> Verb[bool]:
    """One more of a user's; False where its id is taken, there are `limit` already, or the user may not sign in."""
    user = uuid_bytes(passkey.user_id)
    rows = yield COUNT, (user,)
    if rows[0][0] >= limit:
        return False
    values = (
        passkey.id,
        user,
        passkey.name,
        passkey.public_key,
        passkey.sign_count,
        int(passkey.synced),
        passkey.created_at,
    )
    if not (yield INSERT, values):
        return False
    yield entry(audit)
    return True


def list_passkeys(user_id: UserId) -> Verb[list[Passkey]]:
    """A user's, oldest first."""
    return [_read(row) for row in (yield LIST, (uuid_bytes(user_id),))]


def find_passkey(passkey_id: bytes) -> Verb[Passkey | None]:
    """A passkey by the id that its device says."""
    rows = yield FIND, (passkey_id,)
    return _read(rows[0]) if rows else None


def use_passkey(*, passkey: Passkey, challenge: Digest, expires_at: Micros, sign_count: int, now: Micros) -> Verb[bool]:
    """Spend a challenge and move the counter on; False where either was done before, or the passkey is gone."""
    known = yield COUNTER, (passkey.id,)
    if not known or not counts_on(known[0][0], sign_count):
        return False
    if not (yield SPEND, (challenge, expires_at)):
        return False
    yield NOTE_USE, (sign_count, now, passkey.id)
    return True


def remove_passkey(*, user_id: UserId, passkey_id: bytes, audit: AuditEvent) -> Verb[bool]:
    """Forget a passkey of this user's; False where it is not theirs, or gone already."""
    if not (yield REMOVE, (passkey_id, uuid_bytes(user_id))):
        return False
    yield entry(audit)
    return True


def rename_passkey(*, user_id: UserId, passkey_id: bytes, name: str, audit: AuditEvent) -> Verb[bool]:
    """Call a passkey of this user's otherwise."""
    if not (yield RENAME, (name, passkey_id, uuid_bytes(user_id))):
        return False
    yield entry(audit)
    return True


def _read(row: tuple[Any, ...]) -> Passkey:
    key, user, name, public_key, sign_count, synced, created, used = row
    return Passkey(
        id=key,
        user_id=UserId(uuid_text(user)),
        name=name,
        public_key=public_key,
        sign_count=sign_count,
        synced=bool(synced),
        created_at=Micros(created),
        last_used_at=None if used is None else Micros(used),
    )
