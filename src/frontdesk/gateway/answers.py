"""What of the API's answer reaches the caller: it shares an origin with the sign-in pages and passes caches. D10.

RFC 9111 §3.5 and §5.2.2, RFC 6265 §4.1, CSP 3 §6.6 (sandbox).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from frontdesk.gateway.identity import HOP_BY_HOP, PREFIX, canonical, is_our_cookie, named_by_connection
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
_LOCATIONS = (b"location", b"content-location")
_DIRECTIVE = re.compile(r'([A-Za-z][A-Za-z0-9-]*)(?:\s*=\s*("[^"]*"|[^\s,"]*))?')
_SHARED = frozenset({"public", "s-maxage", "proxy-revalidate", "private"})
# A browser that opens one of these runs what is in it.
_ACTIVE = re.compile(rb"html|xml|svg|multipart", re.IGNORECASE)
_SANDBOX = (b"content-security-policy", b"sandbox")
_NOSNIFF = (b"x-content-type-options", b"nosniff")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShield:
    """Cleans the API's response headers. `moved` maps the API's own address to ours, for Location."""

    network_header: bytes
    moved: tuple[tuple[bytes, bytes], ...] = ()

    def clean(self, headers: Headers, *, request_id: str, is_private: bool) -> Headers:
        """The headers that go out. `is_private`: the operation takes credentials, so no shared cache may keep it."""
        lowered = [(name.lower(), value) for name, value in headers]
        kept = [(name, self._move(name, value)) for name, value in _without_harm(lowered)]
        if is_private:
            cache_control = b",".join(value for name, value in kept if name == b"cache-control")
            vary = b", ".join(value for name, value in kept if name == b"vary")
            kept = [(name, value) for name, value in kept if name not in _CACHE_HEADERS]
            kept.append((b"cache-control", _make_private(cache_control)))
            kept.append((b"vary", _vary(vary, self.network_header)))
        content_type = b",".join(value for name, value in kept if name == b"content-type")
        if not content_type or _ACTIVE.search(content_type):
            # Beside a policy of the API's own: a browser enforces both.
            kept.append(_SANDBOX)
        kept += [_NOSNIFF, (b"x-request-id", request_id.encode("ascii", "replace"))]
        return kept

    def _move(self, name: bytes, value: bytes) -> bytes:
        """Our address in the place of the API's, which callers need not know and may not reach (GW-26)."""
        if name in _LOCATIONS:
            for theirs, ours in self.moved:
                if value == theirs or value.startswith((theirs + b"/", theirs + b"?")):
                    return ours + value[len(theirs) :] or b"/"
        return value


def _without_harm(headers: Headers) -> Headers:
    """The headers that are about the answer alone: not the connection, not us, not the origin as a whole."""
    dropped = named_by_connection(headers)
    if (b"access-control-allow-origin", b"*") in headers:
        # Everybody, with cookies: browsers refuse the pair, others might not (HD-07).
        dropped |= {b"access-control-allow-credentials"}
    return [
        (name, value)
        for name, value in headers
        if name not in dropped and _may_pass(name) and not (name == b"set-cookie" and is_our_cookie(value))
    ]


@lru_cache(maxsize=512)
def _may_pass(name: bytes) -> bool:
    plain = canonical(name)
    return not (plain in HOP_BY_HOP or plain in _DROPPED or plain.startswith(PREFIX))


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


def _vary(written: bytes, network_header: bytes) -> bytes:
    if b"*" in written:
        return b"*"
    ours = b"authorization, " + network_header
    return written + b", " + ours if written else ours
