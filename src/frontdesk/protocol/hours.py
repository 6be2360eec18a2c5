"""What happens at sign-in and in the mail: how often by hour, and how each worker's post office stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from frontdesk.protocol.ids import HOUR, MINUTE, Micros

Hour: TypeAlias = int  # whole hours since 1970-01-01 00:00 UTC

SHOWN = 24  # hours
KEPT = 48  # hours
STALE_AFTER = 2 * MINUTE  # a worker that has letters waiting says so more often
FORGOTTEN_AFTER = 7 * 24 * HOUR  # a worker that says nothing


class Happening(StrEnum):
    """One thing that is counted; the value is its name in the database."""

    SIGNED_IN = "signed_in"
    CODE_SENT = "code_sent"
    CODE_WRONG = "code_wrong"
    CODE_LATE = "code_late"
    CODE_BLOCKED = "code_blocked"
    SECOND_WRONG = "second_wrong"
    PASSKEY_REFUSED = "passkey_refused"
    PROVIDER_REFUSED = "provider_refused"
    MAIL_SENT = "mail_sent"
    MAIL_LOST = "mail_lost"


FAILURES = (
    Happening.CODE_WRONG,
    Happening.CODE_LATE,
    Happening.CODE_BLOCKED,
    Happening.SECOND_WRONG,
    Happening.PASSKEY_REFUSED,
    Happening.PROVIDER_REFUSED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """How often in one hour, in all workers."""

    hour: Hour
    what: Happening
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerMail:
    """One worker's post office when it last said so. `trouble`: why the last letter that failed did."""

    worker: int
    waiting: int
    seen_at: Micros
    sent_at: Micros | None = None
    trouble: str = field(default="")
    trouble_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHealth:
    """The mail of all workers. `sent`, `lost`: in the hours that are shown. `trouble`: of the last failure."""

    waiting: int
    sent: int
    lost: int
    sent_at: Micros | None
    trouble: str
    trouble_at: Micros | None

    @property
    def fails(self) -> bool:
        """Whether the last try was in vain: nothing has been sent since the last failure."""
        return self.trouble_at is not None and (self.sent_at is None or self.sent_at < self.trouble_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInHour:
    """One hour in which something happened. `failures`: by what failed, the most frequent kinds in their own order."""

    begins_at: Micros
    signed_in: int
    codes: int
    failures: dict[Happening, int]

    @property
    def failed(self) -> int:
        """All failures."""
        return sum(self.failures.values())


def hour_of(at: Micros) -> Hour:
    """The hour of a moment."""
    return at // HOUR


def first_shown(now: Micros) -> Hour:
    """The first of the hours that are shown: this one is the last."""
    return hour_of(now) - SHOWN + 1


def oldest_kept(now: Micros) -> Hour:
    """The first hour that is kept."""
    return hour_of(now) - KEPT + 1


def judge_mail(counts: Iterable[HourCount], workers: Sequence[WorkerMail], *, now: Micros) -> MailHealth:
    """What the workers say, put together. Letters that a worker which fell silent had waiting are not counted."""
    times = dict.fromkeys(Happening, 0)
    for count in counts:
        times[count.what] += count.times
    troubled = max((one for one in workers if one.trouble_at), key=lambda one: one.trouble_at or 0, default=None)
    return MailHealth(
        waiting=sum(one.waiting for one in workers if now - one.seen_at < STALE_AFTER),
        sent=times[Happening.MAIL_SENT],
        lost=times[Happening.MAIL_LOST],
        sent_at=max((one.sent_at for one in workers if one.sent_at is not None), default=None),
        trouble=troubled.trouble if troubled is not None else "",
        trouble_at=troubled.trouble_at if troubled is not None else None,
    )


def list_sign_in_hours(counts: Iterable[HourCount]) -> tuple[SignInHour, ...]:
    """The hours in which anybody signed in or tried to, the newest first."""
    hours: dict[Hour, dict[Happening, int]] = {}
    for count in counts:
        if count.what not in (Happening.MAIL_SENT, Happening.MAIL_LOST):
            hours.setdefault(count.hour, {})[count.what] = count.times
    return tuple(
        SignInHour(
            begins_at=Micros(hour * HOUR),
            signed_in=times.get(Happening.SIGNED_IN, 0),
            codes=times.get(Happening.CODE_SENT, 0),
            failures={what: times[what] for what in FAILURES if what in times},
        )
        for hour, times in sorted(hours.items(), reverse=True)
    )
