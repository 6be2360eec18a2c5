"""How long an answer asks us to wait. RFC 9110 §10.2.3 (Retry-After), §5.6.7 (dates)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", re.ASCII)  # a fraction is no standard, and is met


def read_retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds from now on, never below 0; None where the answer says nothing that can be read.

    A date is measured from the answer's own `Date` where it has one: our clock may be wrong, theirs is what they meant.
    """
    said = (headers.get("retry-after") or "").strip()
    if _SECONDS.fullmatch(said):
        return float(said)
    until = _read_date(said)
    if until is None:
        return None
    return max(0.0, (until - (_read_date(headers.get("date") or "") or now)).total_seconds())


def _read_date(said: str) -> datetime | None:
    """One of the three forms of HTTP dates; all of them are UTC."""
    try:
        read = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read
