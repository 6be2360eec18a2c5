"""Does a narrowed Basic pair open this call? Beyond the contract's checks, which all callers pass (`access.py`)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from frontdesk.protocol.access import Operation
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.narrowing import Narrowing
from frontdesk.protocol.records import NetworkCredential

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

# RFC 9110 §9.2.1. What an API changes on a GET all the same, nobody can tell from here.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def has_ended(pair: NetworkCredential, now: Micros) -> bool:
    """Whether a pair proves nothing any more: its last day is over, or the one in its place is alone now."""
    expires_at, retires_at = pair.narrowing.expires_at, pair.retires_at
    return (expires_at is not None and now >= expires_at) or (retires_at is not None and now >= retires_at)


def reads(operation: Operation) -> bool:
    """Whether an operation only reads: the document opens it to tokens that only read, or else its method is safe."""
    return operation.opens_to_readers or operation.method in SAFE_METHODS


def judge_narrowing(narrowing: Narrowing, operations: tuple[Operation, ...]) -> Reason | None:
    """Why a pair may not call operations that its scheme and network allow; None: it may."""
    if narrowing.read_only and not all(reads(operation) for operation in operations):
        return Reason.READ_ONLY
    allowed = narrowing.operations
    if allowed and any(f"{operation.method} {operation.path}" not in allowed for operation in operations):
        return Reason.OPERATION_FORBIDDEN
    return None


def admits_address(narrowing: Narrowing, address: str | None) -> bool:
    """Whether a pair may be used from here. Where the address is not known, only if every address will do."""
    if not narrowing.addresses:
        return True
    return address is not None and _lies_in(address, narrowing.addresses)


@lru_cache(maxsize=4_096)
def _lies_in(address: str, networks: tuple[str, ...]) -> bool:
    from ipaddress import IPv6Address, ip_address  # late: a tenth of a bare start

    try:
        known = ip_address(address)
    except ValueError:  # the peer of a unix socket has none
        return False
    if isinstance(known, IPv6Address) and known.ipv4_mapped is not None:
        known = known.ipv4_mapped
    return any(known in network for network in _networks(networks))


@lru_cache(maxsize=1_024)
def _networks(texts: tuple[str, ...]) -> "tuple[IPv4Network | IPv6Network, ...]":
    from ipaddress import ip_network

    return tuple(ip_network(text) for text in texts)
