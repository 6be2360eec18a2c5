"""Reading a request target once, or refusing it: what we match, what we send on and what the API reads are one thing.

RFC 3986 §2.3 and §6.2.2, RFC 9112 §3.2. Everything that two readers may read in two ways is refused (D9).
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from frontdesk.protocol.errors import Reason, Refusal

# Unreserved, sub-delims without ";", ":" and "@": no escapes, no empty and no dot segments inside.
_PLAIN = re.compile(rb"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9\-._~!$&'()*+,=:@]+)+/?|/")
_ESCAPED = re.compile(rb"/(?:[A-Za-z0-9\-._~!$&'()*+,=:@/]|%[0-9A-Fa-f]{2})*")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_DOUBLE = re.compile(rb"%25[0-9A-Fa-f]{2}")
# What a reader behind us might cut or split at once it has decoded: "/", "\", "?", "#", ";" and controls.
_SPLITTING = re.compile(rb"%(?:2[Ff]|5[Cc]|3[Ff]|23|3[Bb]|[01][0-9A-Fa-f]|7[Ff])")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_QUERY = re.compile(rb"[\x21\x22\x24-\x7e]*")

_AMBIGUOUS = Refusal(reason=Reason.AMBIGUOUS_TARGET)
_TOKEN_IN_QUERY = Refusal(reason=Reason.TOKEN_IN_QUERY)


@dataclass(frozen=True, slots=True)
class Target:
    """A target that can be read in one way only.

    `path` is the normal form: escapes of unreserved characters decoded once, the others in upper case. `decoded` is
    what a server that decodes everything sees, `sent` what one sees that decodes nothing and gets the path as it came;
    both are the same as `path` where nothing is escaped. `query` never takes part in a decision.
    """

    path: str
    decoded: str
    sent: str
    query: bytes = field(repr=False)

    @property
    def normalised(self) -> bytes:
        """What is sent upstream: the normal path, and the query as it came."""
        path = self.path.encode("ascii")
        return path + b"?" + self.query if self.query else path


def read_target(raw: bytes) -> Target | Refusal:
    """Read an origin-form target (RFC 9112 §3.2.1) or say why not; reasons are details of check 1."""
    path, _, query = raw.partition(b"?")
    if query:
        if not _QUERY.fullmatch(query):
            return _AMBIGUOUS
        if _names_token(query):
            return _TOKEN_IN_QUERY
    if _PLAIN.fullmatch(path):
        text = path.decode("ascii")
        return Target(text, text, text, query)
    return _read_escaped(path, query)


def _read_escaped(path: bytes, query: bytes) -> Target | Refusal:
    if not _ESCAPED.fullmatch(path) or _SPLITTING.search(path):
        return _AMBIGUOUS
    normal = _ESCAPE.sub(_normalise, path)
    if _DOUBLE.search(normal):  # in the normal form, since "%25%32%65" becomes "%252e"
        return _AMBIGUOUS
    # Judged after decoding, so that "%2e%2e" is a dot segment too; only the last segment may be empty.
    segments = normal[1:].split(b"/")
    if any(segment in (b".", b"..") for segment in segments) or any(not segment for segment in segments[:-1]):
        return _AMBIGUOUS
    try:
        decoded = unquote_to_bytes(normal).decode("utf-8")  # overlong forms of "." and "/" are no UTF-8
    except UnicodeDecodeError:
        return _AMBIGUOUS
    return Target(normal.decode("ascii"), decoded, path.decode("ascii"), query)


def _normalise(escape: re.Match[bytes]) -> bytes:
    byte = int(escape[1], 16)
    return bytes((byte,)) if byte in _UNRESERVED else escape[0].upper()


def _names_token(query: bytes) -> bool:
    """Whether a parameter is called access_token, however it is spelt; `;` separates too, for some readers."""
    if b"%" not in query:
        if b"access" not in query:
            return False
        names = query
    else:
        names = unquote_to_bytes(query.replace(b"%26", b"").replace(b"%3D", b"").replace(b"%3d", b""))
    return any(pair.partition(b"=")[0].strip(b" +") == b"access_token" for pair in re.split(rb"[&;?]", names))


def normalise_literal(text: str) -> str:
    """A piece of a path template in the normal form of targets, so that the two can be compared."""
    encoded = b"".join(
        bytes((byte,)) if byte in _UNRESERVED or byte in b"!$&'()*+,=:@" else b"%%%02X" % byte
        for byte in unquote_to_bytes(text)
    )
    return encoded.decode("ascii")
