"""The verbs about the second factor, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Micros, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.second_factor import SecondFactor, SecondTry
from frontdesk.storage import second_factors
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class SecondFactorVerbs:
    """What `frontdesk.flows.needs_second_factor.SecondFactorStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def find_second_factor(self, user_id: UserId) -> SecondFactor | None:
        """A user's authenticator app."""
        return await self._reader.read(second_factors.find_second_factor, user_id)

    async def enable_second_factor(self, *, factor: SecondFactor, recovery: Sequence[bytes], audit: AuditEvent) -> bool:
        """Ask for a code from the app from now on."""
        verb = second_factors.enable_second_factor(factor=factor, recovery=recovery, audit=audit)
        return await self._writer.write(verb)

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
        verb = second_factors.try_second_factor(
            user_id=user_id,
            step=step,
            sealed=sealed,
            recovery=recovery,
            budget_key=budget_key,
            now=now,
            audit=audit,
        )
        return await self._writer.write(verb)

    async def replace_recovery_codes(self, *, user_id: UserId, recovery: Sequence[bytes], audit: AuditEvent) -> bool:
        """New recovery codes in the place of all earlier ones."""
        verb = second_factors.replace_recovery_codes(user_id=user_id, recovery=recovery, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def disable_second_factor(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Forget the app and the recovery codes."""
        verb = second_factors.disable_second_factor(user_id=user_id, audit=audit)
        return await self._writer.write(verb, urgent=True)
