"""Nothing grows: what may go, and when (DESIGN D14). docs/storage.md lists every table's ceiling."""

from collections.abc import Callable

from frontdesk.protocol.adoption import ADOPTABLE_FOR
from frontdesk.protocol.call_counts import ACCEPTED_FOR, first_of_week, oldest_day
from frontdesk.protocol.hours import FORGOTTEN_AFTER, oldest_kept
from frontdesk.protocol.ids import DAY, HOUR, Micros
from frontdesk.protocol.signin import SESSION_IDLE
from frontdesk.storage.audit_places import unindex
from frontdesk.storage.connections import settle
from frontdesk.storage.credentials import end_retired
from frontdesk.storage.network_rules import end_outlived
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
EMAIL_CHANGES = """
DELETE FROM email_changes WHERE user_id IN (
    SELECT user_id FROM email_changes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
)
RETURNING user_id
"""
SPENT_CHALLENGES = """
DELETE FROM spent_challenges WHERE digest IN (
    SELECT digest FROM spent_challenges WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
)
RETURNING digest
"""
SESSIONS = """
DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE last_seen_at <= $1 ORDER BY last_seen_at LIMIT $2
)
RETURNING id
"""
# The newest row stays, so that no position is given a second time; so does what is not in the index yet.
OLD_AUDIT = """
DELETE FROM audit WHERE position IN (
    SELECT position FROM (SELECT position, at FROM audit ORDER BY position LIMIT $1) AS oldest WHERE at <= $2
) AND position < (SELECT max(position) FROM audit) AND position <= (SELECT position FROM audit_indexed WHERE one = 1)
RETURNING position, network_id, networks
"""
MUCH_AUDIT = """
DELETE FROM audit WHERE position IN (
    SELECT position FROM audit WHERE position <= (SELECT max(position) FROM audit) - $1 ORDER BY position LIMIT $2
) AND position <= (SELECT position FROM audit_indexed WHERE one = 1)
RETURNING position, network_id, networks
"""
CHANGES = """
DELETE FROM change_log WHERE position IN (
    SELECT position FROM change_log
    WHERE position <= (SELECT max(position) FROM change_log) - $1
    AND position < (SELECT max(position) FROM change_log) ORDER BY position LIMIT $2
)
RETURNING position
"""

CALL_COUNTS = """
DELETE FROM call_counts WHERE (scheme, client_id, operation, day, scopes) IN (
    SELECT scheme, client_id, operation, day, scopes FROM call_counts WHERE day < $1 ORDER BY day LIMIT $2
)
RETURNING day
"""
HOUR_COUNTS = """
DELETE FROM hour_counts WHERE (hour, what) IN (
    SELECT hour, what FROM hour_counts WHERE hour < $1 ORDER BY hour LIMIT $2
)
RETURNING hour
"""
# A handful of rows: one a worker.
WORKER_MAIL = """
DELETE FROM worker_mail WHERE worker IN (SELECT worker FROM worker_mail WHERE seen_at <= $1 LIMIT $2) RETURNING worker
"""
APP_HABITS = """
DELETE FROM app_habits WHERE (client_id, habit, day) IN (
    SELECT client_id, habit, day FROM app_habits WHERE day < $1 ORDER BY day LIMIT $2
)
RETURNING day
"""
CREDENTIAL_CALLS = """
DELETE FROM credential_calls WHERE (client_id, day) IN (
    SELECT client_id, day FROM credential_calls WHERE day < $1 ORDER BY day LIMIT $2
)
RETURNING day
"""
# A few rows: an operator's word counts for a week.
ACCEPTED_POLICIES = """
DELETE FROM accepted_policies WHERE fingerprint IN (
    SELECT fingerprint FROM accepted_policies WHERE accepted_at <= $1 ORDER BY fingerprint LIMIT $2
)
RETURNING fingerprint
"""
OWNERSHIP_OFFERS = """
DELETE FROM ownership_offers WHERE network_id IN (
    SELECT network_id FROM ownership_offers WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
)
RETURNING network_id
"""
INVITATIONS = """
DELETE FROM invitations WHERE id IN (
    SELECT id FROM invitations WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
)
RETURNING id
"""
LEFT_EDGES = """
DELETE FROM left_edges WHERE (network_id, grant_id) IN (
    SELECT network_id, grant_id FROM left_edges WHERE left_at <= $1 ORDER BY left_at LIMIT $2
)
RETURNING grant_id
"""


def clean(*, now: Micros, limit: int) -> Verb[int]:
    """Delete up to `limit` rows that nothing can need any more; how many went.

    Every kind gets its share first, so that a busy one cannot keep the others from being cleaned.
    """
    gone = 0
    share = max(1, limit // (len(_SWEEPS) + 3))
    for batch in (share, limit):
        before = gone
        gone += yield from _end_expired_codes(now, min(batch, limit - gone))
        gone += yield from end_retired(now, min(batch, limit - gone))
        yield from end_outlived(now, min(batch, limit - gone))
        gone += yield from _clean_audit(now, min(batch, limit - gone))
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


def _clean_audit(now: Micros, limit: int) -> Verb[int]:
    """Rows that are too old or too many go, and their places in the index of networks with them."""
    if limit <= 0:
        return 0
    rows = yield OLD_AUDIT, (limit, now - AUDIT_KEPT)
    rows += yield MUCH_AUDIT, (AUDIT_ROWS, limit - len(rows))
    yield from unindex(rows)
    return len(rows)


_SWEEPS: tuple[Callable[[Micros, int], Step], ...] = (
    lambda now, limit: (CODES, (limit, now - CODE_KEPT)),
    lambda now, limit: (GRANTS, (now - REVOKED_KEPT, limit)),
    lambda now, limit: (LOGIN_CODES, (now, limit)),
    lambda now, limit: (LOGIN_BUDGETS, (now, limit)),
    lambda now, limit: (EMAIL_CHANGES, (now, limit)),
    lambda now, limit: (SPENT_CHALLENGES, (now, limit)),
    lambda now, limit: (SESSIONS, (now - SESSION_IDLE, limit)),
    lambda _, limit: (CHANGES, (CHANGES_KEPT, limit)),
    lambda now, limit: (CALL_COUNTS, (oldest_day(now), limit)),
    lambda now, limit: (HOUR_COUNTS, (oldest_kept(now), limit)),
    lambda now, limit: (WORKER_MAIL, (now - FORGOTTEN_AFTER, limit)),
    lambda now, limit: (APP_HABITS, (oldest_day(now), limit)),
    lambda now, limit: (CREDENTIAL_CALLS, (first_of_week(now), limit)),
    lambda now, limit: (ACCEPTED_POLICIES, (now - ACCEPTED_FOR, limit)),
    lambda now, limit: (OWNERSHIP_OFFERS, (now, limit)),
    lambda now, limit: (INVITATIONS, (now, limit)),
    lambda now, limit: (LEFT_EDGES, (now - ADOPTABLE_FOR, limit)),
)
