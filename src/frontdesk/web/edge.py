"""Who is at the other end, and whether they came over TLS: forwarded headers are believed from trusted proxies only."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from frontdesk.protocol.http import SOCKET_HOP, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The proxies in front: those named, and whoever has the proxies' own socket. Else what the socket says is all."""

    trusted: tuple[IPv4Network | IPv6Network, ...] = ()

    def settle(self, request: Request) -> None:
        """Put the caller's own address and scheme into the request, where a trusted proxy forwards it.

        X-Forwarded-For is read from its end: the first address that is no trusted proxy is the caller.
        """
        if request.hop == SOCKET_HOP:
            request.peer = None
        elif not self.trusted or not self.is_trusted(request.peer):
            return
        request.https = request.all(b"x-forwarded-proto") == [b"https"]
        chain = b",".join(request.all(b"x-forwarded-for")).decode("latin-1").split(",")
        for entry in reversed([part.strip() for part in chain if part.strip()]):
            if not _is_address(entry):
                return
            request.peer = entry
            if not self.is_trusted(entry):
                return

    def is_trusted(self, peer: str | None) -> bool:
        """Whether this address is one of the trusted proxies'."""
        if peer is None or not _is_address(peer):
            return False
        address = ip_address(peer)
        return any(address in network for network in self.trusted)


@lru_cache(maxsize=4_096)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
