"""Where credentials may go: over https or to this machine, and to no origin but the API's. RFC 6454 §4."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from frontdesk_client.errors import ForeignOrigin, InsecureTransport

_PORTS = {"http": 80, "https": 443}


def read_origin(address: str) -> str:
    """The origin of an http or https address, as `scheme://host:port`, lower-cased; `ValueError` where it has none."""
    parts = urlsplit(address)
    port = parts.port or _PORTS.get(parts.scheme.lower())
    if not parts.hostname or port is None or parts.scheme.lower() not in _PORTS:
        raise ValueError("an address with http or https and a host was expected")
    return write_origin(parts.scheme, parts.hostname, port)


def write_origin(scheme: str, host: str, port: int | None) -> str:
    """The origin of these parts, in one spelling; no port means the scheme's own."""
    scheme, host = scheme.lower(), _write_host(host)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port or _PORTS.get(scheme, 0)}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and can be nobody else: `localhost`, 127.0.0.0/8, ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def must_be_safe(origin: str) -> None:
    """`InsecureTransport` unless what is sent to this origin is encrypted, or never leaves this machine."""
    if not origin.startswith("https://") and not is_loopback(urlsplit(origin).hostname or ""):
        raise InsecureTransport(
            f"{origin} is plain http on another host: whoever is on the way could read the credentials. Use https."
        )


def _write_host(host: str) -> str:
    """Lower-cased, and in the letters that DNS knows; what cannot be written so is no host of anybody's."""
    try:
        return host.lower().strip("[]").encode("idna").decode()
    except UnicodeError:
        return host.lower().strip("[]")


class Origins:
    """The origins that may see a credential. Each is checked once, when it is named."""

    def __init__(self, addresses: Iterable[str]) -> None:
        """Of these addresses; `InsecureTransport` where one is plain http elsewhere, `ValueError` for none at all."""
        self._allowed = frozenset(read_origin(address) for address in addresses)
        if not self._allowed:
            raise ValueError("name at least one address of the API")
        for origin in self._allowed:
            must_be_safe(origin)
        self._known = frozenset(parts for origin in self._allowed for parts in _spell(origin))

    def __repr__(self) -> str:
        """The origins."""
        return f"Origins({sorted(self._allowed)})"

    def allow(self, scheme: str, host: str, port: int | None) -> bool:
        """Whether a credential may go there; no port is the scheme's own."""
        return (scheme, host, port) in self._known or write_origin(scheme, host, port) in self._allowed

    def must_allow(self, scheme: str, host: str, port: int | None) -> None:
        """`ForeignOrigin` (or `InsecureTransport`, which says more) unless it may."""
        if self.allow(scheme, host, port):
            return
        origin = write_origin(scheme, host, port)
        must_be_safe(origin)
        raise ForeignOrigin(
            f"These credentials are for {', '.join(sorted(self._allowed))} and not for {origin}."
            " Give `api` every origin of the API, or call this address without them."
        )


def _spell(origin: str) -> list[tuple[str, str, int | None]]:
    """The usual spellings of an origin, which need no thought."""
    parts = urlsplit(origin)
    host, own = parts.hostname or "", parts.port == _PORTS[parts.scheme]
    return [(parts.scheme, host, parts.port)] + ([(parts.scheme, host, None)] if own else [])
