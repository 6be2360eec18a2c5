"""What happens at sign-in and in the mail: one row for each hour and kind, one for each worker's post office."""

from collections.abc import Sequence

from frontdesk.protocol.hours import Happening, Hour, HourCount, WorkerMail
from frontdesk.protocol.ids import Micros
from frontdesk.storage.verbs import Verb

COUNT = """
INSERT INTO hour_counts (hour, what, times) VALUES ($1, $2, $3)
ON CONFLICT (hour, what) DO UPDATE SET times = hour_counts.times + excluded.times
"""
SAY = """
INSERT INTO worker_mail (worker, waiting, seen_at, sent_at, trouble, trouble_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (worker) DO UPDATE SET
    waiting = excluded.waiting,
    seen_at = excluded.seen_at,
    sent_at = coalesce(excluded.sent_at, worker_mail.sent_at),
    trouble = CASE WHEN excluded.trouble_at IS NULL THEN worker_mail.trouble ELSE excluded.trouble END,
    trouble_at = coalesce(excluded.trouble_at, worker_mail.trouble_at)
"""
LIST = "SELECT hour, what, times FROM hour_counts WHERE hour >= $1 ORDER BY hour, what"
LIST_MAIL = "SELECT worker, waiting, seen_at, sent_at, trouble, trouble_at FROM worker_mail ORDER BY worker"


def note_hours(*, counts: Sequence[HourCount], mail: WorkerMail) -> Verb[None]:
    """Add counts, and a worker's word."""
    for one in counts:
        yield COUNT, (one.hour, one.what.value, one.times)
    yield SAY, (mail.worker, mail.waiting, mail.seen_at, mail.sent_at, mail.trouble, mail.trouble_at)


def list_hours(*, since: Hour) -> Verb[list[HourCount]]:
    """By hour and kind. A kind of another version of Frontdesk is left out."""
    rows = yield LIST, (since,)
    return [HourCount(hour=hour, what=Happening(what), times=times) for hour, what, times in rows if what in _KNOWN]


def list_worker_mail() -> Verb[list[WorkerMail]]:
    """What each worker said last."""
    return [
        WorkerMail(
            worker=worker,
            waiting=waiting,
            seen_at=Micros(seen),
            sent_at=Micros(sent) if sent is not None else None,
            trouble=trouble,
            trouble_at=Micros(troubled) if troubled is not None else None,
        )
        for worker, waiting, seen, sent, trouble, troubled in (yield LIST_MAIL, ())
    ]


_KNOWN = frozenset(what.value for what in Happening)
