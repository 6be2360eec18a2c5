"""How many connections callers may hold: in all, and one address among them, so that nobody keeps the others out."""

import resource
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from frontdesk.settings import Settings

# Files, the store, the listening socket, connections to mail and the like.
DESCRIPTORS_FOR_OURSELVES = 256


@dataclass(slots=True, kw_only=True)
class Crowd:
    """The connections of one worker. `known` are proxies, behind which many callers stand: they are not counted."""

    most: int
    of_one_address: int
    known: Sequence[IPv4Network | IPv6Network] = ()
    _held: int = 0
    _by_address: dict[str, int] = field(default_factory=dict)

    def come(self, address: str | None) -> bool:
        """Whether there is room for one more; if so it counts until it goes. None: a unix socket."""
        if self._held >= self.most:
            return False
        if address is not None:
            held = self._by_address.get(address, 0)
            if held >= self.of_one_address and not self._is_known(address):
                return False
            self._by_address[address] = held + 1
        self._held += 1
        return True

    def go(self, address: str | None) -> None:
        """One that had come is gone."""
        self._held -= 1
        if address is not None:
            left = self._by_address[address] - 1
            if left:
                self._by_address[address] = left
            else:
                del self._by_address[address]

    def _is_known(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.known)


def crowd_of(settings: Settings) -> Crowd:
    """As many as the settings want and this process has descriptors for."""
    to_the_api = settings.upstream_connections + settings.upstream_streams if settings.upstream else 0
    spare = raise_descriptor_limit() - DESCRIPTORS_FOR_OURSELVES - to_the_api
    return Crowd(
        most=max(10, min(settings.max_connections, spare)),
        of_one_address=settings.address_connections,
        known=tuple(ip_network(each) for each in (*settings.trusted_proxies, *settings.check_peers)),
    )


def raise_descriptor_limit() -> int:
    """Ask for as many open files as this process may have (many systems begin with 1,024); how many those are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        except (OSError, ValueError):
            pass
    return soft if soft != resource.RLIM_INFINITY else 1_000_000
