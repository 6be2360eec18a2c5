"""An imitation of the original API, made from its published page alone, over real HTTP.

What the SDK meets there and not at Frontdesk: no metadata, no PKCE, no `iss`, no challenge on a 401, no OAuth error
codes, scopes answered with commas, no refresh token in the answer to a refresh, and the token to revoke in the query
only. Parameters that the page does not name are ignored. By hand: `PYTHONPATH=tests python -m sdk.imitation`.
"""

import base64
import binascii
import itertools
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sdk.plain_server import Asked, Said, say, serve

NETWORK = "0190b3a0-0000-7000-8000-000000000001"
OTHER_NETWORK = "0190b3a0-0000-7000-8000-000000000002"
NETWORKS = {NETWORK: "North Pier", OTHER_NETWORK: "South Pier"}
LIFETIME = 3600  # seconds of an access token
RESOURCES = [{"id": f"r{number}", "title": f"Desk {number}"} for number in range(60)]

_UNAUTHENTICATED = say(401, message="Not authenticated", type="unauthenticated")


def _wrong(message: str) -> Said:
    return say(400, message=message, type="badRequest")


@dataclass(eq=False)
class Grant:
    """One refresh token, the access tokens made of it, and until when each lives."""

    refresh_token: str
    scopes: list[str]
    access: dict[str, float] = field(default_factory=dict)


class Original:
    """The API with one network's Basic pair and one partner's app, and a person who always signs in."""

    def __init__(self, *, per_second: int = 10, redirect_uri: str = "http://127.0.0.1:9/callback") -> None:
        self.pair = ("client id", f"basic-{secrets.token_hex(12)}")
        self.app = ("door-locks", f"secret-{secrets.token_hex(12)}")
        self.redirect_uri = redirect_uri
        self.asked: list[Asked] = []
        self.address = ""
        self._per_second = per_second
        self._late = 0.0
        self._codes: dict[str, list[str]] = {}
        self._grants: list[Grant] = []
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._routes: dict[tuple[str, str], Callable[[Asked], Said]] = {
            ("GET", "/oauth2/authorize"): self._authorize,
            ("GET", "/login"): self._login,
            ("POST", "/oauth2/token"): self._token,
            ("POST", "/oauth2/revoke"): self._revoke,
        }

    def pass_seconds(self, seconds: float) -> None:
        """Let tokens grow old."""
        self._late += seconds

    def asked_for(self, method: str, path: str) -> list[Asked]:
        """The requests for one path until now."""
        return [one for one in self.asked if (one.method, one.path) == (method, path)]

    def __call__(self, asked: Asked) -> Said:
        """Answer one request."""
        with self._lock:
            self.asked.append(asked)
            return self._routes.get((asked.method, asked.path), self._api)(asked)

    def _authorize(self, asked: Asked) -> Said:
        query = asked.query
        if query.get("client_id") != self.app[0] or query.get("redirect_uri") != self.redirect_uri:
            return _wrong("client_id or redirect_uri is wrong")
        if query.get("response_type") != "code" or not query.get("scope"):
            return _wrong("response_type or scope is wrong")
        kept = {name: query[name] for name in ("scope", "state") if name in query}
        return Said(status=302, headers={"Location": f"/login?{urlencode(kept)}"})

    def _login(self, asked: Asked) -> Said:
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked.query["scope"].replace(",", " ").split()
        answered = {"code": code} | ({"state": asked.query["state"]} if "state" in asked.query else {})
        return Said(status=302, headers={"Location": f"{self.redirect_uri}?{urlencode(answered)}"})

    def _token(self, asked: Asked) -> Said:
        form = asked.form
        if (form.get("client_id"), form.get("client_secret")) != self.app:
            return _UNAUTHENTICATED
        if form.get("grant_type") == "authorization_code":
            scopes = self._codes.pop(form.get("code", ""), None)
            if scopes is None:
                return _UNAUTHENTICATED
            grant = Grant(refresh_token=secrets.token_urlsafe(24), scopes=scopes)
            self._grants.append(grant)
            return self._issue(grant, refresh_token=grant.refresh_token)
        if form.get("grant_type") == "refresh_token":
            held = [one for one in self._grants if one.refresh_token == form.get("refresh_token")]
            return self._issue(held[0]) if held else _UNAUTHENTICATED
        return _wrong("grant_type is wrong")

    def _issue(self, grant: Grant, **more: str) -> Said:
        access = secrets.token_urlsafe(24)
        grant.access[access] = self._now() + LIFETIME
        scope = ",".join(grant.scopes)
        return say(access_token=access, expires_in=LIFETIME, scope=scope, token_type="Bearer", **more)

    def _revoke(self, asked: Asked) -> Said:
        token = asked.query.get("token")
        if token is None:
            return _wrong("token is missing")
        self._grants = [one for one in self._grants if token != one.refresh_token and token not in one.access]
        return say()

    def _api(self, asked: Asked) -> Said:
        scheme, _, credential = asked.headers.get("authorization", "").partition(" ")
        networks, key = self._networks_of(scheme, credential)
        if key is None:
            return _UNAUTHENTICATED
        if not self._has_room(key):
            return say(429, {"Retry-After": "1"}, message="Too many requests", type="rateLimited")
        if (asked.method, asked.path) == ("GET", "/networks/v1"):
            return say(networks=[{"id": one, "title": NETWORKS[one]} for one in networks])
        if scheme == "Bearer" and asked.headers.get("spacebring-network-id") not in networks:
            return say(403, message="No access to the network", type="forbidden")
        if asked.path != "/resources/v1":
            return say(404, message="Not found", type="notFound")
        if asked.method == "POST":
            return say(201, received=asked.body.decode())
        return _page(asked.query)

    def _networks_of(self, scheme: str, credential: str) -> tuple[list[str], str | None]:
        """Where the caller is let in, and under which name it is counted; None for nobody."""
        if scheme == "Basic" and credential == base64.b64encode(":".join(self.pair).encode()).decode():
            return [NETWORK], "the pair"
        for grant in self._grants:
            if scheme == "Bearer" and grant.access.get(credential, 0.0) > self._now():
                return list(NETWORKS), grant.refresh_token
        return [], None

    def _has_room(self, key: str) -> bool:
        calls, now = self._calls[key], time.monotonic()
        while calls and calls[0] <= now - 1.0:
            calls.popleft()
        if len(calls) >= self._per_second:
            return False
        calls.append(now)
        return True

    def _now(self) -> float:
        return time.monotonic() + self._late


def _page(query: dict[str, str]) -> Said:
    """Rows from where the token says, as the API's document has it."""
    try:
        start = int(base64.urlsafe_b64decode(query.get("nextPageToken", "MA==")))
        limit = min(100, int(query.get("limit", "25")))
    except (ValueError, binascii.Error):
        return _wrong("nextPageToken or limit is wrong")
    rows = list(itertools.islice(RESOURCES, start, start + limit))
    if start + limit >= len(RESOURCES):
        return say(resources=rows)
    token = base64.urlsafe_b64encode(str(start + limit).encode()).decode()
    following = urlencode({**query, "nextPageToken": token})
    return say(resources=rows, nextPageToken=token, searchQueryNext=following)


@contextmanager
def imitate(*, per_second: int = 10) -> Iterator[Original]:
    """Serve it until the end of the block."""
    original = Original(per_second=per_second)
    with serve(original) as address:
        original.address = address
        yield original


if __name__ == "__main__":
    with imitate() as started:
        print(started.address, started.pair, started.app, started.redirect_uri)
        threading.Event().wait()
