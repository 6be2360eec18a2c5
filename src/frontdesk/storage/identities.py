"""Who is who at the provider's own sign-in."""

from frontdesk.protocol.ids import Email, Micros, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.provider import Identity, LinkedIdentity, Unlinked, is_last_way_in
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

FIND = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2 AND unlinked_at IS NULL"
# Both unique keys count: neither two users for one identity, nor two identities of one issuer for a user.
INSERT = """
INSERT INTO identities (issuer, subject, user_id, linked_at)
SELECT $1, $2, id, $3 FROM users WHERE id = $4 AND blocked_at IS NULL AND suspended_at IS NULL
ON CONFLICT DO NOTHING RETURNING subject
"""
LIST = "SELECT issuer, subject, linked_at, unlinked_at FROM identities WHERE user_id = $1 ORDER BY issuer"
WAYS = """
SELECT u.email, (SELECT count(*) FROM passkeys p WHERE p.user_id = u.id),
    (SELECT count(*) FROM identities i WHERE i.user_id = u.id AND i.unlinked_at IS NULL)
FROM users u WHERE u.id = $1
"""
UNLINK = """
UPDATE identities SET unlinked_at = $1
WHERE issuer = $2 AND subject = $3 AND user_id = $4 AND unlinked_at IS NULL RETURNING subject
"""
FORGET = """
DELETE FROM identities WHERE issuer = $1 AND subject = $2 AND user_id = $3 AND unlinked_at IS NOT NULL
RETURNING subject
"""
FORGET_ALL = "DELETE FROM identities WHERE user_id = $1"


def find_identity(identity: Identity) -> Verb[UserId | None]:
    """The user whom an identity stands for."""
    rows = yield FIND, (identity.issuer, identity.subject)
    return UserId(uuid_text(rows[0][0])) if rows else None


def link_identity(*, identity: Identity, user_id: UserId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Let it stand for this user; False where either is taken, or the user may not sign in."""
    if not (yield INSERT, (identity.issuer, identity.subject, now, uuid_bytes(user_id))):
        return False
    yield entry(audit)
    return True


def list_identities(user_id: UserId) -> Verb[list[LinkedIdentity]]:
    """A user's, by issuer."""
    return [
        LinkedIdentity(
            issuer=issuer,
            subject=subject,
            linked_at=Micros(linked),
            unlinked_at=None if unlinked is None else Micros(unlinked),
        )
        for issuer, subject, linked, unlinked in (yield LIST, (uuid_bytes(user_id),))
    ]


def unlink_identity(*, user_id: UserId, issuer: str, subject: str, now: Micros, audit: AuditEvent) -> Verb[Unlinked]:
    """It stands for this user no more, unless nothing else lets them in."""
    ways = yield WAYS, (uuid_bytes(user_id),)
    if not ways:
        return Unlinked.GONE
    ((email, passkeys, linked),) = ways
    if is_last_way_in(Email(email), passkeys=passkeys, others=linked - 1):
        return Unlinked.LAST
    if not (yield UNLINK, (now, issuer, subject, uuid_bytes(user_id))):
        return Unlinked.GONE
    yield entry(audit)
    return Unlinked.DONE


def forget_identity(*, user_id: UserId, issuer: str, subject: str, audit: AuditEvent) -> Verb[bool]:
    """Forget one that was unlinked."""
    if not (yield FORGET, (issuer, subject, uuid_bytes(user_id))):
        return False
    yield entry(audit)
    return True
