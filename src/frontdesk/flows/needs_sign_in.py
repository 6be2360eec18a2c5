"""What signing in needs of the store: login codes, what they cost, and sessions."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.ids import ChallengeId, Digest, Micros, SessionId
from frontdesk.protocol.records import AuditEvent, LoginCode, Session
from frontdesk.protocol.signin import Budget
from frontdesk.protocol.store import LoginTry


class SignInStore(Protocol):
    """Codes that are mailed, tries that are counted, and sessions that begin, go on and end."""

    async def start_login(self, *, budget_key: bytes, login_code: LoginCode | None, now: Micros) -> bool:
        """Count a mail against the budget and store the code, replacing this browser's earlier ones for the user.

        False (nothing stored) where the budget has no mail left. With `login_code` None (an unknown address) only
        the budget is counted, so that both take the same time.
        """

    async def find_budget(self, budget_key: bytes) -> Budget:
        """Wrong codes and mails counted under this key."""

    async def try_login_code(
        self, *, challenge_id: ChallengeId, browser: str, digests: Sequence[Digest], budget_key: bytes, now: Micros
    ) -> LoginTry:
        """Judge one guess: budget first, then the code; a wrong one is counted in the same transaction.

        `digests` are the guess under each digest key. A right code is used up.
        """

    async def start_session(self, *, session: Session, replaces: SessionId | None, audit: AuditEvent) -> None:
        """A new session; the one it replaces ends. At most 20 a user, the oldest out; none for a blocked user."""

    async def find_session(self, session_id: SessionId) -> Session | None:
        """A session's row; whether it is still alive is the caller's judgement."""

    async def touch_session(self, *, session_id: SessionId, now: Micros) -> None:
        """Note that it was seen."""

    async def end_session(self, *, session_id: SessionId) -> None:
        """Sign out."""
