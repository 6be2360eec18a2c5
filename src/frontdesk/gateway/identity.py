"""Who calls, told to the API in headers that only we can have written (D10). RFC 9110 §7.6.1, RFC 7239 §8.1."""

from dataclasses import dataclass
from functools import lru_cache

from frontdesk.gateway.assertion import Assertions
from frontdesk.gateway.target import Target
from frontdesk.protocol.access import Admission
from frontdesk.protocol.http import Headers

PREFIX = b"x-frontdesk-"
ASSERTION = PREFIX + b"assertion"
OUR_COOKIES = ("fd_", "__host-fd_", "__secure-fd_")

# RFC 9110 §7.6.1 and §10.1: about one connection, never about the next. Connection may name more.
HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"expect",
        b"http2-settings",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authentication-info",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# What a server behind may take for another method, path, caller or host than the one that was judged.
MISLEADING = frozenset(
    {
        b"forwarded",
        b"true-client-ip",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-host",
        b"x-http-method",
        b"x-http-method-override",
        b"x-method-override",
        b"x-original-host",
        b"x-original-method",
        b"x-original-uri",
        b"x-original-url",
        b"x-override-url",
        b"x-real-ip",
        b"x-rewrite-url",
    }
)
_OURS = frozenset({b"authorization", b"host", b"x-request-id"})
# Passed on as they are; in another spelling (`content_length`) they could only confuse a server behind.
_ONE_SPELLING = frozenset({b"content-length", b"content-type", b"content-encoding", b"cookie"})
_MISLEADING_PREFIXES = (PREFIX, b"x-forwarded-")
_REMEMBERED_NAME = 64  # bytes; longer ones are judged each time, so that nobody fills our memory with them
_HYPHENS = bytes.maketrans(b"_.", b"--")


def canonical(name: bytes) -> bytes:
    """A header name as a server that does not tell `_`, `.` and `-` apart reads it (lower case)."""
    return name.lower().translate(_HYPHENS)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityWriter:
    """Replaces what callers say of themselves by what was proven."""

    network_header: bytes  # lower case
    forwarded_host: bytes  # ours, from the configuration: never what the caller's Host said
    base: str = ""  # what the built-in proxy puts before each path
    assertions: Assertions | None = None  # None: nothing is signed

    def forwarded(
        self,
        headers: Headers,
        admission: Admission,
        *,
        request_id: str,
        method: str,
        target: Target,
        peer: str | None,
        https: bool,
    ) -> Headers:
        """What goes upstream: the caller's headers less what could mislead, then ours."""
        # Drop the caller's own identity headers first: where we set no value, theirs would reach the API as ours.
        kept = self.kept(headers)
        ours = self._ours(admission, request_id=request_id, method=method, path=self.base + target.path)
        kept += [(name, value) for name, value in ours if value]
        kept += self.hop(peer=peer, https=https)
        return kept

    def hop(self, *, peer: str | None, https: bool) -> Headers:
        """Where a call came from, and to which host, in the form that servers behind proxies know."""
        told = [(b"x-forwarded-for", peer.encode("ascii", "replace"))] if peer is not None else []
        told.append((b"x-forwarded-proto", b"https" if https else b"http"))
        told.append((b"x-forwarded-host", self.forwarded_host))
        return told

    def identity(self, admission: Admission, *, request_id: str, method: str, target: Target) -> Headers:
        """Every identity header, also those without a value: a proxy that copies them overwrites the caller's.

        `method` and `target` are those of the call as it goes to the API.
        """
        return self._ours(admission, request_id=request_id, method=method, path=target.path)

    def _ours(self, admission: Admission, *, request_id: str, method: str, path: str) -> Headers:
        assertion = self.assertions.write(admission, method=method, path=path) if self.assertions is not None else b""
        return [
            *_written(admission, self.network_header),
            (ASSERTION, assertion),
            (b"x-request-id", request_id.encode()),
        ]

    def kept(self, headers: Headers) -> Headers:
        """The caller's headers less what could mislead an API: nothing in them speaks of the caller's identity."""
        dropped = named_by_connection(headers)
        kept: Headers = []
        cookies: list[bytes] = []
        for name, value in headers:
            passes = _passes if len(name) <= _REMEMBERED_NAME else _passes.__wrapped__
            if name in dropped or not passes(name, self.network_header):
                continue
            if name == b"cookie":
                cookies.append(value)
            else:
                kept.append((name, value))
        cookie = _foreign_cookies(b"; ".join(cookies)) if cookies else b""
        if cookie:
            kept.append((b"cookie", cookie))
        return kept


@lru_cache(maxsize=4_096)
def _written(admission: Admission, network_header: bytes) -> Headers:
    """What is said of an admission, which is the same object as long as the caller and what it may do are the same."""
    # A networkless operation is about no network in particular: none is named, even where one was checked.
    network = (admission.network_id or "").encode() if not admission.networkless else b""
    return [
        (b"x-frontdesk-subject", admission.subject.encode()),
        (b"x-frontdesk-network", network),
        (b"x-frontdesk-client", admission.client_id.encode()),
        (b"x-frontdesk-scheme", admission.scheme.encode()),
        (b"x-frontdesk-scopes", " ".join(admission.scopes).encode()),
        (b"x-frontdesk-role", admission.role.value.encode() if admission.role is not None else b""),
        (network_header, network),
    ]


def named_by_connection(headers: Headers) -> frozenset[bytes]:
    """The further headers that Connection declares to be about this connection only."""
    names = [value for name, value in headers if name == b"connection"]
    if not names:
        return frozenset()
    return frozenset(name.strip().lower() for name in b",".join(names).split(b","))


@lru_cache(maxsize=2_048)
def _passes(name: bytes, network_header: bytes) -> bool:
    """Whether a caller's header may reach the API. Remembered: callers send the same few names again and again."""
    plain = canonical(name)
    if plain in HOP_BY_HOP or plain in MISLEADING or plain in _OURS or plain.startswith(_MISLEADING_PREFIXES):
        return False
    if plain == canonical(network_header):
        return False
    return name == plain or plain not in _ONE_SPELLING


def _foreign_cookies(header: bytes) -> bytes:
    """The cookies that are not ours: those belong to the sign-in pages and open nothing at the API."""
    pairs = [pair.strip(b" \t") for pair in header.split(b";")]
    return b"; ".join(pair for pair in pairs if pair and not is_our_cookie(pair))


def is_our_cookie(pair: bytes) -> bool:
    """Whether `name=value` is, or would come back as, a cookie of ours.

    A cookie without a name (`=fd_session=x`) comes back as if it had one, and some readers drop quotes and blanks.
    """
    text = pair.decode("latin-1").lstrip(' \t="').lower()
    return text.startswith(OUR_COOKIES)
