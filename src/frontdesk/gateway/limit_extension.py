"""`x-frontdesk-rate-limit` in the document: a limit of its own for an operation, for a path or for everything.

    x-frontdesk-rate-limit: {requests: 2, per: minute, burst: 1}

It counts, for each credential, all calls to what it is written on together, in the place of the limit that would count
them otherwise: written on the document, it is the credential's own limit (in the place of the settings).
"""

import re
from typing import NoReturn

from frontdesk.gateway.document import DocumentError, ListedOperation
from frontdesk.gateway.extensions import RATE_LIMIT, Extension, find_misspelt
from frontdesk.gateway.syntax import Values
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND
from frontdesk.protocol.rate_limits import DEFAULT, Limit, make_limit

MOST = 100_000
LONGEST = 2 * DAY  # in which a whole burst comes back: as long as it is remembered

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY}
_PERIOD = re.compile(r"([1-9][0-9]{0,4})? ?([smhd]|second|minute|hour|day)s?")
_FIELDS = ("requests", "per", "burst")
_HINT = "write {requests: 2, per: minute}, and burst where fewer or more than all may come at once"


class WrittenLimits:
    """Reads the limits of one document; operations that share a place share its limit."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._read: dict[str, Limit] = {}

    def find(self, listed: ListedOperation) -> Limit | None:
        """The nearest limit of an operation; None where none is written. Raises DocumentError for one that is none."""
        misspelt = find_misspelt(listed.extensions)
        if misspelt is not None:
            name, place, hint = misspelt
            raise DocumentError(f"the extension {name!r} is not known", place=place, hint=hint)
        extension = listed.extensions.get(RATE_LIMIT)
        if extension is None:
            return None
        limit = self._read.get(extension.place)
        if limit is None:
            limit = self._read[extension.place] = _read_limit(extension)
        return limit


def _read_limit(extension: Extension) -> Limit:
    written, place = extension.value, extension.place
    if not isinstance(written, dict):
        _refuse("a rate limit is an object", place)
    for name in written:
        if name not in _FIELDS:
            _refuse(f"a rate limit has no {name!r}", place)
    requests = _read_count(written.get("requests"), "requests", place)
    per = _read_period(written.get("per", "second"), place)
    burst = _read_count(written["burst"], "burst", place) if "burst" in written else requests
    limit = make_limit(extension.written_on or DEFAULT, requests=requests, per=per, burst=burst)
    if limit.rate.horizon > LONGEST:
        _refuse("so large a burst would take more than two days to come back", place, hint="make the burst smaller")
    return limit


def _read_count(value: Values, name: str, place: str) -> int:
    if type(value) is not int or not 1 <= value <= MOST:
        _refuse(f"{name} is not a whole number from 1 to {MOST}", place)
    return value


def _read_period(value: Values, place: str) -> int:
    found = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    period = int(found[1] or 1) * _UNITS[found[2]] if found is not None else 0
    if not 0 < period <= DAY:
        _refuse("per is not a time of a second to a day", place, hint='write second, minute, hour, day, "10s" or "5m"')
    return period


def _refuse(problem: str, place: str, *, hint: str = _HINT) -> NoReturn:
    raise DocumentError(problem, place=place, hint=hint)
