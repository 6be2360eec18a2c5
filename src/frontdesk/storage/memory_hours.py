"""The in-memory twin of storage/hours.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.hours import FORGOTTEN_AFTER, Hour, HourCount, WorkerMail, oldest_kept
from frontdesk.protocol.ids import Micros
from frontdesk.storage.memory_state import MemoryState


class MemoryHours(MemoryState):
    """What happened by hour, and how each worker's mail stands."""

    async def note_hours(self, *, counts: Sequence[HourCount], mail: WorkerMail) -> None:
        """Add counts, and a worker's word."""
        for one in counts:
            key = (one.hour, one.what)
            self.hour_counts[key] = self.hour_counts.get(key, 0) + one.times
        before = self.worker_mail.get(mail.worker)
        if before is not None and mail.sent_at is None:
            mail = replace(mail, sent_at=before.sent_at)
        if before is not None and mail.trouble_at is None:
            mail = replace(mail, trouble=before.trouble, trouble_at=before.trouble_at)
        self.worker_mail[mail.worker] = mail

    async def list_hours(self, *, since: Hour) -> Sequence[HourCount]:
        """What was counted from this hour on."""
        found = sorted(self.hour_counts.items())
        return [HourCount(hour=hour, what=what, times=times) for (hour, what), times in found if hour >= since]

    async def list_worker_mail(self) -> Sequence[WorkerMail]:
        """What each worker said last."""
        return [self.worker_mail[worker] for worker in sorted(self.worker_mail)]

    def _clean_hours(self, now: Micros, limit: int) -> int:
        old = [key for key in sorted(self.hour_counts) if key[0] < oldest_kept(now)][: max(0, limit)]
        for key in old:
            del self.hour_counts[key]
        silent = [one.worker for one in self.worker_mail.values() if one.seen_at <= now - FORGOTTEN_AFTER]
        for worker in silent[: max(0, limit - len(old))]:
            del self.worker_mail[worker]
        return len(old) + min(len(silent), max(0, limit - len(old)))
