"""What people take back, over all that hangs on it: a connection, one network of it, a role, a user's access."""

from frontdesk.protocol.ids import ClientId, Micros, NetworkId, UserId, uuid_bytes
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit import entries, entry
from frontdesk.storage.codes import drop_network_from_codes, void_codes_of_user
from frontdesk.storage.columns import drop_edge, has_live_edge, read_edges, read_networks, without_network
from frontdesk.storage.connections import drop_network_from_connections, settle
from frontdesk.storage.users import END_INVITATIONS_OF
from frontdesk.storage.verbs import Verb

END_GRANTS = """
UPDATE grants SET revoked_at = $1 WHERE user_id = $2 AND client_id = $3 AND revoked_at IS NULL RETURNING edges
"""
VOID_CODES = """
UPDATE codes SET voided_at = $1
WHERE user_id = $2 AND client_id = $3 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $1 RETURNING id
"""
FORGET = "DELETE FROM connections WHERE user_id = $1 AND client_id = $2 RETURNING networks_given"
EDGES_OF_CONNECTION = "SELECT id, edges FROM grants WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL"
EDGES_OF_USER = "SELECT id, edges FROM grants WHERE user_id = $1 AND revoked_at IS NULL"
NOTE_LEFT = """
INSERT INTO left_edges (network_id, grant_id, left_at) VALUES ($1, $2, $3)
ON CONFLICT (network_id, grant_id) DO UPDATE SET left_at = excluded.left_at
"""
SET_EDGES = "UPDATE grants SET edges = $1, revoked_at = $2 WHERE id = $3"
PENDING_OF_CONNECTION = """
SELECT id, networks FROM codes
WHERE user_id = $1 AND client_id = $2 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $3
"""
SET_CODE_NETWORKS = "UPDATE codes SET networks = $1, voided_at = $2 WHERE id = $3"
TAKE_ROLE = "DELETE FROM memberships WHERE user_id = $1 AND network_id = $2 AND role <> 'owner' RETURNING role"
BLOCK = """
UPDATE users SET blocked_at = coalesce(blocked_at, $1) WHERE id = $2
AND NOT EXISTS (SELECT 1 FROM memberships WHERE user_id = $2 AND role = 'owner') RETURNING id
"""
UNBLOCK = "UPDATE users SET blocked_at = NULL WHERE id = $1 RETURNING id"
END_SESSIONS = "DELETE FROM sessions WHERE user_id = $1"
END_LOGIN_CODES = "DELETE FROM login_codes WHERE user_id = $1"


def disconnect(*, user_id: UserId, client_id: ClientId, now: Micros, audit: AuditEvent) -> Verb[int]:
    """End all grants of a connection, void its codes, forget its consent; how many grants ended."""
    user = uuid_bytes(user_id)
    ended = yield END_GRANTS, (now, user, client_id)
    voided = yield VOID_CODES, (now, user, client_id)
    forgotten = yield FORGET, (user, client_id)
    if ended or voided or forgotten:
        reached = [edge.network_id for (edges,) in ended for edge in read_edges(edges) if edge.dropped_at is None]
        given = [network for (networks,) in forgotten for network in read_networks(networks)]
        yield from entries(audit, [*reached, *given])
    return len(ended)


def drop_network(
    *, user_id: UserId, client_id: ClientId, network_id: NetworkId, now: Micros, audit: AuditEvent
) -> Verb[bool]:
    """Drop a network from a connection; a grant or code left without any ends. False where nothing held it."""
    user, network = uuid_bytes(user_id), uuid_bytes(network_id)
    dropped = False
    for grant, edges in (yield EDGES_OF_CONNECTION, (user, client_id)):
        left = drop_edge(edges, network, now)
        if left is not None:
            dropped = True
            yield SET_EDGES, (left, None if has_live_edge(left) else now, grant)
    for code, networks in (yield PENDING_OF_CONNECTION, (user, client_id, now)):
        rest = without_network(networks, network)
        if rest is not None:
            dropped = True
            yield SET_CODE_NETWORKS, (rest, None if rest else now, code)
    dropped = (yield from drop_network_from_connections(user, network, client_id)) or dropped
    if not dropped:
        return False
    yield from settle(user, client_id, now)
    yield entry(audit)
    return True


def remove_membership(*, user_id: UserId, network_id: NetworkId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Take a role away and drop its edges for good, so that getting the role again revives nothing.

    A grant that is left without an edge stays and opens nothing: it was the user's to end, and is not ended here.
    """
    user, network = uuid_bytes(user_id), uuid_bytes(network_id)
    if not (yield TAKE_ROLE, (user, network)):
        return False
    yield END_INVITATIONS_OF, (now, network, user)
    yield from drop_network_of_user(user, network, now)
    yield entry(audit)
    return True


def drop_network_of_user(user: bytes, network: bytes, now: Micros) -> Verb[None]:
    """Drop a network's edges of all of a user's grants, codes and connections for good.

    Its owner may take those grants over for a while (storage/adoptions.py).
    """
    for grant, edges in (yield EDGES_OF_USER, (user,)):
        left = drop_edge(edges, network, now)
        if left is not None:
            yield SET_EDGES, (left, None, grant)
            yield NOTE_LEFT, (network, grant, now)
    yield from drop_network_from_codes(user, network, now)
    yield from drop_network_from_connections(user, network)


def set_user_blocked(*, user_id: UserId, blocked: bool, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Block, ending sessions, login codes and pending codes for good, or unblock. Owners cannot be blocked."""
    user = uuid_bytes(user_id)
    if not blocked:
        found = yield UNBLOCK, (user,)
    else:
        found = yield BLOCK, (now, user)
        if found:
            yield END_SESSIONS, (user,)
            yield END_LOGIN_CODES, (user,)
            yield from void_codes_of_user(user, now)
    if not found:
        return False
    yield entry(audit)
    return True
