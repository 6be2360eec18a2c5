"""A real OpenID provider on this machine, for tests: people sign in there by being named, and it can be told to err."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import BasicAuth, web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from servers.processes import free_port

CLIENT_ID, CLIENT_SECRET = "frontdesk", "s3cret: with signs %+"


@dataclass(slots=True, kw_only=True)
class OpenIdServer:
    """What it knows of people, what it was asked, and what it is told to say otherwise (`changed`: claims)."""

    port: int
    clock: Any
    claims: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256", "use": "sig"}))
    signs_with: RSAKey | None = None
    algorithm: str = "RS256"
    pending: dict[str, dict[str, str]] = field(default_factory=dict)
    issuer_said: str = ""
    away: bool = False
    published: Any = None  # instead of its keys

    @property
    def issuer(self) -> str:
        """Its name."""
        return f"http://127.0.0.1:{self.port}"

    def signs_in(self, address: str, **claims: Any) -> str:
        """Somebody came from Frontdesk to this address and signed in there: where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert set(asked["scope"].split()) == {"openid", "email"}
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.pending)}"
        self.pending[code] = asked
        self.claims = claims
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    async def describe(self, _: web.Request) -> web.Response:
        """Discovery."""
        if self.away:
            return web.Response(status=503)
        return web.json_response(
            {
                "issuer": self.issuer_said or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize?hint=1",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def keys(self, _: web.Request) -> web.Response:
        """Its public keys."""
        return web.json_response(self.published or KeySet([self.key]).as_dict(private=False))

    async def token(self, request: web.Request) -> web.Response:
        """The code's one exchange: client, PKCE and redirect URI are judged as a provider judges them."""
        form = await request.post()
        pair = BasicAuth.decode(request.headers["authorization"])
        asked = self.pending.pop(str(form["code"]), None)
        challenge = urlsafe_b64encode(sha256(str(form["code_verifier"]).encode()).digest()).rstrip(b"=").decode()
        good = (
            asked is not None
            and (pair.login, pair.password) == (CLIENT_ID, "s3cret%3A+with+signs+%25%2B")
            and challenge == asked["code_challenge"]
            and form["redirect_uri"] == asked["redirect_uri"]
        )
        if not good or asked is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = self.clock.now() // 1_000_000
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
            **self.changed,
        }
        header = {"alg": self.algorithm, "kid": "k1"}
        if self.algorithm == "none":
            parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
            return web.json_response({"access_token": "x", "id_token": ".".join([*parts, "c2ln"])})
        token = jwt.encode(header, claims, self.signs_with or self.key, algorithms=[self.algorithm])
        return web.json_response({"access_token": "x", "token_type": "Bearer", "id_token": token})


@asynccontextmanager
async def open_id_server(clock: Any) -> AsyncIterator[OpenIdServer]:
    """The provider, served in this loop."""
    server = OpenIdServer(port=free_port(), clock=clock)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", server.describe)
    app.router.add_get("/keys", server.keys)
    app.router.add_post("/token", server.token)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", server.port).start()
    yield server
    await runner.cleanup()
