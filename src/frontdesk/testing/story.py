"""A whole Frontdesk in one process, with the people around it as actors. Time is told, mail is kept, nothing is mocked.

story = await Story.begin(store)
north = await story.network("Northside", owner="olena@north.example")
partner = await story.connected_partner(scopes="resources", owner="olena@north.example")
assert await partner.is_let_in("GET /resources/v1")
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from frontdesk.assemble import House, house_of
from frontdesk.assemble.explaining import Explaining
from frontdesk.assemble.front import Furnished, furnish
from frontdesk.flows.admin_keys import AdminKeys
from frontdesk.flows.call_counts import CallCounts
from frontdesk.flows.habits import HabitCounts
from frontdesk.flows.hardening import Treatment
from frontdesk.flows.hours import Hours
from frontdesk.flows.needs import Origin
from frontdesk.flows.operating import Operating
from frontdesk.flows.operator import Objection, Operator
from frontdesk.flows.operators import Operators
from frontdesk.flows.pair_warnings import PairWarnings
from frontdesk.flows.registration import AS_THE_CONTRACT_SAYS, Registration
from frontdesk.flows.resource_servers import ResourceServers
from frontdesk.flows.scope_uses import ScopeUses
from frontdesk.flows.secret_uses import SecretUses
from frontdesk.flows.uses import LastUses
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.protocol.records import AuditEvent
from frontdesk.settings import Settings
from frontdesk.testing.actors import (
    CALLBACK,
    Api,
    Customer,
    Partner,
    Tokens,
    answer_of,
    code_of,
    pkce_of,
    tokens_of,
)
from frontdesk.testing.browser import ISSUER, Browser
from frontdesk.testing.told import Pigeonholes, Sightings, ToldClock
from frontdesk.testing.wire import Reply, call
from frontdesk.web.asgi import AsgiApp
from frontdesk.web.front import Front

__all__ = [
    "API",
    "CALLBACK",
    "GATE",
    "OPERATOR",
    "OWNER",
    "Api",
    "Customer",
    "Partner",
    "Story",
    "Tokens",
    "answer_of",
    "code_of",
    "pkce_of",
    "tokens_of",
]

API = Path(__file__).with_name("api.json")
OWNER = "olena@northside.example"
OPERATOR = Origin(address=None, request_id="operator")
GATE = "127.0.0.1"  # the proxy that asks /_frontdesk/check
_CODE = re.compile(r"\b(\d{6})\b")


@dataclass(slots=True, kw_only=True)
class Story:
    """The house, and everybody in it."""

    house: House
    app: AsgiApp
    weak_forms: WeakForms
    habits: HabitCounts
    hours: Hours
    secret_uses: SecretUses
    scope_uses: ScopeUses
    warnings: PairWarnings
    calls: CallCounts
    uses: LastUses
    explaining: Explaining
    clock: ToldClock
    mail: Pigeonholes
    sightings: Sightings
    admin: Front | None = None  # the administration's own door, where the settings name a port for it

    @classmethod
    async def begin(cls, store: object, **changed: object) -> "Story":
        """Furnish a house around an empty store; `changed` are settings."""
        clock, mail, sightings = ToldClock(), Pigeonholes(), Sightings()
        knobs: dict[str, object] = {
            "public_url": ISSUER,
            "openapi": API,
            "check_peers": (GATE,),
            "mail": "console:",
            **changed,
        }
        settings = Settings(**knobs)  # type: ignore[arg-type]
        house = house_of(settings, store=store, clock=clock, post_office=mail, witness=sightings)  # type: ignore[arg-type]
        return cls.around(house, furnish(house, worker=0), clock=clock, mail=mail, sightings=sightings)

    @classmethod
    def around(
        cls, house: House, furnished: Furnished, *, clock: ToldClock, mail: Pigeonholes, sightings: Sightings
    ) -> "Story":
        """A story in a house that is furnished already, over this clock, post office and witness."""
        return cls(
            house=house,
            app=furnished.front,
            weak_forms=furnished.weak_forms,
            habits=furnished.habits,
            hours=furnished.hours,
            secret_uses=furnished.secret_uses,
            scope_uses=furnished.scope_uses,
            warnings=furnished.warnings,
            calls=furnished.calls,
            uses=furnished.uses,
            explaining=furnished.explaining,
            clock=clock,
            mail=mail,
            sightings=sightings,
            admin=furnished.admin,
        )

    @property
    def origin(self) -> Origin:
        """Where the operator's changes come from."""
        return OPERATOR

    def an_audit_row(self, action: str) -> AuditEvent:
        """An audit row for a change that the test makes in the store itself."""
        return AuditEvent(at=self.clock.now(), action=action, actor="operator")

    @property
    def operator(self) -> Operator:
        """The operator at the command line."""
        house = self.house
        return Operator(
            store=house.store, clock=self.clock, mint=house.mint, pairs=house.pairs, notices=house.open_notices()
        )

    @property
    def operating(self) -> Operating:
        """What operators look up and take out of service."""
        return Operating(store=self.house.store, clock=self.clock, notices=self.house.open_notices())

    @property
    def operators(self) -> Operators:
        """Who runs the installation in its console."""
        house = self.house
        return Operators(store=house.store, clock=self.clock, mint=house.mint, notices=house.open_notices())

    async def network(self, title: str, *, owner: str = OWNER, network_id: str | None = None) -> Customer:
        """A new network and its Basic pair."""
        made = await self.operator.add_network(title, owner=owner, network_id=network_id, origin=OPERATOR)
        if isinstance(made, Objection):
            raise AssertionError(made.problem)
        return Customer(story=self, id=made.network.id, client_id=made.credential.client_id, client_secret=made.secret)

    async def partner(
        self,
        name: str = "Door Locks",
        *,
        scope: str = "resources locations",
        redirect_uris: Sequence[str] = (CALLBACK,),
        own_scope: str = "",
        treatment: Treatment = AS_THE_CONTRACT_SAYS,
    ) -> Partner:
        """A new partner's app; a strict one sends PKCE."""
        registration = Registration(store=self.house.store, clock=self.clock, mint=self.house.mint)
        made = await registration.add_client(
            name,
            redirect_uris=redirect_uris,
            scope=scope,
            own_scope=own_scope,
            treatment=treatment,
            origin=OPERATOR,
        )
        if isinstance(made, Objection):
            raise AssertionError(made.problem)
        return Partner(
            story=self,
            client_id=made.client.id,
            client_secret=made.secret,
            scope=scope,
            redirect_uri=redirect_uris[0],
            verifier="v" * 43 if made.client.needs_pkce else "",
        )

    @property
    def admin_keys(self) -> AdminKeys:
        """The operator's walks over keys of the administration API."""
        return AdminKeys(store=self.house.store, clock=self.clock, mint=self.house.mint)

    @property
    def resource_servers(self) -> ResourceServers:
        """The operator's walks over APIs that ask about tokens."""
        return ResourceServers(store=self.house.store, clock=self.clock, mint=self.house.mint)

    async def api(self, name: str = "Bookings") -> Api:
        """A new resource server."""
        made = await self.resource_servers.add(name, origin=OPERATOR)
        if isinstance(made, Objection):
            raise AssertionError(made.problem)
        return Api(story=self, id=made.server.id, secret=made.secret)

    def browser(self, *, peer: str = "192.0.2.7") -> Browser:
        """A browser that was never here."""
        return Browser(app=self.app, peer=peer, issuer=self.house.settings.issuer)

    async def signs_in(self, address: str = OWNER, *, browser: Browser | None = None) -> Browser:
        """A browser in which this person is signed in, by the code from the mail."""
        browser = browser or self.browser()
        page = await browser.submit(await browser.open("/sign-in"), email=address)
        await browser.submit(page, code=self.login_code(address))
        return browser

    def login_code(self, address: str) -> str:
        """The six digits of the last mail to this address that has any in its subject."""
        for letter in reversed(self.mail.to(address)):
            found = _CODE.search(letter.subject)
            if found is not None:
                return found.group(1)
        raise AssertionError("no mail's subject holds a code")

    async def connected_partner(
        self,
        *,
        scope: str = "resources locations",
        networks: Sequence[str] = (),
        owner: str = OWNER,
        treatment: Treatment = AS_THE_CONTRACT_SAYS,
    ) -> Partner:
        """A new app that this owner connected to these networks (a new one where none are named)."""
        chosen = list(networks) or [(await self.network("Northside", owner=owner)).id]
        partner = await self.partner(scope=scope, treatment=treatment)
        await partner.connects(await self.signs_in(owner), networks=chosen)
        return partner

    async def post(self, target: str, form: dict[str, str], *, headers: Sequence[tuple[str, str]] = ()) -> Reply:
        """Send a form as a program does."""
        return await call(self.app, "POST", target, headers=headers, form=form)

    async def check(self, operation: str, *, authorization: str | None = None, network: str | None = None) -> Reply:
        """Ask the check, as a proxy in front of the API does, about "GET /resources/v1"."""
        method, _, target = operation.partition(" ")
        headers = [("x-forwarded-method", method), ("x-forwarded-uri", target)]
        if authorization is not None:
            headers.append(("authorization", authorization))
        if network is not None:
            headers.append(("spacebring-network-id", network))
        return await call(self.app, "GET", "/_frontdesk/check", headers=headers, peer=GATE)
