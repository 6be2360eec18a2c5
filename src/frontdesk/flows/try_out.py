"""Trying an app out without a server of its own: a link to authorize, and what to do with the code that comes back.

The code lands on our own test page, in the browser that began: the state proves that, and nothing is stored.
"""

import shlex
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode

from frontdesk.flows.needs import Mint
from frontdesk.protocol.records import Client
from frontdesk.protocol.scopes import CONTRACT, Inclusion, implied, render_scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOut:
    """Makes authorize links and first calls. `path_for`: a GET that a token holding these scopes opens."""

    mint: Mint
    issuer: str
    network_header: str
    path_for: Callable[[frozenset[str]], str]
    inclusion: Inclusion = CONTRACT

    def authorize_link(self, client: Client, redirect_uri: str, *, browser: str) -> str:
        """Where this browser goes to connect the app, all of its scopes asked for."""
        asked = {
            "client_id": client.id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": render_scopes(client.scopes),
            "state": self.state_of(client, browser=browser),
        }
        if client.needs_pkce:
            challenge = sha256(self.verifier_of(client, browser=browser).encode()).digest()
            asked |= {
                "code_challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        return f"{self.issuer}/oauth2/authorize?{urlencode(asked)}"

    def state_of(self, client: Client, *, browser: str) -> str:
        """What tells that the code came back to the browser that asked for it."""
        proof = self.mint.mac("try-state", f"{client.id}\n{browser}")
        return f"{client.id}.{proof}"

    def app_of(self, state: str, *, browser: str) -> str | None:
        """The client id that a state is of; None where another browser began, or nobody did."""
        client_id, _, proof = state.rpartition(".")
        if not client_id or not proof.isascii():
            return None
        good = self.mint.checks_mac("try-state", f"{client_id}\n{browser}", proof)
        return client_id if good else None

    def verifier_of(self, client: Client, *, browser: str) -> str:
        """The PKCE verifier of this app in this browser, the same each time (RFC 7636 §4.1: 43 characters or more)."""
        halves = [self.mint.mac("try-verifier", f"{half}\n{client.id}\n{browser}") for half in ("1", "2")]
        return "".join(halves)

    def token_request(self, client: Client, *, code: str, browser: str) -> "Command":
        """The exchange of a code, to be typed."""
        fields = {"grant_type": "authorization_code", "client_id": client.id}
        if client.is_confidential:
            fields["client_secret"] = "YOUR_SECRET"  # noqa: S105 - what the partner puts there
        if client.needs_pkce:
            fields["code_verifier"] = self.verifier_of(client, browser=browser)
        return Command(url=f"{self.issuer}/oauth2/token", fields={**fields, "code": code})

    def first_call(self, client: Client, *, network: str) -> "Command":
        """A call that a token of this app opens."""
        headers = {"Authorization": "Bearer YOUR_ACCESS_TOKEN", self.network_header: network or "NETWORK_ID"}
        return Command(url=f"{self.issuer}{self.call_path(client)}", headers=headers)

    def call_path(self, client: Client) -> str:
        """The path of a GET that a token of this app opens."""
        return self.path_for(implied(client.scopes, self.inclusion))


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One request, told as a line for a shell."""

    url: str
    fields: dict[str, str] = field(default_factory=dict, repr=False)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def curl(self) -> str:
        """For curl. Nothing in it can end its quotation marks."""
        said = [("--data-urlencode", f"{name}={value}") for name, value in self.fields.items()]
        said += [("-H", f"{name}: {value}") for name, value in self.headers.items()]
        lines = [f"  {option} {shlex.quote(text)}" for option, text in said]
        return " \\\n".join([f"curl {shlex.quote(self.url)}", *lines])
