"""Who may ask the check endpoint: named addresses, whoever knows the shared secret, or has the proxies' own socket.

Nobody by default (GW-14).
"""

import hmac
from ipaddress import IPv6Address, ip_address, ip_network

from frontdesk.protocol.http import SOCKET_HOP, Request

SECRET_HEADER = b"x-frontdesk-check-secret"
MAX_REMEMBERED = 1_024


class CheckPeers:
    """Tells configured proxies from everybody else."""

    def __init__(self, *, peers: tuple[str, ...], secret: str = "") -> None:
        """`peers` are addresses or CIDR networks, as the settings were read; an empty secret is none."""
        self._networks = tuple(ip_network(entry) for entry in peers)
        self._secret = secret.encode()
        self._remembered: dict[str, bool] = {}

    def admits(self, request: Request) -> bool:
        """Whether this request comes from a configured proxy. The socket's own peer counts, no forwarded address."""
        hop = request.hop
        if hop == SOCKET_HOP:
            return True
        if hop is not None:
            known = self._remembered.get(hop)
            if known or (known is None and self._look_up(hop)):
                return True
        return self._knows_secret(request)

    def _look_up(self, hop: str) -> bool:
        try:
            address = ip_address(hop)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        answer = self._remembered[hop] = any(address in network for network in self._networks)
        return answer

    def _knows_secret(self, request: Request) -> bool:
        if not self._secret:
            return False
        sent = request.all(SECRET_HEADER)
        return len(sent) == 1 and hmac.compare_digest(sent[0], self._secret)
