"""A fake authority from within: a real house over the store in memory, on the one event loop that all of it runs on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from frontdesk.assemble import house_of
from frontdesk.assemble.front import furnish
from frontdesk.flows.hardening import Treatment
from frontdesk.flows.looking import Looking
from frontdesk.flows.operator import Objection
from frontdesk.flows.taking_away import TakingAway
from frontdesk.protocol.records import Profile
from frontdesk.protocol.scopes import implied
from frontdesk.settings import Settings, inclusion_of
from frontdesk.testing.actors import Partner, code_of
from frontdesk.testing.browser import Browser
from frontdesk.testing.doors import Doors
from frontdesk.testing.issued import App, Connection, Network
from frontdesk.testing.story import OPERATOR, Story
from frontdesk.testing.street import PressedLimiter, ShakyStore, Street, tell_bugs
from frontdesk.testing.told import Pigeonholes, Sightings, ToldClock
from frontdesk.testing.wire import Reply

_TAG = re.compile(r"<[^>]*>")


@dataclass(slots=True, kw_only=True)
class Inside:
    """Everything here is called on the authority's loop."""

    story: Story
    doors: Doors
    street: Street
    limiter: PressedLimiter
    known_scopes: frozenset[str]
    _partners: dict[str, Partner] = field(default_factory=dict)
    _browsers: dict[str, Browser] = field(default_factory=dict)

    @classmethod
    async def begin(cls, settings: Settings) -> "Inside":
        """Furnish the house. DocumentError where the document cannot be a policy."""
        clock, mail, sightings, limiter = ToldClock(), Pigeonholes(), Sightings(), PressedLimiter()
        house = house_of(settings, store=ShakyStore(), clock=clock, post_office=mail, witness=sightings)
        house = replace(house, limiter=limiter)
        furnished = furnish(house, worker=0, on_trouble=tell_bugs)
        story = Story.around(house, furnished, clock=clock, mail=mail, sightings=sightings)
        # The actors go past the street: what a test forces is for its own client.
        story.app = doors = Doors(furnished, settings)
        known = furnished.in_force.known_scopes() or frozenset()
        return cls(story=story, doors=doors, street=Street(app=doors), limiter=limiter, known_scopes=known)

    async def add_network(self, title: str, owner: str) -> Network:
        """A new network."""
        made = await self.story.network(title, owner=owner)
        return Network(id=made.id, title=title, owner=owner, client_id=made.client_id, client_secret=made.client_secret)

    async def add_app(
        self, name: str, *, scope: str | None, redirect_uri: str, is_strict: bool, is_public: bool
    ) -> App:
        """A new app; where no scope is named, it may ask for everything that the document knows."""
        asked = self._widest() if scope is None else scope
        treatment = Treatment(profile=Profile.STRICT if is_strict else None, public=is_public)
        made = await self.story.partner(name, scope=asked, redirect_uris=(redirect_uri,), treatment=treatment)
        self._partners[made.client_id] = made
        return App(
            name=name,
            client_id=made.client_id,
            client_secret=made.client_secret or None,
            redirect_uri=redirect_uri,
            scope=asked,
        )

    def _widest(self) -> str:
        inclusion = inclusion_of(self.story.house.settings)
        within = {one for scope in self.known_scopes for one in implied((scope,), inclusion) if one != scope}
        return " ".join(sorted(self.known_scopes - within))

    async def connect(self, app: App, *, user: str, networks: Sequence[Network], scope: str) -> Connection:
        """Consent in the user's browser, and the exchange."""
        partner = self._partner(app)
        target = partner.authorize_target(prompt="consent", scope=scope)
        code = code_of(await self._consents(target, user=user, networks=[each.id for each in networks]))
        reply = await partner.exchanges(code)
        return _connection(reply, app=app, user=user, networks=tuple(networks))

    async def decide(self, url: str, *, user: str, networks: Sequence[Network] | None) -> str:
        """What the browser is sent back to after the user allowed this; `networks` None: after they denied it."""
        parts = urlsplit(url)
        chosen = [each.id for each in networks] if networks is not None else None
        reply = await self._consents(f"{parts.path}?{parts.query}", user=user, networks=chosen)
        return reply.location

    async def _consents(self, target: str, *, user: str, networks: list[str] | None) -> Reply:
        browser = self._browsers.setdefault(user, self.story.browser())
        page = await browser.open(target)
        if browser.at.startswith("/sign-in"):
            page = await browser.submit(page, email=user)
            page = await browser.submit(page, code=self.story.login_code(user))
        if page.status == 200 and networks is not None:
            page = await browser.submit(page, network=networks, decision="allow")
        elif page.status == 200:
            page = await browser.submit(page, decision="deny")
        if page.status not in (302, 303):
            words = " ".join(_TAG.sub(" ", page.text.partition("<body")[2]).split())
            raise AssertionError(f"the user was not sent back to the app: {page.status} {words[:400]}")
        return page

    async def revoke(self, connection: Connection) -> None:
        """As whoever holds the token can."""
        reply = await self._partner(connection.app).revokes(connection.access_token)
        _must(reply.status == 200, f"{reply.status} {reply.text}")

    async def disconnect(self, connection: Connection, network: Network | None) -> None:
        """As the user can: the app as a whole, or in one network."""
        house = self.story.house
        taking = TakingAway(store=house.store, clock=house.clock, looking=Looking(store=house.store))
        who, client = connection.user, connection.app.client_id
        if network is None:
            done = await taking.disconnect(who, client, origin=OPERATOR)
            _must(not isinstance(done, Objection), "there is no such connection")
            return
        objection = await taking.drop_network(who, client, network_id=network.id, origin=OPERATOR)
        _must(objection is None, "this connection does not reach this network")

    async def regenerate(self, network: Network) -> Network:
        """As its owner can; the network with its new pair."""
        made = await self.story.operator.regenerate_credential(network.id, origin=OPERATOR)
        if isinstance(made, Objection):
            raise AssertionError(made.problem)
        return replace(network, client_id=made.credential.client_id, client_secret=made.secret)

    async def rotate(self, connection: Connection) -> Connection:
        """As another process of the same app does that refreshes twice: the token after the next is in force."""
        partner = self._partner(connection.app)
        successor = (await self._refresh(partner, connection)).refresh_token
        _must(successor != connection.refresh_token, "only a strict app's refresh tokens rotate: add_app(strict=True)")
        return await self._refresh(partner, replace(connection, refresh_token=successor))

    async def _refresh(self, partner: Partner, connection: Connection) -> Connection:
        reply = await partner.refreshes(connection.refresh_token)
        return _connection(reply, app=connection.app, user=connection.user, networks=connection.networks)

    def _partner(self, app: App) -> Partner:
        return self._partners[app.client_id]


def _connection(reply: Reply, *, app: App, user: str, networks: tuple[Network, ...]) -> Connection:
    _must(reply.status == 200, f"the token endpoint answered {reply.status}: {reply.text}")
    said = reply.json()
    return Connection(
        app=app,
        user=user,
        networks=networks,
        access_token=said["access_token"],
        refresh_token=said["refresh_token"],
        expires_in=said["expires_in"],
        scope=said["scope"],
    )


def _must(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise AssertionError(otherwise)
