"""The verb that removes a trial run, as a method."""

from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.trials import Removed, Trial
from frontdesk.storage import removing
from frontdesk.storage.writer import Writer


class RemovingVerbs:
    """What `frontdesk.flows.needs_trials.TrialStore` asks for. Shapes are said there."""

    _writer: Writer

    async def remove_trial(self, *, trial: Trial, audit: AuditEvent) -> Removed:
        """Remove what a trial run made."""
        # Beside the loop: to let go of a user or an app, the database looks through all that could name them.
        return await self._writer.write(removing.remove_trial(trial=trial, audit=audit), urgent=True, long=True)
