"""From a link on your page to tokens in your store, and back. RFC 6749 §4.1."""

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import httpx2

from frontdesk_client.calling import Answer, Call, Caller, HttpCaller
from frontdesk_client.clock import read_clock
from frontdesk_client.connect.callback import START_AGAIN, judge_callback, read_callback
from frontdesk_client.connect.id_token import judge_id_token
from frontdesk_client.connect.networks import Network, read_networks
from frontdesk_client.connect.once import Once, OnceHere
from frontdesk_client.connect.revoking import ask_to_revoke, judge_revoked
from frontdesk_client.connect.tickets import Ticket, challenge_of, derive, encode, make_key, read_ticket, write_ticket
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import AuthorizationFailed
from frontdesk_client.exchange import App, TokenRefusal, ask_by_code, read_token_answer
from frontdesk_client.oauth import OAuth
from frontdesk_client.stores.protocol import TokenStore
from frontdesk_client.tokens import Tokens

_LOCK_SECONDS = 30.0
_REFUSED = {
    "invalid_grant": f"A code works once, and for a minute. {START_AGAIN}",
    "invalid_client": "The client id or secret is not right: compare them with the app's page.",
    "unauthorized_client": "The app may not do this: ask the API's operator.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One that has begun. Send the browser to `url`, and keep `ticket` in that browser alone: an HttpOnly cookie."""

    url: str
    ticket: str = field(repr=False)
    state: str = field(repr=False)  # what the answer brings back


class Connect:
    """Connects users of an app. One object serves all requests, threads and tasks of a process."""

    def __init__(
        self,
        client_id: str,
        client_secret: str | None,
        store: TokenStore,
        *,
        endpoints: Endpoints | str,
        redirect_uri: str,
        scopes: str | Iterable[str],
        seconds: int = 600,
        key: bytes | None = None,
        once: Once | None = None,
        caller: Caller | None = None,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        """`endpoints` are the server's, or its address; `seconds` is how long a user may take.

        Tickets are signed with the client's secret, so that every process of an app reads them. A public client has
        none: give all of its processes one `key`, 32 random bytes; without one, each process reads only its own.
        `once` remembers used answers; the usual one does so in this process.
        """
        self.endpoints: Endpoints = Endpoints.under(endpoints) if isinstance(endpoints, str) else endpoints
        self.app: App = App(client_id=client_id, client_secret=client_secret)
        self.redirect_uri = redirect_uri
        self.store = store
        self.scopes: str = _join(scopes)
        self.caller: Caller = caller or HttpCaller()
        self._key = make_key(key or (client_secret or "").encode() or os.urandom(32))
        self.seconds = seconds
        self._once = once or OnceHere()
        self._clock = clock

    def __repr__(self) -> str:
        """Which app, where."""
        return (
            f"Connect({self.app.client_id!r}, endpoints={self.endpoints.token!r}, redirect_uri={self.redirect_uri!r})"
        )

    def start(
        self,
        name: str = "default",
        *,
        scopes: str | Iterable[str] | None = None,
        prompt: str | None = None,
        redirect_uri: str | None = None,
    ) -> SignIn:
        """Begin for one connection; `name` is what the store shall call it, for example your user's id.

        `prompt="consent"` has the user asked again, to add a network. `redirect_uri` is for a loopback port.
        """
        state = encode(os.urandom(32))
        where = redirect_uri or self.redirect_uri
        asked = {
            "client_id": self.app.client_id,
            "redirect_uri": where,
            "response_type": "code",
            "scope": self.scopes if scopes is None else _join(scopes),
            "state": state,
            "code_challenge": challenge_of(derive(self._key, "verifier", state)),
            "code_challenge_method": "S256",
            "nonce": derive(self._key, "nonce", state),
        } | ({"prompt": prompt} if prompt else {})
        joint = "&" if "?" in self.endpoints.authorize else "?"
        ticket = Ticket(state=state, expires_at=self._clock() + timedelta(seconds=self.seconds))
        return SignIn(
            state=state,
            url=f"{self.endpoints.authorize}{joint}{urlencode(asked, quote_via=quote)}",
            ticket=write_ticket(self._key, ticket, bound_to=self._bound_to(name)),
        )

    def finish(self, answer: str, ticket: str | None, name: str = "default") -> Tokens:
        """Turn what the browser came back with (address or query) into tokens, and keep them under the name.

        `ticket` is what this same browser kept. `AuthorizationFailed` where the answer is not the one to it: begun in
        another browser, for another name, too long ago, used already, from another server, or refused.
        """
        state, call = self._redeem(answer, ticket, name)
        sent_at = self._clock()
        tokens = self._read(self.caller.send(call), state, sent_at)
        self._keep(name, tokens)
        return tokens

    async def finish_async(self, answer: str, ticket: str | None, name: str = "default") -> Tokens:
        """The same, beside the event loop's other work."""
        state, call = self._redeem(answer, ticket, name)
        sent_at = self._clock()
        tokens = self._read(await self.caller.send_async(call), state, sent_at)
        await asyncio.to_thread(self._keep, name, tokens)
        return tokens

    def credentials(self, name: str = "default", *, network: str | None = None) -> OAuth:
        """What calls of this connection are let in with: `auth=` of an HTTP client."""
        app, where = self.app, self.endpoints
        return OAuth(
            app.client_id,
            app.client_secret,
            self.store,
            endpoints=where,
            name=name,
            network=network,
            caller=self.caller,
            clock=self._clock,
        )

    def networks(self, name: str = "default") -> list[Network]:
        """Which networks a connection opens now; `ApiError` where the API refuses."""
        with httpx2.Client(auth=self.credentials(name)) as client:
            return read_networks(client.get(self.endpoints.networks))

    async def networks_async(self, name: str = "default") -> list[Network]:
        """The same, beside the event loop's other work."""
        async with httpx2.AsyncClient(auth=self.credentials(name)) as client:
            return read_networks(await client.get(self.endpoints.networks))

    def revoke(self, name: str = "default") -> bool:
        """End a connection at the server and forget it; False: there was none. What fails there is kept here."""
        with self.store.lock(name, seconds=_LOCK_SECONDS):
            tokens = self.store.load(name)
            if tokens is None:
                return False
            judge_revoked(self.caller.send(ask_to_revoke(self.endpoints, self.app, tokens)))
            self.store.save(name, None)
            return True

    async def revoke_async(self, name: str = "default") -> bool:
        """The same, beside the event loop's other work."""
        return await asyncio.to_thread(self.revoke, name)

    def _bound_to(self, name: str) -> tuple[str, ...]:
        return (self.app.client_id, self.endpoints.authorize, name)

    def _redeem(self, answer: str, ticket: str | None, name: str) -> tuple[str, Call]:
        """The state of a sign-in that this answer ends, and the call that buys its tokens."""
        begun = read_ticket(self._key, ticket or "", bound_to=self._bound_to(name))
        if begun is None:
            raise AuthorizationFailed(f"This browser began no sign-in here that is open. {START_AGAIN}")
        code = judge_callback(read_callback(answer), state=begun.state, endpoints=self.endpoints)
        now = self._clock()
        if now >= begun.expires_at:
            raise AuthorizationFailed(f"The sign-in took longer than {self.seconds} seconds. {START_AGAIN}")
        if not self._once.take(begun.state, now=now, until=begun.expires_at):
            raise AuthorizationFailed(f"This answer was used already. {START_AGAIN}")
        return begun.state, ask_by_code(
            self.endpoints, self.app, code, verifier=derive(self._key, "verifier", begun.state)
        )

    def _read(self, answer: Answer, state: str, sent_at: datetime) -> Tokens:
        tokens = read_token_answer(answer, now=sent_at)
        if isinstance(tokens, TokenRefusal):
            todo = _REFUSED.get(tokens.error, START_AGAIN)
            raise AuthorizationFailed(f"The code was not taken: {tokens}. {todo}", error=tokens.error)
        nonce, issuer = derive(self._key, "nonce", state), self.endpoints.issuer
        judge_id_token(answer, nonce=nonce, client_id=self.app.client_id, issuer=issuer, now=sent_at)
        return tokens

    def _keep(self, name: str, tokens: Tokens) -> None:
        # Under the lock: a refresh of what was there before must not be written over this.
        with self.store.lock(name, seconds=_LOCK_SECONDS):
            self.store.save(name, tokens)


def _join(scopes: str | Iterable[str]) -> str:
    return scopes if isinstance(scopes, str) else " ".join(scopes)
