"""What showing a secret again, and telling owners of it, needs of the store."""

from typing import Protocol

from frontdesk.protocol.ids import Micros, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, User


class RevealStore(Protocol):
    """A network's owner, and the durable note that the secret is about to be shown."""

    async def find_owner_of(self, network_id: NetworkId) -> User | None:
        """The owner of a network, with roles; None where there is no such network."""

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
        """Write down that the owner is about to be shown the secret; nothing may be shown before this is durable.

        `version` and `seen_at` (`NetworkCredential.revealed_at`) are what the owner's page was made from, so that one
        page shows the secret once (OW-08). False, with nothing written, where either is another by now, or where
        `owner_id` is blocked or no longer the owner.
        """
