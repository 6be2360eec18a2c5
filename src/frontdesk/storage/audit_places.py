"""Which audit rows name a network, written down many rows at a time and a little at once.

A network's place in the index is another page for each network, and writing a page costs more than all else about a
place. So many rows are read together, their places sorted, and written in this order, a few of each page together, in
transactions that are short enough for nobody to wait for long. What stands in `audit_indexed` moves on when all are
written; readers believe the index up to there only, so that a pass that is given up half-way is not seen.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from frontdesk.storage.columns import ID
from frontdesk.storage.verbs import Verb

AT_ONCE = 1_000  # places in one transaction: some four milliseconds
_TOGETHER = 100  # in one statement
_POSITION = 8  # bytes

INDEXED = "SELECT position, (SELECT coalesce(max(position), 0) FROM audit) FROM audit_indexed WHERE one = 1"
NOT_INDEXED = """
SELECT position, network_id, networks FROM audit WHERE position > $1 ORDER BY position LIMIT $2
"""
PLACE = "INSERT INTO audit_by_networks (network_id, position) VALUES ($1, $2) ON CONFLICT DO NOTHING"
PLACES = PLACE.replace("($1, $2)", ", ".join(f"(${2 * n + 1}, ${2 * n + 2})" for n in range(_TOGETHER)))
SET_INDEXED = "UPDATE audit_indexed SET position = $1 WHERE one = 1 AND position = $2"
FORGET = "DELETE FROM audit_by_networks WHERE network_id = $1 AND position = $2"


class Pass(NamedTuple):
    """The places of the rows after `start` up to `end`, in the index's order. `left` rows are beyond."""

    start: int
    end: int
    left: int
    places: list[bytes]  # a network's id and the row's position, each

    def parts(self) -> Iterable[Sequence[bytes]]:
        """As many as are written at once."""
        return (self.places[at : at + AT_ONCE] for at in range(0, len(self.places), AT_ONCE))


def find_places(*, limit: int) -> Verb[Pass]:
    """The places of up to `limit` rows that are not in the index yet."""
    ((start, newest),) = yield INDEXED, ()
    rows = yield NOT_INDEXED, (start, limit)
    places = [
        network + position.to_bytes(_POSITION, "big")
        for position, one, several in rows
        for network in named_by(one, several)
    ]
    places.sort()
    end = rows[-1][0] if rows else start
    return Pass(start, end, max(0, newest - end), places)


def put_places(start: int, places: Sequence[bytes]) -> Verb[bool]:
    """Write some places of a pass that began at `start`; False where another pass has ended meanwhile.

    What cleaning takes out of the index is at or before that start: no place is written for a row that is gone.
    """
    ((indexed, _),) = yield INDEXED, ()
    if indexed != start:
        return False
    whole = len(places) - len(places) % _TOGETHER
    for at in range(0, whole, _TOGETHER):
        together = places[at : at + _TOGETHER]
        yield PLACES, tuple([part for place in together for part in _columns(place)])
    for place in places[whole:]:
        yield PLACE, _columns(place)
    return True


def end_pass(start: int, end: int) -> Verb[None]:
    """All places of a pass are written: the index is to be believed up to its end."""
    yield SET_INDEXED, (end, start)


def unindex(rows: Iterable[tuple[Any, ...]]) -> Verb[None]:
    """Take rows that were deleted out of the index: (position, network_id, networks) each."""
    for position, one, several in rows:
        for network in named_by(one, several):
            yield FORGET, (network, position)


def named_by(one: bytes | None, several: bytes | None) -> list[bytes]:
    """The networks that a row names: one, or several packed."""
    if several is None:
        return [] if one is None else [one]
    return [several[at : at + ID] for at in range(0, len(several), ID)]


def _columns(place: bytes) -> tuple[bytes, int]:
    return place[:ID], int.from_bytes(place[ID:], "big")
