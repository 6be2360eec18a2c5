"""What moving in and staying in step need of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import Digest
from frontdesk.protocol.moving_plan import Plan, Procedure
from frontdesk.protocol.records import Grant


class MovingStore(Protocol):
    """Takes over what others know."""

    async def find_foreign_grant(self, digests: Sequence[Digest]) -> Grant | None:
        """The grant, revoked or not, that a refresh token issued elsewhere stands for, known by any of `digests`."""

    async def carry_out(self, procedure: Procedure) -> Plan:
        """Look up what a list names, decide, and make every change of the plan with its audit rows, or none at all.

        One transaction, ahead of other writes. A refused plan, or a procedure that is not to commit, changes nothing.
        """
