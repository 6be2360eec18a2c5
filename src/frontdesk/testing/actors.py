"""Who calls in a story, as actors with verbs: customers, partners' apps and APIs that ask about tokens."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

from frontdesk.protocol.ids import NetworkId
from frontdesk.testing.browser import Browser
from frontdesk.testing.wire import Reply, call
from frontdesk.web.asgi import AsgiApp

CALLBACK = "https://partner.example/cb"


class Scene(Protocol):
    """What actors need of the story that they are in."""

    @property
    def app(self) -> AsgiApp:
        """The front door."""

    async def post(self, target: str, form: dict[str, str], *, headers: Sequence[tuple[str, str]] = ()) -> Reply:
        """Send a form as a program does."""

    async def check(self, operation: str, *, authorization: str | None = None, network: str | None = None) -> Reply:
        """Ask the check, as a proxy in front of the API does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A network with its Basic pair, calling the API."""

    story: Scene
    id: NetworkId
    client_id: str
    client_secret: str = field(repr=False)

    async def calls(self, operation: str, *, network: str | None = None) -> Reply:
        """Call an operation ("GET /resources/v1") with HTTP Basic."""
        return await self.story.check(operation, authorization=self.basic, network=network)

    @property
    def basic(self) -> str:
        """The Authorization value."""
        return "Basic " + b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()

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

    story: Scene
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

    story: Scene
    id: str
    secret: str = field(repr=False)

    async def introspects(self, token: str, **more: str) -> Reply:
        """Ask with HTTP Basic."""
        pair = b64encode(f"{self.id}:{self.secret}".encode()).decode()
        headers = [("authorization", f"Basic {pair}")]
        return await self.story.post("/oauth2/introspect", {"token": token, **more}, headers=headers)


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
