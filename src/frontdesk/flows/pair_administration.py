"""The operator's walks over a network's Basic pairs: the owner's, with objections in words for whoever typed."""

from dataclasses import dataclass, replace

from frontdesk.flows.account import FreshSecret
from frontdesk.flows.credentials import Credentials, OpenPairs
from frontdesk.flows.needs import Origin
from frontdesk.flows.operator import Objection, read_network_id
from frontdesk.protocol.credential_wishes import Faults, Wish
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.records import NetworkCredential
from frontdesk.protocol.retiring import OVERLAPS

_OBJECTIONS = {
    Reason.PAGE_UNKNOWN: Objection(problem="no such network, or no such pair of it"),
    Reason.NAME_TAKEN: Objection(problem="other credentials of this network have that name"),
    Reason.CREDENTIALS_FULL: Objection(
        problem="this network has as many credentials as it can have", hint="end some that nobody uses"
    ),
    Reason.REGENERATED_MEANWHILE: Objection(
        problem="somebody else changed these credentials at the same moment", hint="look at them again"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAdministration:
    """What the operator may do to Basic pairs; the network's owner hears of each change by mail."""

    credentials: Credentials

    async def list(self, network_id: str, *, origin: Origin) -> OpenPairs | Objection:
        """All pairs of a network, old ones that go on included."""
        identity = read_network_id(network_id)
        if isinstance(identity, Objection):
            return identity
        opened = await self.credentials.open(origin.operator, identity)
        if isinstance(opened, Refusal):
            return Objection(problem=f'no network "{identity}"', hint="list them with 'frontdesk network list'")
        return opened

    async def add(self, network_id: str, wish: Wish, *, origin: Origin) -> FreshSecret | Objection:
        """Another pair, named and narrowed."""
        opened = await self.list(network_id, origin=origin)
        if isinstance(opened, Objection):
            return opened
        fresh = await self.credentials.add(origin.operator, opened.network.id, wish, origin=origin)
        if isinstance(fresh, tuple):
            return _faulty(fresh)
        return _OBJECTIONS[fresh.reason] if isinstance(fresh, Refusal) else fresh

    async def narrow(
        self, network_id: str, wish: Wish, *, client_id: str = "", origin: Origin
    ) -> NetworkCredential | Objection:
        """What a pair may, wholly (the main one's where none is named); a name that is left empty stays."""
        opened = await self.list(network_id, origin=origin)
        if isinstance(opened, Objection):
            return opened
        pair = opened.find(client_id)
        if pair is None or pair.retires_at is not None:
            return _no_pair(client_id)
        if pair.is_main and wish.name:
            return Objection(problem="a network's main pair has no name")
        narrowed = await self.credentials.narrow(
            origin.operator,
            opened.network.id,
            replace(wish, name=wish.name or pair.name),
            client_id=pair.client_id,
            seen_version=pair.version,
            origin=origin,
        )
        if isinstance(narrowed, tuple):
            return _faulty(narrowed)
        return _OBJECTIONS[narrowed.reason] if isinstance(narrowed, Refusal) else narrowed

    async def regenerate(
        self, network_id: str, *, client_id: str = "", overlap: str = "now", origin: Origin
    ) -> FreshSecret | Objection:
        """A new pair in a pair's place (the main one's where none is named); the old one goes on for the overlap."""
        opened = await self.list(network_id, origin=origin)
        if isinstance(opened, Objection):
            return opened
        old = opened.find(client_id)
        if overlap not in OVERLAPS:
            return Objection(problem=f"an overlap is {', '.join(OVERLAPS)}")
        if old is None or old.retires_at is not None:
            return _no_pair(client_id)
        fresh = await self.credentials.regenerate(
            origin.operator,
            opened.network.id,
            client_id=client_id,
            seen_version=old.version,
            typed_title=opened.network.title,
            overlap=OVERLAPS[overlap],
            origin=origin,
        )
        return _OBJECTIONS[fresh.reason] if isinstance(fresh, Refusal) else fresh

    async def end(self, network_id: str, *, client_id: str, origin: Origin) -> NetworkCredential | Objection:
        """A named pair, or an old one before its time: refused from now on."""
        opened = await self.list(network_id, origin=origin)
        if isinstance(opened, Objection):
            return opened
        pair = opened.find(client_id) if client_id else None
        if pair is None:
            return _no_pair(client_id)
        if pair.is_main:
            return Objection(
                problem="a network is never without its main pair",
                hint=f"put another in its place with 'frontdesk credential regenerate {pair.network_id}'",
            )
        ended = await self.credentials.end(
            origin.operator, opened.network.id, client_id=pair.client_id, seen_version=pair.version, origin=origin
        )
        return _OBJECTIONS[ended.reason] if isinstance(ended, Refusal) else ended


def _faulty(faults: Faults) -> Objection:
    return Objection(problem=" ".join(str(fault.text) for fault in faults))


def _no_pair(client_id: str) -> Objection:
    shown = "".join(character if character.isprintable() else "?" for character in client_id[:80])
    return Objection(
        problem=f'no pair "{shown}" of this network is in force', hint="see them with 'frontdesk credential list'"
    )
