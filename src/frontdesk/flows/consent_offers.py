"""What a consent page offers: networks, what must be allowed, what may be left out. The contract's Consent section."""

from dataclasses import dataclass
from typing import NamedTuple

from frontdesk.flows.needs import Store
from frontdesk.flows.network_rules import allowed_networks, reading_first
from frontdesk.protocol.consent_scopes import ScopeChoice, ScopeRequest, read_request
from frontdesk.protocol.ids import ClientId, NetworkId
from frontdesk.protocol.records import Client, Role, User
from frontdesk.protocol.redirects import RedirectTarget
from frontdesk.protocol.role_scopes import RoleScopes
from frontdesk.protocol.scopes import Inclusion, Scopes, implied


class NetworkChoice(NamedTuple):
    """A network that the picker offers. A tuple, which is made in a third of the time: some people have hundreds."""

    id: NetworkId
    title: str
    role: Role
    ticked: bool = False
    given: bool = False  # by the consent before this one
    limited_to: Scopes | None = None  # what the role leaves of the scopes that are asked for; None: all of them
    reads_first: bool = False  # by its rules, until the owner lets the app write


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeLevel:
    """Something that may be left out, and the level that is chosen; an empty one is nothing."""

    choice: ScopeChoice
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentOffer:
    """What the consent page shows. `scopes` are all that are asked for, `given_before` those of the consent before.

    `problem` says why it is shown again.
    """

    client: Client
    user: User
    redirect_uri: str
    networks: tuple[NetworkChoice, ...]
    scopes: Scopes
    required: Scopes
    levels: tuple[ScopeLevel, ...] = ()
    given_before: Scopes = ()
    problem: str = ""

    @property
    def redirect_host(self) -> str:
        """Where the browser goes afterwards, as a person should see it."""
        return RedirectTarget(self.redirect_uri).host


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What was chosen on the page before it is shown again."""

    networks: frozenset[str]
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentOffers:
    """Makes offers. `known_scopes` are those that there are."""

    store: Store
    offered_roles: frozenset[Role]
    known_scopes: frozenset[str]
    inclusion: Inclusion
    role_scopes: RoleScopes

    async def networks(self, user: User, client_id: ClientId, scopes: Scopes) -> tuple[NetworkId, ...]:
        """Where the user may connect an app, by role and by the owners' rules, and it could do anything it asks for."""
        roles = {role for role in self.offered_roles if self.role_scopes.lets_anything(scopes, role)}
        able = {network: role for network, role in user.roles.items() if role in roles}
        return await allowed_networks(self.store, user, client_id, able)

    def request(self, client: Client, scopes: Scopes) -> ScopeRequest:
        """What of the scopes that an app asks for may be left out."""
        return read_request(
            scopes,
            registered=client.scopes,
            optional=client.optional_scopes,
            known=self.known_scopes,
            inclusion=self.inclusion,
        )

    async def make(
        self, client: Client, user: User, *, scopes: Scopes, redirect_uri: str, ticked: Ticked | None, problem: str = ""
    ) -> ConsentOffer:
        """What to ask; where nothing was ticked yet, as it was left the time before."""
        offered = await self.networks(user, client.id, scopes)
        connection = await self.store.find_connection(user.id, client.id)
        given = frozenset(connection.networks_given if connection is not None else ())
        given_before = connection.scopes_given if connection is not None else ()
        if ticked is None:
            only = frozenset(offered) if len(offered) == 1 else given
            ticked = Ticked(networks=only, scopes=implied(given_before, self.inclusion))
        limits = {role: self._limited_to(scopes, role) for role in self.offered_roles}
        reading = await reading_first(self.store, user) if self._writes(scopes) else frozenset()
        networks = [
            NetworkChoice(
                id=network.id,
                title=network.title,
                role=user.roles[network.id],
                ticked=network.id in ticked.networks,
                given=network.id in given,
                limited_to=limits[user.roles[network.id]],
                reads_first=network.id in reading and network.id not in given,
            )
            for network in await self.store.find_networks(offered)
        ]
        request = self.request(client, scopes)
        return ConsentOffer(
            client=client,
            user=user,
            redirect_uri=redirect_uri,
            networks=tuple(sorted(networks, key=lambda choice: (choice.title.casefold(), choice.id))),
            scopes=scopes,
            required=request.required,
            levels=tuple(ScopeLevel(choice=choice, level=choice.level(ticked.scopes)) for choice in request.choices),
            given_before=given_before,
            problem=problem,
        )

    def _writes(self, scopes: Scopes) -> bool:
        return any(not scope.endswith(self.inclusion.suffixes) for scope in scopes)

    def _limited_to(self, scopes: Scopes, role: Role) -> Scopes | None:
        told = self.role_scopes.told(scopes, role)
        return told if told != scopes else None
