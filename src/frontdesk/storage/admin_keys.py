"""What programs of the operator prove themselves with at the administration API."""

from typing import Any

from frontdesk.protocol.ids import AdminKeyId, Digest, Micros, uuid_bytes, uuid_text
from frontdesk.protocol.records import AdminKey, AuditEvent
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

_SELECT = "SELECT id, name, digest, created_at, expires_at, read_only, last_used_at FROM admin_keys "
FIND = _SELECT + "WHERE id = $1"
LIST = _SELECT + "ORDER BY id"
INSERT = """
INSERT INTO admin_keys (id, name, digest, created_at, expires_at, read_only, last_used_at)
SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT count(*) FROM admin_keys) < $8
RETURNING id
"""
TOUCH = "UPDATE admin_keys SET digest = $1, last_used_at = $2 WHERE id = $3 AND digest = $4"
DELETE = "DELETE FROM admin_keys WHERE id = $1 RETURNING id"


def find_admin_key(key_id: AdminKeyId) -> Verb[AdminKey | None]:
    """A key by its id, expired or not."""
    rows = yield FIND, (uuid_bytes(key_id),)
    return _read(rows[0]) if rows else None


def list_admin_keys() -> Verb[list[AdminKey]]:
    """All keys, the oldest first."""
    return [_read(row) for row in (yield LIST, ())]


def add_admin_key(*, key: AdminKey, most: int, audit: AuditEvent) -> Verb[bool]:
    """A new key; False where there are too many."""
    values = (uuid_bytes(key.id), key.name, key.digest, key.created_at, key.expires_at, int(key.read_only), None, most)
    if not (yield INSERT, values):
        return False
    yield entry(audit)
    return True


def touch_admin_key(*, key_id: AdminKeyId, replaces: Digest, digest: Digest, now: Micros) -> Verb[None]:
    """Note a use."""
    yield TOUCH, (digest, now, uuid_bytes(key_id), replaces)


def revoke_admin_key(*, key_id: AdminKeyId, audit: AuditEvent) -> Verb[bool]:
    """Forget a key; False where there is none."""
    if not (yield DELETE, (uuid_bytes(key_id),)):
        return False
    yield entry(audit)
    return True


def _read(row: tuple[Any, ...]) -> AdminKey:
    key, name, digest, created, expires, read_only, used = row
    return AdminKey(
        id=AdminKeyId(uuid_text(key)),
        name=name,
        digest=Digest(digest),
        created_at=Micros(created),
        expires_at=None if expires is None else Micros(expires),
        read_only=bool(read_only),
        last_used_at=None if used is None else Micros(used),
    )
