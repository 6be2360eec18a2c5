"""Where everything stands, as a proxy's configuration needs to know it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
_AT = re.compile(rf"({_HOST}):([0-9]{{1,5}})")
# A path that no configuration language reads as anything but itself.
_PATH = re.compile(r"/[A-Za-z0-9._/-]+")
_ORIGIN = re.compile(rf"https?://{_HOST}(?::[0-9]{{1,5}})?")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class LayoutError(Exception):
    """Something that cannot be written into a configuration; says which, and what to give instead."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address to connect to: host and port, or a unix socket's path."""

    host: str = ""
    port: int = 0
    socket: str = ""

    @property
    def at(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"

    @property
    def bare_host(self) -> str:
        """The host without the brackets of IPv6."""
        return self.host.strip("[]")


def read_place(text: str, *, may_be_socket: bool = False) -> Place:
    """Read `host:port`, `http://host:port` or, where it may be one, `unix:/path`."""
    if text.startswith("unix:") and may_be_socket:
        return Place(socket=check_path(text.removeprefix("unix:"), "the socket"))
    if text.startswith("https://"):
        raise LayoutError(f"{text}: the proxy reaches it by plain http; give host:port on a network that is yours")
    found = _AT.fullmatch(text.removeprefix("http://").rstrip("/"))
    if found is None or not 0 < int(found[2]) < 65_536:
        # A base path would be joined by the proxy, and what is sent would no longer be what was judged.
        forms = "host:port or unix:/path" if may_be_socket else "host:port, without a path"
        raise LayoutError(f"{text!r} is no address: give {forms}")
    return Place(host=found[1], port=int(found[2]))


def check_path(text: str, what: str) -> str:
    """A file's absolute path, in characters that need no quotes anywhere."""
    if not _PATH.fullmatch(text) or ".." in text.split("/"):
        raise LayoutError(f"{text!r}: {what} must be an absolute path of letters, digits, '.', '_' and '-'")
    return text


def read_listen(text: str, public_url: str) -> Place:
    """Where the proxy listens: as given, or what the public URL says."""
    if text:
        return read_place(text)
    parts = urlsplit(public_url)
    if parts.scheme == "https":
        return Place(host="0.0.0.0", port=parts.port or 443)  # noqa: S104 - the world's own door
    host = parts.hostname or ""
    return Place(host=f"[{host}]" if ":" in host else host, port=parts.port or 80)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One set-up: a proxy, the desk that it asks, and the API."""

    public_url: str
    listen: Place
    frontdesk: Place
    upstream: Place
    network_header: str
    rooms: tuple[str, ...]  # first segments that are Frontdesk's pages: "/account"
    folders: tuple[str, ...]  # "/oauth2/"
    files: tuple[str, ...]  # whole paths
    max_body: int  # bytes
    certificate: str = ""  # empty: the usual place; for Caddy, its own automatic ones
    key: str = ""
    check_secret_file: str = ""  # as the proxy reads it
    access_log: str = ""  # empty: stdout
    keeps_authorization: bool = False  # for shadow mode, in which the API goes on to check credentials itself

    def __post_init__(self) -> None:
        """Refuse what would have to be quoted."""
        if not _ORIGIN.fullmatch(self.public_url):
            raise LayoutError(f"{self.public_url!r} is no origin: give https://name or http://127.0.0.1:port")
        if not _HEADER.fullmatch(self.network_header):
            raise LayoutError(f"{self.network_header!r}: a proxy's configuration takes letters, digits and '-' only")
        if self.listen == self.frontdesk:
            raise LayoutError(
                f"{self.listen.at} is Frontdesk's own address: give the proxy's in --public-url or --listen"
            )
        for path, what in (
            (self.certificate, "the certificate"),
            (self.key, "the key"),
            (self.check_secret_file, "the secret's file"),
            (self.access_log, "the access log"),
        ):
            if path:
                check_path(path, what)

    @property
    def is_https(self) -> bool:
        """Whether the proxy ends TLS."""
        return self.public_url.startswith("https://")

    @property
    def scheme(self) -> str:
        """`https` or `http`."""
        return self.public_url.partition(":")[0]

    @property
    def public_host(self) -> str:
        """The public name, without a port."""
        return (urlsplit(self.public_url).hostname or "").strip("[]")

    @property
    def public_authority(self) -> str:
        """The public name, with its port where there is one."""
        return self.public_url.partition("//")[2]
