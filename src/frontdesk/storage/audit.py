"""The append-only record of security changes: rows are saved in the transaction of the change they tell of.

A change that concerns several networks is one row, which is read as one event for each. Which rows name a network is
written down later, many at a time (`audit_places.py`). Until then they are looked through.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from frontdesk.protocol.history import NEWEST, HistoryFilter
from frontdesk.protocol.ids import GrantId, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit_places import named_by
from frontdesk.storage.columns import live_networks, network_text, optional_id, pack_networks, read_networks
from frontdesk.storage.verbs import Step, Value, Verb

INSERT = """
INSERT INTO audit (at, action, actor, network_id, client_id, user_id, grant_id, address, request_id, detail, networks)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_COLUMNS = """a.position, a.at, a.action, a.actor, a.network_id, a.client_id, a.user_id, a.grant_id, a.address,
    a.request_id, a.detail, a.networks"""
_SELECT = f"SELECT {_COLUMNS} FROM audit a "  # noqa: S608 - names of columns
PAGE = _SELECT + "WHERE a.position <= $1 ORDER BY a.position DESC LIMIT $2"
PAGE_OF_CLIENT = _SELECT + "WHERE a.client_id = $1 AND a.position <= $2 ORDER BY a.position DESC LIMIT $3"
# $5: actions between spaces; $6 and $7: one person, twice told; $8: an app.
_WANTED = """a.position < $2 AND a.at >= $3 AND a.at < $4 AND ($5 = '' OR $5 LIKE '% ' || a.action || ' %')
AND ($6 = '' OR a.actor = $6 OR a.user_id = $7) AND ($8 = '' OR a.client_id = $8) ORDER BY a.position DESC LIMIT $9"""
# CROSS JOIN is told of the network's own rows first, in their order.
OF_NETWORK = f"""
SELECT {_COLUMNS} FROM audit_by_networks n CROSS JOIN audit a ON a.position = n.position
WHERE n.network_id = $1 AND n.position < $2 AND n.position <= (SELECT position FROM audit_indexed WHERE one = 1)
AND {_WANTED.replace("BY a.position", "BY n.position")}
"""  # noqa: S608 - names of columns
OF_NETWORK_NOT_INDEXED = f"""
SELECT {_COLUMNS} FROM audit a WHERE a.position > (SELECT position FROM audit_indexed WHERE one = 1)
AND (a.network_id = $1 OR instr(a.networks, $1) > 0) AND {_WANTED}
"""  # noqa: S608 - names of columns

_PLACES = 16  # bits: more networks than anybody has


def entry(event: AuditEvent) -> Step:
    """The step that saves one row."""
    return _insert(event, optional_id(event.network_id), None)


def entries(event: AuditEvent, networks: Iterable[NetworkId]) -> Verb[None]:
    """The step that saves a change for the owner of each network that it concerns; of none, where none is named."""
    named = tuple(dict.fromkeys(networks))
    yield _insert(event, None, pack_networks(named)) if named else entry(event)


def entry_of_grant(event: AuditEvent, user: bytes, edges: bytes) -> Step:
    """The step that saves a change of a user's grant, for the owner of each network that it still led to."""
    return _insert(event, None, live_networks(edges) or None, user)


def list_history(
    network_id: NetworkId, wanted: HistoryFilter, *, before: int, limit: int
) -> Verb[list[tuple[int, AuditEvent]]]:
    """A network's rows with their positions, newest first, of those before a position."""
    person = wanted.person
    return (
        yield from _of_network(
            network_id,
            before,
            wanted.since,
            wanted.until,
            f" {' '.join(wanted.actions)} " if wanted.actions else "",
            f"user:{person}" if person is not None else "",
            uuid_bytes(person) if person is not None else b"",
            "",
            limit=limit,
        )
    )


def page_audit(
    *, network_id: NetworkId | None, client_id: str | None, before: int, limit: int
) -> Verb[list[tuple[int, AuditEvent]]]:
    """Events before a place with theirs, the newest first: of a network, of a client, of both or of all.

    The events of one row have places of their own.
    """
    if network_id is not None:
        everything: tuple[Value, ...] = (0, NEWEST, "", "", b"", client_id or "")
        return (yield from _of_network(network_id, before, *everything, limit=limit))
    # One row more: all events of the first may have been on the page before.
    asked = (before >> _PLACES, limit + 1)
    rows = yield (PAGE_OF_CLIENT, (client_id, *asked)) if client_id is not None else (PAGE, asked)
    return [(place, event) for row in rows for place, event in _events(row) if place < before][:limit]


def list_audit(*, network_id: NetworkId | None, client_id: str | None, limit: int) -> Verb[list[AuditEvent]]:
    """The newest events first."""
    found = yield from page_audit(network_id=network_id, client_id=client_id, before=NEWEST, limit=limit)
    return [event for _, event in found]


def _of_network(network_id: NetworkId, *asked: Value, limit: int) -> Verb[list[tuple[int, AuditEvent]]]:
    network = uuid_bytes(network_id)
    rows = yield OF_NETWORK_NOT_INDEXED, (network, *asked, limit)
    rows = [row for row in rows if network in named_by(row[4], row[11])]
    if len(rows) < limit:
        rows += yield OF_NETWORK, (network, *asked, limit - len(rows))
    return [(row[0], replace(_read(row), network_id=network_id)) for row in rows]


def _insert(event: AuditEvent, network: bytes | None, networks: bytes | None, user: bytes | None = None) -> Step:
    return INSERT, (
        event.at,
        event.action,
        event.actor,
        network,
        event.client_id,
        user or optional_id(event.user_id),
        optional_id(event.grant_id),
        event.address,
        event.request_id,
        event.detail,
        networks,
    )


def _events(row: tuple[Any, ...]) -> Iterator[tuple[int, AuditEvent]]:
    """What a row tells of, each with its place, the newest first: the last network is taken for the newest."""
    event, first = _read(row), row[0] << _PLACES
    if row[11] is None:
        yield first, event
        return
    for number, network in reversed(list(enumerate(read_networks(row[11])))):
        yield first + number, replace(event, network_id=network)


def _read(row: tuple[Any, ...]) -> AuditEvent:
    _, at, action, actor, network, client, user, grant, address, request, detail, _ = row
    return AuditEvent(
        at=Micros(at),
        action=action,
        actor=actor,
        network_id=None if network is None else network_text(network),
        client_id=client,
        user_id=None if user is None else UserId(uuid_text(user)),
        grant_id=None if grant is None else GrantId(uuid_text(grant)),
        address=address,
        request_id=request,
        detail=detail,
    )
