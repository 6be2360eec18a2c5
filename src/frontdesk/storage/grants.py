"""Grants: one refresh token each, made by exchanging a code, with an edge for every network."""

from collections.abc import Sequence
from typing import Any

from frontdesk.protocol.ids import (
    ClientId,
    CodeId,
    CredentialId,
    Digest,
    GrantId,
    Micros,
    NetworkId,
    UserId,
    uuid_bytes,
    uuid_text,
)
from frontdesk.protocol.records import AuditEvent, Connection, Grant
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import leads_to, read_edges, read_scopes_column
from frontdesk.storage.connections import LIST_OF_USER, read_connection, settle
from frontdesk.storage.networks import TOUCH as TOUCH_CREDENTIAL
from frontdesk.storage.verbs import Verb

_SELECT = """
SELECT g.id, g.user_id, g.client_id, g.stamp, g.scopes_asked, g.scopes_given, g.edges, g.refresh_digest, g.code_id,
    g.created_at, g.last_used_at, g.revoked_at, g.generation, g.first_digest
FROM grants g
"""
FIND = _SELECT + "WHERE g.id = $1"
LIVE_OF_USER = _SELECT + "WHERE g.user_id = $1 AND g.revoked_at IS NULL ORDER BY g.created_at DESC, g.id DESC"
LIVE = _SELECT + "WHERE g.revoked_at IS NULL ORDER BY g.created_at DESC, g.id DESC"
# An edge is only ever given to a network in which its user has a role, and losing the role drops it for good: the
# live edges of a network are those of its members' grants.
LIVE_OF_MEMBERS = (
    _SELECT
    + """JOIN memberships m ON m.user_id = g.user_id
WHERE m.network_id = $1 AND g.revoked_at IS NULL ORDER BY g.created_at DESC, g.id DESC"""
)
REVOKE = "UPDATE grants SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL RETURNING user_id, client_id"
# What was current becomes the first of its family where nothing was before; later ones are known by key and number.
CONFIRM = """
UPDATE grants SET generation = $1, refresh_digest = $2, first_digest = coalesce(first_digest, refresh_digest)
WHERE id = $3 AND generation = $1 - 1 AND revoked_at IS NULL RETURNING id
"""
TOUCH = """
UPDATE grants SET last_used_at = $1, used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)
"""


def find_grant(grant_id: GrantId) -> Verb[Grant | None]:
    """A grant with its edges, revoked or not."""
    rows = yield FIND, (uuid_bytes(grant_id),)
    return _read(rows[0]) if rows else None


def list_grants() -> Verb[list[Grant]]:
    """All live grants, newest first."""
    return [_read(row) for row in (yield LIVE, ())]


def list_network_grants(network_id: NetworkId) -> Verb[list[Grant]]:
    """Live grants with an undropped edge to a network, newest first."""
    network = uuid_bytes(network_id)
    rows = yield LIVE_OF_MEMBERS, (network,)
    return [_read(row) for row in rows if leads_to(row[6], network)]


def list_connections(user_id: UserId) -> Verb[list[tuple[Connection, list[Grant]]]]:
    """A user's connections with their live grants, newest consent first."""
    user = uuid_bytes(user_id)
    grants: dict[ClientId, list[Grant]] = {}
    for row in (yield LIVE_OF_USER, (user,)):
        grant = _read(row)
        grants.setdefault(grant.client_id, []).append(grant)
    connections = [read_connection(row) for row in (yield LIST_OF_USER, (user,))]
    return [(connection, grants.get(connection.client_id, [])) for connection in connections]


def revoke_grant(*, grant_id: GrantId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """End a grant, and the connection with its last one; False where there was nothing to end."""
    rows = yield REVOKE, (now, uuid_bytes(grant_id))
    if not rows:
        return False
    user, client = rows[0]
    yield from settle(user, client, now)
    yield entry(audit)
    return True


def confirm_successor(*, grant_id: GrantId, generation: int, digest: Digest) -> Verb[bool]:
    """Put a grant's next refresh token in the current one's place; False where it is not the next any more."""
    return bool((yield CONFIRM, (generation, digest, uuid_bytes(grant_id))))


def touch(
    *, grants: Sequence[tuple[GrantId, Micros]], credentials: Sequence[tuple[CredentialId, Micros]]
) -> Verb[None]:
    """Write last uses; never moves one back."""
    for grant_id, used_at in grants:
        yield TOUCH, (used_at, uuid_bytes(grant_id))
    for client_id, used_at in credentials:
        yield TOUCH_CREDENTIAL, (used_at, client_id)


def _read(row: tuple[Any, ...]) -> Grant:
    key, user, client, stamp, asked, given, edges, digest, code, created, used, revoked, generation, first = row
    return Grant(
        id=GrantId(uuid_text(key)),
        user_id=UserId(uuid_text(user)),
        client_id=ClientId(client),
        stamp=stamp,
        scopes_asked=read_scopes_column(asked),
        scopes_given=read_scopes_column(given),
        edges=read_edges(edges),
        refresh_digest=Digest(digest),
        code_id=CodeId(uuid_text(code)),
        created_at=Micros(created),
        last_used_at=None if used is None else Micros(used),
        revoked_at=None if revoked is None else Micros(revoked),
        generation=generation,
        first_digest=None if first is None else Digest(first),
    )
