"""What clearing up after a trial run needs of the store."""

from typing import Protocol

from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.trials import Removed, Trial


class TrialStore(Protocol):
    """The one way in which networks, people and apps are ever removed: those that a trial run made."""

    async def remove_trial(self, *, trial: Trial, audit: AuditEvent) -> Removed:
        """Remove what carries the trial's mark, with all that hangs on it; audit rows stay.

        What is named but does not carry the mark is left alone, as is a network in which anybody else has a role, and
        a person who has one elsewhere.
        """
