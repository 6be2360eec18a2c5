"""What the walks need in order to know the keys of the administration API."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import AdminKeyId, Digest, Micros
from frontdesk.protocol.records import AdminKey, AuditEvent


class AdminKeyStore(Protocol):
    """Remembers them. Nothing of it is cached: a revoked key is refused from the next call on."""

    async def find_admin_key(self, key_id: AdminKeyId) -> AdminKey | None:
        """A key by its id, expired or not."""

    async def list_admin_keys(self) -> Sequence[AdminKey]:
        """All keys, the oldest first."""

    async def add_admin_key(self, *, key: AdminKey, most: int, audit: AuditEvent) -> bool:
        """A new key; False, with nothing changed, where there are `most` already."""

    async def touch_admin_key(self, *, key_id: AdminKeyId, replaces: Digest, digest: Digest, now: Micros) -> None:
        """Note a use, and the digest under the key that makes now; nothing where the key is gone or was replaced."""

    async def revoke_admin_key(self, *, key_id: AdminKeyId, audit: AuditEvent) -> bool:
        """Forget a key for good, ahead of other writes. False: no such key."""
