"""From a consent to a grant: two verbs, two durable writes (DESIGN D3). The hot path of writing."""

from dataclasses import replace

from frontdesk.protocol.ids import ClientId, CodeId, GrantId, Micros, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent, AuthorizationCode, Connection, Grant
from frontdesk.protocol.store import CodeTaken, CodeUsedBefore
from frontdesk.storage.audit import entries, entry
from frontdesk.storage.columns import live_edges, only_networks, optional_id, pack_networks, read_edges
from frontdesk.storage.network_rules import networks_read_first
from frontdesk.storage.verbs import Value, Verb

NETWORKS_OF_USER = "SELECT network_id FROM memberships WHERE user_id = $1 AND suspended = 0"
INSERT_CODE = """
INSERT INTO codes (id, digest, client_id, user_id, redirect_uri, scopes_asked, scopes_given, networks, code_challenge,
    created_at, expires_at, grant_id, voided_at, wrong_verifiers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
# A skipped consent page adds nothing to the connection, and must find it as the page was skipped for.
INSERT_RENEWED = """
INSERT INTO codes (id, digest, client_id, user_id, redirect_uri, scopes_asked, scopes_given, networks, code_challenge,
    created_at, expires_at, grant_id, voided_at, wrong_verifiers)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
WHERE EXISTS (SELECT 1 FROM connections WHERE user_id = $4 AND client_id = $3 AND consented_at = $15) RETURNING id
"""
PUT_CONNECTION = """
INSERT INTO connections (user_id, client_id, redirect_uri, scopes_given, networks_offered, networks_given, created_at,
    consented_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (user_id, client_id) DO UPDATE SET redirect_uri = excluded.redirect_uri,
    scopes_given = excluded.scopes_given, networks_offered = excluded.networks_offered,
    networks_given = excluded.networks_given, consented_at = excluded.consented_at
"""
# What the next statements depend on comes along: each that is spared is a tenth of an exchange's work in the database.
# Counting up to the cap goes through an index alone, at a third of what finding the grants that go costs.
TAKE = """
UPDATE codes SET grant_id = $1 WHERE id = $2 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $3
RETURNING networks, EXISTS (SELECT 1 FROM network_rules WHERE read_only_first = 1 AND network_id >= $4), (
    SELECT count(*) FROM (
        SELECT 1 FROM grants WHERE user_id = $5 AND client_id = $6 AND revoked_at IS NULL LIMIT $7
    ) AS live
)
"""
TAKEN_FOR = "SELECT grant_id FROM codes WHERE id = $1"
INSERT_GRANT = """
INSERT INTO grants (id, user_id, client_id, stamp, scopes_asked, scopes_given, edges, refresh_digest, code_id,
    created_at, last_used_at, used_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
BEYOND_CAP = """
SELECT id FROM grants WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL AND id <> $3
ORDER BY used_at DESC, id DESC LIMIT 1000 OFFSET $4
"""
# It is deleted, not marked: a client that connects all day would otherwise fill the table.
EVICT = "DELETE FROM grants WHERE id = $1"


def save_consent(*, code: AuthorizationCode, connection: Connection, audit: AuditEvent) -> Verb[None]:
    """Store a code and what the connection now is, less the networks in which the user lost the role meanwhile.

    Without that, a role that was taken away between the page and this write would leave an edge behind, which
    springs to life when the role is given again.
    """
    user = uuid_bytes(code.user_id)
    held = {network for (network,) in (yield NETWORKS_OF_USER, (user,))}
    yield INSERT_CODE, _values(code, user, held)
    yield (
        PUT_CONNECTION,
        (
            user,
            connection.client_id,
            connection.redirect_uri,
            " ".join(connection.scopes_given),
            pack_networks(connection.networks_offered),
            only_networks(pack_networks(connection.networks_given), held),
            connection.created_at,
            connection.consented_at,
        ),
    )
    yield from entries(audit, [network for network in code.networks if uuid_bytes(network) in held])


def renew_consent(*, code: AuthorizationCode, consented_at: Micros, audit: AuditEvent) -> Verb[bool]:
    """Store a code for a connection that stands as it was consented to; False where it ended or was changed."""
    user = uuid_bytes(code.user_id)
    held = {network for (network,) in (yield NETWORKS_OF_USER, (user,))}
    stored = yield INSERT_RENEWED, (*_values(code, user, held), consented_at)
    if stored:
        yield entry(audit)
    return bool(stored)


def _values(code: AuthorizationCode, user: bytes, held: set[bytes]) -> tuple[Value, ...]:
    return (
        uuid_bytes(code.id),
        code.digest,
        code.client_id,
        user,
        code.redirect_uri,
        " ".join(code.scopes_asked),
        " ".join(code.scopes_given),
        only_networks(pack_networks(code.networks), held),
        code.code_challenge,
        code.created_at,
        code.expires_at,
        optional_id(code.grant_id),
        code.voided_at,
        code.wrong_verifiers,
    )


def take_code(
    *, code_id: CodeId, grant: Grant, now: Micros, cap: int, audit: AuditEvent
) -> Verb[CodeTaken | CodeUsedBefore]:
    """Mark the code used and insert its grant; the conditional update decides which of many wins."""
    grant_key, code_key, user = uuid_bytes(grant.id), uuid_bytes(code_id), uuid_bytes(grant.user_id)
    taken = yield TAKE, (grant_key, code_key, now, b"", user, grant.client_id, cap)
    if not taken:
        rows = yield TAKEN_FOR, (code_key,)
        before = rows[0][0] if rows else None
        return CodeUsedBefore(grant_id=None if before is None else GrantId(uuid_text(before)))
    ((networks, any_reads_first, live),) = taken
    reading = (yield from networks_read_first(networks, user, grant.client_id)) if any_reads_first else frozenset()
    edges = live_edges(networks, reading)
    given = read_edges(edges)
    yield (
        INSERT_GRANT,
        (
            grant_key,
            user,
            grant.client_id,
            grant.stamp,
            " ".join(grant.scopes_asked),
            " ".join(grant.scopes_given),
            edges,
            grant.refresh_digest,
            uuid_bytes(grant.code_id),
            grant.created_at,
            grant.last_used_at,
            grant.created_at if grant.last_used_at is None else grant.last_used_at,
            grant.revoked_at,
        ),
    )
    evicted = (yield from _evict(user, grant.client_id, grant_key, cap)) if live >= cap else None
    yield entry(audit)
    return CodeTaken(
        grant=grant if given == grant.edges and not reading else replace(grant, edges=given), evicted=evicted
    )


def _evict(user: bytes, client_id: ClientId, newest: bytes, cap: int) -> Verb[GrantId | None]:
    """Let the longest unused grants beyond `cap` go; the last of them."""
    evicted = None
    for (out,) in (yield BEYOND_CAP, (user, client_id, newest, cap - 1)):
        yield EVICT, (out,)
        evicted = GrantId(uuid_text(out))
    return evicted
