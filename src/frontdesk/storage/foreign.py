"""What was issued elsewhere: hashes that give way to our digests, and tokens that are known by a part at first."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId, uuid_bytes
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

IS_ANY = "SELECT 1 FROM foreign_tokens WHERE digest >= $1 LIMIT 1"  # the first by its key
ADOPT_CLIENT = """
UPDATE clients SET secret_digest = $1, foreign_secret = NULL WHERE id = $2 AND foreign_secret = $3 RETURNING id
"""
ADOPT_NETWORK = """
UPDATE credentials SET secret_digest = $1, foreign_secret = NULL, last_four = $2, sealed_secret = $3
WHERE client_id = $4 AND foreign_secret = $5 RETURNING client_id
"""
PIN = "UPDATE grants SET refresh_digest = $1 WHERE id = $2 AND refresh_digest = $3 RETURNING id"
INSERT_WHOLE = "INSERT INTO foreign_tokens (digest, grant_id) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING"

# What the cache knows the answer of `has_foreign_tokens` by; the triggers on the table name it in the change log.
FACT = "foreign_tokens"


def has_foreign_tokens(_fact: str) -> Verb[bool]:
    """Whether there is any."""
    return bool((yield IS_ANY, (b"",)))


def adopt_client_secret(*, client_id: ClientId, foreign_secret: str, digest: Digest, audit: AuditEvent) -> Verb[bool]:
    """Our digest in the place of an app's foreign hash, while that is still there."""
    if not (yield ADOPT_CLIENT, (digest, client_id, foreign_secret)):
        return False
    yield entry(audit)
    return True


def adopt_network_secret(
    *,
    client_id: CredentialId,
    foreign_secret: str,
    digest: Digest,
    last_four: str,
    sealed_secret: str | None,
    audit: AuditEvent,
) -> Verb[bool]:
    """Our digest in the place of a Basic pair's foreign hash, while that is still there."""
    if not (yield ADOPT_NETWORK, (digest, last_four, sealed_secret, client_id, foreign_secret)):
        return False
    yield entry(audit)
    return True


def pin_foreign_token(*, grant_id: GrantId, known_by: Sequence[Digest], digest: Digest) -> Verb[bool]:
    """Know a grant by `digest` in the place of one of `known_by`.

    The row of the part stays: importing the same list again must find that the token is here.
    """
    key = uuid_bytes(grant_id)
    for part in known_by:
        if (yield PIN, (digest, key, part)):
            yield INSERT_WHOLE, (digest, key)
            return True
    return False
