"""What an owner sees of the own networks: which there are, and who connected what. CONTRACT, D8."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.pairs import PairMaker
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import ClientId, Micros, NetworkId, UserId, read_uuid
from frontdesk.protocol.records import AuditEvent, Client, Grant, Network, NetworkCredential, Role, User
from frontdesk.protocol.scopes import Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNetwork:
    """A network in which somebody holds a role; the Basic pair is there for its owner only."""

    network: Network
    role: Role
    credential: NetworkCredential | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAccess:
    """A network with its Basic pair, for its owner. `can_reveal`: its secret was kept, and may be shown again."""

    network: Network
    credential: NetworkCredential
    can_reveal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshSecret:
    """A regenerated pair with its secret in the clear."""

    network: Network
    credential: NetworkCredential
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkGuest:
    """One person's app with a way into a network: what its owner may cut."""

    user: User
    client: Client
    scopes: Scopes
    reads_only: bool  # until the owner lets it write here
    since: Micros
    adopted_at: Micros | None  # when the owner took it over from somebody who left
    last_used_at: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What people do with their networks. Roles are read at each step: a former owner's open page opens nothing."""

    store: Store
    clock: Clock
    pairs: PairMaker
    notices: Notices

    async def list_networks(self, user: User) -> tuple[Network, ...]:
        """The networks in which the user has a role, by title."""
        networks = await self.store.find_networks(user.roles)
        return tuple(sorted(networks, key=lambda network: (network.title.casefold(), network.id)))

    async def describe(self, user: User, networks: Iterable[Network]) -> tuple[OwnNetwork, ...]:
        """Some of the user's networks, each with the pair that its owner sees."""
        found = []
        for network in networks:
            role = user.roles[network.id]
            pair = await self.store.find_credential_of(network.id) if role is Role.OWNER else None
            found.append(OwnNetwork(network=network, role=role, credential=pair))
        return tuple(found)

    async def open_network(self, user: User, network_id: str) -> NetworkAccess | Refusal:
        """The owner's view: 404 to a stranger, whether or not the network exists; 403 to others who belong to it."""
        known = read_uuid(network_id)
        role = user.roles.get(NetworkId(known)) if known is not None else None
        network = await self.store.find_network(NetworkId(known)) if known is not None and role is not None else None
        if network is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if role is not Role.OWNER:
            return Refusal(reason=Reason.NOT_THE_OWNER)
        credential = await self.store.find_credential_of(network.id)
        if credential is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        # A house that keeps no secrets shows none either, whatever it kept before.
        can_reveal = self.pairs.keeps_secrets and credential.sealed_secret is not None
        return NetworkAccess(network=network, credential=credential, can_reveal=can_reveal)

    async def list_guests(
        self, access: NetworkAccess, *, start: int, count: int
    ) -> tuple[int, tuple[NetworkGuest, ...]]:
        """Which apps reach the owner's network, through whom, the latest connected first: how many, and some."""
        total, held = await self.store.list_guests(access.network.id, start=start, count=count)
        guests = [await self._guest(grants, access.network.id) for grants in held]
        return total, tuple(guest for guest in guests if guest is not None)

    async def cut_guest(
        self, user: User, network_id: str, *, guest_id: str, client_id: str, origin: Origin
    ) -> Network | Refusal:
        """Shut one person's app out of the owner's network; what it reaches elsewhere stays."""
        access = await self.open_network(user, network_id)
        if isinstance(access, Refusal):
            return access
        guest = read_uuid(guest_id)
        if guest is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        now = self.clock.now()
        audit = self._audit(
            "network.disconnected", user, origin, now, network=access.network.id, client=client_id, about=UserId(guest)
        )

        dropped = await self.store.drop_network(
            user_id=UserId(guest),
            client_id=ClientId(client_id),
            network_id=access.network.id,
            now=now,
            audit=audit,
        )
        return access.network if dropped else Refusal(reason=Reason.PAGE_UNKNOWN)

    async def _guest(self, grants: Sequence[Grant], network_id: NetworkId) -> NetworkGuest | None:
        user = await self.store.find_user(grants[0].user_id)
        client = await self.store.find_client(grants[0].client_id)
        if user is None or client is None:
            return None
        return NetworkGuest(
            user=user,
            client=client,
            scopes=tuple(dict.fromkeys(scope for grant in grants for scope in grant.scopes_given)),
            reads_only=any(
                edge.reads_only for grant in grants for edge in grant.edges if edge.network_id == network_id
            ),
            since=min(grant.created_at for grant in grants),
            adopted_at=max((grant.adopted_at for grant in grants if grant.adopted_at is not None), default=None),
            last_used_at=max((grant.last_used_at for grant in grants if grant.last_used_at is not None), default=None),
        )

    def _audit(
        self,
        action: str,
        user: User,
        origin: Origin,
        now: Micros,
        *,
        network: NetworkId,
        client: str | None = None,
        about: UserId | None = None,
    ) -> AuditEvent:
        return AuditEvent(
            at=now,
            action=action,
            actor=f"user:{user.id}",
            network_id=network,
            client_id=client,
            user_id=about if about is not None else user.id,
            address=origin.address,
            request_id=origin.request_id,
        )
