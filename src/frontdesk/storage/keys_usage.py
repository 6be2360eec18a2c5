"""What stands or falls with a key, and telling every process that the keys changed. DESIGN D2, D8.

The first byte of a digest is its key's id; a sealed secret begins with it, in digits before a point.
"""

from collections.abc import Sequence

from frontdesk.protocol import keys
from frontdesk.protocol.ids import ClientId, CredentialId, Digest, GrantId, Micros, NetworkId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.signin import SESSION_IDLE, SESSION_LIFETIME
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

ANNOUNCE = "INSERT INTO change_log (kind, subject) VALUES ('keys', x'')"
PUT_ANNOUNCED = """
INSERT INTO meta (key, value) VALUES ('keys', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
ANNOUNCED = "SELECT value FROM meta WHERE key = 'keys'"

# $1: now; sessions are alive that were seen after $2 and began after $3.
DIGESTS = """
SELECT 'grants', substr(refresh_digest, 1, 1), count(*) FROM grants WHERE revoked_at IS NULL GROUP BY 2
UNION ALL SELECT 'imported tokens', substr(digest, 1, 1), count(*) FROM foreign_tokens GROUP BY 2
UNION ALL SELECT 'apps', substr(digest, 1, 1), count(*) FROM (
    SELECT secret_digest AS digest FROM clients UNION ALL SELECT earlier_digest FROM clients
) AS app_digests WHERE digest IS NOT NULL GROUP BY 2
UNION ALL SELECT 'network pairs', substr(secret_digest, 1, 1), count(*) FROM credentials
WHERE foreign_secret IS NULL GROUP BY 2
UNION ALL SELECT 'resource servers', substr(secret_digest, 1, 1), count(*) FROM resource_servers GROUP BY 2
UNION ALL SELECT 'administration keys', substr(digest, 1, 1), count(*) FROM admin_keys GROUP BY 2
UNION ALL SELECT 'codes', substr(digest, 1, 1), count(*) FROM codes
WHERE grant_id IS NULL AND voided_at IS NULL AND expires_at > $1 GROUP BY 2
UNION ALL SELECT 'sign-in codes', substr(digest, 1, 1), count(*) FROM login_codes WHERE expires_at > $1 GROUP BY 2
UNION ALL SELECT 'set-up links', substr(digest, 1, 1), count(*) FROM setup_links WHERE expires_at > $1 GROUP BY 2
UNION ALL SELECT 'changes of address', substr(new_digest, 1, 1), count(*) FROM email_changes
WHERE expires_at > $1 GROUP BY 2
UNION ALL SELECT 'codes of a handover', substr(code_digest, 1, 1), count(*) FROM ownership_offers
WHERE code_digest IS NOT NULL AND code_expires_at > $1 GROUP BY 2
UNION ALL SELECT 'invitations', substr(digest, 1, 1), count(*) FROM invitations
WHERE ended_at IS NULL AND expires_at > $1 GROUP BY 2
UNION ALL SELECT 'sessions', substr(digest, 1, 1), count(*) FROM sessions
WHERE last_seen_at > $2 AND signed_in_at > $3 GROUP BY 2
"""
SEALED_SECRETS = """
SELECT substr(sealed_secret, 1, 4), count(*) FROM credentials WHERE sealed_secret IS NOT NULL GROUP BY 1
"""
# SQLite keeps deleted content in its pages unless told otherwise.
WIPE_WHAT_GOES = "PRAGMA secure_delete = ON"
FORGET_SECRETS = "UPDATE credentials SET sealed_secret = NULL WHERE sealed_secret IS NOT NULL RETURNING network_id"
SEALED_UNDER_OTHERS = """
SELECT network_id, version, sealed_secret FROM credentials
WHERE sealed_secret NOT LIKE $1 AND network_id IN (
    SELECT DISTINCT network_id FROM credentials
    WHERE sealed_secret NOT LIKE $1 AND network_id > $2 ORDER BY network_id LIMIT $3
)
ORDER BY network_id, version
"""
SEAL_AGAIN = """
UPDATE credentials SET sealed_secret = $1 WHERE network_id = $2 AND version = $3 AND sealed_secret = $4
RETURNING network_id
"""
RENEW_CLIENT = "UPDATE clients SET secret_digest = $1 WHERE id = $2 AND secret_digest = $3"
RENEW_EARLIER = "UPDATE clients SET earlier_digest = $1 WHERE id = $2 AND earlier_digest = $3"
RENEW_CREDENTIAL = "UPDATE credentials SET secret_digest = $1 WHERE client_id = $2 AND secret_digest = $3"
RENEW_SERVER = "UPDATE resource_servers SET secret_digest = $1 WHERE id = $2 AND secret_digest = $3"
# A token that was replaced meanwhile is left alone: its successors are derived under the key of its digest.
RENEW_GRANT = """
UPDATE grants SET refresh_digest = $1 WHERE id = $2 AND refresh_digest = $3 AND generation = 0 RETURNING id
"""
RENEW_FOREIGN = "UPDATE foreign_tokens SET digest = $1 WHERE digest = $2"


def count_key_uses(*, now: Micros) -> Verb[list[keys.KeyUse]]:
    """What is alive under each digest key, and the secrets sealed under each key of the vault."""
    rows = yield DIGESTS, (now, now - SESSION_IDLE, now - SESSION_LIFETIME)
    found = [keys.KeyUse(purpose="digest", key_id=key[0], kind=kind, count=count) for kind, key, count in rows if key]
    sealed: dict[int, int] = {}
    for head, count in (yield SEALED_SECRETS, ()):
        key_id = int(head.partition(".")[0])
        sealed[key_id] = sealed.get(key_id, 0) + count
    found += [
        keys.KeyUse(purpose="vault", key_id=key_id, kind=keys.SEALED, count=count) for key_id, count in sealed.items()
    ]
    return found


def announce_keys(*, announcement: str, audit: AuditEvent | None) -> Verb[None]:
    """Make every process look at its keys before it trusts anything again; keep which keys are in force now."""
    yield ANNOUNCE, ()
    yield PUT_ANNOUNCED, (announcement.encode(),)
    if audit is not None:
        yield entry(audit)


def find_announced_keys() -> Verb[str]:
    """Which keys were announced last; empty where none ever were."""
    rows = yield ANNOUNCED, ()
    return bytes(rows[0][0]).decode() if rows else ""


def forget_sealed_secrets(*, announcement: str, audit: AuditEvent) -> Verb[int]:
    """Delete every sealed secret, leaving no trace in the pages, and announce the keys; how many there were."""
    yield WIPE_WHAT_GOES, ()
    gone = yield FORGET_SECRETS, ()
    yield from announce_keys(announcement=announcement, audit=audit)
    return len(gone)


def list_sealed_under_others(
    *, key_id: int, after: NetworkId | None, limit: int
) -> Verb[list[tuple[NetworkId, int, str]]]:
    """What is sealed under other keys in the next `limit` networks: network, version, sealed text; by network."""
    start = uuid_bytes(after) if after is not None else b""
    rows = yield SEALED_UNDER_OTHERS, (f"{key_id}.%", start, limit)
    return [(NetworkId(uuid_text(network)), version, sealed) for network, version, sealed in rows]


def seal_again(*, secrets: Sequence[tuple[NetworkId, int, str, str]]) -> Verb[int]:
    """Put a new sealed text in an old one's place (network, version, old, new), unless that changed; how many."""
    done = 0
    for network, version, old, new in secrets:
        done += len((yield SEAL_AGAIN, (new, uuid_bytes(network), version, old)))
    return done


def renew_digests(
    *,
    clients: Sequence[tuple[ClientId, Digest, Digest]],
    credentials: Sequence[tuple[CredentialId, Digest, Digest]],
    resource_servers: Sequence[tuple[str, Digest, Digest]],
    grants: Sequence[tuple[GrantId, Digest, Digest]],
) -> Verb[None]:
    """Put a digest under the making key in an old one's place (id, old, new), unless that changed meanwhile."""
    for sql, renewed in (
        (RENEW_CLIENT, clients),
        (RENEW_EARLIER, clients),
        (RENEW_CREDENTIAL, credentials),
        (RENEW_SERVER, resource_servers),
    ):
        for identity, old, new in renewed:
            yield sql, (new, identity, old)
    for grant, old, new in grants:
        if (yield RENEW_GRANT, (new, uuid_bytes(grant), old)):
            yield RENEW_FOREIGN, (new, old)  # what an imported token is found by
