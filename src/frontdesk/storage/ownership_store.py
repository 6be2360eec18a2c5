"""The verbs about giving ownership on, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Digest, Micros, NetworkId, UserId
from frontdesk.protocol.ownership import OfferAnswer, OfferOutcome, OwnershipOffer
from frontdesk.protocol.records import AuditEvent, User
from frontdesk.storage import ownership, users
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class OwnershipVerbs:
    """What `frontdesk.flows.needs_ownership.OwnershipStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def list_people_of(self, network_id: NetworkId) -> Sequence[User]:
        """Who has a role in a network that counts, by address."""
        people = await self._reader.read(users.list_people_of, network_id)
        return await self._reader.recall_all(self._reader.cache.users, people, users.find_user)

    async def find_offer(self, network_id: NetworkId) -> OwnershipOffer | None:
        """The offer of a network."""
        return await self._reader.read(ownership.find_offer, network_id)

    async def list_offers_to(self, receiver_id: UserId) -> Sequence[OwnershipOffer]:
        """Confirmed offers to somebody."""
        return await self._reader.read(ownership.list_offers_to, receiver_id)

    async def start_offer(self, *, offer: OwnershipOffer, budget_key: bytes, now: Micros) -> OfferOutcome:
        """Begin an offer."""
        return await self._writer.write(ownership.start_offer(offer=offer, budget_key=budget_key, now=now))

    async def confirm_offer(
        self,
        *,
        network_id: NetworkId,
        giver_id: UserId,
        digests: Sequence[Digest],
        budget_key: bytes,
        now: Micros,
        audit: AuditEvent,
    ) -> OfferAnswer:
        """Judge the giver's code."""
        verb = ownership.confirm_offer(
            network_id=network_id, giver_id=giver_id, digests=digests, budget_key=budget_key, now=now, audit=audit
        )
        return await self._writer.write(verb)

    async def send_taking_code(
        self,
        *,
        network_id: NetworkId,
        receiver_id: UserId,
        code_digest: Digest,
        code_expires_at: Micros,
        budget_key: bytes,
        now: Micros,
    ) -> OfferOutcome:
        """Keep the receiver's code."""
        verb = ownership.send_taking_code(
            network_id=network_id,
            receiver_id=receiver_id,
            code_digest=code_digest,
            code_expires_at=code_expires_at,
            budget_key=budget_key,
            now=now,
        )
        return await self._writer.write(verb)

    async def take_ownership(
        self,
        *,
        network_id: NetworkId,
        receiver_id: UserId,
        digests: Sequence[Digest],
        budget_key: bytes,
        keeps_named: bool,
        now: Micros,
        audit: AuditEvent,
    ) -> OfferAnswer:
        """Judge the receiver's code, and hand over."""
        verb = ownership.take_ownership(
            network_id=network_id,
            receiver_id=receiver_id,
            digests=digests,
            budget_key=budget_key,
            keeps_named=keeps_named,
            now=now,
            audit=audit,
        )
        return await self._writer.write(verb, urgent=True)

    async def give_ownership(
        self, *, network_id: NetworkId, owner_id: UserId, keeps_named: bool, now: Micros, audit: AuditEvent
    ) -> UserId | None:
        """Hand a network over without any code."""
        verb = ownership.give_ownership(
            network_id=network_id, owner_id=owner_id, keeps_named=keeps_named, now=now, audit=audit
        )
        return await self._writer.write(verb, urgent=True)

    async def withdraw_offer(
        self, *, network_id: NetworkId, person_id: UserId, audit: AuditEvent
    ) -> OwnershipOffer | None:
        """End an offer."""
        verb = ownership.withdraw_offer(network_id=network_id, person_id=person_id, audit=audit)
        return await self._writer.write(verb, urgent=True)
