"""What of the API's answer reaches the caller: it shares an origin with the sign-in pages and passes caches. D10.

RFC 9111 §3.5 and §5.2.2, RFC 6265 §4.1, CSP 3 §6.6 (sandbox).
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from frontdesk.gateway.identity import HOP_BY_HOP, PREFIX, canonical, is_our_cookie, named_by_connection
from frontdesk.gateway.upstream.address import Address
from frontdesk.protocol.http import Headers

_DROPPED = frozenset(
    {
        b"alt-svc",  # another server for the whole origin, sign-in included
        b"clear-site-data",  # our sessions
        b"date",  # the server in front writes it
        b"service-worker-allowed",  # scripts above the API's own paths
        b"set-cookie2",
        b"strict-transport-security",  # the origin's, not one API's
        b"x-request-id",  # ours is set
        # Orders to a proxy in front of us, which would take them for ours.
        b"x-accel-expires",
        b"x-accel-limit-rate",
        b"x-accel-redirect",
        b"x-content-type-options",  # ours is set
        b"x-lighttpd-send-file",
        b"x-reproxy-url",
        b"x-sendfile",
        # Version banners.
        b"server",
        b"x-aspnet-version",
        b"x-powered-by",
    }
)
# What caches go by; the last three override Cache-Control in some of them.
_CACHE_HEADERS = frozenset(
    {b"cache-control", b"vary", b"cdn-cache-control", b"cloudflare-cdn-cache-control", b"surrogate-control"}
)
_DIRECTIVE = re.compile(r'([A-Za-z][A-Za-z0-9-]*)(?:\s*=\s*("[^"]*"|[^\s,"]*))?')
_SHARED = frozenset({"public", "s-maxage", "proxy-revalidate", "private"})
# A browser that opens one of these runs what is in it.
_ACTIVE = re.compile(rb"html|xml|svg|multipart", re.IGNORECASE)
_SANDBOX = (b"content-security-policy", b"sandbox")
_NONE: frozenset[bytes] = frozenset()
_NOSNIFF = (b"x-content-type-options", b"nosniff")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShield:
    """Cleans the API's response headers."""

    network_header: bytes
    # In Location, the API's own address becomes ours: what it may call itself, under which path, and what we are.
    origins: tuple[bytes, ...] = ()
    base: bytes = b""
    ours: bytes = b""

    def clean(self, headers: Headers, *, request_id: str, is_private: bool) -> Headers:
        """The headers that go out. `is_private`: the operation takes credentials, so no shared cache may keep it."""
        kept: Headers = []
        named: list[bytes] = []  # by Connection
        content_type = b""
        for raw, value in headers:
            name, kind = _kind(raw)
            if kind is Kind.DROPPED or (kind is Kind.COOKIE and is_our_cookie(value)):
                continue
            if kind is Kind.CONNECTION:
                named.append(value)
                continue
            if kind is Kind.TYPE:
                content_type += b"," + value
            kept.append((name, self._move(value) if kind is Kind.LOCATION else value))
        dropped = _names_beside(b",".join(named)) if named else _NONE
        if (b"access-control-allow-origin", b"*") in kept:
            # Everybody, with cookies: browsers refuse the pair, others might not (HD-07).
            dropped |= {b"access-control-allow-credentials"}
        if dropped:
            kept = [(name, value) for name, value in kept if name not in dropped]
        if is_private:
            kept = keep_private(kept, self.network_header)
        if not content_type or b"content-type" in dropped or _ACTIVE.search(content_type):
            # Beside a policy of the API's own: a browser enforces both.
            kept.append(_SANDBOX)
        kept += [_NOSNIFF, (b"x-request-id", request_id.encode("ascii", "replace"))]
        return kept

    def _move(self, value: bytes) -> bytes:
        """Our address in the place of the API's, which callers need not know and may not reach (GW-26)."""
        for origin in self.origins:
            # Scheme and host are the same in any case (RFC 3986 §6.2.2.1), the path is not.
            if _begins(value[: len(origin)].lower() + value[len(origin) :], origin):
                rest = value[len(origin) :]
                return self.ours + rest[len(self.base) :] if _begins(rest, self.base) else value
        if self.base and _begins(value, self.base):
            return value[len(self.base) :] or b"/"
        return value


def _begins(text: bytes, start: bytes) -> bool:
    """Whether a URL begins with this origin or path, and not merely with its letters."""
    return text.startswith(start) and text[len(start) : len(start) + 1] in (b"", b"/", b"?", b"#")


def origins_of(address: Address) -> tuple[bytes, ...]:
    """How an API may write its own origin in Location: either scheme, the default port or not, in lower case."""
    hosts = {address.authority.lower()}
    default = b":443" if address.is_tls else b":80"
    if address.port == int(default[1:]):
        name = address.authority.lower().removesuffix(default)
        hosts |= {name, name + default}
    return tuple(scheme + host for host in sorted(hosts) for scheme in (b"http://", b"https://", b"//"))


class Kind(Enum):
    """What becomes of a header of the API's."""

    KEPT = auto()
    DROPPED = auto()  # about the connection, about us, or about the origin as a whole
    CONNECTION = auto()
    COOKIE = auto()
    LOCATION = auto()
    TYPE = auto()


_SPECIAL = {
    b"connection": Kind.CONNECTION,
    b"set-cookie": Kind.COOKIE,
    b"location": Kind.LOCATION,
    b"content-location": Kind.LOCATION,
    b"content-type": Kind.TYPE,
}


@lru_cache(maxsize=512)
def _kind(raw: bytes) -> tuple[bytes, Kind]:
    """A header's name in lower case, and what becomes of it. Remembered: APIs send the same few names."""
    name = raw.lower()
    special = _SPECIAL.get(name)
    if special is not None:
        return name, special
    plain = canonical(name)
    is_dropped = plain in HOP_BY_HOP or plain in _DROPPED or plain.startswith(PREFIX)
    return name, Kind.DROPPED if is_dropped else Kind.KEPT


@lru_cache(maxsize=64)
def _names_beside(connection: bytes) -> frozenset[bytes]:
    """The headers that Connection names as its own, besides those that are dropped anyway."""
    return named_by_connection([(b"connection", connection)]) - {b"close", b"keep-alive", b"upgrade", b""}


def keep_private(headers: Headers, network_header: bytes) -> Headers:
    """The same headers (names in lower case) for a private answer: no shared cache may keep it (HD-06)."""
    cache_control: list[bytes] = []
    vary: list[bytes] = []
    kept: Headers = []
    for header in headers:
        name, value = header
        if name not in _CACHE_HEADERS:
            kept.append(header)
        elif name == b"cache-control":
            cache_control.append(value)
        elif name == b"vary":
            vary.append(value)
    kept.append((b"cache-control", _make_private(b",".join(cache_control))))
    kept.append((b"vary", _vary(b", ".join(vary), network_header)))
    return kept


@lru_cache(maxsize=256)
def _make_private(written: bytes) -> bytes:
    """Cache-Control without what lets shared caches keep an answer, and with what forbids it."""
    directives = [
        f"{name.lower()}={value}" if value else name.lower()
        for name, value in _DIRECTIVE.findall(written.decode("latin-1"))
        if name.lower() not in _SHARED
    ]
    if "no-store" in directives:
        return b"no-store"
    return ", ".join(["private", *directives]).encode("latin-1")


@lru_cache(maxsize=256)
def _vary(written: bytes, network_header: bytes) -> bytes:
    if b"*" in written:
        return b"*"
    ours = b"authorization, " + network_header
    return written + b", " + ours if written else ours
