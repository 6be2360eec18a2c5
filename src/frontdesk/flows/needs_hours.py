"""What counting sign-ins and mails needs of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.hours import Hour, HourCount, WorkerMail


class HourStore(Protocol):
    """What happened by hour, and how each worker's mail stands."""

    async def note_hours(self, *, counts: Sequence[HourCount], mail: WorkerMail) -> None:
        """Add to what was counted before, and put a worker's word in the place of its earlier one.

        A worker that began anew knows nothing of what was sent, or failed, before: that stays. No cache must learn of
        it.
        """

    async def list_hours(self, *, since: Hour) -> Sequence[HourCount]:
        """What was counted from this hour on, by hour and kind."""

    async def list_worker_mail(self) -> Sequence[WorkerMail]:
        """What each worker said last, in their order."""
