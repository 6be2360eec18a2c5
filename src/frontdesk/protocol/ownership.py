"""Giving a network's ownership on: who may give it to whom, and for how long an offer stands. ATTACKS OW-05, OW-13."""

from dataclasses import dataclass, field
from enum import Enum

from frontdesk.protocol.ids import DAY, Digest, Micros, NetworkId, UserId
from frontdesk.protocol.records import Role, User

OFFER_STANDS_FOR = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipOffer:
    """What an owner began; it stands once `confirmed_at` is set, and is taken by the receiver's code."""

    network_id: NetworkId
    giver_id: UserId
    receiver_id: UserId
    made_at: Micros
    expires_at: Micros
    confirmed_at: Micros | None = None
    code_digest: Digest | None = field(default=None, repr=False)  # of the code on its way to whoever is next
    code_expires_at: Micros | None = None


class OfferOutcome(Enum):
    """What came of one step."""

    DONE = "done"
    WRONG = "wrong"  # the code
    BLOCKED = "blocked"  # no code is looked at for a while
    GONE = "gone"  # no such offer, or one of the two is not what they were
    TOO_MANY_MAILS = "too_many_mails"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAnswer:
    """The outcome; `blocked_until` when the next code will not be looked at before."""

    outcome: OfferOutcome
    blocked_until: Micros | None = None


def may_change_hands(giver: User | None, receiver: User | None, network_id: NetworkId) -> bool:
    """Whether the one owns the network now and the other has another role in it, and neither is blocked."""
    if giver is None or receiver is None or giver.blocked_at is not None or receiver.blocked_at is not None:
        return False
    held = receiver.roles.get(network_id)
    return giver.roles.get(network_id) is Role.OWNER and held is not None and held is not Role.OWNER


def code_may_be_typed(offer: OwnershipOffer, *, now: Micros) -> bool:
    """Whether a code is on its way that is still good."""
    return offer.code_expires_at is not None and now < offer.code_expires_at and now < offer.expires_at
