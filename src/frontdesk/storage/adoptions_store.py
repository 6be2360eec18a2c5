"""The verbs about connections whose person left, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.adoption import Adoption
from frontdesk.protocol.ids import GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, Grant
from frontdesk.storage import adoptions, grants
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class AdoptionVerbs:
    """What `frontdesk.flows.needs_adoption.AdoptionStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def list_left_grants(self, network_id: NetworkId) -> Sequence[Grant]:
        """Live grants that lost a network when their person left it."""
        return await self._reader.read_long(grants.list_left_grants(network_id))

    async def adopt_grant(
        self, *, grant_id: GrantId, network_id: NetworkId, owner_id: UserId, cap: int, now: Micros, audit: AuditEvent
    ) -> Adoption:
        """Make a grant the owner's own, in this one network."""
        verb = adoptions.adopt_grant(
            grant_id=grant_id, network_id=network_id, owner_id=owner_id, cap=cap, now=now, audit=audit
        )
        return await self._writer.write(verb)
