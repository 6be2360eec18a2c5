"""The verbs by which people change or leave their own account, as methods."""

from collections.abc import Sequence

from frontdesk.protocol.email_changes import EmailChange, EmailTry
from frontdesk.protocol.ids import Digest, Email, Micros, SessionId, UserId
from frontdesk.protocol.records import AuditEvent
from frontdesk.storage import own_account
from frontdesk.storage.reader import Reader
from frontdesk.storage.writer import Writer


class OwnAccountVerbs:
    """What `frontdesk.flows.needs_own_account.OwnAccountStore` asks for. Shapes are said there."""

    _reader: Reader
    _writer: Writer

    async def start_email_change(self, *, budget_key: bytes, change: EmailChange, now: Micros) -> bool:
        """Count a mail and store the change."""
        verb = own_account.start_email_change(budget_key=budget_key, change=change, now=now)
        return await self._writer.write(verb)

    async def find_email_change(self, user_id: UserId) -> EmailChange | None:
        """The user's change on its way."""
        return await self._reader.read(own_account.find_email_change, user_id)

    async def try_email_change(
        self,
        *,
        user_id: UserId,
        session_id: SessionId,
        old_digests: Sequence[Digest],
        new_digests: Sequence[Digest],
        budget_key: bytes,
        now: Micros,
        audit: AuditEvent,
    ) -> EmailTry:
        """Judge two codes."""
        verb = own_account.try_email_change(
            user_id=user_id,
            session_id=session_id,
            old_digests=old_digests,
            new_digests=new_digests,
            budget_key=budget_key,
            now=now,
            audit=audit,
        )
        return await self._writer.write(verb)

    async def set_user_address(self, *, user_id: UserId, email: Email, audit: AuditEvent) -> bool:
        """Give a user another address."""
        verb = own_account.set_user_address(user_id=user_id, email=email, audit=audit)
        return await self._writer.write(verb, urgent=True)

    async def delete_user(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Forget a user with everything that hangs on them."""
        # Beside the loop: to let go of a user, the database looks through all that could name them.
        return await self._writer.write(own_account.delete_user(user_id=user_id, audit=audit), urgent=True, long=True)
