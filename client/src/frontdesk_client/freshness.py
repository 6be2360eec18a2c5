"""When an access token is due for a refresh, and how long to wait after one that failed. All of it is pure."""

from datetime import datetime, timedelta
from enum import Enum

from frontdesk_client.tokens import Tokens

ATTEMPTS = 4  # of one refresh, until the failure is somebody's to know
LONGEST_PAUSE = 5.0  # seconds; who is told to come back later than that is told so


class Freshness(Enum):
    """What to do with an access token at an instant."""

    FRESH = "send it"
    DUE = "send it, and refresh meanwhile"
    ENDED = "refresh first"


def choose_due(tokens: Tokens, *, leeway: timedelta, spread: float) -> datetime | None:
    """When to refresh: between half of the leeway and the whole of it ahead of the end; without an end, never.

    `spread`, from 0 to 1, differs in every process, so that many with one store do not come at once. A short life
    shortens the leeway, to a fifth of it.
    """
    if tokens.expires_at is None:
        return None
    ahead = min(leeway, max(timedelta(0), tokens.expires_at - tokens.made_at) / 5)
    return tokens.expires_at - ahead * (1 - spread / 2)


def judge_freshness(*, due_at: datetime | None, expires_at: datetime | None, now: datetime) -> Freshness:
    """Half-open: it is due at the very instant that it is due, and has ended at the very instant of its end."""
    if due_at is None or expires_at is None or now < due_at:
        return Freshness.FRESH
    return Freshness.DUE if now < expires_at else Freshness.ENDED


def choose_pause(attempt: int, *, retry_after: float | None, spread: float) -> float | None:
    """Seconds to wait before one more attempt at a refresh, counted from 1; None: it was the last."""
    if attempt >= ATTEMPTS or (retry_after is not None and retry_after > LONGEST_PAUSE):
        return None
    return (retry_after or 0.0) + spread * 0.1 * float(2**attempt)
