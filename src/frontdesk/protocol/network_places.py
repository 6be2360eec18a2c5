"""Where a call's target names a network, and which one it names: the path or the query of its operation (TN-06).

Part of check 1: what a server behind might read otherwise than we do is refused before anybody is asked who calls.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote_plus

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import NetworkId, read_uuid

_SEPARATORS = re.compile(rb"[&;]")
_INDEX = re.compile(r"\[[^\[\]]*\]\Z")
_ALIKE = str.maketrans(" .-", "___")


Targeted: TypeAlias = tuple[NetworkId, ...] | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPlace:
    """One segment of a path, counted from its end (1 is the last); `around` are the texts before and after the id.

    There are several of these where the template's own text can be spelt with and without escapes.
    """

    from_end: int
    around: tuple[tuple[str, str], ...] = (("", ""),)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlaces:
    """Every place in which one operation's targets name the network."""

    path: tuple[PathPlace, ...] = ()
    query: tuple[str, ...] = ()  # names of parameters, decoded


def read_targeted(places: NetworkPlaces, path: str, query: bytes) -> Targeted:
    """The networks that a path in its normal form and a raw query name; a parameter that is not there names none."""
    texts = [_path_text(place, path) for place in places.path]
    for name in places.query if query else ():
        text = _query_text(name, query)
        if isinstance(text, Refusal):
            return text
        if text is not None:
            texts.append(text)
    ids = [read_uuid(text) for text in texts]
    if None in ids:
        return Refusal(reason=Reason.MALFORMED_NETWORK_ID, detail="in the path or the query")
    return tuple(dict.fromkeys(NetworkId(each) for each in ids if each is not None))


def _path_text(place: PathPlace, path: str) -> str:
    """What stands in a segment; empty, which is no id, where that cannot be told."""
    segment = path.split("/")[-place.from_end]
    for before, after in place.around:
        if segment.startswith(before) and segment.endswith(after):
            return segment[len(before) : len(segment) - len(after)]
    return ""


def _query_text(name: str, query: bytes) -> str | Refusal | None:
    """A parameter's value; refused where it is doubled, or where another server might take it for another's."""
    wanted = _plain(name)
    found: list[tuple[str, bytes]] = []
    # Some servers take ";" for a separator too. A value with one in it is no id.
    for pair in _SEPARATORS.split(query):
        written, _, _ = pair.partition(b"=")
        decoded = unquote_plus(written.decode("latin-1"))
        if wanted in _readings(decoded):
            found.append((decoded, pair))
    if not found:
        return None
    if len(found) > 1 or found[0][0] != name:
        return Refusal(reason=Reason.AMBIGUOUS_NETWORK_PARAMETER, detail=f"the query parameter {name!r}")
    pair = found[0][1]
    if pair not in query.split(b"&"):
        return Refusal(reason=Reason.AMBIGUOUS_NETWORK_PARAMETER, detail=f"the query parameter {name!r} beside a ';'")
    return unquote_plus(pair.partition(b"=")[2].decode("latin-1"))


def _plain(name: str) -> str:
    """A parameter's name as the most lenient reader takes it: case, marks and controls tell nothing apart."""
    return "".join(sign for sign in name if sign >= " ").strip().lower().translate(_ALIKE)


def _readings(name: str) -> list[str]:
    """The same, and without what may be taken for an index (`name[]`, `name[0]`, `name[in]`)."""
    readings = [_plain(name)]
    while (shorter := _INDEX.sub("", readings[-1])) != readings[-1]:
        readings.append(shorter)
    return readings
