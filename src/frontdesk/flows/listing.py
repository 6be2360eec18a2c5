"""Long lists for the operator, a page at a time in the order of ids; and whole, by following the pages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from frontdesk.flows.looking import Looking
from frontdesk.flows.needs import Store
from frontdesk.flows.operator import KnownNetwork, Objection, read_network_id
from frontdesk.protocol.history import HistoryFilter
from frontdesk.protocol.ids import ClientId, GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.inspection import CallFilter, Inspected, PlacedDecision
from frontdesk.protocol.records import AuditEvent, Client, Grant, User
from frontdesk.protocol.scopes import Scopes

STRIDE = 500  # rows of a page that is followed

T = TypeVar("T")
Id = TypeVar("Id")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGrant:
    """A live grant with the names of who gave it to whom."""

    grant: Grant
    user: User | None
    client: Client | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One person's app with a way into a network."""

    user: User
    client: Client
    scopes: Scopes
    since: Micros
    adopted_at: Micros | None
    last_used_at: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Pages: at most `limit` rows after an id, or from the beginning."""

    store: Store

    async def networks(self, after: NetworkId | None, limit: int) -> list[KnownNetwork]:
        """Networks with owner and main pair."""
        rows = await self.store.page_networks(after=after, limit=limit)
        return [KnownNetwork(network=network, owner=owner, credential=pair) for network, owner, pair in rows]

    async def users(self, after: UserId | None, limit: int) -> Sequence[User]:
        """People, with the roles that count."""
        return await self.store.page_users(after=after, limit=limit)

    async def clients(self, after: ClientId | None, limit: int) -> Sequence[Client]:
        """Apps."""
        return await self.store.page_clients(after=after, limit=limit)

    async def grants(self, after: GrantId | None, limit: int) -> list[KnownGrant]:
        """Live grants."""
        return [
            KnownGrant(
                grant=grant,
                user=await self.store.find_user(grant.user_id),
                client=await self.store.find_client(grant.client_id),
            )
            for grant in await self.store.page_grants(after=after, limit=limit)
        ]

    async def reach(
        self, network_id: str, after: tuple[UserId, ClientId] | None, limit: int
    ) -> list[Reach] | Objection:
        """Which apps reach a network, through whom, in the order of both ids."""
        network = await Looking(store=self.store).find_network(network_id)
        if isinstance(network, Objection):
            return network
        found = await self.store.page_reach(network.id, after=after, limit=limit)
        reaches = [await self._reach(grants) for grants in found]
        return [reach for reach in reaches if reach is not None]

    async def audit(
        self, *, network: str, client: str, before: int, limit: int
    ) -> Sequence[tuple[int, AuditEvent]] | Objection:
        """Audit rows with their positions, the newest first: of a network, an app or a Basic pair, both, or all."""
        identity = read_network_id(network) if network else None
        if isinstance(identity, Objection):
            return identity
        return await self.store.page_audit(network_id=identity, client_id=client or None, before=before, limit=limit)

    async def history(
        self, network_id: str, wanted: HistoryFilter, *, before: int, limit: int
    ) -> Sequence[tuple[int, AuditEvent]] | Objection:
        """A network's audit rows with their positions, the newest first, of those that are asked for."""
        network = await Looking(store=self.store).find_network(network_id)
        if isinstance(network, Objection):
            return network
        return await self.store.list_history(network.id, wanted, before=before, limit=limit)

    async def requests(
        self, inspected: Inspected, wanted: CallFilter, *, before: int, limit: int
    ) -> Sequence[PlacedDecision]:
        """Decided calls, the newest first."""
        return await self.store.list_requests(inspected=inspected, wanted=wanted, before=before, limit=limit)

    async def _reach(self, grants: Sequence[Grant]) -> Reach | None:
        user = await self.store.find_user(grants[0].user_id)
        client = await self.store.find_client(grants[0].client_id)
        if user is None or client is None:
            return None
        return Reach(
            user=user,
            client=client,
            scopes=tuple(dict.fromkeys(scope for grant in grants for scope in grant.scopes_given)),
            since=min(grant.created_at for grant in grants),
            adopted_at=max((grant.adopted_at for grant in grants if grant.adopted_at is not None), default=None),
            last_used_at=max((grant.last_used_at for grant in grants if grant.last_used_at is not None), default=None),
        )


async def follow(
    page: Callable[[Id | None, int], Awaitable[Sequence[T]]], place: Callable[[T], Id], *, most: int | None = None
) -> list[T]:
    """All rows of a list, page after page; no more than `most`."""
    found: list[T] = []
    while most is None or len(found) < most:
        wanted = STRIDE if most is None else min(STRIDE, most - len(found))
        rows = await page(place(found[-1]) if found else None, wanted)
        found += rows
        if len(rows) < wanted:
            break
    return found
