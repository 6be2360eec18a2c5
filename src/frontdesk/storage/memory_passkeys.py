"""The in-memory twin of storage/passkeys.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import Digest, Micros, UserId
from frontdesk.protocol.passkeys import Passkey, counts_on
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage.memory_state import MemoryState


class MemoryPasskeys(MemoryState):
    """Passkeys, and the challenges that were answered with them."""

    async def add_passkey(self, *, passkey: Passkey, limit: int, audit: AuditEvent) -> bool:
        """One more of a user's."""
        user = self.users.get(passkey.user_id)
        if len(await self.list_passkeys(passkey.user_id)) >= limit or passkey.id in self.passkeys:
            return False
        if user is None or user.blocked_at is not None:
            return False
        self.passkeys[passkey.id] = passkey
        self._note(audit)
        return True

    async def list_passkeys(self, user_id: UserId) -> Sequence[Passkey]:
        """A user's, oldest first."""
        own = [passkey for passkey in self.passkeys.values() if passkey.user_id == user_id]
        return sorted(own, key=lambda passkey: (passkey.created_at, passkey.id))

    async def find_passkey(self, passkey_id: bytes) -> Passkey | None:
        """A passkey by the id that its device says."""
        return self.passkeys.get(passkey_id)

    async def use_passkey(
        self, *, passkey: Passkey, challenge: Digest, expires_at: Micros, sign_count: int, now: Micros
    ) -> bool:
        """Spend a challenge and move the counter on."""
        known = self.passkeys.get(passkey.id)
        if known is None or not counts_on(known.sign_count, sign_count) or challenge in self.spent_challenges:
            return False
        self.spent_challenges[challenge] = expires_at
        self.passkeys[passkey.id] = replace(known, sign_count=sign_count, last_used_at=now)
        return True

    async def remove_passkey(self, *, user_id: UserId, passkey_id: bytes, audit: AuditEvent) -> bool:
        """Forget a passkey of this user's."""
        passkey = self.passkeys.get(passkey_id)
        if passkey is None or passkey.user_id != user_id:
            return False
        del self.passkeys[passkey_id]
        self._note(audit)
        return True

    async def rename_passkey(self, *, user_id: UserId, passkey_id: bytes, name: str, audit: AuditEvent) -> bool:
        """Call it otherwise."""
        passkey = self.passkeys.get(passkey_id)
        if passkey is None or passkey.user_id != user_id:
            return False
        self.passkeys[passkey_id] = replace(passkey, name=name)
        self._note(audit)
        return True
