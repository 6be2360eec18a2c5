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
from frontdesk.storage.audit import entry_of_grant
from frontdesk.storage.columns import leads_to, place_of, read_edges, read_scopes_column
from frontdesk.storage.connections import LIST_OF_USER, read_connection, settle
from frontdesk.storage.credentials import touch_credentials
from frontdesk.storage.verbs import Rows, Verb

_SELECT = """
SELECT g.id, g.user_id, g.client_id, g.stamp, g.scopes_asked, g.scopes_given, g.edges, g.refresh_digest, g.code_id,
    g.created_at, g.last_used_at, g.revoked_at, g.generation, g.first_digest, g.adopted_at
FROM grants g
"""
FIND = _SELECT + "WHERE g.id = $1"
LIVE_OF_USER = _SELECT + "WHERE g.user_id = $1 AND g.revoked_at IS NULL ORDER BY g.created_at DESC, g.id DESC"
LIVE = _SELECT + "WHERE g.revoked_at IS NULL ORDER BY g.created_at DESC, g.id DESC"
PAGE = _SELECT + "WHERE g.id > $1 AND g.revoked_at IS NULL ORDER BY g.id LIMIT $2"
# An edge is only ever given to a network in which its user has a role, and losing the role drops it for good: the
# live edges of a network are those of its members' grants.
LIVE_OF_MEMBERS = (
    _SELECT
    + """JOIN memberships m ON m.user_id = g.user_id
WHERE m.network_id = $1 AND g.revoked_at IS NULL ORDER BY g.created_at DESC, g.id DESC"""
)
GUESTS = """
SELECT g.user_id, g.client_id, g.id, g.edges, g.created_at FROM grants g JOIN memberships m ON m.user_id = g.user_id
WHERE m.network_id = $1 AND g.revoked_at IS NULL
"""
LEFT_BEHIND = (
    _SELECT
    + """JOIN left_edges e ON e.grant_id = g.id
WHERE e.network_id = $1 AND g.revoked_at IS NULL ORDER BY e.left_at DESC, g.id DESC"""
)
# Who may open a network, by app: told by the index alone.
REACHING = """
SELECT DISTINCT m.user_id, g.client_id FROM memberships m JOIN grants g ON g.user_id = m.user_id
WHERE m.network_id = $1 AND m.user_id >= $2 AND (m.user_id > $2 OR g.client_id > $3) AND g.revoked_at IS NULL
ORDER BY m.user_id, g.client_id LIMIT $4
"""
LIVE_OF_CONNECTION = _SELECT + "WHERE g.user_id = $1 AND g.client_id = $2 AND g.revoked_at IS NULL ORDER BY g.id"
REVOKE = "UPDATE grants SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL RETURNING user_id, client_id, edges"
REVOKE_PROVEN = """
UPDATE grants SET revoked_at = $1 WHERE id = $2 AND client_id = $3 AND refresh_digest = $4 AND revoked_at IS NULL
RETURNING user_id, client_id, edges
"""
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


def list_guests(network_id: NetworkId, *, start: int, count: int) -> Verb[tuple[int, list[list[Grant]]]]:
    """Who reaches a network by which app, the latest connected first: how many, and the live grants of some."""
    network = uuid_bytes(network_id)
    held: dict[tuple[bytes, str], list[tuple[int, bytes]]] = {}
    for user, client, key, edges, created in (yield GUESTS, (network,)):
        if leads_to(edges, network):
            held.setdefault((user, client), []).append((created, key))
    guests = sorted(held, key=lambda guest: (-min(held[guest])[0], guest))
    shown = guests[start : start + count]
    keys = [key for guest in shown for _, key in held[guest]]
    places = ", ".join(f"${number}" for number in range(1, len(keys) + 1))
    of_guest: dict[tuple[bytes, str], list[Grant]] = {guest: [] for guest in shown}
    for row in (yield f"{_SELECT} WHERE g.id IN ({places}) ORDER BY g.id DESC", tuple(keys)) if keys else ():
        of_guest[row[1], row[2]].append(_read(row))
    return len(guests), list(of_guest.values())


def list_reaching_apps(network_id: NetworkId) -> Verb[list[ClientId]]:
    """The apps that have a live grant with an undropped edge to a network."""
    network = uuid_bytes(network_id)
    rows = yield GUESTS, (network,)
    return sorted({ClientId(client) for _, client, _, edges, _ in rows if leads_to(edges, network)})


def page_grants(*, after: GrantId | None, limit: int) -> Verb[list[Grant]]:
    """Live grants after an id."""
    return [_read(row) for row in (yield PAGE, (place_of(after), limit))]


def page_reach(network_id: NetworkId, *, after: tuple[UserId, ClientId] | None, limit: int) -> Verb[list[list[Grant]]]:
    """Live grants with an undropped edge to a network, those of one user's app together, after such a pair."""
    network = uuid_bytes(network_id)
    user, client = (uuid_bytes(after[0]), str(after[1])) if after is not None else (b"", "")
    found: list[list[Grant]] = []
    while True:
        pairs = yield REACHING, (network, user, client, limit)
        for user, client in pairs:
            rows = yield LIVE_OF_CONNECTION, (user, client)
            reaching = [_read(row) for row in rows if leads_to(row[6], network)]
            found += [reaching] if reaching else []
        if len(pairs) < limit or len(found) >= limit:
            return found[:limit]


def list_left_grants(network_id: NetworkId) -> Verb[list[Grant]]:
    """Live grants that lost a network when their person left it, the latest first."""
    return [_read(row) for row in (yield LEFT_BEHIND, (uuid_bytes(network_id),))]


def list_connections(
    user_id: UserId, *, start: int = 0, count: int | None = None
) -> Verb[list[tuple[Connection, list[Grant]]]]:
    """A user's connections with their live grants, newest consent first: all, or `count` of them from `start` on."""
    user = uuid_bytes(user_id)
    shown = yield LIST_OF_USER, (user, -1 if count is None else count, start)
    grants: dict[ClientId, list[Grant]] = {ClientId(row[1]): [] for row in shown}
    for row in (yield LIVE_OF_USER, (user,)):
        if row[2] in grants:
            grants[row[2]].append(_read(row))
    return [(connection, grants[connection.client_id]) for connection in map(read_connection, shown)]


def revoke_grant(*, grant_id: GrantId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """End a grant, and the connection with its last one; False where there was nothing to end."""
    return (yield from _end((yield REVOKE, (now, uuid_bytes(grant_id))), now, audit))


def revoke_by_token(
    *, grant_id: GrantId, client_id: ClientId, digest: Digest, now: Micros, audit: AuditEvent
) -> Verb[bool]:
    """The same where the grant is this app's and its refresh token this one; the audit row is told whose it was."""
    rows = yield REVOKE_PROVEN, (now, uuid_bytes(grant_id), client_id, digest)
    return (yield from _end(rows, now, audit))


def _end(rows: Rows, now: Micros, audit: AuditEvent) -> Verb[bool]:
    if not rows:
        return False
    user, client, edges = rows[0]
    yield from settle(user, client, now)
    yield entry_of_grant(audit, user, edges)
    return True


def confirm_successor(*, grant_id: GrantId, generation: int, digest: Digest) -> Verb[bool]:
    """Put a grant's next refresh token in the current one's place; False where it is not the next any more."""
    return bool((yield CONFIRM, (generation, digest, uuid_bytes(grant_id))))


def touch(
    *, grants: Sequence[tuple[GrantId, Micros]], credentials: Sequence[tuple[CredentialId, Micros, str | None]]
) -> Verb[None]:
    """Write last uses; never moves one back."""
    for grant_id, used_at in grants:
        yield TOUCH, (used_at, uuid_bytes(grant_id))
    yield from touch_credentials(credentials)


def _read(row: tuple[Any, ...]) -> Grant:
    key, user, client, stamp, asked, given, edges, digest, code, created, *rest = row
    used, revoked, generation, first, adopted = rest
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
        adopted_at=None if adopted is None else Micros(adopted),
    )
