"""The verbs about a network's owner and showing the secret again, as methods."""

from frontdesk.protocol.ids import Micros, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, User
from frontdesk.storage import reveals, users
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class RevealVerbs:
    """What `frontdesk.flows.needs_reveal.RevealStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def find_owner_of(self, network_id: NetworkId) -> User | None:
        """The owner of a network."""
        return await self._reader.read(users.find_owner_of, network_id)

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
        verb = reveals.note_reveal(
            owner_id=owner_id, network_id=network_id, version=version, seen_at=seen_at, now=now, audit=audit
        )
        return await self._writer.write(verb, step="reveal")
