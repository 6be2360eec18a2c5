"""The in-memory twin of storage/reveals.py."""

from dataclasses import replace

from frontdesk.protocol.ids import Micros, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, Role, User
from frontdesk.storage.memory_state import MemoryState
from frontdesk.storage.reveals import next_reveal


class MemoryReveals(MemoryState):
    """A network's owner, and showing the secret again."""

    async def find_owner_of(self, network_id: NetworkId) -> User | None:
        """The owner of a network."""
        owners = (user for user in self.users.values() if user.roles.get(network_id) is Role.OWNER)
        return next(owners, None)

    async def note_reveal(
        self,
        *,
        owner_id: UserId,
        network_id: NetworkId,
        version: int,
        seen_at: Micros | None,
        now: Micros,
        audit: AuditEvent,
    ) -> bool:
        """Write down that the owner is about to be shown the secret."""
        owner = self.users.get(owner_id)
        if owner is None or owner.blocked_at is not None or owner.roles.get(network_id) is not Role.OWNER:
            return False
        for pair in self.credentials.values():
            if (pair.network_id, pair.version, pair.revealed_at) == (network_id, version, seen_at):
                self._reach("reveal.before_commit")
                self.credentials[pair.client_id] = replace(pair, revealed_at=next_reveal(seen_at, now))
                self._note(audit)
                self._reach("reveal.after_commit")
                return True
        return False
