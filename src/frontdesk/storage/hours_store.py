"""The verbs about sign-ins and mails by hour, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.hours import Hour, HourCount, WorkerMail
from frontdesk.storage import hours
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class HourVerbs:
    """What `frontdesk.flows.needs_hours.HourStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def note_hours(self, *, counts: Sequence[HourCount], mail: WorkerMail) -> None:
        """Add counts, and a worker's word."""
        await self._writer.write(hours.note_hours(counts=counts, mail=mail), long=True)

    async def list_hours(self, *, since: Hour) -> Sequence[HourCount]:
        """What was counted from this hour on."""
        return await self._reader.read_long(hours.list_hours(since=since))

    async def list_worker_mail(self) -> Sequence[WorkerMail]:
        """What each worker said last."""
        return await self._reader.read(hours.list_worker_mail)
