"""How a record's fields lie in columns: ids as 16 bytes, sets of networks packed, scopes as text. DESIGN D13."""

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct

from frontdesk.protocol.ids import Micros, NetworkId, uuid_bytes, uuid_text
from frontdesk.protocol.records import Edge, live_edge
from frontdesk.protocol.scopes import Scopes

ID = 16
EDGE = 24

_EDGE = Struct(">16sq")
_TIME = Struct(">q")
_LIVE = (_TIME.pack(0), _TIME.pack(1))
_READING = 1  # in the place of a time: live, and for reading only. Nothing was dropped a microsecond after 1970 began.


@lru_cache(maxsize=8192)
def network_text(raw: bytes) -> NetworkId:
    """A network's id; the same text object for the same id, because many records name the same networks."""
    return NetworkId(uuid_text(raw))


@lru_cache(maxsize=1024)
def read_scopes_column(text: str) -> Scopes:
    """Scopes in their order; the same tuple for the same text, because the grants of a client share them."""
    return tuple(text.split(" ")) if text else ()


def optional_id(text: str | None) -> bytes | None:
    """The 16 bytes of an id that may be missing."""
    return None if text is None else uuid_bytes(text)


def pack_networks(networks: Iterable[NetworkId]) -> bytes:
    """Network ids, 16 bytes each."""
    return _pack(tuple(networks))


@lru_cache(maxsize=4_096)
def _pack(networks: tuple[NetworkId, ...]) -> bytes:
    return b"".join([uuid_bytes(network) for network in networks])


def read_networks(raw: bytes) -> tuple[NetworkId, ...]:
    """The network ids of a packed column, in their order."""
    return tuple([network_text(raw[at : at + ID]) for at in range(0, len(raw), ID)])


def without_network(raw: bytes, network: bytes) -> bytes | None:
    """A packed column less one network; None where it did not hold it."""
    parts = [raw[at : at + ID] for at in range(0, len(raw), ID)]
    return b"".join(part for part in parts if part != network) if network in parts else None


def only_networks(raw: bytes, allowed: set[bytes]) -> bytes:
    """A packed column less the networks that are not allowed."""
    return b"".join([raw[at : at + ID] for at in range(0, len(raw), ID) if raw[at : at + ID] in allowed])


def live_edges(networks: bytes, reading: frozenset[bytes] = frozenset()) -> bytes:
    """The edges of a new grant: one live edge a network of a packed column, those to `reading` for reading only."""
    if reading:
        parts = [networks[at : at + ID] for at in range(0, len(networks), ID)]
        return b"".join(_EDGE.pack(part, _READING if part in reading else 0) for part in parts)
    return b"".join([networks[at : at + ID] + b"\0\0\0\0\0\0\0\0" for at in range(0, len(networks), ID)])


def read_edges(raw: bytes) -> tuple[Edge, ...]:
    """The edges of a grant's column."""
    return tuple(
        [
            Edge(network_id=network_text(network), dropped_at=Micros(dropped))
            if dropped > _READING
            else Edge(network_id=network_text(network), reads_only=True)
            if dropped
            else live_edge(network_text(network))
            for network, dropped in _EDGE.iter_unpack(raw)
        ]
    )


def live_networks(raw: bytes) -> bytes:
    """The networks, packed, to which a grant's edges still lead."""
    return b"".join([network for network, dropped in _EDGE.iter_unpack(raw) if dropped <= _READING])


def drop_edge(raw: bytes, network: bytes, now: Micros) -> bytes | None:
    """A grant's edges with this network's dropped at `now`; None where there is no live edge to it."""
    edges = list(_EDGE.iter_unpack(raw))
    if not any(at == network and dropped <= _READING for at, dropped in edges):
        return None
    return b"".join(_EDGE.pack(at, now if at == network and dropped <= _READING else dropped) for at, dropped in edges)


def revive_edge(raw: bytes, network: bytes, *, reads_only: bool) -> bytes:
    """A grant's edges with every one to this network live again."""
    lives = _READING if reads_only else 0
    return b"".join(_EDGE.pack(at, lives if at == network else dropped) for at, dropped in _EDGE.iter_unpack(raw))


def widen_edge(raw: bytes, network: bytes) -> bytes | None:
    """A grant's edges with this network's for more than reading; None where it is so, or not live."""
    edges = list(_EDGE.iter_unpack(raw))
    if (network, _READING) not in edges:
        return None
    return b"".join(_EDGE.pack(at, 0 if (at, dropped) == (network, _READING) else dropped) for at, dropped in edges)


def has_live_edge(raw: bytes) -> bool:
    """Whether any edge of the column is not dropped."""
    return any(dropped <= _READING for _, dropped in _EDGE.iter_unpack(raw))


def leads_to(raw: bytes, network: bytes) -> bool:
    """Whether there is a live edge to this network."""
    at = raw.find(network)
    while at % EDGE:  # found across the bounds of two edges, or (at -1) not at all
        if at < 0:
            return False
        at = raw.find(network, at + 1)
    return raw[at + ID : at + EDGE] in _LIVE


def writes_to(raw: bytes, network: bytes) -> bool:
    """Whether there is a live edge to this network that is for more than reading."""
    return (network, 0) in _EDGE.iter_unpack(raw)


def pack_times(times: Iterable[Micros]) -> bytes:
    """Points in time, 8 bytes each."""
    return b"".join([_TIME.pack(at) for at in times])


def read_times(raw: bytes) -> tuple[Micros, ...]:
    """The points in time of a packed column."""
    return tuple([Micros(at) for (at,) in _TIME.iter_unpack(raw)])


def place_of(after: str | None) -> bytes:
    """Where a page of rows begins that are in the order of their ids: after this one; None: with the first."""
    return uuid_bytes(after) if after is not None else b""
