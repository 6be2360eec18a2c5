"""How long an old Basic pair goes on beside the new one, and when it has fallen silent."""

from collections.abc import Mapping

from frontdesk.protocol.ids import DAY, HOUR, Micros
from frontdesk.protocol.records import NetworkCredential

# By the word in forms and at the command line; None: not at all.
OVERLAPS: Mapping[str, int | None] = {"now": None, "1h": HOUR, "24h": DAY, "7d": 7 * DAY}


def silent_for(old: NetworkCredential, successor: NetworkCredential, now: Micros) -> int:
    """How long nobody has used an old pair, since it was replaced at most. Uses are remembered by the minute."""
    return now - max(successor.created_at, old.last_used_at or successor.created_at)


def is_silent(old: NetworkCredential, successor: NetworkCredential, now: Micros) -> bool:
    """Whether it may well be ended: nobody used it for a quarter of the time that it was given."""
    given = (old.retires_at or now) - successor.created_at
    return 4 * silent_for(old, successor, now) >= given
