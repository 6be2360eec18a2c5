"""The Basic pairs of networks: one main pair each, named ones beside it, old ones until they retire. DESIGN D8."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from frontdesk.protocol.ids import CredentialId, Digest, Micros, NetworkId, uuid_bytes
from frontdesk.protocol.narrowing import WIDE, Narrowing
from frontdesk.protocol.records import AuditEvent, NetworkCredential
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import network_text
from frontdesk.storage.verbs import Step, Value, Verb

_SELECT = """
SELECT client_id, network_id, version, name, last_four, secret_digest, created_at, last_used_at, last_used_from,
    sealed_secret, foreign_secret, revealed_at, read_only, operations, addresses, expires_at, retires_at, replaced_by
FROM credentials
"""
FIND = _SELECT + "WHERE client_id = $1"
# A pair is in force while its network is: nothing else needs to look at the network when a customer calls.
_IN_SERVICE = """
SELECT 1 FROM networks n WHERE n.id = credentials.network_id AND coalesce(n.stopped_at, n.suspended_at) IS NULL
"""
FIND_IN_FORCE = _SELECT + f"WHERE client_id = $1 AND EXISTS ({_IN_SERVICE})"
FIND_MAIN = _SELECT + "WHERE network_id = $1 AND name = '' AND retires_at IS NULL"
LIST_OF = _SELECT + "WHERE network_id = $1 ORDER BY name, version DESC"
LIST = _SELECT + "ORDER BY network_id, version"
COUNT_OF = "SELECT count(*) FROM credentials WHERE network_id = $1 AND retires_at IS NULL"
TAKEN = """
SELECT 1 FROM credentials WHERE client_id = $1 OR (network_id = $2 AND (version = $3 OR
    (name = $4 AND retires_at IS NULL)))
"""
IS_VERSION_TAKEN = "SELECT 1 FROM credentials WHERE network_id = $1 AND version = $2"
INSERT = """
INSERT INTO credentials (client_id, network_id, version, name, last_four, secret_digest, created_at, last_used_at,
    last_used_from, sealed_secret, foreign_secret, revealed_at, read_only, operations, addresses, expires_at,
    retires_at, replaced_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""
FIND_REPLACED = """
SELECT client_id FROM credentials WHERE network_id = $1 AND version = $2 AND name = $3 AND retires_at IS NULL
"""
END_REPLACED_BY = "DELETE FROM credentials WHERE network_id = $1 AND replaced_by = $2"
RETIRE = "UPDATE credentials SET retires_at = $1, replaced_by = $2 WHERE client_id = $3"
END = "DELETE FROM credentials WHERE client_id = $1 AND network_id = $2 AND version = $3 RETURNING version"
FIND_VERSION = """
SELECT 1 FROM credentials WHERE network_id = $1 AND client_id = $2 AND version = $3 AND retires_at IS NULL
"""
# The one that it replaced is the same to its owner: no wider, and under the same name.
NARROW = """
UPDATE credentials SET name = $1, read_only = $2, operations = $3, addresses = $4, expires_at = $5
WHERE network_id = $6 AND (client_id = $7 OR replaced_by = $7)
"""
IS_NAME_TAKEN = """
SELECT 1 FROM credentials WHERE network_id = $1 AND name = $2 AND client_id <> $3 AND retires_at IS NULL
"""
WARN = """
UPDATE credentials SET warned_at = $1 WHERE client_id = $2 AND (warned_at IS NULL OR warned_at <= $3)
RETURNING client_id
"""
TOUCH = """
UPDATE credentials SET last_used_at = $1, last_used_from = $2
WHERE client_id = $3 AND (last_used_at IS NULL OR last_used_at < $1)
"""
END_NAMED = """
DELETE FROM credentials WHERE network_id = $1 AND name <> '' RETURNING client_id, name, retires_at
"""
RETIRED = """
DELETE FROM credentials WHERE client_id IN (
    SELECT client_id FROM credentials WHERE retires_at IS NOT NULL AND retires_at <= $1 ORDER BY retires_at LIMIT $2
)
RETURNING network_id, client_id, retires_at
"""


def find_network_credential(client_id: CredentialId) -> Verb[NetworkCredential | None]:
    """The pair under this id, where its network is in service. Whether it has ended by itself, `has_ended` says."""
    rows = yield FIND_IN_FORCE, (client_id,)
    return read_pair(rows[0]) if rows else None


def find_stored_credential(client_id: CredentialId) -> Verb[NetworkCredential | None]:
    """The pair under this id, whether or not its network is in service."""
    rows = yield FIND, (client_id,)
    return read_pair(rows[0]) if rows else None


def find_credential_of(network_id: NetworkId) -> Verb[NetworkCredential | None]:
    """The main pair of a network."""
    rows = yield FIND_MAIN, (uuid_bytes(network_id),)
    return read_pair(rows[0]) if rows else None


def list_credentials_of(network_id: NetworkId) -> Verb[list[NetworkCredential]]:
    """Every pair of a network: the main ones first, then by name; of one name the newest first."""
    return [read_pair(row) for row in (yield LIST_OF, (uuid_bytes(network_id),))]


def list_all_credentials() -> Verb[list[NetworkCredential]]:
    """Every pair of every network, old ones that go on included."""
    return [read_pair(row) for row in (yield LIST, ())]


def carry_narrowing(pair: NetworkCredential) -> Step:
    """Give a pair, and one that it replaced, the name and the narrowing of this record."""
    narrowing = pair.narrowing
    return NARROW, (
        pair.name,
        int(narrowing.read_only),
        "\n".join(narrowing.operations),
        "\n".join(narrowing.addresses),
        narrowing.expires_at,
        uuid_bytes(pair.network_id),
        pair.client_id,
    )


def insert_credential(pair: NetworkCredential) -> Step:
    """A new row."""
    return INSERT, write_pair(pair)


def add_credential(*, credential: NetworkCredential, most: int, audit: AuditEvent) -> Verb[bool]:
    """Another pair of a network that has fewer than `most`; False, too, where its id, version or name is taken."""
    network = uuid_bytes(credential.network_id)
    if (yield COUNT_OF, (network,))[0][0] >= most:
        return False
    if (yield TAKEN, (credential.client_id, network, credential.version, credential.name)):
        return False
    yield insert_credential(credential)
    yield entry(audit)
    return True


def regenerate_credential(
    *, credential: NetworkCredential, replaces_version: int, kept_until: Micros | None = None, audit: AuditEvent
) -> Verb[bool]:
    """A new pair in the place of the network's one of that name and version; of two at once, the first wins."""
    network = uuid_bytes(credential.network_id)
    replaced = yield FIND_REPLACED, (network, replaces_version, credential.name)
    if not replaced or (yield IS_VERSION_TAKEN, (network, credential.version)):
        return False
    old = replaced[0][0]
    yield END_REPLACED_BY, (network, old)  # nobody keeps three
    if kept_until is None:
        yield END, (old, network, replaces_version)
    else:
        yield RETIRE, (kept_until, credential.client_id, old)
    yield insert_credential(credential)
    yield entry(audit)
    return True


def narrow_credential(*, credential: NetworkCredential, audit: AuditEvent) -> Verb[bool]:
    """Give a pair the name and the narrowing of this record; False where it was replaced, or the name is taken."""
    network = uuid_bytes(credential.network_id)
    if not (yield FIND_VERSION, (network, credential.client_id, credential.version)):
        return False
    if (yield IS_NAME_TAKEN, (network, credential.name, credential.client_id)):
        return False
    yield carry_narrowing(credential)
    yield entry(audit)
    return True


def warn_of_credential(*, client_id: CredentialId, since: Micros, audit: AuditEvent) -> Verb[bool]:
    """Write down that a pair was refused for its address; False where that was written down after `since`."""
    if not (yield WARN, (audit.at, client_id, since)):
        return False
    yield entry(audit)
    return True


def end_credential(*, client_id: CredentialId, network_id: NetworkId, version: int, audit: AuditEvent) -> Verb[bool]:
    """End a named pair with the one that it replaced, or one that was replaced already; never the main one."""
    network = uuid_bytes(network_id)
    found = yield FIND, (client_id,)
    if not found:
        return False
    pair = read_pair(found[0])
    if (pair.network_id, pair.version) != (network_id, version) or pair.is_main:
        return False
    yield END_REPLACED_BY, (network, client_id)
    yield END, (client_id, network, version)
    yield entry(audit)
    return True


def end_named(network_id: NetworkId, audit: AuditEvent) -> Verb[None]:
    """All named pairs of a network are over, with those that they replaced; a row for each, by whoever `audit` is."""
    ended = yield END_NAMED, (uuid_bytes(network_id),)
    for row in sorted(ended_rows(audit, ended), key=lambda row: row.client_id or ""):
        yield entry(row)


def ended_rows(audit: AuditEvent, ended: Sequence[tuple[Any, ...]]) -> list[AuditEvent]:
    """What is written down of pairs that end with a change of hands; nothing of those on their way out already."""
    return [
        replace(audit, action="credential.ended", client_id=client_id, user_id=None, detail=name)
        for client_id, name, retires_at in ended
        if retires_at is None
    ]


def end_retired(now: Micros, limit: int) -> Verb[int]:
    """What was replaced goes once its time is over, with a row that says so; how many went."""
    rows = (yield RETIRED, (now, limit)) if limit > 0 else []
    for network, client_id, retires_at in rows:
        yield entry(retired(network_text(network), CredentialId(client_id), Micros(retires_at)))
    return len(rows)


def retired(network_id: NetworkId, client_id: CredentialId, at: Micros) -> AuditEvent:
    """What is written down of a pair that ended by itself."""
    return AuditEvent(at=at, action="credential.retired", actor="frontdesk", network_id=network_id, client_id=client_id)


def touch_credentials(uses: Sequence[tuple[CredentialId, Micros, str | None]]) -> Verb[None]:
    """Write last uses and from where; never moves one back."""
    for client_id, used_at, address in uses:
        yield TOUCH, (used_at, address, client_id)


def write_pair(pair: NetworkCredential) -> tuple[Value, ...]:
    """A pair's columns."""
    narrowing = pair.narrowing
    return (
        pair.client_id,
        uuid_bytes(pair.network_id),
        pair.version,
        pair.name,
        pair.last_four,
        pair.secret_digest,
        pair.created_at,
        pair.last_used_at,
        pair.last_used_from,
        pair.sealed_secret,
        pair.foreign_secret,
        pair.revealed_at,
        int(narrowing.read_only),
        "\n".join(narrowing.operations),
        "\n".join(narrowing.addresses),
        narrowing.expires_at,
        pair.retires_at,
        pair.replaced_by,
    )


def read_pair(row: tuple[Any, ...]) -> NetworkCredential:
    """A pair from its columns."""
    client, network, version, name, last_four, digest, created, used, origin, sealed, foreign, revealed = row[:12]
    read_only, operations, addresses, expires, retires, replaced = row[12:]
    narrowed = read_only or operations or addresses or expires is not None
    return NetworkCredential(
        client_id=CredentialId(client),
        network_id=network_text(network),
        version=version,
        name=name,
        last_four=last_four,
        secret_digest=Digest(digest),
        created_at=Micros(created),
        last_used_at=_time(used),
        last_used_from=origin,
        sealed_secret=sealed,
        foreign_secret=foreign,
        revealed_at=_time(revealed),
        narrowing=Narrowing(
            read_only=bool(read_only),
            operations=tuple(operations.splitlines()),
            addresses=tuple(addresses.splitlines()),
            expires_at=_time(expires),
        )
        if narrowed
        else WIDE,
        retires_at=_time(retires),
        replaced_by=None if replaced is None else CredentialId(replaced),
    )


def _time(column: int | None) -> Micros | None:
    return None if column is None else Micros(column)
