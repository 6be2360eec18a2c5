"""Giving a network's ownership on: the owner confirms by a code, the receiver agrees by another. OW-05, OW-13.

Nothing moves before both codes were typed, each sent to the mailbox of whoever types it; whoever is the owner now is
judged again in the very step that hands over. Where a network's people are kept elsewhere, its owner is too.
"""

from collections.abc import Callable
from dataclasses import dataclass

from frontdesk.flows.account import Account
from frontdesk.flows.budgets import budget_keys, key_in_use
from frontdesk.flows.letters import Circumstances, Letter, Letterhead
from frontdesk.flows.needs import Clock, Mint, Origin, PostOffice, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.ownership_letters import (
    render_given_letter,
    render_giving_code_letter,
    render_offer_ended_letter,
    render_offer_letter,
    render_taken_letter,
    render_taking_code_letter,
)
from frontdesk.flows.signin import CodeFault, CodeRefused
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Micros, NetworkId, UserId, read_uuid
from frontdesk.protocol.ownership import OfferAnswer, OfferOutcome, OwnershipOffer, code_may_be_typed, may_change_hands
from frontdesk.protocol.records import AuditEvent, Network, NetworkCredential, Session, User
from frontdesk.protocol.signin import LOGIN_CODE_LIFETIME, read_login_code, session_fresh

GIVER, RECEIVER = "giver", "receiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """An offer that is alive, with both people; `code_sent`: a code is on its way to whoever is next."""

    network: Network
    giver: User
    receiver: User
    confirmed: bool
    code_sent: bool
    expires_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedNetwork:
    """A network for its owner: who else has a role in it, and the offer that is under way."""

    network: Network
    others: tuple[User, ...]
    handover: Handover | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Offers, confirms, takes and ends; only the last where people are not `kept_here`, in the setting `members`."""

    store: Store
    clock: Clock
    mint: Mint
    post: PostOffice
    account: Account
    notices: Notices
    kept_here: bool

    async def open(self, user: User, network_id: str) -> OwnedNetwork | Refusal:
        """What its owner sees."""
        access = await self.account.open_network(user, network_id)
        if isinstance(access, Refusal):
            return access
        people = await self.store.list_people_of(access.network.id)
        offer = await self.store.find_offer(access.network.id)
        handover = await self._alive(offer) if offer is not None and offer.giver_id == user.id else None
        others = tuple(person for person in people if person.id != user.id and person.blocked_at is None)
        return OwnedNetwork(network=access.network, others=others, handover=handover)

    async def offer(
        self, user: User, session: Session, network_id: str, *, receiver_id: str, typed_title: str, origin: Origin
    ) -> Network | Refusal:
        """Begin, with a code to the owner; an earlier offer of the network is over with that.

        Refused: where people are kept elsewhere, without a fresh sign-in, with a mistyped title, to somebody without a
        role in the network, and beyond the limit of mails.
        """
        access = await self.account.open_network(user, network_id)
        if isinstance(access, Refusal):
            return access
        if not self.kept_here:
            return Refusal(reason=Reason.MEMBERS_ELSEWHERE)
        now = self.clock.now()
        if not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        known = read_uuid(receiver_id)
        receiver = await self.store.find_user(UserId(known)) if known is not None else None
        if receiver is None:
            return Refusal(reason=Reason.RECEIVER_UNFIT)
        if " ".join(typed_title.split()) != " ".join(access.network.title.split()):
            return Refusal(reason=Reason.TITLE_MISTYPED)
        code = self.mint.new_login_code()
        ends = Micros(now + LOGIN_CODE_LIFETIME)
        offer = OwnershipOffer(
            network_id=access.network.id,
            giver_id=user.id,
            receiver_id=receiver.id,
            made_at=now,
            expires_at=ends,
            code_digest=self.mint.digest(_bound(GIVER, access.network.id, receiver.id, code)),
            code_expires_at=ends,
        )

        started = await self.store.start_offer(offer=offer, budget_key=await self._budget(user), now=now)
        if started is OfferOutcome.TOO_MANY_MAILS:
            return Refusal(reason=Reason.TOO_MANY_MAILS)
        if started is not OfferOutcome.DONE:
            return Refusal(reason=Reason.RECEIVER_UNFIT)
        seen = Circumstances(now=now, address=origin.address)
        letter = render_giving_code_letter(
            code, network=access.network, to=receiver.email, head=self.notices.head, seen=seen
        )
        self.post.post(user.email, letter.subject, letter.text, language=user.language)
        return access.network

    async def confirm(
        self, user: User, network_id: str, *, code: str, origin: Origin
    ) -> Network | CodeRefused | Refusal:
        """The owner's code: a right one lets the receiver know, who then has seven days."""
        access = await self.account.open_network(user, network_id)
        if isinstance(access, Refusal):
            return access
        if not self.kept_here:
            return Refusal(reason=Reason.MEMBERS_ELSEWHERE)
        digits = read_login_code(code)
        if digits is None:
            return CodeRefused(fault=CodeFault.MALFORMED)
        offer = await self.store.find_offer(access.network.id)
        receiver = await self.store.find_user(offer.receiver_id) if offer is not None else None
        if offer is None or receiver is None:
            return CodeRefused(fault=CodeFault.EXPIRED)
        now = self.clock.now()

        answer = await self.store.confirm_offer(
            network_id=access.network.id,
            giver_id=user.id,
            digests=self.mint.digests(_bound(GIVER, access.network.id, receiver.id, digits)),
            budget_key=await self._budget(user),
            now=now,
            audit=_audit("ownership.offered", user, access.network.id, receiver.id, origin, now),
        )
        if answer.outcome is not OfferOutcome.DONE:
            return _refused(answer)
        named = len(await self.named_pairs(access.network.id))
        self._tell(
            "ownership_offered",
            receiver,
            lambda head, seen: render_offer_letter(
                network=access.network, by=user.email, named=named, head=head, seen=seen
            ),
            now,
        )
        return access.network

    async def offers_to(self, user: User) -> tuple[Handover, ...]:
        """What waits for somebody to agree."""
        found = [await self._alive(offer) for offer in await self.store.list_offers_to(user.id)]
        return tuple(handover for handover in found if handover is not None)

    async def find_offer_to(self, user: User, network_id: str) -> Handover | Refusal:
        """One of these."""
        for handover in await self.offers_to(user):
            if handover.network.id == read_uuid(network_id):
                return handover
        return Refusal(reason=Reason.PAGE_UNKNOWN)

    async def send_code(self, user: User, network_id: str, *, origin: Origin) -> Handover | Refusal:
        """A code to the receiver, who asked for it."""
        handover = await self.find_offer_to(user, network_id)
        if isinstance(handover, Refusal):
            return handover
        now = self.clock.now()
        code = self.mint.new_login_code()

        sent = await self.store.send_taking_code(
            network_id=handover.network.id,
            receiver_id=user.id,
            code_digest=self.mint.digest(_bound(RECEIVER, handover.network.id, user.id, code)),
            code_expires_at=Micros(now + LOGIN_CODE_LIFETIME),
            budget_key=await self._budget(user),
            now=now,
        )
        if sent is OfferOutcome.TOO_MANY_MAILS:
            return Refusal(reason=Reason.TOO_MANY_MAILS)
        if sent is not OfferOutcome.DONE:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        seen = Circumstances(now=now, address=origin.address)
        letter = render_taking_code_letter(code, network=handover.network, head=self.notices.head, seen=seen)
        self.post.post(user.email, letter.subject, letter.text, language=user.language)
        return handover

    async def named_pairs(self, network_id: NetworkId) -> tuple[NetworkCredential, ...]:
        """The named Basic pairs that are in force, which a new owner keeps or lets end."""
        pairs = await self.store.list_credentials_of(network_id)
        return tuple(pair for pair in pairs if pair.name and pair.retires_at is None)

    async def take(
        self, user: User, network_id: str, *, code: str, keeps_named: bool = False, origin: Origin
    ) -> Network | CodeRefused | Refusal:
        """The receiver's code: a right one makes them the owner, and the former one an administrator.

        The named Basic pairs, whose secrets others may know, end with that unless they are kept.
        """
        handover = await self.find_offer_to(user, network_id)
        if isinstance(handover, Refusal):
            return handover
        digits = read_login_code(code)
        if digits is None:
            return CodeRefused(fault=CodeFault.MALFORMED)
        now, network, giver = self.clock.now(), handover.network, handover.giver
        named = len(await self.named_pairs(network.id))

        answer = await self.store.take_ownership(
            network_id=network.id,
            receiver_id=user.id,
            digests=self.mint.digests(_bound(RECEIVER, network.id, user.id, digits)),
            budget_key=await self._budget(user),
            keeps_named=keeps_named,
            now=now,
            audit=_audit("ownership.taken", user, network.id, giver.id, origin, now),
        )
        if answer.outcome is not OfferOutcome.DONE:
            return _refused(answer)
        self._tell(
            "ownership_given",
            giver,
            lambda head, seen: render_given_letter(network=network, to=user.email, head=head, seen=seen),
            now,
        )
        self._tell(
            "ownership_taken",
            user,
            lambda head, seen: render_taken_letter(
                network=network, former=giver.email, named=named, keeps_named=keeps_named, head=head, seen=seen
            ),
            now,
        )
        return network

    async def end(self, user: User, network_id: str, *, origin: Origin) -> Network | Refusal:
        """Withdraw an offer, or decline it; the other one is told, where they knew of it."""
        known = read_uuid(network_id)
        network = await self.store.find_network(NetworkId(known)) if known is not None else None
        offer = await self.store.find_offer(network.id) if network is not None else None
        if network is None or offer is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        now = self.clock.now()
        other_id = offer.giver_id if offer.receiver_id == user.id else offer.receiver_id
        audit = _audit("ownership.withdrawn", user, network.id, offer.receiver_id, origin, now)

        ended = await self.store.withdraw_offer(network_id=network.id, person_id=user.id, audit=audit)
        if ended is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        other = await self.store.find_user(other_id)
        if other is not None and ended.confirmed_at is not None:
            self._tell(
                "ownership_ended",
                other,
                lambda head, seen: render_offer_ended_letter(network=network, by=user.email, head=head, seen=seen),
                now,
            )
        return network

    def _tell(self, kind: str, to: User, write: Callable[[Letterhead, Circumstances], Letter], now: Micros) -> None:
        # Where the other one sits is not theirs to know.
        self.notices.own(kind, to, write, now=now, origin=Origin(address=None, request_id=""))

    async def _alive(self, offer: OwnershipOffer) -> Handover | None:
        if not self.kept_here:
            return None  # made before the setting said so
        now = self.clock.now()
        network = await self.store.find_network(offer.network_id)
        giver, receiver = await self.store.find_user(offer.giver_id), await self.store.find_user(offer.receiver_id)
        if network is None or giver is None or receiver is None or now >= offer.expires_at:
            return None
        if not may_change_hands(giver, receiver, network.id):
            return None
        return Handover(
            network=network,
            giver=giver,
            receiver=receiver,
            confirmed=offer.confirmed_at is not None,
            code_sent=code_may_be_typed(offer, now=now),
            expires_at=offer.expires_at,
        )

    async def _budget(self, user: User) -> bytes:
        return await key_in_use(self.store, budget_keys(self.mint, f"ownership\n{user.id}"))


def _bound(who: str, network: NetworkId, receiver: UserId, code: str) -> str:
    """What a code's digest is made over: good for one step, of one network, to one receiver."""
    return f"ownership\n{who}\n{network}\n{receiver}\n{code}"


def _refused(answer: OfferAnswer) -> CodeRefused:
    faults = {OfferOutcome.WRONG: CodeFault.WRONG, OfferOutcome.BLOCKED: CodeFault.BLOCKED}
    return CodeRefused(fault=faults.get(answer.outcome, CodeFault.EXPIRED), blocked_until=answer.blocked_until)


def _audit(action: str, by: User, network: NetworkId, about: UserId, origin: Origin, now: Micros) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=f"user:{by.id}",
        network_id=network,
        user_id=about,
        address=origin.address,
        request_id=origin.request_id,
    )
