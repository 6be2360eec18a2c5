"""An owner's rules about connecting apps to the network: read, changed, and asked at each consent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frontdesk.flows.acting import Actor, actor_word, open_owned
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import ClientId, NetworkId, UserId, read_uuid
from frontdesk.protocol.network_rules import MAX_APPS, MAX_DAYS, NetworkRules, lets_connect
from frontdesk.protocol.records import AuditEvent, Client, Network, Role, User


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledNetwork:
    """A network with its rules, and the apps that may be ticked: those allowed, and those that are connected."""

    network: Network
    rules: NetworkRules
    apps: tuple[Client, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Reads and changes the rules of networks for their owners, and for operators."""

    store: Store
    clock: Clock

    async def open(self, actor: Actor, network_id: str) -> RuledNetwork | Refusal:
        """What the owner sees."""
        network = await open_owned(self.store, actor, network_id)
        if isinstance(network, Refusal):
            return network
        rules = await self.store.find_network_rules(network.id) or NetworkRules(network_id=network.id)
        connected = await self.store.list_reaching_apps(network.id)
        found = [
            await self.store.find_client(client_id) for client_id in dict.fromkeys((*(rules.apps or ()), *connected))
        ]
        apps = sorted((app for app in found if app is not None), key=lambda app: (app.name.casefold(), app.id))
        return RuledNetwork(network=network, rules=rules, apps=tuple(apps))

    async def change(
        self,
        actor: Actor,
        network_id: str,
        *,
        apps: Sequence[str] | None,
        administrators_only: bool,
        connection_days: int | None,
        read_only_first: bool = False,
        owner_passkey: bool = False,
        seen_version: int,
        origin: Origin,
    ) -> Network | Refusal:
        """New rules in the place of those that the owner saw; they hold for what is connected from now on.

        `apps` are client ids, None any app. Only the days hold for what is connected already.
        """
        network = await open_owned(self.store, actor, network_id)
        if isinstance(network, Refusal):
            return network
        owner = actor if isinstance(actor, User) else await self.store.find_owner_of(network.id)
        if owner is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        if connection_days is not None and not 1 <= connection_days <= MAX_DAYS:
            return Refusal(reason=Reason.DAYS_OUT_OF_RANGE)
        listed = tuple(ClientId(app) for app in dict.fromkeys(apps or ()))
        if len(listed) > MAX_APPS:
            return Refusal(reason=Reason.APP_UNKNOWN)
        for client_id in listed:
            if await self.store.find_client(client_id) is None:
                return Refusal(reason=Reason.APP_UNKNOWN)
        now = self.clock.now()
        rules = NetworkRules(
            network_id=network.id,
            version=seen_version + 1,
            apps=listed if apps is not None else None,
            administrators_only=administrators_only,
            connection_days=connection_days,
            read_only_first=read_only_first,
            owner_passkey=owner_passkey,
        )
        audit = AuditEvent(
            at=now,
            action="network.rules_changed",
            actor=actor_word(actor),
            network_id=network.id,
            user_id=owner.id,
            address=origin.address,
            request_id=origin.request_id,
            detail=describe(rules),
        )

        if not await self.store.put_network_rules(rules=rules, owner_id=owner.id, now=now, audit=audit):
            return Refusal(reason=Reason.RULES_CHANGED_MEANWHILE)
        return network

    async def asks_for_passkey(self, user: User, network_id: str) -> bool:
        """Whether the pages of this network ask this user, who owns it, for a sign-in by passkey."""
        known = read_uuid(network_id)
        if known is None or user.roles.get(NetworkId(known)) is not Role.OWNER:
            return False
        if not await self.store.has_network_rules():
            return False
        rules = await self.store.find_network_rules(NetworkId(known))
        return rules is not None and rules.owner_passkey

    async def let_write(
        self, actor: Actor, network_id: str, *, guest_id: str, client_id: str, origin: Origin
    ) -> Network | Refusal:
        """Let an app that somebody connected, and that only reads so far, do all that they allowed it."""
        network = await open_owned(self.store, actor, network_id)
        if isinstance(network, Refusal):
            return network
        guest = read_uuid(guest_id)
        if guest is None:
            return Refusal(reason=Reason.PAGE_UNKNOWN)
        audit = AuditEvent(
            at=self.clock.now(),
            action="network.let_write",
            actor=actor_word(actor),
            network_id=network.id,
            client_id=client_id,
            user_id=UserId(guest),
            address=origin.address,
            request_id=origin.request_id,
        )

        done = await self.store.let_write(
            user_id=UserId(guest), client_id=ClientId(client_id), network_id=network.id, audit=audit
        )
        return network if done else Refusal(reason=Reason.PAGE_UNKNOWN)


async def reading_first(store: Store, user: User) -> frozenset[NetworkId]:
    """The networks of a user in which what they connect only reads at first."""
    if not await store.has_network_rules():
        return frozenset()
    return frozenset(one.network_id for one in await store.list_rules_of(user.id) if one.read_only_first)


async def allowed_networks(
    store: Store, user: User, client_id: ClientId, roles: Mapping[NetworkId, Role]
) -> tuple[NetworkId, ...]:
    """Of these networks, those whose owners let this user connect this app."""
    if not roles or not await store.has_network_rules():
        return tuple(roles)
    rules = {one.network_id: one for one in await store.list_rules_of(user.id)}
    return tuple(network for network, role in roles.items() if lets_connect(rules.get(network), client_id, role))


def describe(rules: NetworkRules) -> str:
    """Rules in a line, for the network's history."""
    apps = "any" if rules.apps is None else ",".join(rules.apps) or "none"
    people = "administrators" if rules.administrators_only else "any"
    more = " first=reading" * rules.read_only_first + " owner=passkey" * rules.owner_passkey
    return f"apps={apps} people={people} days={rules.connection_days or 'any'}{more}"
