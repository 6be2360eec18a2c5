"""Networks, each with its owner and its main Basic pair from the beginning."""

from collections.abc import Mapping
from typing import Any

from frontdesk.protocol.ids import Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent, Network, NetworkCredential, Role, User
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import network_text, place_of
from frontdesk.storage.credentials import FIND as FIND_PAIR
from frontdesk.storage.credentials import insert_credential, read_pair
from frontdesk.storage.users import GIVE_ROLE, about, ensure_user, find_user, give_role, list_owners
from frontdesk.storage.verbs import Verb

FIND = "SELECT id, title, created_at, coalesce(stopped_at, suspended_at) FROM networks WHERE id = $1"
INSERT = "INSERT INTO networks (id, title, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING id"
_KNOWN = """
SELECT n.id, n.title, n.created_at, coalesce(n.stopped_at, n.suspended_at), m.user_id,
    c.client_id, c.network_id, c.version, c.name, c.last_four, c.secret_digest, c.created_at, c.last_used_at,
    c.last_used_from, c.sealed_secret, c.foreign_secret, c.revealed_at, c.read_only, c.operations, c.addresses,
    c.expires_at, c.retires_at, c.replaced_by
FROM networks n JOIN memberships m ON m.network_id = n.id AND m.role = 'owner'
    JOIN credentials c ON c.network_id = n.id AND c.name = '' AND c.retires_at IS NULL
"""
LIST = _KNOWN + "ORDER BY n.title, n.id"
PAGE = _KNOWN + "WHERE n.id > $1 ORDER BY n.id LIMIT $2"


def find_network(network_id: NetworkId) -> Verb[Network | None]:
    """A network."""
    rows = yield FIND, (uuid_bytes(network_id),)
    return _network(rows[0]) if rows else None


def list_networks() -> Verb[list[tuple[Network, User, NetworkCredential]]]:
    """All networks with owner and pair, by title."""
    owners = {uuid_bytes(user.id): user for user in (yield from list_owners())}
    return [_known(row, owners) for row in (yield LIST, ())]


def page_networks(*, after: NetworkId | None, limit: int) -> Verb[list[tuple[Network, User, NetworkCredential]]]:
    """Networks after an id, with owner and pair."""
    rows = yield PAGE, (place_of(after), limit)
    owners: dict[bytes, User] = {}
    for raw in {row[4] for row in rows}:
        owner = yield from find_user(UserId(uuid_text(raw)))
        if owner is not None:
            owners[raw] = owner
    return [_known(row, owners) for row in rows]


def add_network(
    *, network: Network, owner: User, credential: NetworkCredential, audit: AuditEvent
) -> Verb[Network | None]:
    """A network with its owner and its pair, together; None where its id or the pair's is taken."""
    if (yield FIND_PAIR, (credential.client_id,)):
        return None
    if not (yield INSERT, (uuid_bytes(network.id), network.title, network.created_at)):
        return None
    user = yield from ensure_user(owner)
    yield from give_role(user, network.id, Role.OWNER, network.created_at)
    yield insert_credential(credential)
    yield entry(about(audit, owner, user))
    return network


def insert_network(network: Network, owner: UserId, credential: NetworkCredential) -> Verb[None]:
    """A new network of a user who is there, with its pair."""
    key = uuid_bytes(network.id)
    yield INSERT, (key, network.title, network.created_at)
    yield GIVE_ROLE, (uuid_bytes(owner), key, Role.OWNER.value, network.created_at)
    yield insert_credential(credential)


def _known(row: tuple[Any, ...], owners: Mapping[bytes, User]) -> tuple[Network, User, NetworkCredential]:
    return _network(row[:4]), owners[row[4]], read_pair(row[5:])


def _network(row: tuple[Any, ...]) -> Network:
    raw, title, created, suspended = row
    return Network(
        id=network_text(raw),
        title=title,
        created_at=Micros(created),
        suspended_at=None if suspended is None else Micros(suspended),
    )
