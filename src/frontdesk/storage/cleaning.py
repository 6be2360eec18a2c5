"""Nothing grows: what may go, and when (DESIGN D14). docs/storage.md lists every table's ceiling."""

from collections.abc import Callable

from frontdesk.protocol.ids import DAY, HOUR, Micros
from frontdesk.protocol.signin import SESSION_IDLE
from frontdesk.storage.connections import settle
from frontdesk.storage.verbs import Step, Verb

# A replayed code is told apart from an unknown one for this long, and a revoked grant from one that never was.
CODE_KEPT = HOUR
REVOKED_KEPT = HOUR
AUDIT_KEPT = 400 * DAY
AUDIT_ROWS = 1_000_000
CHANGES_KEPT = 10_000

# In the order of the index of pending codes, which are few: it is read, not the table.
END_EXPIRED_CODES = """
UPDATE codes SET voided_at = expires_at WHERE id IN (
    SELECT id FROM codes WHERE grant_id IS NULL AND voided_at IS NULL AND expires_at <= $1
    ORDER BY user_id, client_id, expires_at LIMIT $2
)
RETURNING user_id, client_id
"""
# Ids are in the order of time, so that the few oldest say whether anything is too old; so are audit's positions.
CODES = """
DELETE FROM codes WHERE id IN (
    SELECT id FROM (SELECT id, expires_at FROM codes ORDER BY id LIMIT $1) AS oldest WHERE expires_at <= $2
)
RETURNING id
"""
GRANTS = """
DELETE FROM grants WHERE id IN (
    SELECT id FROM grants WHERE revoked_at IS NOT NULL AND revoked_at <= $1 ORDER BY revoked_at LIMIT $2
)
RETURNING id
"""
LOGIN_CODES = """
DELETE FROM login_codes WHERE id IN (
    SELECT id FROM login_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
)
RETURNING id
"""
LOGIN_BUDGETS = """
DELETE FROM login_budgets WHERE key IN (
    SELECT key FROM login_budgets WHERE stale_at <= $1 ORDER BY stale_at LIMIT $2
)
RETURNING key
"""
SESSIONS = """
DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE last_seen_at <= $1 ORDER BY last_seen_at LIMIT $2
)
RETURNING id
"""
OLD_AUDIT = """
DELETE FROM audit WHERE position IN (
    SELECT position FROM (SELECT position, at FROM audit ORDER BY position LIMIT $1) AS oldest WHERE at <= $2
)
RETURNING position
"""
MUCH_AUDIT = """
DELETE FROM audit WHERE position IN (
    SELECT position FROM audit WHERE position <= (SELECT max(position) FROM audit) - $1 ORDER BY position LIMIT $2
)
RETURNING position
"""
CHANGES = """
DELETE FROM change_log WHERE position IN (
    SELECT position FROM change_log
    WHERE position <= (SELECT max(position) FROM change_log) - $1
    AND position < (SELECT max(position) FROM change_log) ORDER BY position LIMIT $2
)
RETURNING position
"""


def clean(*, now: Micros, limit: int) -> Verb[int]:
    """Delete up to `limit` rows that nothing can need any more; how many went.

    Every kind gets its share first, so that a busy one cannot keep the others from being cleaned.
    """
    gone = 0
    share = max(1, limit // 8)
    for batch in (share, limit):
        before = gone
        gone += yield from _end_expired_codes(now, min(batch, limit - gone))
        for sweep in _SWEEPS:
            room = min(batch, limit - gone)
            gone += len((yield sweep(now, room))) if room > 0 else 0
        if gone - before < share:
            break
    return gone


def _end_expired_codes(now: Micros, limit: int) -> Verb[int]:
    """A code nobody came for ends, and with it a connection that lived on it alone."""
    rows = (yield END_EXPIRED_CODES, (now, limit)) if limit > 0 else []
    for user, client in set(rows):
        yield from settle(user, client, now)
    return len(rows)


_SWEEPS: tuple[Callable[[Micros, int], Step], ...] = (
    lambda now, limit: (CODES, (limit, now - CODE_KEPT)),
    lambda now, limit: (GRANTS, (now - REVOKED_KEPT, limit)),
    lambda now, limit: (LOGIN_CODES, (now, limit)),
    lambda now, limit: (LOGIN_BUDGETS, (now, limit)),
    lambda now, limit: (SESSIONS, (now - SESSION_IDLE, limit)),
    lambda now, limit: (OLD_AUDIT, (limit, now - AUDIT_KEPT)),
    lambda _, limit: (MUCH_AUDIT, (AUDIT_ROWS, limit)),
    lambda _, limit: (CHANGES, (CHANGES_KEPT, limit)),
)
