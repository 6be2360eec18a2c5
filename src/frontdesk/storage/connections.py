"""Connections: what a user and a client have together, as people see it. It lives on its grants and pending codes."""

from typing import Any

from frontdesk.protocol.ids import ClientId, Micros, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import Connection
from frontdesk.storage.columns import read_networks, read_scopes_column, without_network
from frontdesk.storage.verbs import Verb

_SELECT = """
SELECT user_id, client_id, redirect_uri, scopes_given, networks_offered, networks_given, created_at, consented_at
FROM connections
"""
FIND = _SELECT + "WHERE user_id = $1 AND client_id = $2"
LIST_OF_USER = _SELECT + "WHERE user_id = $1 ORDER BY consented_at DESC, client_id LIMIT $2 OFFSET $3"
COUNT_OF_USER = "SELECT count(*) FROM connections WHERE user_id = $1"
NETWORKS_OF_USER = "SELECT client_id, networks_given FROM connections WHERE user_id = $1"
NETWORKS_OF_ONE = "SELECT client_id, networks_given FROM connections WHERE user_id = $1 AND client_id = $2"
SET_NETWORKS = "UPDATE connections SET networks_given = $1 WHERE user_id = $2 AND client_id = $3"
# Without a live grant and without a code that may still become one, nothing is left that the user could end.
SETTLE = """
DELETE FROM connections WHERE user_id = $1 AND client_id = $2
AND NOT EXISTS (SELECT 1 FROM grants WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL)
AND NOT EXISTS (
    SELECT 1 FROM codes
    WHERE user_id = $1 AND client_id = $2 AND grant_id IS NULL AND voided_at IS NULL AND expires_at > $3
)
RETURNING client_id
"""


def find_connection(pair: tuple[UserId, ClientId]) -> Verb[Connection | None]:
    """What the last consent gave; None once everything of it ended."""
    user_id, client_id = pair
    rows = yield FIND, (uuid_bytes(user_id), client_id)
    return read_connection(rows[0]) if rows else None


def count_connections(user_id: UserId) -> Verb[int]:
    """How many apps a user has connected."""
    rows = yield COUNT_OF_USER, (uuid_bytes(user_id),)
    return int(rows[0][0])


def settle(user: bytes, client_id: str, now: Micros) -> Verb[int]:
    """Forget a connection that nothing alive is left of; how many went, none or one."""
    return len((yield SETTLE, (user, client_id, now)))


def drop_network_from_connections(user: bytes, network: bytes, client_id: str | None = None) -> Verb[bool]:
    """Take a network out of what the user's connections were given, or one connection; whether any held it."""
    if client_id is None:
        rows = yield NETWORKS_OF_USER, (user,)
    else:
        rows = yield NETWORKS_OF_ONE, (user, client_id)
    dropped = False
    for client, networks in rows:
        left = without_network(networks, network)
        if left is not None:
            dropped = True
            yield SET_NETWORKS, (left, user, client)
    return dropped


def read_connection(row: tuple[Any, ...]) -> Connection:
    """The record of a row."""
    user, client, uri, scopes, offered, given, created, consented = row
    return Connection(
        user_id=UserId(uuid_text(user)),
        client_id=ClientId(client),
        redirect_uri=uri,
        scopes_given=read_scopes_column(scopes),
        networks_offered=read_networks(offered),
        networks_given=read_networks(given),
        created_at=Micros(created),
        consented_at=Micros(consented),
    )
