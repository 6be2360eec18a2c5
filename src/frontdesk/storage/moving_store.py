"""The verbs about moving in and staying in step, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Digest
from frontdesk.protocol.moving_plan import Plan, Procedure
from frontdesk.protocol.records import Grant
from frontdesk.storage import moving
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class MovingVerbs:
    """What `frontdesk.flows.needs_moving.MovingStore` asks for."""

    _reader: Reader
    _writer: Writer

    async def find_foreign_grant(self, digests: Sequence[Digest]) -> Grant | None:
        """The grant that a refresh token from elsewhere stands for."""
        return await self._reader.read(moving.find_foreign_grant, digests)

    async def carry_out(self, procedure: Procedure) -> Plan:
        """Look up, decide, change; a dry run only reads, and holds nobody up."""
        verb = moving.carry_out(procedure)
        if not procedure.commit:
            return await self._reader.read_long(verb)
        return await self._writer.write(verb, urgent=True, long=True)
