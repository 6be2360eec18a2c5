"""Where a browser may be sent back to: byte-exact. RFC 6749 §3.1.2, RFC 9700 §4.1, RFC 9207."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlsplit

from frontdesk.protocol.messages import N_, say

MAX_URI = 2_000

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "[::1]", "localhost"})
_OUR_PARAMETERS = frozenset({"code", "state", "iss", "error", "error_description", "error_uri", "response"})
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?@!$&'()+,;=%\[\]]+")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]*")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_ENCODED_PATH = re.compile(r"%(2e|2f|5c|25|23|00|0a|0d|09|20)", re.IGNORECASE)
_LOOPBACK = re.compile(r"(?P<host>http://(?:127\.0\.0\.1|\[::1\]))(?::(?P<port>[1-9][0-9]{0,4}))?(?P<rest>/.*)")
_MAX_PORT = 65_535
_OWN_SCHEME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]*[a-z0-9])+:/(?!/)")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class RedirectTarget:
    """A redirect URI that was found in a client's registration. Only `match` makes one."""

    uri: str

    @property
    def host(self) -> str:
        """Host and port as a person should see them."""
        return urlsplit(self.uri).netloc or self.origin

    @property
    def origin(self) -> str:
        """Scheme, host and port; of an app's own scheme the scheme alone."""
        parts = urlsplit(self.uri)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"

    def with_parameters(self, parameters: list[tuple[str, str]]) -> str:
        """The URI with parameters added to its query, each encoded so that nothing can split a header."""
        query = "&".join([f"{name}={_encode(value)}" for name, value in parameters])
        joint = "&" if "?" in self.uri else "?"
        return f"{self.uri}{joint}{query}"


@lru_cache(maxsize=16)
def _quote(value: str) -> str:
    return quote(value, safe="")  # remembered for the issuer, which every answer names


def _encode(value: str) -> str:
    # Codes and most states need no encoding.
    return value if _UNRESERVED.fullmatch(value) else _quote(value)


def match(asked: str | None, registered: tuple[str, ...], *, is_native: bool = False) -> RedirectTarget | None:
    """The registered URI that equals `asked` byte for byte; an omitted one is the only one there is.

    A native app takes whatever port its device has free: of its loopback addresses the port alone may be another
    (RFC 8252 §7.3). `localhost` is a name, which another machine may answer to: it is matched as it is (§8.3).
    """
    if asked is None:
        return RedirectTarget(registered[0]) if len(registered) == 1 else None
    if asked in registered:
        return RedirectTarget(asked)
    portless = _without_port(asked) if is_native else None
    if portless is None or portless not in map(_without_port, registered):
        return None
    return RedirectTarget(asked)


def _without_port(uri: str) -> str | None:
    """A loopback address less its port; None where it is none, or its port cannot be one."""
    found = _LOOPBACK.fullmatch(uri)
    if found is None or int(found["port"] or 1) > _MAX_PORT:
        return None
    return found["host"] + found["rest"]


def judge_registration(uri: str, *, is_native: bool = False) -> str | None:
    """What is wrong with a redirect URI that someone wants to register, as a sentence; None: nothing.

    A native app may also register a scheme of its own, named after a domain: `com.example.app:/cb` (RFC 8252 §7.1).
    """
    if len(uri) > MAX_URI:
        return say("longer than %(most)d characters", most=MAX_URI)
    if not uri.isascii():
        return N_("write the host as an A-label (xn--…) and everything else percent-encoded")
    if "*" in uri:
        return N_("wildcards are not allowed: register each address in full")
    if "#" in uri:
        return N_("a fragment (#…) is not allowed")
    if not _URI_CHARACTERS.fullmatch(uri) or _BROKEN_ESCAPE.search(uri):
        return N_("holds a character or an escape that a URI cannot have")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return N_("not a URI")
    if is_native and not uri.startswith(("https:", "http:")):
        return _judge_own_scheme(uri) or _judge_path(parts.path) or _judge_query(parts.query)
    return (
        _judge_authority(parts.scheme, parts.netloc, uri, port) or _judge_path(parts.path) or _judge_query(parts.query)
    )


def _judge_own_scheme(uri: str) -> str | None:
    # With a dot in it, no scheme that a browser or the system knows (javascript:, data:, file:) can be meant.
    if not _OWN_SCHEME.match(uri):
        return N_("must be https://…, http://127.0.0.1/…, or a scheme of a domain turned round: com.example.app:/…")
    return None


def _judge_authority(scheme: str, netloc: str, uri: str, port: int | None) -> str | None:
    if not uri.startswith(("https://", "http://")):
        return N_("must be an absolute address that begins with https:// in lower case")
    if "@" in netloc:
        return N_("a user name in the address is not allowed")
    host = netloc[: -len(f":{port}")] if port is not None else netloc
    if not host or netloc.endswith(":"):
        return N_("the host is missing or its port is empty")
    if scheme == "http" and host not in LOOPBACK_HOSTS:
        return N_("http:// is allowed for 127.0.0.1, [::1] and localhost only: use https://")
    if host != "[::1]" and not _HOST_NAME.fullmatch(host):
        return N_("the host must be a lower-case name or 127.0.0.1")
    last = host.rsplit(".", 1)[-1]
    if host not in LOOPBACK_HOSTS and (last.isdigit() or last.startswith("0x")):
        return N_("use a host name, not a number")
    return None


def _judge_path(path: str) -> str | None:
    if not path.startswith("/"):
        return N_("needs a path: at least a slash after the host")
    if "//" in path or any(segment in (".", "..") for segment in path.split("/")):
        return N_("the path may not hold //, /./ or /../")
    if _ENCODED_PATH.search(path):
        return N_("the path may not hold encoded dots, slashes, spaces or control characters")
    return None


def _judge_query(query: str) -> str | None:
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    taken = sorted(names & _OUR_PARAMETERS)
    if not taken:
        return None
    return say("the query may not hold %(name)s: it is added to the answer", name=taken[0])
