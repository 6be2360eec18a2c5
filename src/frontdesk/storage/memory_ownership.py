"""The in-memory twin of storage/ownership.py."""

import hmac
from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import Digest, Micros, NetworkId, UserId
from frontdesk.protocol.ownership import (
    OFFER_STANDS_FOR,
    OfferAnswer,
    OfferOutcome,
    OwnershipOffer,
    code_may_be_typed,
    may_change_hands,
)
from frontdesk.protocol.records import AuditEvent, Role, User
from frontdesk.protocol.signin import Budget, blocked_until, count_mail, count_wrong, may_mail
from frontdesk.storage.credentials import ended_rows
from frontdesk.storage.memory_suspending import MemorySuspending

_GONE = OfferAnswer(outcome=OfferOutcome.GONE)


class MemoryOwnership(MemorySuspending):
    """Offers of a network's ownership."""

    async def list_people_of(self, network_id: NetworkId) -> Sequence[User]:
        """Who has a role in a network that counts, by address."""
        return sorted((user for user in self.users.values() if network_id in user.roles), key=lambda user: user.email)

    async def find_offer(self, network_id: NetworkId) -> OwnershipOffer | None:
        """The offer of a network."""
        return self.ownership_offers.get(network_id)

    async def list_offers_to(self, receiver_id: UserId) -> Sequence[OwnershipOffer]:
        """Confirmed offers to somebody."""
        mine = [one for one in self.ownership_offers.values() if one.receiver_id == receiver_id and one.confirmed_at]
        return sorted(mine, key=lambda one: one.network_id)

    async def start_offer(self, *, offer: OwnershipOffer, budget_key: bytes, now: Micros) -> OfferOutcome:
        """Begin an offer."""
        if not may_change_hands(self.users.get(offer.giver_id), self.users.get(offer.receiver_id), offer.network_id):
            return OfferOutcome.GONE
        if not self._count_mail(budget_key, now):
            return OfferOutcome.TOO_MANY_MAILS
        self.ownership_offers[offer.network_id] = replace(offer, confirmed_at=None)
        return OfferOutcome.DONE

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
        offer = self.ownership_offers.get(network_id)
        if offer is None or offer.giver_id != giver_id or offer.confirmed_at is not None:
            return _GONE
        judged = self._judge_offer(offer, digests, budget_key, now)
        if judged.outcome is OfferOutcome.DONE:
            self.ownership_offers[network_id] = replace(
                offer,
                confirmed_at=now,
                expires_at=Micros(now + OFFER_STANDS_FOR),
                code_digest=None,
                code_expires_at=None,
            )
            self._note(audit)
        return judged

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
        offer = self.ownership_offers.get(network_id)
        if offer is None or offer.receiver_id != receiver_id or offer.confirmed_at is None or now >= offer.expires_at:
            return OfferOutcome.GONE
        if not self._count_mail(budget_key, now):
            return OfferOutcome.TOO_MANY_MAILS
        self.ownership_offers[network_id] = replace(offer, code_digest=code_digest, code_expires_at=code_expires_at)
        return OfferOutcome.DONE

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
        offer = self.ownership_offers.get(network_id)
        if offer is None or offer.receiver_id != receiver_id or offer.confirmed_at is None:
            return _GONE
        judged = self._judge_offer(offer, digests, budget_key, now)
        if judged.outcome is OfferOutcome.DONE:
            del self.ownership_offers[network_id]
            self._transfer(network_id, former=offer.giver_id, owner=receiver_id, now=now)
            self._note(audit)
            if not keeps_named:
                self._end_named(network_id, audit)
        return judged

    async def give_ownership(
        self, *, network_id: NetworkId, owner_id: UserId, keeps_named: bool, now: Micros, audit: AuditEvent
    ) -> UserId | None:
        """Hand a network over without any code."""
        roles = self._all_roles().items()
        former = next((user for (user, at), held in roles if at == network_id and held.role is Role.OWNER), None)
        owner = self.users.get(owner_id)
        if former is None or owner is None or owner.blocked_at is not None or former == owner_id:
            return None
        self.ownership_offers.pop(network_id, None)
        self._transfer(network_id, former=former, owner=owner_id, now=now)
        self._note(audit)
        if not keeps_named:
            self._end_named(network_id, audit)
        return former

    async def withdraw_offer(
        self, *, network_id: NetworkId, person_id: UserId, audit: AuditEvent
    ) -> OwnershipOffer | None:
        """End an offer."""
        offer = self.ownership_offers.get(network_id)
        if offer is None or person_id not in (offer.giver_id, offer.receiver_id):
            return None
        if offer.confirmed_at is None and person_id != offer.giver_id:
            return None
        del self.ownership_offers[network_id]
        if offer.confirmed_at is not None:
            self._note(audit)
        return offer

    def _judge_offer(
        self, offer: OwnershipOffer, digests: Sequence[Digest], budget_key: bytes, now: Micros
    ) -> OfferAnswer:
        budget = self.budgets.get(budget_key, Budget())
        until = blocked_until(budget, now=now)
        if until is not None:
            return OfferAnswer(outcome=OfferOutcome.BLOCKED, blocked_until=until)
        if not may_change_hands(self.users.get(offer.giver_id), self.users.get(offer.receiver_id), offer.network_id):
            return _GONE
        kept = offer.code_digest
        if not code_may_be_typed(offer, now=now) or kept is None:
            return _GONE
        if any(hmac.compare_digest(kept, guess) for guess in digests):
            return OfferAnswer(outcome=OfferOutcome.DONE)
        self.budgets[budget_key] = count_wrong(budget, now=now)
        return OfferAnswer(outcome=OfferOutcome.WRONG, blocked_until=blocked_until(self.budgets[budget_key], now=now))

    def _end_named(self, network_id: NetworkId, audit: AuditEvent) -> None:
        named = [pair for pair in self.credentials.values() if pair.network_id == network_id and pair.name]
        for pair in named:
            del self.credentials[pair.client_id]
        ended = [(pair.client_id, pair.name, pair.retires_at) for pair in named]
        for row in sorted(ended_rows(audit, ended), key=lambda row: row.client_id or ""):
            self._note(row)

    def _count_mail(self, budget_key: bytes, now: Micros) -> bool:
        budget = self.budgets.get(budget_key, Budget())
        if not may_mail(budget, now=now):
            return False
        self.budgets[budget_key] = count_mail(budget, now=now)
        return True

    def _clean_offers(self, now: Micros, limit: int) -> int:
        old = [key for key, offer in self.ownership_offers.items() if offer.expires_at <= now][: max(0, limit)]
        for key in old:
            del self.ownership_offers[key]
        return len(old)
