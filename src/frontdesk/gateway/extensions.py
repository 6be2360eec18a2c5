"""What the document says to Frontdesk itself: `x-frontdesk-…`, on an operation, a path or the whole document.

OpenAPI 3.1 §4.9 (specification extensions). The nearest one counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from frontdesk.gateway.syntax import Values

PREFIX = "x-frontdesk-"
RATE_LIMIT = "x-frontdesk-rate-limit"
NETWORK_PARAMETER = "x-frontdesk-network-parameter"
KNOWN = (RATE_LIMIT, NETWORK_PARAMETER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One extension as it is written."""

    value: Values
    place: str  # a JSON pointer
    written_on: str  # "GET /path", "/path", or "" for the document as a whole


def read_extensions(levels: Iterable[tuple[str, str, Mapping[str, Values]]]) -> Mapping[str, Extension]:
    """Gather them from the document down to an operation; each level is what it is called, its place and itself."""
    found: dict[str, Extension] = {}
    for written_on, place, holder in levels:
        for name, value in holder.items():
            if name.startswith(PREFIX):
                found[name] = Extension(value=value, place=f"{place}/{name}", written_on=written_on)
    return found


def find_misspelt(extensions: Mapping[str, Extension]) -> tuple[str, str, str] | None:
    """An extension that nobody would heed: its name, its place, and what to do."""
    for name, extension in extensions.items():
        if name not in KNOWN:
            nearest = get_close_matches(name, KNOWN, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"there are {' and '.join(KNOWN)}"
            return name, extension.place, hint
    return None
