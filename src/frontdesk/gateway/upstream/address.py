"""Where the API is. RFC 9110 §4.2 and §7.2."""

from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One origin, and the path under which the API's own begin there."""

    host: str
    port: int
    is_tls: bool
    authority: bytes  # what Host says: from the configuration, never from a caller
    base: bytes  # "" or "/base", without a slash at its end


def read_address(upstream: str) -> Address:
    """An address out of `http(s)://host[:port][/base]`, which the settings have checked."""
    parts = urlsplit(upstream.rstrip("/"))
    assert parts.hostname is not None
    return Address(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        is_tls=parts.scheme == "https",
        authority=parts.netloc.rpartition("@")[2].encode("ascii"),
        base=parts.path.encode("ascii"),
    )
