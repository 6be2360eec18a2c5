"""Owners' rules about connecting apps, and ending the connections that outlived theirs."""

from typing import Any

from frontdesk.protocol.ids import HOUR, ClientId, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.network_rules import NetworkRules, born_too_early
from frontdesk.protocol.records import AuditEvent, Role
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import ID, drop_edge, has_live_edge, leads_to, network_text, widen_edge, writes_to
from frontdesk.storage.connections import drop_network_from_connections, settle
from frontdesk.storage.endings import EDGES_OF_CONNECTION, SET_EDGES
from frontdesk.storage.users import find_user
from frontdesk.storage.verbs import Verb

# What the cache knows by this name whether there are any rules; the triggers on the table name it in the change log.
FACT = "network_rules"
LOOK_EVERY = HOUR
NETWORKS_A_LOOK = 20

_SELECT = """
SELECT r.network_id, r.version, r.apps_listed, r.apps, r.administrators_only, r.connection_days,
    r.read_only_first, r.owner_passkey
FROM network_rules r
"""
ANY = "SELECT 1 FROM network_rules WHERE network_id >= $1 LIMIT 1"  # the first by its key
FIND = _SELECT + "WHERE r.network_id = $1"
LIST = _SELECT + "ORDER BY r.network_id"
LIST_OF_USER = _SELECT + "JOIN memberships m ON m.network_id = r.network_id WHERE m.user_id = $1"
INSERT = """
INSERT INTO network_rules (network_id, version, apps_listed, apps, administrators_only, connection_days,
    read_only_first, owner_passkey, looked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (network_id) DO NOTHING RETURNING version
"""
UPDATE = """
UPDATE network_rules SET version = $1, apps_listed = $2, apps = $3, administrators_only = $4, connection_days = $5,
    read_only_first = $6, owner_passkey = $7, looked_at = $8
WHERE network_id = $9 AND version = $10 RETURNING version
"""
READING_FIRST = "SELECT 1 FROM network_rules WHERE network_id = $1 AND read_only_first = 1"
DUE = """
SELECT network_id, connection_days FROM network_rules
WHERE connection_days IS NOT NULL AND looked_at <= $1 ORDER BY looked_at LIMIT $2
"""
LOOKED = "UPDATE network_rules SET looked_at = $1 WHERE network_id = $2"
OLD_GRANTS = """
SELECT g.id, g.edges, g.user_id, g.client_id FROM memberships m JOIN grants g ON g.user_id = m.user_id
WHERE m.network_id = $1 AND g.revoked_at IS NULL AND coalesce(g.adopted_at, g.created_at) <= $2 ORDER BY g.id
"""


def has_network_rules(_fact: str) -> Verb[bool]:
    """Whether any network has rules."""
    return bool((yield ANY, (b"",)))


def find_network_rules(network_id: NetworkId) -> Verb[NetworkRules | None]:
    """A network's rules; None where its owner never made any."""
    rows = yield FIND, (uuid_bytes(network_id),)
    return _read(rows[0]) if rows else None


def list_all_rules() -> Verb[list[NetworkRules]]:
    """The rules of every network that has some."""
    return [_read(row) for row in (yield LIST, ())]


def list_rules_of(user_id: UserId) -> Verb[list[NetworkRules]]:
    """The rules of all networks in which somebody has a role."""
    return [_read(row) for row in (yield LIST_OF_USER, (uuid_bytes(user_id),))]


def put_network_rules(*, rules: NetworkRules, owner_id: UserId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Put rules in the place of the version before; False where another version is there, or another owner."""
    owner = yield from find_user(owner_id)
    if owner is None or owner.blocked_at is not None or owner.roles.get(rules.network_id) is not Role.OWNER:
        return False
    if not (yield from write_rules(rules)):
        return False
    yield entry(audit)
    return True


def write_rules(rules: NetworkRules) -> Verb[bool]:
    """Put rules in the place of the version before; False where another version is there."""
    network = uuid_bytes(rules.network_id)
    listed, apps = int(rules.apps is not None), "\n".join(rules.apps or ())
    first, passkey = int(rules.read_only_first), int(rules.owner_passkey)
    content = (rules.version, listed, apps, int(rules.administrators_only), rules.connection_days, first, passkey)
    looked_at = 0  # what outlived the new rules goes with the next look
    if rules.version == 1:
        done = yield INSERT, (network, *content, looked_at)
    else:
        done = yield UPDATE, (*content, looked_at, network, rules.version - 1)
    return bool(done)


def networks_read_first(networks: bytes, user: bytes, client: str) -> Verb[frozenset[bytes]]:
    """Of a packed column, the networks in which a new grant only reads: by their rules, where no other one writes."""
    reading = set[bytes]()
    for at in range(0, len(networks), ID):
        network = networks[at : at + ID]
        if (yield READING_FIRST, (network,)):
            reading.add(network)
    if reading:
        others = yield EDGES_OF_CONNECTION, (user, client)
        reading = {network for network in reading if not any(writes_to(edges, network) for _, edges in others)}
    return frozenset(reading)


def reads_first(network: bytes) -> Verb[bool]:
    """Whether what is connected to a network only reads at first."""
    return bool((yield READING_FIRST, (network,)))


def let_write(*, user_id: UserId, client_id: ClientId, network_id: NetworkId, audit: AuditEvent) -> Verb[bool]:
    """Let what somebody connected do more than read in a network; False where nothing of it only reads there."""
    network, is_done = uuid_bytes(network_id), False
    for grant, edges in (yield EDGES_OF_CONNECTION, (uuid_bytes(user_id), client_id)):
        wider = widen_edge(edges, network)
        if wider is not None:
            yield SET_EDGES, (wider, None, grant)
            is_done = True
    if is_done:
        yield entry(audit)
    return is_done


def end_outlived(now: Micros, limit: int) -> Verb[None]:
    """Drop the edges that are older than their network's rules allow, in up to `limit` networks."""
    if limit <= 0:
        return
    due = yield DUE, (now - LOOK_EVERY, min(limit, NETWORKS_A_LOOK))
    for network, days in due:
        yield LOOKED, (now, network)
        for grant, edges, user, client in (yield OLD_GRANTS, (network, born_too_early(days, now=now))):
            left = drop_edge(edges, network, now)
            if left is not None:
                yield SET_EDGES, (left, None if has_live_edge(left) else now, grant)
                yield from _forget(user, client, network, now)
                yield entry(_audit(network, user, client, now))


def _forget(user: bytes, client: str, network: bytes, now: Micros) -> Verb[None]:
    """Without a younger edge the consent is over too: the app's next request shows its page again."""
    others = yield EDGES_OF_CONNECTION, (user, client)
    if not any(leads_to(edges, network) for _, edges in others):
        yield from drop_network_from_connections(user, network, client)
    yield from settle(user, client, now)


def _audit(network: bytes, user: bytes, client: str, now: Micros) -> AuditEvent:
    return AuditEvent(
        at=now,
        action="connection.expired",
        actor="rules",
        network_id=network_text(network),
        client_id=client,
        user_id=UserId(uuid_text(user)),
    )


def _read(row: tuple[Any, ...]) -> NetworkRules:
    network, version, listed, apps, administrators_only, days, reading_first, passkey = row
    return NetworkRules(
        network_id=network_text(network),
        version=version,
        apps=tuple(ClientId(app) for app in apps.split("\n") if app) if listed else None,
        administrators_only=bool(administrators_only),
        connection_days=days,
        read_only_first=bool(reading_first),
        owner_passkey=bool(passkey),
    )
