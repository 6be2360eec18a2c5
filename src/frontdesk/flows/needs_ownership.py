"""What giving a network's ownership on needs of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import Digest, Micros, NetworkId, UserId
from frontdesk.protocol.ownership import OfferAnswer, OfferOutcome, OwnershipOffer
from frontdesk.protocol.records import AuditEvent, User


class OwnershipStore(Protocol):
    """Offers of ownership; at most one a network. Codes and mails are counted under `budget_key` as at sign-in."""

    async def list_people_of(self, network_id: NetworkId) -> Sequence[User]:
        """Who has a role in a network that counts, by address."""

    async def find_offer(self, network_id: NetworkId) -> OwnershipOffer | None:
        """The offer of a network; whether it is alive is the caller's judgement."""

    async def list_offers_to(self, receiver_id: UserId) -> Sequence[OwnershipOffer]:
        """Confirmed offers to somebody, alive or not."""

    async def start_offer(self, *, offer: OwnershipOffer, budget_key: bytes, now: Micros) -> OfferOutcome:
        """Begin an offer with the giver's code, in the place of any other of the network.

        GONE where the giver is not the owner or the receiver has no other role there; TOO_MANY_MAILS.
        """

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
        """Judge the giver's code: with a right one the offer stands for seven days, and the code is used up."""

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
        """Keep the receiver's code for an offer that stands, in the place of an earlier one."""

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
        """Judge the receiver's code: with a right one the two change places in one step, and the offer is over.

        The former owner is administrator from then on, and loses all edges to the network for good: each may be
        taken over (`adopt_grant`). Named Basic pairs end, unless `keeps_named`; the main one goes on. GONE where the
        giver is not the owner any more or the receiver lost the role.
        giver is not the owner any more or the receiver lost the role.
        """

    async def give_ownership(
        self, *, network_id: NetworkId, owner_id: UserId, keeps_named: bool, now: Micros, audit: AuditEvent
    ) -> UserId | None:
        """Make somebody the owner at the operator's word, as `take_ownership` does; who it was. Any offer is over.

        None, with nothing changed, where there is no such network, they own it, or they may not sign in.
        """

    async def withdraw_offer(
        self, *, network_id: NetworkId, person_id: UserId, audit: AuditEvent
    ) -> OwnershipOffer | None:
        """End an offer at the word of its giver, or of its receiver once it stands; what it was."""
