"""The in-memory twin of storage/second_factors.py."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.ids import Micros, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.second_factor import SecondFactor, SecondTry
from frontdesk.protocol.signin import Budget, blocked_until, count_wrong
from frontdesk.protocol.store import LoginOutcome
from frontdesk.storage.memory_state import MemoryState


class MemorySecondFactors(MemoryState):
    """Authenticator apps and recovery codes."""

    async def find_second_factor(self, user_id: UserId) -> SecondFactor | None:
        """A user's authenticator app."""
        factor = self.second_factors.get(user_id)
        return replace(factor, codes_left=len(self.recovery_codes.get(user_id, ()))) if factor is not None else None

    async def enable_second_factor(self, *, factor: SecondFactor, recovery: Sequence[bytes], audit: AuditEvent) -> bool:
        """Ask for a code from the app from now on."""
        user = self.users.get(factor.user_id)
        if user is None or user.blocked_at is not None or factor.user_id in self.second_factors:
            return False
        self.second_factors[factor.user_id] = factor
        self.recovery_codes[factor.user_id] = frozenset(recovery)
        self._note(audit)
        return True

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
        """Judge a code."""
        budget = self.budgets.get(budget_key, Budget())
        until = blocked_until(budget, now=now)
        if until is not None:
            return SecondTry(outcome=LoginOutcome.BLOCKED, blocked_until=until)
        factor = self.second_factors.get(user_id)
        if factor is not None and step is not None and factor.last_step < step:
            self.second_factors[user_id] = replace(factor, last_step=step, sealed=sealed)
            return SecondTry(outcome=LoginOutcome.RIGHT)
        codes = self.recovery_codes.get(user_id, frozenset())
        if recovery is not None and recovery in codes:
            self.recovery_codes[user_id] = codes - {recovery}
            self._note(audit)
            return SecondTry(outcome=LoginOutcome.RIGHT, recovered=True)
        self.budgets[budget_key] = count_wrong(budget, now=now)
        return SecondTry(outcome=LoginOutcome.WRONG, blocked_until=blocked_until(self.budgets[budget_key], now=now))

    async def replace_recovery_codes(self, *, user_id: UserId, recovery: Sequence[bytes], audit: AuditEvent) -> bool:
        """New recovery codes in the place of all earlier ones."""
        if user_id not in self.second_factors:
            return False
        self.recovery_codes[user_id] = frozenset(recovery)
        self._note(audit)
        return True

    async def disable_second_factor(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Forget the app and the recovery codes."""
        self.recovery_codes.pop(user_id, None)
        if self.second_factors.pop(user_id, None) is None:
            return False
        self._note(audit)
        return True
