"""A whole Frontdesk in one process, with the people around it as actors. Time is told, mail is kept, nothing is mocked.

story = await Story.begin(store)
north = await story.network("Northside", owner="olena@north.example")
partner = await story.connected_partner(scopes="resources", owner="olena@north.example")
assert await partner.is_let_in("GET /resources/v1")
"""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from frontdesk.assemble import House, house_of
from frontdesk.assemble.front import furnish
from frontdesk.flows.hardening import Treatment
from frontdesk.flows.needs import Origin
from frontdesk.flows.operator import Objection, Operator
from frontdesk.flows.registration import AS_THE_CONTRACT_SAYS, Registration
from frontdesk.flows.resource_servers import ResourceServers
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.protocol.ids import NetworkId
from frontdesk.protocol.records import AuditEvent
from frontdesk.settings import Settings
from frontdesk.testing.browser import ISSUER, Browser
from frontdesk.testing.told import Pigeonholes, Sightings, ToldClock
from frontdesk.testing.wire import Reply, call
from frontdesk.web.asgi import AsgiApp

API = Path(__file__).with_name("api.json")
CALLBACK = "https://partner.example/cb"
OWNER = "olena@northside.example"
OPERATOR = Origin(address=None, request_id="operator")
GATE = "127.0.0.1"  # the proxy that asks /_frontdesk/check
_CODE = re.compile(r"\b(\d{6})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A network with its Basic pair, calling the API."""

    story: "Story"
    id: NetworkId
    client_id: str
    client_secret: str = field(repr=False)

    async def calls(self, operation: str, *, network: str | None = None) -> Reply:
        """Call an operation ("GET /resources/v1") with HTTP Basic."""
        pair = b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return await self.story.check(operation, authorization=f"Basic {pair}", network=network)

    async def is_let_in(self, operation: str, *, network: str | None = None) -> bool:
        """Whether the call may pass."""
        return (await self.calls(operation, network=network)).status == 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a token answer gave."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scope: str


@dataclass(slots=True, kw_only=True)
class Partner:
    """A partner's app, with the tokens that it holds."""

    story: "Story"
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str = CALLBACK
    scope: str = "resources"
    verifier: str = field(default="", repr=False)  # with one, it sends PKCE
    tokens: Tokens | None = None

    def authorize_target(self, **changed: str | None) -> str:
        """The authorize request's path and query; None leaves a parameter out."""
        asked: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": self.scope,
            "state": "s-1",
            **(pkce_of(self.verifier) if self.verifier else {}),
            **changed,
        }
        return "/oauth2/authorize?" + urlencode({name: value for name, value in asked.items() if value is not None})

    async def asks(
        self, browser: Browser, *, networks: Sequence[str], decision: str = "allow", **changed: str | None
    ) -> Reply:
        """Send a signed-in browser through authorize and consent; the answer that leaves our pages."""
        page = await browser.open(self.authorize_target(**changed))
        if page.status != 200:
            return page
        return await browser.submit(page, network=list(networks), decision=decision)

    async def obtains_code(self, browser: Browser, *, networks: Sequence[str], **changed: str | None) -> str:
        """A code, by consent."""
        return code_of(await self.asks(browser, networks=networks, decision="allow", **changed))

    async def posts(self, form: dict[str, str], **more: str) -> Reply:
        """Send a token request with this app's id and secret in the body; a public one has no secret."""
        return await self.story.post("/oauth2/token", {**self.proof(), **form, **more})

    def proof(self) -> dict[str, str]:
        """The fields by which it says who it is."""
        secret = {"client_secret": self.client_secret} if self.client_secret else {}
        return {"client_id": self.client_id, **secret}

    async def exchanges(self, code: str, **more: str) -> Reply:
        """Redeem a code, and keep the tokens where that worked."""
        proof = {"code_verifier": self.verifier} if self.verifier else {}
        reply = await self.posts({"grant_type": "authorization_code", "code": code, **proof}, **more)
        if reply.status == 200:
            self.tokens = tokens_of(reply)
        return reply

    async def connects(self, browser: Browser, *, networks: Sequence[str]) -> Tokens:
        """Consent and exchange."""
        reply = await self.exchanges(await self.obtains_code(browser, networks=networks, prompt="consent"))
        return tokens_of(reply)

    async def refreshes(self, refresh_token: str | None = None, **more: str) -> Reply:
        """Refresh, and keep the new access token where that worked."""
        token = refresh_token if refresh_token is not None else self.held.refresh_token
        reply = await self.posts({"grant_type": "refresh_token", "refresh_token": token}, **more)
        if reply.status == 200 and refresh_token is None:
            self.tokens = tokens_of(reply)
        return reply

    async def revokes(self, token: str | None = None) -> Reply:
        """Revoke as the contract says: the token in the query, no client authentication."""
        return await call(
            self.story.app, "POST", "/oauth2/revoke?" + urlencode({"token": token or self.held.access_token})
        )

    async def revokes_properly(self, token: str | None = None) -> Reply:
        """Revoke as RFC 7009 says: the token in the body, beside who asks."""
        return await self.story.post("/oauth2/revoke", {"token": token or self.held.refresh_token, **self.proof()})

    async def calls(self, operation: str, *, network: str | None = None, token: str | None = None) -> Reply:
        """Call an operation with the access token."""
        bearer = f"Bearer {token or self.held.access_token}"
        return await self.story.check(operation, authorization=bearer, network=network)

    async def is_let_in(self, operation: str, *, network: str | None = None, token: str | None = None) -> bool:
        """Whether the call may pass."""
        return (await self.calls(operation, network=network, token=token)).status == 200

    async def gets_own_token(self, **more: str) -> Reply:
        """Ask for a token without a user (client credentials)."""
        return await self.posts({"grant_type": "client_credentials"}, **more)

    async def introspects(self, token: str) -> Reply:
        """Ask what a token is worth, with this app's id and secret in the body."""
        form = {"client_id": self.client_id, "client_secret": self.client_secret, "token": token}
        return await self.story.post("/oauth2/introspect", form)

    @property
    def held(self) -> Tokens:
        """The tokens of the last successful answer; AssertionError before any."""
        if self.tokens is None:
            raise AssertionError("this partner holds no tokens yet")
        return self.tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API of the provider's that asks what tokens are worth."""

    story: "Story"
    id: str
    secret: str = field(repr=False)

    async def introspects(self, token: str, **more: str) -> Reply:
        """Ask with HTTP Basic."""
        pair = b64encode(f"{self.id}:{self.secret}".encode()).decode()
        headers = [("authorization", f"Basic {pair}")]
        return await self.story.post("/oauth2/introspect", {"token": token, **more}, headers=headers)


@dataclass(slots=True, kw_only=True)
class Story:
    """The house, and everybody in it."""

    house: House
    app: AsgiApp
    weak_forms: WeakForms
    clock: ToldClock
    mail: Pigeonholes
    sightings: Sightings

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
        furnished = furnish(house, worker=0)
        return cls(
            house=house,
            app=furnished.front,
            weak_forms=furnished.weak_forms,
            clock=clock,
            mail=mail,
            sightings=sightings,
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
        return Browser(app=self.app, peer=peer)

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


def pkce_of(verifier: str) -> dict[str, str]:
    """What an authorize request says of a verifier (RFC 7636 §4.3)."""
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return {"code_challenge": challenge, "code_challenge_method": "S256"}


def code_of(reply: Reply) -> str:
    """The code in a redirect to the partner."""
    return answer_of(reply)["code"]


def answer_of(reply: Reply) -> dict[str, str]:
    """The parameters of a redirect to the partner."""
    query = urlsplit(reply.location).query
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def tokens_of(reply: Reply) -> Tokens:
    """The tokens of a successful answer; AssertionError where it is none."""
    if reply.status != 200:
        raise AssertionError(f"{reply.status} {reply.text}")
    document = reply.json()
    return Tokens(
        access_token=document["access_token"], refresh_token=document["refresh_token"], scope=document["scope"]
    )
