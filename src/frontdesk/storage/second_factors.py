"""Authenticator apps and recovery codes."""

from collections.abc import Sequence

from frontdesk.protocol.ids import Micros, UserId, uuid_bytes
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.second_factor import SecondFactor, SecondTry
from frontdesk.protocol.signin import blocked_until, count_wrong
from frontdesk.protocol.store import LoginOutcome
from frontdesk.storage.audit import entry
from frontdesk.storage.login import find_budget, put_budget
from frontdesk.storage.verbs import Verb

FIND = """
SELECT sealed, last_step, created_at, (SELECT count(*) FROM recovery_codes WHERE user_id = $1)
FROM second_factors WHERE user_id = $1
"""
# A user who was blocked between the page and this write gets none.
INSERT = """
INSERT INTO second_factors (user_id, sealed, last_step, created_at)
SELECT id, $1, $2, $3 FROM users WHERE id = $4 AND blocked_at IS NULL AND suspended_at IS NULL
ON CONFLICT (user_id) DO NOTHING RETURNING user_id
"""
USE_STEP = """
UPDATE second_factors SET last_step = $1, sealed = $2 WHERE user_id = $3 AND last_step < $1 RETURNING user_id
"""
INSERT_CODE = "INSERT INTO recovery_codes (user_id, digest) VALUES ($1, $2)"
USE_CODE = "DELETE FROM recovery_codes WHERE user_id = $1 AND digest = $2 RETURNING digest"
FORGET_CODES = "DELETE FROM recovery_codes WHERE user_id = $1"
FORGET = "DELETE FROM second_factors WHERE user_id = $1 RETURNING user_id"


def find_second_factor(user_id: UserId) -> Verb[SecondFactor | None]:
    """A user's authenticator app."""
    for sealed, last_step, created, codes in (yield FIND, (uuid_bytes(user_id),)):
        return SecondFactor(
            user_id=user_id, sealed=sealed, last_step=last_step, created_at=Micros(created), codes_left=codes
        )
    return None


def enable_second_factor(*, factor: SecondFactor, recovery: Sequence[bytes], audit: AuditEvent) -> Verb[bool]:
    """Ask for a code from the app from now on; False where that is so already, or the user may not sign in."""
    user = uuid_bytes(factor.user_id)
    if not (yield INSERT, (factor.sealed, factor.last_step, factor.created_at, user)):
        return False
    for digest in recovery:
        yield INSERT_CODE, (user, digest)
    yield entry(audit)
    return True


def try_second_factor(
    *,
    user_id: UserId,
    step: int | None,
    sealed: str,
    recovery: bytes | None,
    budget_key: bytes,
    now: Micros,
    audit: AuditEvent,
) -> Verb[SecondTry]:
    """Judge a code, the budget first: the step that it is of, or a recovery code, which is used up."""
    budget = yield from find_budget(budget_key)
    until = blocked_until(budget, now=now)
    if until is not None:
        return SecondTry(outcome=LoginOutcome.BLOCKED, blocked_until=until)
    user = uuid_bytes(user_id)
    if step is not None and (yield USE_STEP, (step, sealed, user)):
        return SecondTry(outcome=LoginOutcome.RIGHT)
    if recovery is not None and (yield USE_CODE, (user, recovery)):
        yield entry(audit)
        return SecondTry(outcome=LoginOutcome.RIGHT, recovered=True)
    counted = count_wrong(budget, now=now)
    yield from put_budget(budget_key, counted)
    return SecondTry(outcome=LoginOutcome.WRONG, blocked_until=blocked_until(counted, now=now))


def replace_recovery_codes(*, user_id: UserId, recovery: Sequence[bytes], audit: AuditEvent) -> Verb[bool]:
    """New recovery codes in the place of all earlier ones; False where there is no second factor."""
    user = uuid_bytes(user_id)
    if (yield from find_second_factor(user_id)) is None:
        return False
    yield FORGET_CODES, (user,)
    for digest in recovery:
        yield INSERT_CODE, (user, digest)
    yield entry(audit)
    return True


def disable_second_factor(*, user_id: UserId, audit: AuditEvent) -> Verb[bool]:
    """Forget the app and the recovery codes; False where there is none."""
    user = uuid_bytes(user_id)
    yield FORGET_CODES, (user,)
    if not (yield FORGET, (user,)):
        return False
    yield entry(audit)
    return True
