"""Offers of a network's ownership, and the one step that hands it over. The rules are protocol/ownership.py's."""

import hmac
from collections.abc import Sequence
from typing import Any

from frontdesk.protocol.ids import Digest, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.ownership import (
    OFFER_STANDS_FOR,
    OfferAnswer,
    OfferOutcome,
    OwnershipOffer,
    code_may_be_typed,
    may_change_hands,
)
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.signin import blocked_until, count_mail, count_wrong, may_mail
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import network_text
from frontdesk.storage.credentials import end_named
from frontdesk.storage.login import find_budget, put_budget
from frontdesk.storage.suspending import transfer_network
from frontdesk.storage.users import find_owner_of, find_user
from frontdesk.storage.verbs import Verb

_SELECT = """
SELECT network_id, giver_id, receiver_id, made_at, expires_at, confirmed_at, code_digest, code_expires_at
FROM ownership_offers
"""
FIND = _SELECT + "WHERE network_id = $1"
LIST_TO = _SELECT + "WHERE receiver_id = $1 AND confirmed_at IS NOT NULL ORDER BY network_id"
PUT = """
INSERT INTO ownership_offers (network_id, giver_id, receiver_id, made_at, expires_at, confirmed_at, code_digest,
    code_expires_at)
VALUES ($1, $2, $3, $4, $5, NULL, $6, $7)
ON CONFLICT (network_id) DO UPDATE SET giver_id = excluded.giver_id, receiver_id = excluded.receiver_id,
    made_at = excluded.made_at, expires_at = excluded.expires_at, confirmed_at = NULL,
    code_digest = excluded.code_digest, code_expires_at = excluded.code_expires_at
"""
CONFIRM = """
UPDATE ownership_offers SET confirmed_at = $1, expires_at = $2, code_digest = NULL, code_expires_at = NULL
WHERE network_id = $3
"""
SET_CODE = "UPDATE ownership_offers SET code_digest = $1, code_expires_at = $2 WHERE network_id = $3"
END = "DELETE FROM ownership_offers WHERE network_id = $1"

_GONE = OfferAnswer(outcome=OfferOutcome.GONE)
_DONE = OfferAnswer(outcome=OfferOutcome.DONE)


def find_offer(network_id: NetworkId) -> Verb[OwnershipOffer | None]:
    """The offer of a network, whether or not it is alive."""
    rows = yield FIND, (uuid_bytes(network_id),)
    return _read(rows[0]) if rows else None


def list_offers_to(receiver_id: UserId) -> Verb[list[OwnershipOffer]]:
    """Confirmed offers to somebody, whether or not they are alive."""
    return [_read(row) for row in (yield LIST_TO, (uuid_bytes(receiver_id),))]


def start_offer(*, offer: OwnershipOffer, budget_key: bytes, now: Micros) -> Verb[OfferOutcome]:
    """Put an offer with the giver's code in the place of any other, and count the mail."""
    giver, receiver = (yield from find_user(offer.giver_id)), (yield from find_user(offer.receiver_id))
    if not may_change_hands(giver, receiver, offer.network_id):
        return OfferOutcome.GONE
    if not (yield from _count_mail(budget_key, now)):
        return OfferOutcome.TOO_MANY_MAILS
    yield (
        PUT,
        (
            uuid_bytes(offer.network_id),
            uuid_bytes(offer.giver_id),
            uuid_bytes(offer.receiver_id),
            offer.made_at,
            offer.expires_at,
            offer.code_digest,
            offer.code_expires_at,
        ),
    )
    return OfferOutcome.DONE


def confirm_offer(
    *,
    network_id: NetworkId,
    giver_id: UserId,
    digests: Sequence[Digest],
    budget_key: bytes,
    now: Micros,
    audit: AuditEvent,
) -> Verb[OfferAnswer]:
    """Judge the giver's code; a right one makes the offer stand for seven days."""
    offer = yield from find_offer(network_id)
    if offer is None or offer.giver_id != giver_id or offer.confirmed_at is not None:
        return _GONE
    judged = yield from _judge(offer, digests, budget_key, now)
    if judged.outcome is OfferOutcome.DONE:
        yield CONFIRM, (now, now + OFFER_STANDS_FOR, uuid_bytes(network_id))
        yield entry(audit)
    return judged


def send_taking_code(
    *,
    network_id: NetworkId,
    receiver_id: UserId,
    code_digest: Digest,
    code_expires_at: Micros,
    budget_key: bytes,
    now: Micros,
) -> Verb[OfferOutcome]:
    """Put the receiver's code into an offer that stands, in the place of an earlier one, and count the mail."""
    offer = yield from find_offer(network_id)
    if offer is None or offer.receiver_id != receiver_id or offer.confirmed_at is None or now >= offer.expires_at:
        return OfferOutcome.GONE
    if not (yield from _count_mail(budget_key, now)):
        return OfferOutcome.TOO_MANY_MAILS
    yield SET_CODE, (code_digest, code_expires_at, uuid_bytes(network_id))
    return OfferOutcome.DONE


def take_ownership(
    *,
    network_id: NetworkId,
    receiver_id: UserId,
    digests: Sequence[Digest],
    budget_key: bytes,
    keeps_named: bool,
    now: Micros,
    audit: AuditEvent,
) -> Verb[OfferAnswer]:
    """Judge the receiver's code; with a right one the network changes hands, and the offer is over."""
    offer = yield from find_offer(network_id)
    if offer is None or offer.receiver_id != receiver_id or offer.confirmed_at is None:
        return _GONE
    judged = yield from _judge(offer, digests, budget_key, now)
    if judged.outcome is OfferOutcome.DONE:
        yield END, (uuid_bytes(network_id),)
        yield from transfer_network(network_id, former=offer.giver_id, owner=receiver_id, now=now)
        yield entry(audit)
        if not keeps_named:
            yield from end_named(network_id, audit)
    return judged


def give_ownership(
    *, network_id: NetworkId, owner_id: UserId, keeps_named: bool, now: Micros, audit: AuditEvent
) -> Verb[UserId | None]:
    """Hand a network over without any code; who owned it."""
    former = yield from find_owner_of(network_id)
    owner = yield from find_user(owner_id)
    if former is None or owner is None or owner.blocked_at is not None or former.id == owner.id:
        return None
    yield END, (uuid_bytes(network_id),)
    yield from transfer_network(network_id, former=former.id, owner=owner_id, now=now)
    yield entry(audit)
    if not keeps_named:
        yield from end_named(network_id, audit)
    return former.id


def withdraw_offer(*, network_id: NetworkId, person_id: UserId, audit: AuditEvent) -> Verb[OwnershipOffer | None]:
    """End an offer at the word of either of the two; what it was. One that nobody heard of leaves no audit row."""
    offer = yield from find_offer(network_id)
    if offer is None or person_id not in (offer.giver_id, offer.receiver_id):
        return None
    if offer.confirmed_at is None and person_id != offer.giver_id:
        return None
    yield END, (uuid_bytes(network_id),)
    if offer.confirmed_at is not None:
        yield entry(audit)
    return offer


def _judge(offer: OwnershipOffer, digests: Sequence[Digest], budget_key: bytes, now: Micros) -> Verb[OfferAnswer]:
    """The budget first, then the code; a wrong one is counted before its outcome can be seen."""
    budget = yield from find_budget(budget_key)
    until = blocked_until(budget, now=now)
    if until is not None:
        return OfferAnswer(outcome=OfferOutcome.BLOCKED, blocked_until=until)
    giver, receiver = (yield from find_user(offer.giver_id)), (yield from find_user(offer.receiver_id))
    if not may_change_hands(giver, receiver, offer.network_id):
        return _GONE
    kept = offer.code_digest
    if not code_may_be_typed(offer, now=now) or kept is None:
        return _GONE
    if any(hmac.compare_digest(kept, guess) for guess in digests):
        return _DONE
    counted = count_wrong(budget, now=now)
    yield from put_budget(budget_key, counted)
    return OfferAnswer(outcome=OfferOutcome.WRONG, blocked_until=blocked_until(counted, now=now))


def _count_mail(budget_key: bytes, now: Micros) -> Verb[bool]:
    budget = yield from find_budget(budget_key)
    if not may_mail(budget, now=now):
        return False
    yield from put_budget(budget_key, count_mail(budget, now=now))
    return True


def _read(row: tuple[Any, ...]) -> OwnershipOffer:
    network, giver, receiver, made, expires, confirmed, digest, code_expires = row
    return OwnershipOffer(
        network_id=network_text(network),
        giver_id=UserId(uuid_text(giver)),
        receiver_id=UserId(uuid_text(receiver)),
        made_at=Micros(made),
        expires_at=Micros(expires),
        confirmed_at=None if confirmed is None else Micros(confirmed),
        code_digest=None if digest is None else Digest(digest),
        code_expires_at=None if code_expires is None else Micros(code_expires),
    )
