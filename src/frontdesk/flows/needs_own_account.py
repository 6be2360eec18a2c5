"""What people who change or leave their own account need of the store."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.email_changes import EmailChange, EmailTry
from frontdesk.protocol.ids import Digest, Email, Micros, SessionId, UserId
from frontdesk.protocol.records import AuditEvent


class OwnAccountStore(Protocol):
    """A new address on its way, and the end of an account."""

    async def start_email_change(self, *, budget_key: bytes, change: EmailChange, now: Micros) -> bool:
        """Count a mail and store the change in place of the user's earlier one; False where no mail is left."""

    async def find_email_change(self, user_id: UserId) -> EmailChange | None:
        """The user's change on its way, expired or not."""

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
        """Judge two codes, the budget first. Right: the address is the user's, and all other sessions end.

        Wrong codes are counted in the same transaction. An address that somebody else has by now is a wrong code.
        """

    async def set_user_address(self, *, user_id: UserId, email: Email, audit: AuditEvent) -> bool:
        """Give a user another address; sessions, sign-in codes and a change on its way end with the old one.

        False, with nothing changed, where somebody has the address, or there is no such user.
        """

    async def delete_user(self, *, user_id: UserId, audit: AuditEvent) -> bool:
        """Forget a user with everything that hangs on them: roles, sessions, connections, codes, grants.

        False, with nothing changed, where the user owns a network, set aside or not, is the last one of an app's
        people or the last operator, or is not there.
        """
