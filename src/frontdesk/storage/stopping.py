"""Taking a network out of service by an operator's word, apart from what a kept list says. Undone without a trace.

`memberships.suspended` holds why a role does not count; its bit 2 (the network) stands while either reason does.
"""

from frontdesk.protocol.ids import Micros, NetworkId, uuid_bytes
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.audit import entry
from frontdesk.storage.verbs import Verb

STOP = "UPDATE networks SET stopped_at = coalesce(stopped_at, $1) WHERE id = $2 RETURNING id"
RESUME = "UPDATE networks SET stopped_at = NULL WHERE id = $1 RETURNING id"
SET_ROLES_ASIDE = "UPDATE memberships SET suspended = suspended | 2 WHERE network_id = $1"
RESTORE_ROLES = """
UPDATE memberships SET suspended = suspended & 1 WHERE network_id = $1 AND EXISTS (
    SELECT 1 FROM networks n WHERE n.id = memberships.network_id AND n.stopped_at IS NULL AND n.suspended_at IS NULL)
"""


def set_network_stopped(*, network_id: NetworkId, stopped: bool, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Take a network out of service, or put it back."""
    network = uuid_bytes(network_id)
    found = (yield STOP, (now, network)) if stopped else (yield RESUME, (network,))
    if not found:
        return False
    yield (SET_ROLES_ASIDE if stopped else RESTORE_ROLES), (network,)
    yield entry(audit)
    return True
