"""Authorization codes on their way from a consent to an exchange."""

from typing import Any

from frontdesk.protocol.ids import ClientId, CodeId, Digest, GrantId, Micros, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuthorizationCode
from frontdesk.storage.columns import read_networks, read_scopes_column, without_network
from frontdesk.storage.connections import settle
from frontdesk.storage.verbs import Verb

FIND = """
SELECT id, digest, client_id, user_id, redirect_uri, scopes_asked, scopes_given, networks, code_challenge, created_at,
    expires_at, grant_id, voided_at, wrong_verifiers
FROM codes WHERE id = $1
"""
COUNT_WRONG_VERIFIER = """
UPDATE codes SET wrong_verifiers = wrong_verifiers + 1,
    voided_at = CASE WHEN wrong_verifiers + 1 >= $1 AND grant_id IS NULL THEN coalesce(voided_at, $2) ELSE voided_at END
WHERE id = $3 RETURNING wrong_verifiers, user_id, client_id
"""
VOID_OF_CLIENT = """
UPDATE codes SET voided_at = $1
WHERE client_id = $2 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $1 RETURNING user_id
"""
VOID_OF_USER = """
UPDATE codes SET voided_at = $1
WHERE user_id = $2 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $1 RETURNING client_id
"""
PENDING_OF_USER = """
SELECT id, networks, client_id FROM codes
WHERE user_id = $1 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $2
"""
SET_NETWORKS = "UPDATE codes SET networks = $1 WHERE id = $2"


def find_code(code_id: CodeId) -> Verb[AuthorizationCode | None]:
    """A code, used or not, until it is cleaned away."""
    rows = yield FIND, (uuid_bytes(code_id),)
    return _read(rows[0]) if rows else None


def count_wrong_verifier(*, code_id: CodeId, limit: int, now: Micros) -> Verb[int]:
    """Count a failed PKCE proof; at `limit` the code is void, and with it a connection that lived on it alone."""
    rows = yield COUNT_WRONG_VERIFIER, (limit, now, uuid_bytes(code_id))
    if not rows:
        return 0
    wrong, user, client = rows[0]
    if wrong >= limit:
        yield from settle(user, client, now)
    return int(wrong)


def void_codes_of_client(client_id: ClientId, now: Micros) -> Verb[None]:
    """End every pending code of an app for good."""
    users = {user for (user,) in (yield VOID_OF_CLIENT, (now, client_id))}
    for user in users:
        yield from settle(user, client_id, now)


def void_codes_of_user(user: bytes, now: Micros) -> Verb[None]:
    """End every pending code of a user for good."""
    clients = {client for (client,) in (yield VOID_OF_USER, (now, user))}
    for client in clients:
        yield from settle(user, client, now)


def drop_network_from_codes(user: bytes, network: bytes, now: Micros) -> Verb[None]:
    """Take a network out of a user's pending codes. One that loses its last network stays, and opens nothing."""
    for code, networks, _ in (yield PENDING_OF_USER, (user, now)):
        left = without_network(networks, network)
        if left is not None:
            yield SET_NETWORKS, (left, code)


def _read(row: tuple[Any, ...]) -> AuthorizationCode:
    key, digest, client, user, uri, asked, given, networks, challenge, created, expires, grant, voided, wrong = row
    return AuthorizationCode(
        id=CodeId(uuid_text(key)),
        digest=Digest(digest),
        client_id=ClientId(client),
        user_id=UserId(uuid_text(user)),
        redirect_uri=uri,
        scopes_asked=read_scopes_column(asked),
        scopes_given=read_scopes_column(given),
        networks=read_networks(networks),
        code_challenge=challenge,
        created_at=Micros(created),
        expires_at=Micros(expires),
        grant_id=None if grant is None else GrantId(uuid_text(grant)),
        voided_at=None if voided is None else Micros(voided),
        wrong_verifiers=wrong,
    )
