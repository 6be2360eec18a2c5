"""Networks and their Basic pairs."""

from typing import Any

from frontdesk.protocol.ids import CredentialId, Digest, Micros, NetworkId, UserId, uuid_bytes
from frontdesk.protocol.records import AuditEvent, Network, NetworkCredential, Role, User
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import network_text
from frontdesk.storage.users import GIVE_ROLE, about, ensure_user, give_role, list_owners
from frontdesk.storage.verbs import Verb

FIND = "SELECT id, title, created_at, suspended_at FROM networks WHERE id = $1"
INSERT = "INSERT INTO networks (id, title, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING id"
LIST = """
SELECT n.id, n.title, n.created_at, n.suspended_at, m.user_id, c.client_id, c.network_id, c.version, c.last_four,
    c.secret_digest, c.created_at, c.last_used_at, c.sealed_secret, c.foreign_secret, c.revealed_at
FROM networks n JOIN memberships m ON m.network_id = n.id AND m.role = 'owner' JOIN credentials c ON c.network_id = n.id
ORDER BY n.title, n.id
"""
_SELECT_CREDENTIAL = """
SELECT client_id, network_id, version, last_four, secret_digest, created_at, last_used_at, sealed_secret,
    foreign_secret, revealed_at
FROM credentials
"""
FIND_CREDENTIAL = _SELECT_CREDENTIAL + "WHERE client_id = $1"
# A pair is in force while its network is: nothing else needs to look at the network when a customer calls.
_IN_SERVICE = "SELECT 1 FROM networks n WHERE n.id = credentials.network_id AND n.suspended_at IS NULL"
FIND_IN_FORCE = _SELECT_CREDENTIAL + f"WHERE client_id = $1 AND EXISTS ({_IN_SERVICE})"
FIND_CREDENTIAL_OF = _SELECT_CREDENTIAL + "WHERE network_id = $1"
INSERT_CREDENTIAL = """
INSERT INTO credentials (client_id, network_id, version, last_four, secret_digest, created_at, last_used_at,
    sealed_secret, foreign_secret)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
REGENERATE = """
UPDATE credentials
SET client_id = $1, version = $2, last_four = $3, secret_digest = $4, created_at = $5, last_used_at = NULL,
    sealed_secret = $6, foreign_secret = NULL, revealed_at = NULL
WHERE network_id = $7 AND version = $8 RETURNING version
"""
TOUCH = """
UPDATE credentials SET last_used_at = $1 WHERE client_id = $2 AND (last_used_at IS NULL OR last_used_at < $1)
"""


def find_network(network_id: NetworkId) -> Verb[Network | None]:
    """A network."""
    rows = yield FIND, (uuid_bytes(network_id),)
    return _network(rows[0]) if rows else None


def find_network_credential(client_id: CredentialId) -> Verb[NetworkCredential | None]:
    """The pair in force under this id; none where its network is suspended."""
    rows = yield FIND_IN_FORCE, (client_id,)
    return _credential(rows[0]) if rows else None


def find_stored_credential(client_id: CredentialId) -> Verb[NetworkCredential | None]:
    """The pair under this id, whether or not its network is in service."""
    rows = yield FIND_CREDENTIAL, (client_id,)
    return _credential(rows[0]) if rows else None


def find_credential_of(network_id: NetworkId) -> Verb[NetworkCredential | None]:
    """The pair in force of a network."""
    rows = yield FIND_CREDENTIAL_OF, (uuid_bytes(network_id),)
    return _credential(rows[0]) if rows else None


def list_networks() -> Verb[list[tuple[Network, User, NetworkCredential]]]:
    """All networks with owner and pair, by title."""
    owners = {uuid_bytes(user.id): user for user in (yield from list_owners())}
    rows = yield LIST, ()
    return [(_network(row[:4]), owners[row[4]], _credential(row[5:])) for row in rows]


def add_network(
    *, network: Network, owner: User, credential: NetworkCredential, audit: AuditEvent
) -> Verb[Network | None]:
    """A network with its owner and its pair, together; None where its id or the pair's is taken."""
    if (yield FIND_CREDENTIAL, (credential.client_id,)):
        return None
    if not (yield INSERT, (uuid_bytes(network.id), network.title, network.created_at)):
        return None
    user = yield from ensure_user(owner)
    yield from give_role(user, network.id, Role.OWNER)
    yield from _insert_credential(credential)
    yield entry(about(audit, owner, user))
    return network


def insert_network(network: Network, owner: UserId, credential: NetworkCredential) -> Verb[None]:
    """A new network of a user who is there, with its pair."""
    key = uuid_bytes(network.id)
    yield INSERT, (key, network.title, network.created_at)
    yield GIVE_ROLE, (uuid_bytes(owner), key, Role.OWNER.value)
    yield from _insert_credential(credential)


def _insert_credential(credential: NetworkCredential) -> Verb[None]:
    yield (
        INSERT_CREDENTIAL,
        (
            credential.client_id,
            uuid_bytes(credential.network_id),
            credential.version,
            credential.last_four,
            credential.secret_digest,
            credential.created_at,
            credential.last_used_at,
            credential.sealed_secret,
            credential.foreign_secret,
        ),
    )


def regenerate_credential(*, credential: NetworkCredential, replaces_version: int, audit: AuditEvent) -> Verb[bool]:
    """A new pair in the place of the old one; of two regenerations of one version, the first wins."""
    done = yield (
        REGENERATE,
        (
            credential.client_id,
            credential.version,
            credential.last_four,
            credential.secret_digest,
            credential.created_at,
            credential.sealed_secret,
            uuid_bytes(credential.network_id),
            replaces_version,
        ),
    )
    if not done:
        return False
    yield entry(audit)
    return True


def _network(row: tuple[Any, ...]) -> Network:
    raw, title, created, suspended = row
    return Network(
        id=network_text(raw),
        title=title,
        created_at=Micros(created),
        suspended_at=None if suspended is None else Micros(suspended),
    )


def _credential(row: tuple[Any, ...]) -> NetworkCredential:
    client, network, version, last_four, digest, created, used, sealed, foreign, revealed = row
    return NetworkCredential(
        client_id=CredentialId(client),
        network_id=network_text(network),
        version=version,
        last_four=last_four,
        secret_digest=Digest(digest),
        created_at=Micros(created),
        last_used_at=None if used is None else Micros(used),
        sealed_secret=sealed,
        foreign_secret=foreign,
        revealed_at=None if revealed is None else Micros(revealed),
    )
