"""What is attacked, and with what: read once from what was typed."""

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import click

_TARGET = re.compile(r"/[\x21\x24-\x3b\x3d\x3f-\x7e]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where to connect."""

    host: str
    port: int
    tls: bool

    @property
    def authority(self) -> str:
        """As it stands in Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One set-up under attack."""

    door: Door  # the proxy, or Frontdesk itself
    path: str  # of a GET that needs a credential and opens to this one
    mark: str  # letters that nobody else sends in this run, for headers
    value: str = ""  # the same for the path's parameter; empty: it has none
    credential: str = field(default="", repr=False)  # the whole Authorization value; empty: none is known
    network: str = ""
    network_header: str = "spacebring-network-id"
    echo: bool = False  # the API's answer holds the request line and headers that it was sent
    desk: Door | None = None  # Frontdesk's own port
    upstream: Door | None = None  # the API's own port


def read_door(text: str, option: str) -> Door:
    """Read `http(s)://host[:port]` or `host:port`. Raises UsageError."""
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1 or parts.path.strip("/"):
        raise click.UsageError(f"{option}: give http(s)://host[:port], without a path")
    if parts.username is not None or parts.query or parts.fragment:
        raise click.UsageError(f"{option}: give http(s)://host[:port] and nothing more")
    tls = parts.scheme == "https"
    return Door(host=parts.hostname, port=port or (443 if tls else 80), tls=tls)


def read_path(text: str, value: str) -> str:
    """A path as it will be asked for; parameters in braces become `value`. Raises UsageError."""
    path = re.sub(r"\{[^{}/]*\}", value, text)
    if not _TARGET.fullmatch(path) or "?" in path or "//" in path:
        raise click.UsageError("--path: give the path of a GET, as the API's document writes it")
    return path


def basic(client_id: str, secret: str) -> str:
    """The Authorization value of a network's pair (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
