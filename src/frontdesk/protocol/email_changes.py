"""A new e-mail address on its way: two codes prove that one person reads both mailboxes. OWASP ASVS 6.3.7, 6.4."""

from dataclasses import dataclass, field

from frontdesk.protocol.ids import Digest, Email, Micros, SessionId, UserId
from frontdesk.protocol.store import LoginOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChange:
    """What a user asked for, in one session; at most one a user."""

    user_id: UserId
    session_id: SessionId
    email: Email  # the new one
    old_digest: Digest = field(repr=False)
    new_digest: Digest = field(repr=False)
    expires_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailTry:
    """What came of two typed codes."""

    outcome: LoginOutcome
    blocked_until: Micros | None = None
