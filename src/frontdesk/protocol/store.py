"""What the store's verbs answer: the outcomes that a walk must tell apart."""

from dataclasses import dataclass
from enum import Enum

from frontdesk.protocol.ids import GrantId, Micros, UserId
from frontdesk.protocol.records import Grant


class StoreUnavailable(Exception):  # noqa: N818 - a state of the house, not a mistake
    """The store cannot answer, or cannot promise that a change is durable: the caller gets a 503."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTaken:
    """The exchange won; this is the grant as it was stored."""

    grant: Grant
    evicted: GrantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUsedBefore:
    """The code gave its one success before, or was void or too old; `grant_id` is what it was exchanged for."""

    grant_id: GrantId | None


class LoginOutcome(Enum):
    """How one guess at a login code ended."""

    RIGHT = "right"
    WRONG = "wrong"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTry:
    """The outcome of a guess; `user_id` when it was right, `blocked_until` when the address is blocked."""

    outcome: LoginOutcome
    user_id: UserId | None = None
    blocked_until: Micros | None = None
