"""What taking over connections whose person left needs of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.adoption import Adoption
from frontdesk.protocol.ids import GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.records import AuditEvent, Grant


class AdoptionStore(Protocol):
    """Connections that stopped because their person left the network."""

    async def list_left_grants(self, network_id: NetworkId) -> Sequence[Grant]:
        """Live grants that lost this network when their person left it (`Edge.dropped_at`), the latest first."""

    async def adopt_grant(
        self, *, grant_id: GrantId, network_id: NetworkId, owner_id: UserId, cap: int, now: Micros, audit: AuditEvent
    ) -> Adoption:
        """Make such a grant the owner's own: its edge to this network lives again, no other does.

        Its tokens work as before. An earlier consent of the owner's with the app is not widened, and none is made up:
        the app's next authorize request shows the consent page. With another answer than DONE nothing is written.
        """
