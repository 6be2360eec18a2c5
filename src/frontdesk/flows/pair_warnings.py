"""Telling owners that a pair was used, with its secret, from an address that it is not narrowed to. ATTACKS W11.

Somebody has a secret who should not, or a program moved. One row and one mail an hour a pair, off the answer's path.
"""

from dataclasses import dataclass, field

from frontdesk.flows.needs import Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.pair_letters import Deed
from frontdesk.protocol.ids import HOUR, CredentialId, Micros
from frontdesk.protocol.records import AuditEvent, NetworkCredential

EVERY = HOUR
KEPT = 4_096  # pairs that one process tells apart


@dataclass(slots=True, kw_only=True)
class PairWarnings:
    """What was refused since the last writing. One a process; `flush` is called by a background task."""

    store: Store
    notices: Notices
    _noted: dict[CredentialId, Micros] = field(default_factory=dict)
    _waiting: dict[CredentialId, tuple[NetworkCredential, str | None, Micros]] = field(default_factory=dict)

    def note(self, pair: NetworkCredential, address: str | None, now: Micros) -> None:
        """A pair that was proven was refused for the address that it was used from."""
        last = self._noted.get(pair.client_id)
        if last is not None and now - last < EVERY:
            return
        if len(self._noted) >= KEPT:
            self._noted.clear()
        self._noted[pair.client_id] = now
        self._waiting[pair.client_id] = (pair, address, now)

    async def flush(self) -> None:
        """Write down what no other process has within the hour, and tell the networks' owners of that."""
        while self._waiting:
            _, (pair, address, at) = self._waiting.popitem()
            audit = AuditEvent(
                at=at,
                action="credential.misplaced",
                actor="frontdesk",
                network_id=pair.network_id,
                client_id=pair.client_id,
                address=address,
                detail=pair.name,
            )
            if await self.store.warn_of_credential(client_id=pair.client_id, since=Micros(at - EVERY), audit=audit):
                await self._tell(pair, address, at)

    async def _tell(self, pair: NetworkCredential, address: str | None, at: Micros) -> None:
        network = await self.store.find_network(pair.network_id)
        owner = await self.store.find_owner_of(pair.network_id)
        if network is not None and owner is not None:
            origin = Origin(address=address, request_id="")
            self.notices.credential(Deed.MISPLACED, owner, network, pair, now=at, origin=origin)
