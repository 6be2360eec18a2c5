"""Audit rows at the command line: as a table for people, as JSON for scripts."""

from collections.abc import Sequence
from typing import Any

from frontdesk.cli.options import Ground
from frontdesk.cli.speech import instant, moment, print_json, print_table
from frontdesk.protocol.records import AuditEvent


def print_events(ground: Ground, events: Sequence[AuditEvent]) -> None:
    """Rows as they come."""
    if ground.as_json:
        print_json({"rows": [_event(event) for event in events]})
        return
    print_table(
        ["AT", "ACTION", "BY", "FROM", "DETAIL"],
        [[moment(one.at), one.action, one.actor, one.address or "-", one.detail or "-"] for one in events],
    )


def _event(event: AuditEvent) -> dict[str, Any]:
    return {
        "at": instant(event.at),
        "action": event.action,
        "actor": event.actor,
        "network_id": event.network_id,
        "client_id": event.client_id,
        "user_id": event.user_id,
        "grant_id": event.grant_id,
        "address": event.address,
        "request_id": event.request_id,
        "detail": event.detail,
    }
