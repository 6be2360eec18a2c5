"""Administration keys, in a dictionary."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import AdminKeyId, Digest, Micros
from frontdesk.protocol.records import AdminKey, AuditEvent
from frontdesk.storage.memory_state import MemoryState


class MemoryAdminKeys(MemoryState):
    """What programs of the operator prove themselves with."""

    async def find_admin_key(self, key_id: AdminKeyId) -> AdminKey | None:
        """A key by its id."""
        return self.admin_keys.get(key_id)

    async def list_admin_keys(self) -> Sequence[AdminKey]:
        """All keys."""
        return [self.admin_keys[key_id] for key_id in sorted(self.admin_keys)]

    async def add_admin_key(self, *, key: AdminKey, most: int, audit: AuditEvent) -> bool:
        """A new key."""
        if len(self.admin_keys) >= most:
            return False
        self.admin_keys[key.id] = key
        self._note(audit)
        return True

    async def touch_admin_key(self, *, key_id: AdminKeyId, replaces: Digest, digest: Digest, now: Micros) -> None:
        """Note a use."""
        key = self.admin_keys.get(key_id)
        if key is not None and key.digest == replaces:
            self.admin_keys[key_id] = replace(key, digest=digest, last_used_at=now)

    async def revoke_admin_key(self, *, key_id: AdminKeyId, audit: AuditEvent) -> bool:
        """Forget a key."""
        if self.admin_keys.pop(key_id, None) is None:
            return False
        self._note(audit)
        return True
