"""From the header's value to a proven identity, or a refusal. RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725 §3.

What is checked, in this order: size and form, the fixed kind (ES256, our type, nothing critical), a key of ours by
its name, the signature, the claims' types, issuer, audience, times, method and path.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from frontdesk.protocol.assertions import ALGORITHM, JWKS_PATH, LIFETIME, TYPE
from frontdesk.protocol.ids import SECOND
from frontdesk.receiving.fetching import fetch_from
from frontdesk.receiving.identity import Identity, read_identity
from frontdesk.receiving.keys import KID, FixedKeys, KeySource, RemoteKeys
from frontdesk.receiving.paths import is_same_path
from frontdesk.receiving.refused import AssertionRefusedError
from frontdesk.receiving.replays import ReplayCache

MAX_ASSERTION = 16 * 1024
MAX_LEEWAY = 60  # seconds
_LIFETIME = LIFETIME // SECOND
# Three parts, the last one the 64 bytes of an ES256 signature: no JWE, nothing unsigned, nothing detached.
_COMPACT = re.compile(r"[A-Za-z0-9_-]{2,682}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{86}")


@dataclass(frozen=True, slots=True)
class _Unproven:
    """An assertion of the right form; nothing in it may be believed yet."""

    signature: jws.CompactSignature
    kid: str


class AssertionVerifier:
    """Checks assertions for one API. Make one and keep it: it holds the keys. Safe for threads and tasks."""

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        jwks_url: str = "",
        jwks: Mapping[str, Any] | None = None,
        leeway: int = 10,
        replays: ReplayCache | None = None,
        clock: Callable[[], float] = time.time,  # noqa: TID251 - the API's process has no clock of ours
        keys: KeySource | None = None,
    ) -> None:
        """`issuer` is the gateway's public_url, `audience` its assertion_audience (or the upstream's origin).

        Keys come from `issuer`'s well-known address, from `jwks_url`, or are fixed by `jwks`. Clocks may differ by
        `leeway` seconds, at most 60. Without `replays` an assertion can be used again, for the same method and path,
        until it ends. ValueError where these cannot be.
        """
        if not issuer or not audience or not 0 <= leeway <= MAX_LEEWAY:
            raise ValueError(f"give the issuer, the audience, and a leeway of 0 to {MAX_LEEWAY} seconds")
        self._issuer, self._audience, self._leeway = issuer.rstrip("/"), audience, leeway
        self._replays, self._clock = replays, clock
        if keys is None:
            keys = FixedKeys(jwks) if jwks is not None else None
        self._keys = keys or RemoteKeys(fetch_from(jwks_url or self._issuer + JWKS_PATH))

    def verify(self, assertion: str, *, method: str, path: str, is_decoded: bool = False) -> Identity:
        """Who makes this call. Raises AssertionRefusedError or KeysUnavailableError; may fetch keys, and so block.

        `path` is as it came, encoded; or `is_decoded`, where the server hands over nothing else.
        """
        unproven = _read(assertion)
        return self._judge(unproven, self._keys.find(unproven.kid), method, path, is_decoded)

    async def verify_async(self, assertion: str, *, method: str, path: str, is_decoded: bool = False) -> Identity:
        """The same, in an event loop."""
        unproven = _read(assertion)
        return self._judge(unproven, await self._keys.find_async(unproven.kid), method, path, is_decoded)

    def _judge(self, unproven: _Unproven, key: ECKey | None, method: str, path: str, is_decoded: bool) -> Identity:
        claims = _prove(unproven, key)
        identity = read_identity(claims)
        if claims["iss"] != self._issuer:
            raise AssertionRefusedError("another issuer made it")
        if claims["aud"] != self._audience:
            raise AssertionRefusedError("it is for another API")
        now = self._clock()
        self._judge_times(identity, claims.get("nbf"), now)
        if identity.method != method:
            raise AssertionRefusedError("it is for another method")
        if not is_same_path(identity.path, path, is_decoded=is_decoded):
            raise AssertionRefusedError("it is for another path")
        until = identity.expires_at + self._leeway
        if self._replays is not None and not self._replays.take(identity.assertion_id, until=until, now=now):
            raise AssertionRefusedError("it was used before, or too many were")
        return identity

    def _judge_times(self, identity: Identity, not_before: Any, now: float) -> None:
        """RFC 7519 §4.1.4 to §4.1.6; whole seconds, within the leeway."""
        if not identity.issued_at < identity.expires_at <= identity.issued_at + _LIFETIME:
            raise AssertionRefusedError("it lives longer than assertions do")
        if now >= identity.expires_at + self._leeway:
            raise AssertionRefusedError("it has ended")
        if identity.issued_at > now + self._leeway:
            raise AssertionRefusedError("it is of the future")
        if not_before is not None and (type(not_before) is not int or not_before > now + self._leeway):
            raise AssertionRefusedError("it does not count yet")


def _read(assertion: str) -> _Unproven:
    """The form, before anything is decoded; then the header, of which only the kind and the key's name count."""
    if len(assertion) > MAX_ASSERTION or not _COMPACT.fullmatch(assertion):
        raise AssertionRefusedError("it has not the form of an assertion")
    try:
        signature = jws.extract_compact(assertion.encode("ascii"))
    except (JoseError, ValueError, RecursionError) as fault:
        raise AssertionRefusedError("it cannot be read") from fault
    header = signature.headers()
    # Whatever else a header says (jku, jwk, x5c, x5u) is not looked at: it would be the sender's own word.
    if header.get("alg") != ALGORITHM or header.get("typ") != TYPE or "crit" in header or "b64" in header:
        raise AssertionRefusedError("it is of another kind")
    kid = header.get("kid")
    if not isinstance(kid, str) or not KID.fullmatch(kid):
        raise AssertionRefusedError("it names no key")
    return _Unproven(signature, kid)


def _prove(unproven: _Unproven, key: ECKey | None) -> dict[str, Any]:
    """The claims, once the signature is right."""
    if key is None:
        raise AssertionRefusedError("no key of the gateway has its name")
    try:
        is_right = jws.validate_compact(unproven.signature, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as fault:
        raise AssertionRefusedError("its signature cannot be checked") from fault
    if not is_right:
        raise AssertionRefusedError("its signature is wrong")
    try:
        claims = json.loads(
            unproven.signature.payload,
            object_pairs_hook=_read_object,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as fault:
        raise AssertionRefusedError("its claims cannot be read") from fault
    if not isinstance(claims, dict):
        raise AssertionRefusedError("its claims are no object")
    return claims


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice")
    return read


def _refuse_constant(_: str) -> Any:
    raise ValueError("no number of JSON")
