"""Showing a network's secret to its owner again, once for each time its page was made. DESIGN D8, ATTACKS OW-08."""

from frontdesk.protocol.ids import Micros, NetworkId, UserId, uuid_bytes
from frontdesk.protocol.records import AuditEvent, Role
from frontdesk.storage.audit import entry
from frontdesk.storage.users import find_user
from frontdesk.storage.verbs import Verb

NOTE = """
UPDATE credentials SET revealed_at = $1
WHERE network_id = $2 AND version = $3 AND revealed_at IS NOT DISTINCT FROM $4 RETURNING version
"""


def note_reveal(
    *,
    owner_id: UserId,
    network_id: NetworkId,
    version: int,
    seen_at: Micros | None,
    now: Micros,
    audit: AuditEvent,
) -> Verb[bool]:
    """Write down that the owner is about to be shown the secret; False where page or role are no longer so."""
    owner = yield from find_user(owner_id)
    if owner is None or owner.blocked_at is not None or owner.roles.get(network_id) is not Role.OWNER:
        return False
    if not (yield NOTE, (next_reveal(seen_at, now), uuid_bytes(network_id), version, seen_at)):
        return False
    yield entry(audit)
    return True


def next_reveal(seen_at: Micros | None, now: Micros) -> Micros:
    """The time to write, which is never the one before: two within a microsecond must not look like one."""
    return now if seen_at is None else Micros(max(now, seen_at + 1))
