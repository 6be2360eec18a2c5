"""What a network's owner, or the operator, does to its Basic pairs: make, regenerate, narrow and end them. OW, TN-07.

Whoever acts is a `User`, whose role is read at each step, or an operator by the word that the audit has for them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from frontdesk.flows.account import FreshSecret
from frontdesk.flows.acting import Actor, actor_word, open_owned
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.pair_letters import Deed
from frontdesk.flows.pairs import PairMaker, next_version
from frontdesk.protocol.call_counts import first_of_week
from frontdesk.protocol.credential_wishes import Faults, Wish, read_wish
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import CredentialId, Micros
from frontdesk.protocol.narrowed_access import has_ended
from frontdesk.protocol.records import AuditEvent, Network, NetworkCredential, User

MOST = 21  # pairs in force a network, its main one among them


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPairs:
    """A network's pairs, for whoever may see them, as of `now`. `calls` are this week's, by client id."""

    network: Network
    pairs: tuple[NetworkCredential, ...]
    calls: Mapping[CredentialId, int]
    keeps_secrets: bool
    now: Micros

    @property
    def main(self) -> NetworkCredential:
        """The one that every network has."""
        return next(pair for pair in self.pairs if pair.is_main)

    @property
    def named(self) -> tuple[NetworkCredential, ...]:
        """Those that were made beside it, by name."""
        return tuple(pair for pair in self.pairs if pair.name and pair.retires_at is None)

    @property
    def has_room(self) -> bool:
        """Whether the network may have another pair."""
        return sum(pair.retires_at is None for pair in self.pairs) < MOST

    def find(self, client_id: str) -> NetworkCredential | None:
        """The pair of this id; the main one where none is named."""
        if not client_id:
            return self.main
        return next((pair for pair in self.pairs if pair.client_id == client_id), None)

    def replaced_by(self, successor: NetworkCredential) -> NetworkCredential | None:
        """The pair that still goes on beside this one."""
        olds = (pair for pair in self.pairs if pair.replaced_by == successor.client_id)
        return next((old for old in olds if not has_ended(old, self.now)), None)

    def can_reveal(self, pair: NetworkCredential) -> bool:
        """Whether its secret was kept, and may be shown again. A house that keeps none shows none kept before."""
        return self.keeps_secrets and pair.sealed_secret is not None and pair.retires_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The walks. `operations` are those of the document in force that HTTP Basic opens, "GET /v1/rooms"."""

    store: Store
    clock: Clock
    pairs: PairMaker
    notices: Notices
    operations: Callable[[], Collection[str]] = field(default=tuple)

    async def open(self, actor: Actor, network_id: str) -> OpenPairs | Refusal:
        """All pairs: 404 to a stranger, whether or not the network exists; 403 to others who belong to it."""
        network = await open_owned(self.store, actor, network_id)
        if isinstance(network, Refusal):
            return network
        pairs = await self.store.list_credentials_of(network.id)
        now = self.clock.now()
        calls = await self.store.count_credential_calls(network.id, since=first_of_week(now))
        return OpenPairs(
            network=network, pairs=tuple(pairs), calls=calls, keeps_secrets=self.pairs.keeps_secrets, now=now
        )

    async def add(self, actor: Actor, network_id: str, wish: Wish, *, origin: Origin) -> FreshSecret | Refusal | Faults:
        """Another pair of the network, named and narrowed; its owner hears of it by mail."""
        opened = await self.open(actor, network_id)
        if isinstance(opened, Refusal):
            return opened
        read = read_wish(wish, operations=self.operations(), is_main=False, now=opened.now)
        if isinstance(read, tuple):
            return read
        name, narrowing = read.name, read.narrowing
        if any(pair.name == name and pair.retires_at is None for pair in opened.pairs):
            return Refusal(reason=Reason.NAME_TAKEN)
        if not opened.has_room:
            return Refusal(reason=Reason.CREDENTIALS_FULL)
        pair, secret = self.pairs.make(
            opened.network.id, version=next_version(opened.pairs), now=opened.now, name=name, narrowing=narrowing
        )
        audit = _audit("credential.added", actor, opened, pair, origin)

        if not await self.store.add_credential(credential=pair, most=MOST, audit=audit):
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        await self._tell(Deed.ADDED, actor, opened, pair, origin)
        return FreshSecret(network=opened.network, credential=pair, secret=secret)

    async def regenerate(
        self,
        actor: Actor,
        network_id: str,
        *,
        client_id: str = "",
        seen_version: int,
        typed_title: str,
        overlap: int | None = None,
        origin: Origin,
    ) -> FreshSecret | Refusal:
        """A new pair in the place of the one that was seen; of two at once one wins, the other is told (OW-02).

        The old one is refused from now on, or goes on for `overlap` microseconds. `client_id` empty: the main pair.
        """
        opened = await self.open(actor, network_id)
        if isinstance(opened, Refusal):
            return opened
        old = opened.find(client_id)
        if old is None or old.retires_at is not None:
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        if " ".join(typed_title.split()) != " ".join(opened.network.title.split()):
            return Refusal(reason=Reason.TITLE_MISTYPED)
        if old.version != seen_version:
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        pair, secret = self.pairs.succeed(old, opened.pairs, now=opened.now)
        kept_until = Micros(opened.now + overlap) if overlap is not None else None
        audit = _audit("credential.regenerated", actor, opened, pair, origin)

        if not await self.store.regenerate_credential(
            credential=pair, replaces_version=seen_version, kept_until=kept_until, audit=audit
        ):
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        if pair.is_main and kept_until is None:
            owner = await self._owner(actor, opened.network)
            if owner is not None:
                by_operator = isinstance(actor, str)
                self.notices.regenerated(owner, opened.network, now=opened.now, origin=origin, operator=by_operator)
        else:
            kept = replace(old, retires_at=kept_until) if kept_until is not None else None
            await self._tell(Deed.REPLACED, actor, opened, pair, origin, old=kept)
        return FreshSecret(network=opened.network, credential=pair, secret=secret)

    async def narrow(
        self, actor: Actor, network_id: str, wish: Wish, *, client_id: str, seen_version: int, origin: Origin
    ) -> NetworkCredential | Refusal | Faults:
        """Another name and narrowing, from the next call on; its owner hears of it by mail."""
        opened = await self.open(actor, network_id)
        if isinstance(opened, Refusal):
            return opened
        pair = opened.find(client_id)
        if pair is None or pair.retires_at is not None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        # What the document took away meanwhile may stay, so that nothing else need be changed with it.
        known = {*self.operations(), *pair.narrowing.operations}
        read = read_wish(wish, operations=known, is_main=pair.is_main, now=opened.now)
        if isinstance(read, tuple):
            return read
        name, narrowing = read.name, read.narrowing
        if any(other.name == name and other is not pair and other.retires_at is None for other in opened.pairs):
            return Refusal(reason=Reason.NAME_TAKEN)
        if pair.version != seen_version:
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        changed = replace(pair, name=name, narrowing=narrowing)
        if changed == pair:
            return pair
        audit = _audit("credential.changed", actor, opened, pair, origin)

        if not await self.store.narrow_credential(credential=changed, audit=audit):
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        await self._tell(Deed.CHANGED, actor, opened, changed, origin)
        return changed

    async def end(
        self, actor: Actor, network_id: str, *, client_id: str, seen_version: int, origin: Origin
    ) -> NetworkCredential | Refusal:
        """A named pair, or an old one before its time: refused from now on. The main one is never without another."""
        opened = await self.open(actor, network_id)
        if isinstance(opened, Refusal):
            return opened
        pair = opened.find(client_id) if client_id else None
        if pair is None or pair.is_main:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        audit = _audit("credential.ended", actor, opened, pair, origin)

        if not await self.store.end_credential(
            client_id=pair.client_id, network_id=opened.network.id, version=seen_version, audit=audit
        ):
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        await self._tell(Deed.ENDED, actor, opened, pair, origin)
        return pair

    async def _owner(self, actor: Actor, network: Network) -> User | None:
        return actor if isinstance(actor, User) else await self.store.find_owner_of(network.id)

    async def _tell(
        self,
        deed: Deed,
        actor: Actor,
        opened: OpenPairs,
        pair: NetworkCredential,
        origin: Origin,
        *,
        old: NetworkCredential | None = None,
    ) -> None:
        owner = await self._owner(actor, opened.network)
        if owner is not None:
            self.notices.credential(
                deed,
                owner,
                opened.network,
                pair,
                old=old,
                now=opened.now,
                origin=origin,
                operator=isinstance(actor, str),
            )


def _audit(action: str, actor: Actor, opened: OpenPairs, pair: NetworkCredential, origin: Origin) -> AuditEvent:
    return AuditEvent(
        at=opened.now,
        action=action,
        actor=actor_word(actor),
        network_id=opened.network.id,
        client_id=pair.client_id,
        user_id=actor.id if isinstance(actor, User) else None,
        address=origin.address,
        request_id=origin.request_id,
        detail=pair.name,
    )
