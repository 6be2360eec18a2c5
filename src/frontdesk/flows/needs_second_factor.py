"""What the second factor needs of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import Micros, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.second_factor import SecondFactor, SecondTry


class SecondFactorStore(Protocol):
    """Authenticator apps and recovery codes."""

    async def find_second_factor(self, user_id: UserId) -> SecondFactor | None:
        """A user's authenticator app; None: the code from the mailbox is enough."""

    async def enable_second_factor(self, *, factor: SecondFactor, recovery: Sequence[bytes], audit: AuditEvent) -> bool:
        """Ask for a code from the app from now on. False where that is so already, or the user may not sign in."""

    async def try_second_factor(
        self,
        *,
        user_id: UserId,
        step: int | None,
        sealed: str,
        recovery: bytes | None,
        budget_key: bytes,
        now: Micros,
        audit: AuditEvent,
    ) -> SecondTry:
        """Judge a code, the budget first: the step that it is of, or a recovery code, which is used up.

        A step that is not after the last one is wrong. Wrong codes are counted in the same transaction. `sealed` is
        the secret as it is to be kept from now on. The audit row tells of a recovery code alone.
        """

    async def replace_recovery_codes(self, *, user_id: UserId, recovery: Sequence[bytes], audit: AuditEvent) -> bool:
        """New recovery codes in the place of all earlier ones; False where there is no second factor."""

    async def disable_second_factor(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Forget the app and the recovery codes; False where there is none."""
