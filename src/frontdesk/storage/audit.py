"""The append-only record of security changes: rows are saved in the transaction of the change they tell of."""

from typing import Any

from frontdesk.protocol.ids import GrantId, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.columns import optional_id
from frontdesk.storage.verbs import Step, Verb

INSERT = """
INSERT INTO audit (at, action, actor, network_id, client_id, user_id, grant_id, address, request_id, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_SELECT = """
SELECT at, action, actor, network_id, client_id, user_id, grant_id, address, request_id, detail FROM audit
"""
NEWEST = _SELECT + "ORDER BY position DESC LIMIT $1"
NEWEST_OF_NETWORK = _SELECT + "WHERE network_id = $1 ORDER BY position DESC LIMIT $2"
NEWEST_OF_CLIENT = _SELECT + "WHERE client_id = $1 ORDER BY position DESC LIMIT $2"
NEWEST_OF_BOTH = _SELECT + "WHERE network_id = $1 AND client_id = $2 ORDER BY position DESC LIMIT $3"


def entry(event: AuditEvent) -> Step:
    """The step that saves one row."""
    return INSERT, (
        event.at,
        event.action,
        event.actor,
        optional_id(event.network_id),
        event.client_id,
        optional_id(event.user_id),
        optional_id(event.grant_id),
        event.address,
        event.request_id,
        event.detail,
    )


def list_audit(*, network_id: NetworkId | None, client_id: str | None, limit: int) -> Verb[list[AuditEvent]]:
    """The newest rows first, of a network, of a client, of both or of all."""
    if network_id is not None and client_id is not None:
        rows = yield NEWEST_OF_BOTH, (uuid_bytes(network_id), client_id, limit)
    elif network_id is not None:
        rows = yield NEWEST_OF_NETWORK, (uuid_bytes(network_id), limit)
    elif client_id is not None:
        rows = yield NEWEST_OF_CLIENT, (client_id, limit)
    else:
        rows = yield NEWEST, (limit,)
    return [_read(row) for row in rows]


def _read(row: tuple[Any, ...]) -> AuditEvent:
    at, action, actor, network, client, user, grant, address, request, detail = row
    return AuditEvent(
        at=Micros(at),
        action=action,
        actor=actor,
        network_id=None if network is None else NetworkId(uuid_text(network)),
        client_id=client,
        user_id=None if user is None else UserId(uuid_text(user)),
        grant_id=None if grant is None else GrantId(uuid_text(grant)),
        address=address,
        request_id=request,
        detail=detail,
    )
