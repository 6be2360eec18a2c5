"""A partner's app that speaks the contract's plain HTTP, and the town it lives in."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from servers.house import House
from servers.people import Person, read_answer
from servers.wires import Reply, Wire

CALLBACK = "https://partner.example/callback"
SCOPES = "resources locations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One grant as the partner holds it."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A registered app with its secret."""

    house: House
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str = CALLBACK
    verifier: str = field(default="", repr=False)  # with one, it sends PKCE: a strict app

    def authorize_url(self, *, scope: str = SCOPES, **more: str) -> str:
        """The link that a partner shows to its user (contract, step 1)."""
        asked = {"client_id": self.client_id, "redirect_uri": self.redirect_uri, "response_type": "code"}
        if self.verifier:
            digest = hashlib.sha256(self.verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self.house.url}/oauth2/authorize?{urlencode(asked | {'scope': scope} | more)}"

    def proof(self, **fields: str) -> dict[str, str]:
        """The fields of a token request (contract, steps 2 and 4)."""
        return {"client_id": self.client_id, "client_secret": self.client_secret, **fields}

    def exchange(self, wire: Wire, code: str) -> Reply:
        """Buy tokens with a code."""
        proof = {"code_verifier": self.verifier} if self.verifier else {}
        return wire.post("/oauth2/token", self.proof(grant_type="authorization_code", code=code, **proof))

    def refresh(self, wire: Wire, tokens: Tokens) -> Reply:
        """Buy a new access token."""
        return wire.post("/oauth2/token", self.proof(grant_type="refresh_token", refresh_token=tokens.refresh))

    def revoke(self, wire: Wire, token: str) -> Reply:
        """End a grant (contract, step 5: the token is in the query; a strict app proves itself)."""
        if self.verifier:
            return wire.post("/oauth2/revoke", self.proof(token=token))
        return wire.ask("POST", f"/oauth2/revoke?{urlencode({'token': token})}")

    def obtain_code(self, person: Person, networks: Sequence[str], *, scope: str = SCOPES, **more: str) -> str:
        """Let a person approve and keep the code; the consent page is asked for even where it could be skipped."""
        link = self.authorize_url(scope=scope, **{"prompt": "consent"} | more)
        answer = read_answer(person.approve(link, networks))
        assert "code" in answer, answer
        return answer["code"]

    def connect(self, wire: Wire, person: Person, networks: Sequence[str], *, scope: str = SCOPES) -> Tokens:
        """The whole of steps 1 and 2."""
        reply = self.exchange(wire, self.obtain_code(person, networks, scope=scope))
        assert reply.status == 200, reply.body
        return read_tokens(reply)


def read_tokens(reply: Reply) -> Tokens:
    """The two tokens of a token answer."""
    said = reply.json()
    return Tokens(access=said["access_token"], refresh=said["refresh_token"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A network with its Basic pair."""

    id: str
    title: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Town:
    """Who and what lives at one house: three networks of one owner, a fourth of another, and an app."""

    house: House
    places: list[Place]
    app: App
    held: dict[str, Tokens] = field(default_factory=dict)  # what tests keep for one another in a module
    _people: dict[str, Person] = field(default_factory=dict)
    _strict: App | None = None

    OWNER = "olivia@places.example"
    STRANGER = "sam@elsewhere.example"

    def person(self, email: str = OWNER) -> Person:
        """The one browser of a person, signed in at its first need (an address gets one mail a minute)."""
        if email not in self._people:
            self._people[email] = Person(self.house, email)
        return self._people[email]

    def strict_app(self) -> App:
        """A strict app, registered at its first need."""
        if self._strict is None:
            self._strict = add_app(self.house, "Early Bird", profile="strict")
        return self._strict

    def close(self) -> None:
        """Close every browser."""
        for person in self._people.values():
            person.close()


def regenerate(person: Person, wire: Wire, place: Place) -> Place:
    """Let an owner regenerate a network's pair on its page, over one known connection; the pair that is shown."""
    page = person.get(f"/account/networks/{place.id}/api")
    reply = person.send_over(wire, page, person.form_with(page, "title"), title=place.title)
    shown = reply.body.decode()
    client_id, secret = re.search(r"fdni_[\w-]+", shown), re.search(r"fdns_[\w-]+", shown)
    assert client_id is not None, f"{reply.status}: {shown[:2000]}"
    assert secret is not None, f"{reply.status}: {shown[:2000]}"
    return replace(place, client_id=client_id[0], client_secret=secret[0])


def disconnect(person: Person, wire: Wire, app: App) -> None:
    """Let a user disconnect an app on the page of connected apps, over one known connection."""
    page = person.get("/account/apps")
    forms = [form for form in person.forms(page) if form.action.endswith("/disconnect")]
    form = next(form for form in forms if ("client", app.client_id) in (*form.fields, *form.buttons))
    reply = person.send_over(wire, page, form, client=app.client_id)
    assert reply.status == 303, f"{reply.status}: {reply.body[:2000]!r}"


def add_place(house: House, title: str, owner: str) -> Place:
    """A new network by the command line."""
    made = house.admin("network", "add", title, "--owner", owner)
    pair = made["credential"]
    return Place(
        id=made["network"]["id"], title=title, client_id=pair["client_id"], client_secret=pair["client_secret"]
    )


def add_app(
    house: House, name: str, redirect_uri: str = CALLBACK, scope: str = SCOPES, *, profile: str = "compat"
) -> App:
    """A new app by the command line."""
    words = ("--redirect-uri", redirect_uri, "--scope", scope, "--profile", profile)
    made = house.admin("app", "add", name, *words)
    return App(
        house=house,
        client_id=made["client_id"],
        client_secret=made["client_secret"],
        redirect_uri=redirect_uri,
        verifier="v" * 43 if profile == "strict" else "",
    )


def settle(house: House) -> Town:
    """The usual town, in a house that runs."""
    places = [add_place(house, title, Town.OWNER) for title in ("Harbour", "Mill", "Station")]
    places.append(add_place(house, "Elsewhere", Town.STRANGER))
    return Town(house=house, places=places, app=add_app(house, "Night Owl"))
