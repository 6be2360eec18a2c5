"""What an owner sees of the own networks: the Basic pair, regenerating it, and who connected what. CONTRACT, D8."""

from collections.abc import Sequence
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
    since: Micros
    last_used_at: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What people do with their networks. Roles are read at each step: a former owner's open page opens nothing."""

    store: Store
    clock: Clock
    pairs: PairMaker
    notices: Notices

    async def list_networks(self, user: User) -> tuple[OwnNetwork, ...]:
        """The user's networks, by title."""
        found = []
        for network_id, role in user.roles.items():
            network = await self.store.find_network(network_id)
            if network is not None:
                pair = await self.store.find_credential_of(network_id) if role is Role.OWNER else None
                found.append(OwnNetwork(network=network, role=role, credential=pair))
        return tuple(sorted(found, key=lambda own: (own.network.title.casefold(), own.network.id)))

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

    async def regenerate(
        self, user: User, network_id: str, *, seen_version: int, typed_title: str, origin: Origin
    ) -> FreshSecret | Refusal:
        """A new pair in the place of the one the owner saw; of two at once one wins, the other is told (OW-02)."""
        access = await self.open_network(user, network_id)
        if isinstance(access, Refusal):
            return access
        if " ".join(typed_title.split()) != " ".join(access.network.title.split()):
            return Refusal(reason=Reason.TITLE_MISTYPED)
        if access.credential.version != seen_version:
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        now = self.clock.now()
        credential, secret = self.pairs.make(access.network.id, version=seen_version + 1, now=now)
        audit = self._audit("credential.regenerated", user, origin, now, network=access.network.id)

        if not await self.store.regenerate_credential(
            credential=credential, replaces_version=seen_version, audit=audit
        ):
            return Refusal(reason=Reason.REGENERATED_MEANWHILE)
        self.notices.regenerated(user, access.network, now=now, origin=origin)
        return FreshSecret(network=access.network, credential=credential, secret=secret)

    async def list_guests(self, user: User, network_id: str) -> tuple[NetworkGuest, ...] | Refusal:
        """Which apps reach the owner's network, through whom, most recently connected first."""
        access = await self.open_network(user, network_id)
        if isinstance(access, Refusal):
            return access
        grants: dict[tuple[UserId, ClientId], list[Grant]] = {}
        for grant in await self.store.list_network_grants(access.network.id):
            grants.setdefault((grant.user_id, grant.client_id), []).append(grant)

        guests = [await self._guest(held) for held in grants.values()]
        return tuple(sorted((guest for guest in guests if guest is not None), key=lambda guest: -guest.since))

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

    async def _guest(self, grants: Sequence[Grant]) -> NetworkGuest | None:
        user = await self.store.find_user(grants[0].user_id)
        client = await self.store.find_client(grants[0].client_id)
        if user is None or client is None:
            return None
        return NetworkGuest(
            user=user,
            client=client,
            scopes=tuple(dict.fromkeys(scope for grant in grants for scope in grant.scopes_given)),
            since=min(grant.created_at for grant in grants),
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
