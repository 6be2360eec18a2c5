"""Speaking OpenID Connect with the provider's own sign-in: discovery, code for ID token, its signature. OIDC Core §3.1.

ID tokens are proven by joserfc, with keys that are fetched anew for a key that is not known, at most once a minute.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode, urlsplit

from frontdesk.protocol.ids import HOUR, MINUTE, Micros
from frontdesk.protocol.provider import ProviderAway
from frontdesk.settings import Settings

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never "none", never one with a shared secret
KINDS = frozenset({"RSA", "EC", "OKP"})  # of the keys of those
MAX_ANSWER = 256 * 1024  # bytes
CALLBACK = "/sign-in/provider/callback"
TIMEOUT = 10  # seconds
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class _Clock(Protocol):
    def now(self) -> Micros: ...


@dataclass(slots=True, kw_only=True)
class OpenIdProvider:
    """What `frontdesk.flows.needs_provider.Provider` asks for. Shapes are said there."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    clock: _Clock
    _described: Mapping[str, Any] = field(default_factory=dict)
    _described_at: int = 0
    _keys: Mapping[str, Any] = field(default_factory=dict)
    _keys_at: int = 0

    async def address_to_ask(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where a browser is sent (OIDC Core §3.1.2.1, RFC 7636)."""
        address = _address((await self._describe()).get("authorization_endpoint"))
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    async def redeem(self, code: str, *, verifier: str) -> Mapping[str, Any] | None:
        """The claims of the ID token that a code gives, its signature proven; None where the provider refuses it."""
        address = _address((await self._describe()).get("token_endpoint"))
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        # RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
        headers = {"authorization": "Basic " + b64encode(pair.encode()).decode()}
        status, answer = await _fetch(address, form=form, headers=headers)
        if 400 <= status < 500:
            return None
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str) or _COMPACT.fullmatch(token) is None:
            raise ProviderAway(f"the token endpoint answered {status} without an ID token")
        return await self._prove(token)

    async def _prove(self, token: str) -> Mapping[str, Any] | None:
        from joserfc import jws
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        for again in (False, True):
            try:
                keys = KeySet.import_key_set(await self._fetch_keys(again=again))  # type: ignore[arg-type]
                proven = jws.deserialize_compact(token, keys, algorithms=ALGORITHMS)
                claims = json.loads(proven.payload or b"")
            except (JoseError, ValueError):
                continue  # it may be of a key that came since
            return claims if isinstance(claims, dict) else None
        return None

    async def _describe(self) -> Mapping[str, Any]:
        now = self.clock.now()
        if not self._described or now >= self._described_at + HOUR:
            status, found = await _fetch(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if status != 200 or found.get("issuer") != self.issuer:
                raise ProviderAway("the provider does not describe itself under its own name")
            self._described, self._described_at = found, now
        return self._described

    async def _fetch_keys(self, *, again: bool) -> Mapping[str, Any]:
        now = self.clock.now()
        if not self._keys or (again and now >= self._keys_at + MINUTE):
            status, found = await _fetch(_address((await self._describe()).get("jwks_uri")))
            keys = found.get("keys")
            # What has no kind is no key, and would be a fault of ours further on (RFC 7517 §4.1).
            if status != 200 or not isinstance(keys, list) or not all(map(_has_kind, keys)):
                raise ProviderAway("the provider's keys cannot be had")
            # Those of other kinds are for somebody else (RFC 7517 §5).
            self._keys, self._keys_at = {"keys": [key for key in keys if key["kty"] in KINDS]}, now
        return self._keys


def open_provider(settings: Settings, clock: _Clock) -> OpenIdProvider | None:
    """The provider that the settings name; None where they name none."""
    if not settings.sign_in_issuer or not settings.sign_in_client_id:
        return None
    return OpenIdProvider(
        name=settings.sign_in_name or urlsplit(settings.sign_in_issuer).netloc,
        issuer=settings.sign_in_issuer,
        client_id=settings.sign_in_client_id,
        client_secret=settings.sign_in_client_secret,
        redirect_uri=settings.issuer + CALLBACK,
        clock=clock,
    )


async def _fetch(
    address: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, Any]]:
    """A JSON object, from an address that is not left for another one; ProviderAway where none comes in time."""
    import aiohttp

    method = "GET" if form is None else "POST"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session,
            session.request(method, address, data=form, headers=headers, allow_redirects=False) as reply,
        ):
            raw = await reply.content.read(MAX_ANSWER + 1)
            while len(raw) <= MAX_ANSWER and (more := await reply.content.read(MAX_ANSWER)):
                raw += more
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        raise ProviderAway("the provider does not answer") from fault
    try:
        answer = json.loads(raw) if len(raw) <= MAX_ANSWER else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ProviderAway("the provider's answer is no JSON object")
    return reply.status, answer


def _has_kind(key: object) -> bool:
    return isinstance(key, dict) and isinstance(key.get("kty"), str)


def _address(value: object) -> str:
    """An address that the provider gave: https, or plain on this machine alone."""
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise ProviderAway("the provider gives an address that is not https")
    return parts.geturl()
