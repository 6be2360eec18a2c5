"""Which scopes grants made use of, and taking back some of what a connection may do."""

from collections.abc import Mapping, Sequence

from frontdesk.protocol.ids import ClientId, GrantId, Micros, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.scope_uses import ScopeUse, take_scopes
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import read_scopes_column
from frontdesk.storage.connections import settle
from frontdesk.storage.verbs import Verb

# Only for a grant that is there: what was noted in memory may be written after it is gone.
NOTE = """
INSERT INTO scope_uses (grant_id, scope, first_at, last_at) SELECT id, $1, $2, $3 FROM grants WHERE id = $4
ON CONFLICT (grant_id, scope) DO UPDATE SET
    first_at = CASE WHEN excluded.first_at < scope_uses.first_at THEN excluded.first_at ELSE scope_uses.first_at END,
    last_at = CASE WHEN excluded.last_at > scope_uses.last_at THEN excluded.last_at ELSE scope_uses.last_at END
"""
LIST_OF_USER = """
SELECT s.grant_id, s.scope, s.first_at, s.last_at FROM grants g JOIN scope_uses s ON s.grant_id = g.id
WHERE g.user_id = $1 AND g.revoked_at IS NULL ORDER BY s.grant_id, s.scope
"""
GRANTS = """
SELECT id, scopes_asked, scopes_given FROM grants WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL
"""
NARROW = "UPDATE grants SET scopes_asked = $1, scopes_given = $2, revoked_at = $3 WHERE id = $4"
PENDING = """
SELECT id, scopes_given FROM codes
WHERE user_id = $1 AND client_id = $2 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $3
"""
VOID = "UPDATE codes SET voided_at = $1 WHERE id = $2"
GIVEN = "SELECT scopes_given FROM connections WHERE user_id = $1 AND client_id = $2"
SET_GIVEN = "UPDATE connections SET scopes_given = $1 WHERE user_id = $2 AND client_id = $3"


def note_scope_uses(*, uses: Sequence[ScopeUse]) -> Verb[None]:
    """Add uses to what was seen before."""
    for use in uses:
        yield NOTE, (use.scope, use.first_at, use.last_at, uuid_bytes(use.grant_id))


def list_scope_uses(user_id: UserId) -> Verb[list[ScopeUse]]:
    """What a user's live grants made use of, by grant and scope."""
    return [
        ScopeUse(grant_id=GrantId(uuid_text(grant)), scope=scope, first_at=Micros(first), last_at=Micros(last))
        for grant, scope, first, last in (yield LIST_OF_USER, (uuid_bytes(user_id),))
    ]


def take_connection_scopes(
    *, user_id: UserId, client_id: ClientId, taken: Mapping[str, str], now: Micros, audit: AuditEvent
) -> Verb[bool]:
    """Take scopes from all of a connection: `taken` says what is left of each (empty: nothing). False: none was held.

    A grant left without any ends. A code that is on its way with one of them is void: it would bring the scope back.
    """
    user = uuid_bytes(user_id)
    found = False
    for grant, asked, given in (yield GRANTS, (user, client_id)):
        left = take_scopes(read_scopes_column(given), taken)
        if left != read_scopes_column(given):
            found = True
            along = dict.fromkeys((*read_scopes_column(asked), *left))  # a token's scopes are counted along it
            yield NARROW, (" ".join(along), " ".join(left), None if left else now, grant)
    for code, given in (yield PENDING, (user, client_id, now)):
        if not taken.keys().isdisjoint(read_scopes_column(given)):
            found = True
            yield VOID, (now, code)
    for (given,) in (yield GIVEN, (user, client_id)):
        left = take_scopes(read_scopes_column(given), taken)
        if left != read_scopes_column(given):
            found = True
            yield SET_GIVEN, (" ".join(left), user, client_id)
    if not found:
        return False
    yield from settle(user, client_id, now)
    yield entry(audit)
    return True
