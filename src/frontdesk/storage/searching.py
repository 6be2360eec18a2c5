"""Searching by how something begins, along an index. Nothing is read that is not shown."""

from dataclasses import dataclass

from frontdesk.protocol.ids import ClientId, NetworkId, UserId, uuid_text
from frontdesk.protocol.searching import LAST, spellings
from frontdesk.storage.verbs import Verb

USERS = "SELECT id FROM users WHERE email >= $1 AND email < $2 ORDER BY email LIMIT $3"
NETWORKS = """
SELECT id, title FROM networks WHERE title >= $1 COLLATE NOCASE AND title < $2 COLLATE NOCASE
ORDER BY title COLLATE NOCASE, id LIMIT $3
"""
CLIENTS = """
SELECT id, name FROM clients WHERE name >= $1 COLLATE NOCASE AND name < $2 COLLATE NOCASE
ORDER BY name COLLATE NOCASE, id LIMIT $3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """What a search gave, each in order; `more` of any kind: some were left out."""

    users: tuple[UserId, ...]
    networks: tuple[NetworkId, ...]
    clients: tuple[ClientId, ...]
    more: bool


def search(text: str, limit: int) -> Verb[Ids]:
    """At most `limit` of each kind."""
    words, *others = spellings(text)
    # In ASCII the index knows one spelling from the other as little as we do.
    ways = (words,) if words.isascii() else (words, *others)
    users = yield USERS, (words.lower(), words.lower() + LAST, limit + 1)
    networks, clients = {}, {}
    for way in ways:
        for raw, title in (yield NETWORKS, (way, way + LAST, limit + 1)):
            networks[title, raw] = NetworkId(uuid_text(raw))
        for client_id, name in (yield CLIENTS, (way, way + LAST, limit + 1)):
            clients[name, client_id] = ClientId(client_id)
    return Ids(
        users=tuple(UserId(uuid_text(raw)) for (raw,) in users[:limit]),
        networks=tuple(network_id for _, network_id in sorted(networks.items())[:limit]),
        clients=tuple(client_id for _, client_id in sorted(clients.items())[:limit]),
        more=max(len(users), len(networks), len(clients)) > limit,
    )
