"""Leaked tokens and secrets: who holds a secret, and ending single things."""

from collections.abc import Sequence

from frontdesk.protocol import tokens
from frontdesk.protocol.ids import ClientId, CodeId, Digest, Micros, SessionId, uuid_bytes
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit import entry
from frontdesk.storage.connections import settle
from frontdesk.storage.own_grants import end_own_grant_of
from frontdesk.storage.verbs import Verb

AT_ONCE = 100  # digests looked for in one pass over a table
LOOKED_BACK = 10_000  # audit rows of a client: a busy one must not make the writer read a million

HOLDERS = {
    tokens.CLIENT_SECRET: (
        "SELECT secret_digest, id FROM clients WHERE secret_digest",
        "SELECT earlier_digest, id FROM clients WHERE earlier_digest",
    ),
    tokens.NETWORK_SECRET: ("SELECT secret_digest, client_id FROM credentials WHERE secret_digest",),
    tokens.RESOURCE_SERVER_SECRET: ("SELECT secret_digest, id FROM resource_servers WHERE secret_digest",),
}
REPLACE_CLIENT = """
UPDATE clients SET secret_digest = $1, foreign_secret = NULL, secret_changed_at = $2, secret_number = secret_number + 1,
    secret_last_four = ''
WHERE id = $3 AND secret_digest = $4 RETURNING id
"""
END_EARLIER = """
UPDATE clients SET earlier_digest = NULL, earlier_last_four = '', earlier_made_at = NULL
WHERE id = $1 AND earlier_digest = $2 RETURNING id
"""
REPLACE_RESOURCE_SERVER = """
UPDATE resource_servers SET secret_digest = $1 WHERE id = $2 AND secret_digest = $3 RETURNING id
"""
VOID = """
UPDATE codes SET voided_at = $1
WHERE id = $2 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $1 RETURNING user_id, client_id
"""
END_SESSION = "DELETE FROM sessions WHERE id = $1 RETURNING id"
NOTED = """
SELECT 1 FROM (
    SELECT action, at FROM audit WHERE client_id = $1 ORDER BY position DESC LIMIT $2
) AS newest WHERE action = $3 AND at > $4 LIMIT 1
"""


def find_secret_holders(prefix: str, digests: Sequence[Digest]) -> Verb[dict[Digest, str]]:
    """The ids of those whose secret in force has one of these digests."""
    found: dict[Digest, str] = {}
    for start in range(0, len(digests), AT_ONCE):
        some = tuple(digests[start : start + AT_ONCE])
        places = ", ".join(f"${number}" for number in range(1, len(some) + 1))
        for column in HOLDERS[prefix]:
            # Only numbered places are written into the text.
            rows = yield f"{column} IN ({places})", some
            found.update((Digest(digest), holder) for digest, holder in rows)
    return found


def replace_leaked_secret(
    prefix: str, *, holder: str, replaces: Digest, digest: Digest, now: Micros, audit: AuditEvent
) -> Verb[bool]:
    """Another digest in a secret's place; a secret that was replaced meanwhile is left alone."""
    if prefix == tokens.CLIENT_SECRET:
        done = yield REPLACE_CLIENT, (digest, now, holder, replaces)
        done = done or (yield END_EARLIER, (holder, replaces))
        if done:
            yield from end_own_grant_of(ClientId(holder))
    else:
        done = yield REPLACE_RESOURCE_SERVER, (digest, holder, replaces)
    if not done:
        return False
    yield entry(audit)
    return True


def void_code(*, code_id: CodeId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """End a pending code for good, and with it a connection that lived on it alone."""
    rows = yield VOID, (now, uuid_bytes(code_id))
    if not rows:
        return False
    user, client = rows[0]
    yield from settle(user, client, now)
    yield entry(audit)
    return True


def end_leaked_session(*, session_id: SessionId, audit: AuditEvent) -> Verb[bool]:
    """End a session, written down."""
    if not (yield END_SESSION, (uuid_bytes(session_id),)):
        return False
    yield entry(audit)
    return True


def note_once(*, audit: AuditEvent, since: Micros) -> Verb[bool]:
    """Save an audit row, unless it was said already."""
    if (yield NOTED, (audit.client_id, LOOKED_BACK, audit.action, since)):
        return False
    yield entry(audit)
    return True
