"""The provider's own APIs that may ask what a token is worth. RFC 7662 §2.1."""

from typing import Any

from frontdesk.protocol.ids import Digest, Micros, ResourceServerId
from frontdesk.protocol.records import AuditEvent, ResourceServer
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

_SELECT = "SELECT id, name, secret_digest, created_at, disabled_at FROM resource_servers "
FIND = _SELECT + "WHERE id = $1"
LIST = _SELECT + "ORDER BY name, id"
INSERT = """
INSERT INTO resource_servers (id, name, secret_digest, created_at, disabled_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING RETURNING id
"""
DISABLE = "UPDATE resource_servers SET disabled_at = coalesce(disabled_at, $1) WHERE id = $2 RETURNING id"
ENABLE = "UPDATE resource_servers SET disabled_at = NULL WHERE id = $1 RETURNING id"
REPLACE_DIGEST = "UPDATE resource_servers SET secret_digest = $1 WHERE id = $2 RETURNING id"
DELETE = "DELETE FROM resource_servers WHERE id = $1 RETURNING id"


def find_resource_server(server_id: ResourceServerId) -> Verb[ResourceServer | None]:
    """A resource server by its id, disabled or not."""
    rows = yield FIND, (server_id,)
    return _read(rows[0]) if rows else None


def list_resource_servers() -> Verb[list[ResourceServer]]:
    """All resource servers, by name."""
    return [_read(row) for row in (yield LIST, ())]


def add_resource_server(*, server: ResourceServer, audit: AuditEvent) -> Verb[bool]:
    """A new resource server; False where the id is taken."""
    if not (yield from insert_resource_server(server)):
        return False
    yield entry(audit)
    return True


def insert_resource_server(server: ResourceServer) -> Verb[bool]:
    """Write a new resource server; False where the id is taken."""
    values = (server.id, server.name, server.secret_digest, server.created_at, server.disabled_at)
    return bool((yield INSERT, values))


def set_resource_server_disabled(
    *, server_id: ResourceServerId, disabled: bool, now: Micros, audit: AuditEvent
) -> Verb[bool]:
    """Answer it nothing more, or again; False where there is no such resource server."""
    if not (yield (DISABLE, (now, server_id)) if disabled else (ENABLE, (server_id,))):
        return False
    yield entry(audit)
    return True


def set_resource_server_secret(*, server_id: ResourceServerId, digest: Digest, audit: AuditEvent) -> Verb[bool]:
    """Replace its secret; False where there is no such resource server."""
    if not (yield REPLACE_DIGEST, (digest, server_id)):
        return False
    yield entry(audit)
    return True


def remove_resource_server(*, server_id: ResourceServerId, audit: AuditEvent) -> Verb[bool]:
    """Forget it; False where there is no such resource server."""
    if not (yield DELETE, (server_id,)):
        return False
    yield entry(audit)
    return True


def _read(row: tuple[Any, ...]) -> ResourceServer:
    key, name, digest, created, disabled = row
    return ResourceServer(
        id=ResourceServerId(key),
        name=name,
        secret_digest=Digest(digest),
        created_at=Micros(created),
        disabled_at=None if disabled is None else Micros(disabled),
    )
