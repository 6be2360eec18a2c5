"""Taking over connections whose person left a network. The rule itself is protocol/adoption.py's."""

from frontdesk.protocol.adoption import Adoption, judge_adoption
from frontdesk.protocol.ids import GrantId, Micros, NetworkId, UserId, uuid_bytes
from frontdesk.protocol.records import AuditEvent, Grant, Role
from frontdesk.storage.audit import entry
from frontdesk.storage.clients import find_client
from frontdesk.storage.columns import revive_edge
from frontdesk.storage.connections import find_connection, settle
from frontdesk.storage.grants import find_grant
from frontdesk.storage.network_rules import reads_first
from frontdesk.storage.users import find_user
from frontdesk.storage.verbs import Verb

HAS_LEFT = "SELECT left_at FROM left_edges WHERE network_id = $1 AND grant_id = $2"
LIVE_GRANTS = "SELECT count(*) FROM grants WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL"
EDGES = "SELECT edges, user_id FROM grants WHERE id = $1"
TAKE_OVER = "UPDATE grants SET user_id = $1, edges = $2, adopted_at = $3 WHERE id = $4"
FORGET = "DELETE FROM left_edges WHERE network_id = $1 AND grant_id = $2"
# What the owner was asked is nothing: the next authorize request of the app shows the consent page.
CONNECT = """
INSERT INTO connections (user_id, client_id, redirect_uri, scopes_given, networks_offered, networks_given, created_at,
    consented_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (user_id, client_id) DO NOTHING
"""


def adopt_grant(
    *, grant_id: GrantId, network_id: NetworkId, owner_id: UserId, cap: int, now: Micros, audit: AuditEvent
) -> Verb[Adoption]:
    """Make a grant the owner's own, in this one network, as of now; what it opened elsewhere stays dropped."""
    owner = yield from find_user(owner_id)
    grant = yield from find_grant(grant_id)
    if grant is None or owner is None or owner.blocked_at is not None:
        return Adoption.GONE
    if owner.roles.get(network_id) is not Role.OWNER:
        return Adoption.GONE
    key, network, user = uuid_bytes(grant_id), uuid_bytes(network_id), uuid_bytes(owner_id)
    left = yield HAS_LEFT, (network, key)
    held = yield LIVE_GRANTS, (user, grant.client_id)
    judged = judge_adoption(grant, network_id, owner=owner_id, has_left=bool(left), owners_grants=held[0][0], cap=cap)
    if judged is not Adoption.DONE:
        return judged
    yield from _connect(grant, owner_id, now)
    ((edges, former),) = yield EDGES, (key,)
    reading = yield from reads_first(network)
    yield TAKE_OVER, (user, revive_edge(edges, network, reads_only=reading), now, key)
    yield FORGET, (network, key)
    yield from settle(former, grant.client_id, now)
    yield entry(audit)
    return Adoption.DONE


def _connect(grant: Grant, owner_id: UserId, now: Micros) -> Verb[None]:
    """The owner's connection with the app, where there is none; an earlier consent of the owner's is not widened."""
    before = yield from find_connection((grant.user_id, grant.client_id))
    client = yield from find_client(grant.client_id)
    uris = (before.redirect_uri,) if before is not None else client.redirect_uris if client is not None else ()
    uri, scopes = (uris or ("",))[0], " ".join(grant.scopes_given)
    yield CONNECT, (uuid_bytes(owner_id), grant.client_id, uri, scopes, b"", b"", now)
