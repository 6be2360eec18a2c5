"""What passkeys need of the store, and of whoever can judge what devices say."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import Digest, Micros, UserId
from frontdesk.protocol.passkeys import NewPasskey, Passkey, Signature
from frontdesk.protocol.records import AuditEvent, User


class PasskeyStore(Protocol):
    """The passkeys of all users, and the challenges that were answered."""

    async def add_passkey(self, *, passkey: Passkey, limit: int, audit: AuditEvent) -> bool:
        """One more of a user's. False where its id is taken, the user has `limit` of them or may not sign in."""

    async def list_passkeys(self, user_id: UserId) -> Sequence[Passkey]:
        """A user's, oldest first."""

    async def find_passkey(self, passkey_id: bytes) -> Passkey | None:
        """A passkey by the id that its device says."""

    async def use_passkey(
        self, *, passkey: Passkey, challenge: Digest, expires_at: Micros, sign_count: int, now: Micros
    ) -> bool:
        """Spend a challenge and move the counter on, together.

        False where the challenge was spent before, the counter does not move on, or the passkey is gone.
        """

    async def remove_passkey(self, *, user_id: UserId, passkey_id: bytes, audit: AuditEvent) -> bool:
        """Forget a passkey of this user's; False where it is not theirs, or gone already."""

    async def rename_passkey(self, *, user_id: UserId, passkey_id: bytes, name: str, audit: AuditEvent) -> bool:
        """Call a passkey of this user's otherwise; False where it is not theirs, or gone."""


class PasskeyJudge(Protocol):
    """Writes what browsers are asked, and judges what devices answer. User verification is always demanded."""

    def ask_to_make(self, user: User, challenge: str, *, known: Sequence[Passkey]) -> str:
        """What `navigator.credentials.create` is to be called with, as JSON."""

    def ask_to_sign(self, challenge: str) -> str:
        """What `navigator.credentials.get` is to be called with, as JSON: any passkey of this site may answer."""

    def judge_made(self, content: str, challenge: str) -> NewPasskey | None:
        """A new passkey from a browser's answer; None where anything about it is not right."""

    def read_signature(self, content: str) -> Signature | None:
        """Which passkey an answer speaks of; None unless well-formed."""

    def judge_signature(self, signature: Signature, passkey: Passkey, challenge: str) -> int | None:
        """The counter that the answer says, where it is signed by this passkey for this challenge; else None."""
