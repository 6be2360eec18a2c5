"""Which call a proxy asks about: one method and one URI, in one of the two pairs that we know, or nothing at all.

nginx sends X-Original-Method and X-Original-URI (as its configuration says); Traefik forwardAuth and Caddy
forward_auth send X-Forwarded-Method and X-Forwarded-Uri. What a caller adds of the other pair, or in another spelling,
must never be what is judged: such a request is refused.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from frontdesk.gateway.identity import canonical
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Headers


class Asker(Enum):
    """How the proxy that asks can take a refusal."""

    NGINX = "nginx"  # 2xx, 401 and 403 only
    DIRECT = "direct"  # Traefik and Caddy: any status, with its body


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
_LONGEST = max(map(len, (*_KNOWN, *_RIVALS)))
_METHOD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,31}")


def read_asked_call(headers: Headers) -> AskedCall | Refusal:
    """The one call that the headers name; what is doubled, missing, mixed or unknown is refused."""
    named: dict[bytes, bytes] = {}
    for name, value in headers:
        is_known = _kind(name) if len(name) <= _LONGEST else None
        if is_known is None:
            continue
        if not is_known or name in named:
            return _refuse("a forwarding header is doubled, spelt otherwise or of an unknown kind")
        named[name] = value
    asker = Asker.NGINX if _ORIGINAL[0] in named else Asker.DIRECT
    method_name, target_name = _ORIGINAL if asker is Asker.NGINX else _FORWARDED
    if len(named) != 2 or method_name not in named or target_name not in named:
        return _refuse("not exactly one method and one URI of one pair")
    method = named[method_name]
    if not _METHOD.fullmatch(method):
        return _refuse("the forwarded method is malformed")
    return AskedCall(asker, method.decode("ascii"), named[target_name])


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
