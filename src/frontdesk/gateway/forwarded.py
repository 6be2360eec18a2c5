"""Which call a proxy asks about: one method and one URI, in one of the two pairs that we know, or nothing at all.

nginx sends X-Original-Method and X-Original-URI (as its configuration says); Traefik forwardAuth and Caddy
forward_auth send X-Forwarded-Method and X-Forwarded-Uri; Envoy sends the call itself, below a prefix. What a caller
adds of another kind, or in another spelling, must never be what is judged: such a request is refused.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from frontdesk.gateway.identity import canonical
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Headers, Request


class Asker(Enum):
    """How the proxy that asks can take a refusal."""

    NGINX = "nginx"  # 2xx, 401 and 403 only
    DIRECT = "direct"  # Traefik, Caddy and Envoy: any status, with its body


@dataclass(frozen=True, slots=True)
class AskedCall:
    """The call behind a forwarded question."""

    asker: Asker
    method: str
    target: bytes = field(repr=False)


_ORIGINAL = (b"x-original-method", b"x-original-uri")
_FORWARDED = (b"x-forwarded-method", b"x-forwarded-uri")
_KNOWN = frozenset((*_ORIGINAL, *_FORWARDED))
# Other proxies' ways to say the same: whoever sends them believes in another reading than ours.
_RIVALS = frozenset({b"x-original-url", b"x-rewrite-url", b"x-forwarded-url", b"x-forwarded-path", b"x-original-path"})
_REMEMBERED = 256  # bytes of a target; longer ones are read each time, so that nobody fills our memory with them
_LONGEST = max(map(len, (*_KNOWN, *_RIVALS)))
ENVOY_PREFIX = b"/_frontdesk/envoy"  # its ext_authz filter's path_prefix; the call's own path follows
_METHOD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,31}")


def read_asked_call(headers: Headers) -> AskedCall | Refusal:
    """The one call that the headers name; what is doubled, missing, mixed or unknown is refused."""
    named: dict[bytes, bytes] = {}
    for name, value in headers:
        if name[:1] != b"x" or len(name) > _LONGEST:  # most are none of these, and quickly told
            continue
        is_known = _kind(name)
        if is_known is None:
            continue
        if not is_known or name in named:
            return _refuse("a forwarding header is doubled, spelt otherwise or of an unknown kind")
        named[name] = value
    is_nginx = _ORIGINAL[0] in named
    method_name, target_name = _ORIGINAL if is_nginx else _FORWARDED
    if len(named) != 2 or method_name not in named or target_name not in named:
        return _refuse("not exactly one method and one URI of one pair")
    target = named[target_name]
    return (_asked if len(target) <= _REMEMBERED else _asked.__wrapped__)(is_nginx, named[method_name], target)


@lru_cache(maxsize=4_096)
def _asked(is_nginx: bool, method: bytes, target: bytes) -> AskedCall | Refusal:
    """Remembered: most calls are to what was called before."""
    if not _METHOD.fullmatch(method):
        return _refuse("the forwarded method is malformed")
    return AskedCall(Asker.NGINX if is_nginx else Asker.DIRECT, method.decode("ascii"), target)


def read_envoy_call(request: Request) -> AskedCall | Refusal:
    """The call that Envoy asks about: this request, less the prefix. One that names another call as well is refused."""
    if any(_kind(name) is not None for name, _ in request.headers if len(name) <= _LONGEST):
        return _refuse("a forwarding header beside the call itself")
    target = request.target.removeprefix(ENVOY_PREFIX)
    if len(target) == len(request.target) or not _METHOD.fullmatch(request.method.encode("utf-8")):
        return _refuse("no call of the API below the prefix")
    return AskedCall(Asker.DIRECT, request.method, target)


@lru_cache(maxsize=1_024)
def _kind(name: bytes) -> bool | None:
    """True for the four names as they must be spelt, False for what is refused, None for any other header."""
    if name in _KNOWN:
        return True
    plain = canonical(name)
    return False if plain in _KNOWN or plain in _RIVALS else None


def asks_like_nginx(headers: Headers) -> bool:
    """Whether a refusal must be one that nginx passes on; told also where the question itself is refused."""
    return any(name in _ORIGINAL for name, _ in headers)


def _refuse(detail: str) -> Refusal:
    return Refusal(reason=Reason.AMBIGUOUS_TARGET, detail=detail)
