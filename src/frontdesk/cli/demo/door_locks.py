"""Door Locks, the demo's partner: what an integrator writes to connect, call, refresh and disconnect.

One visit is one browser. Everything is kept in memory: a restart forgets it, as if the partner had lost its keys.
"""

import asyncio
import base64
import hashlib
import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from frontdesk.cli.demo.exchange import Exchange, Line, shorten

SCOPE = "resources locations.readonly"
KEPT_EXCHANGES = 40
PATIENCE = 2  # seconds at most that we wait where the API says "too many requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the front desk gave this app when it was registered, and which networks it knows by name."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    networks: Sequence[tuple[str, str]]  # id and title


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What an exchange or a refresh gave."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scope: str
    expires_in: int

    @property
    def shown(self) -> dict[str, str]:
        """Both tokens, shortened."""
        return {"access": shorten(self.access_token), "refresh": shorten(self.refresh_token)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What one network answered to each call."""

    title: str
    exchanges: Sequence[Exchange]


@dataclass(slots=True, kw_only=True)
class Visit:
    """One browser's state with this app."""

    state: str = ""
    verifier: str = field(default="", repr=False)
    keys: Keys | None = None
    disconnected: bool = False
    note: str = ""
    is_bad: bool = False
    results: Sequence[Calls] = ()
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT_EXCHANGES))

    def say(self, note: str, *, bad: bool = False) -> None:
        """What the next page says first."""
        self.note, self.is_bad = note, bad


class DoorLocks:
    """The app's side of the contract."""

    def __init__(self, registration: Registration, line: Line) -> None:
        """`line` leads to the front desk."""
        self.registration = registration
        self._line = line

    def begin(self, visit: Visit) -> str:
        """Step 1: where to send the browser. State ties the answer to it, the challenge the code to us (RFC 7636)."""
        visit.state, visit.verifier = unguessable(), unguessable()
        challenge = hashlib.sha256(visit.verifier.encode()).digest()
        query = {
            "client_id": self.registration.client_id,
            "redirect_uri": self.registration.redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "state": visit.state,
            "code_challenge": _base64url(challenge),
            "code_challenge_method": "S256",
        }
        return f"{self.registration.issuer}/oauth2/authorize?{urlencode(query)}"

    async def come_back(self, visit: Visit, query: dict[str, str]) -> None:
        """Step 2: judge what the browser brought back, and exchange the code."""
        expected, visit.state = visit.state, ""
        if not expected or query.get("state") != expected:
            visit.say("This answer does not belong to a request of ours. Please connect again.", bad=True)
        elif query.get("iss", self.registration.issuer) != self.registration.issuer:
            visit.say("This answer comes from another front desk (RFC 9207).", bad=True)
        elif "error" in query:
            visit.say(
                f"Not connected: {query['error']} ({query.get('error_description', 'no reason given')}).", bad=True
            )
        else:
            form = {"grant_type": "authorization_code", "code": query.get("code", ""), "code_verifier": visit.verifier}
            if await self._ask_for_keys(visit, "Exchange the code for keys", form):
                visit.say("Connected. Call the API to see which doors open.")

    async def refresh(self, visit: Visit) -> None:
        """Step 4: a new access token for the same refresh token."""
        if visit.keys is None:
            return
        form = {"grant_type": "refresh_token", "refresh_token": visit.keys.refresh_token}
        if await self._ask_for_keys(visit, "Refresh the access token", form):
            visit.say("Refreshed: a new access token, and the refresh token stays the same.")

    async def call(self, visit: Visit) -> None:
        """Step 3: the same calls in every network, so that what is refused can be seen next to what is allowed."""
        if visit.keys is None:
            return
        bearer = {"Authorization": f"Bearer {visit.keys.access_token}"}
        await self._send(visit, "Which networks may I use?", "GET", "/networks/v1", bearer)
        results = []
        for network_id, title in self.registration.networks:
            headers = {**bearer, "spacebring-network-id": network_id}
            booking = {"resourceRef": "room-1", "title": "Door Locks test"}
            calls = [
                ("See the locations", "GET", "/locations/v1", None),
                ("Book a room", "POST", "/resources/bookings/v1", booking),
                ("Add a location", "POST", "/locations/v1", {"name": "Annex"}),
            ]
            answers = [
                await self._send(visit, name, method, target, headers, content, where=title)
                for name, method, target, content in calls
            ]
            results.append(Calls(title=title, exchanges=answers))
        visit.results = results
        visit.say("")

    async def disconnect(self, visit: Visit) -> None:
        """Step 5: give the keys back. We keep the dead ones only to show that they open nothing any more."""
        if visit.keys is None:
            return
        target = "/oauth2/revoke?" + urlencode({"token": visit.keys.refresh_token})
        ended = await self._line.send("Revoke the connection", "POST", target)
        visit.exchanges.appendleft(ended)
        visit.disconnected, visit.results = ended.is_allowed, ()
        if ended.is_allowed:
            visit.say("Disconnected. Both tokens are dead: try the old keys.")
        else:
            visit.say(f"The front desk did not take the keys back ({ended.status} {ended.word}).", bad=True)

    async def _ask_for_keys(self, visit: Visit, title: str, form: dict[str, str]) -> bool:
        us = {"client_id": self.registration.client_id, "client_secret": self.registration.client_secret}
        answer = await self._line.send(title, "POST", "/oauth2/token", form={**us, **form})
        visit.exchanges.appendleft(answer)
        if answer.status != 200:
            visit.say(f"Refused: {answer.word or answer.status}. The connection was ended, or never made.", bad=True)
            return False
        visit.keys = Keys(
            access_token=answer.body["access_token"],
            refresh_token=answer.body["refresh_token"],
            scope=answer.body["scope"],
            expires_in=answer.body["expires_in"],
        )
        visit.disconnected = False
        return True

    async def _send(
        self,
        visit: Visit,
        title: str,
        method: str,
        target: str,
        headers: dict[str, str],
        content: dict[str, str] | None = None,
        *,
        where: str = "",
    ) -> Exchange:
        answer = await self._line.send(title, method, target, headers=headers, content=content, where=where)
        if answer.status == 429:  # ten calls a second are ours; a good partner waits as long as it is told
            await asyncio.sleep(min(answer.retry_after, PATIENCE))
            answer = await self._line.send(title, method, target, headers=headers, content=content, where=where)
        visit.exchanges.appendleft(answer)
        return answer


def unguessable() -> str:
    """256 random bits. The partner is another company: it has no part of Frontdesk's to ask for them."""
    return _base64url(os.urandom(32))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
