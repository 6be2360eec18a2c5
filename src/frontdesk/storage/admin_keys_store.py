"""The verbs about administration keys, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import AdminKeyId, Digest, Micros
from frontdesk.protocol.records import AdminKey, AuditEvent
from frontdesk.storage import admin_keys
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class AdminKeyVerbs:
    """What `frontdesk.flows.needs_admin_keys` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def find_admin_key(self, key_id: AdminKeyId) -> AdminKey | None:
        """A key by its id."""
        return await self._reader.read(admin_keys.find_admin_key, key_id)

    async def list_admin_keys(self) -> Sequence[AdminKey]:
        """All keys."""
        return await self._reader.read_long(admin_keys.list_admin_keys())

    async def add_admin_key(self, *, key: AdminKey, most: int, audit: AuditEvent) -> bool:
        """A new key."""
        return await self._writer.write(admin_keys.add_admin_key(key=key, most=most, audit=audit))

    async def touch_admin_key(self, *, key_id: AdminKeyId, replaces: Digest, digest: Digest, now: Micros) -> None:
        """Note a use."""
        verb = admin_keys.touch_admin_key(key_id=key_id, replaces=replaces, digest=digest, now=now)
        await self._writer.write(verb)

    async def revoke_admin_key(self, *, key_id: AdminKeyId, audit: AuditEvent) -> bool:
        """Forget a key."""
        return await self._writer.write(admin_keys.revoke_admin_key(key_id=key_id, audit=audit), urgent=True)
