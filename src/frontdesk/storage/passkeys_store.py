"""The verbs about passkeys, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Digest, Micros, UserId
from frontdesk.protocol.passkeys import Passkey
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import passkeys
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class PasskeyVerbs:
    """What `frontdesk.flows.needs_passkeys.PasskeyStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def add_passkey(self, *, passkey: Passkey, limit: int, audit: AuditEvent) -> bool:
        """One more of a user's."""
        return await self._writer.write(passkeys.add_passkey(passkey=passkey, limit=limit, audit=audit))

    async def list_passkeys(self, user_id: UserId) -> Sequence[Passkey]:
        """A user's, oldest first."""
        return await self._reader.read(passkeys.list_passkeys, user_id)

    async def find_passkey(self, passkey_id: bytes) -> Passkey | None:
        """A passkey by the id that its device says."""
        return await self._reader.read(passkeys.find_passkey, passkey_id)

    async def use_passkey(
        self, *, passkey: Passkey, challenge: Digest, expires_at: Micros, sign_count: int, now: Micros
    ) -> bool:
        """Spend a challenge and move the counter on."""
        verb = passkeys.use_passkey(
            passkey=passkey, challenge=challenge, expires_at=expires_at, sign_count=sign_count, now=now
        )
        return await self._writer.write(verb)

    async def remove_passkey(self, *, user_id: UserId, passkey_id: bytes, audit: AuditEvent) -> bool:
        """Forget a passkey of this user's."""
        verb = passkeys.remove_passkey(user_id=user_id, passkey_id=passkey_id, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def rename_passkey(self, *, user_id: UserId, passkey_id: bytes, name: str, audit: AuditEvent) -> bool:
        """Call it otherwise."""
        verb = passkeys.rename_passkey(user_id=user_id, passkey_id=passkey_id, name=name, audit=audit)
        return await self._writer.write(verb)
