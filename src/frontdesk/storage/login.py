"""Sign-in codes and the budgets of tries and mails. The limits themselves are protocol/signin.py's."""

import hmac
from collections.abc import Sequence

from frontdesk.protocol.ids import DAY, HOUR, ChallengeId, Digest, Micros, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import LoginCode
from frontdesk.protocol.signin import Budget, blocked_until, count_mail, count_wrong, may_mail
from frontdesk.protocol.store import LoginOutcome, LoginTry
from frontdesk.storage.columns import pack_times, read_times
from frontdesk.storage.verbs import Verb

FIND_BUDGET = "SELECT wrong, mails FROM login_budgets WHERE key = $1"
PUT_BUDGET = """
INSERT INTO login_budgets (key, wrong, mails, stale_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET wrong = excluded.wrong, mails = excluded.mails, stale_at = excluded.stale_at
"""
REPLACE_CODES = "DELETE FROM login_codes WHERE user_id = $1 AND browser = $2"
INSERT_CODE = """
INSERT INTO login_codes (id, user_id, browser, digest, created_at, expires_at)
SELECT $1, $2, $3, $4, $5, $6 WHERE EXISTS (
    SELECT 1 FROM users WHERE id = $2 AND blocked_at IS NULL AND suspended_at IS NULL
)
"""
FIND_CODE = "SELECT user_id, browser, digest FROM login_codes WHERE id = $1 AND expires_at > $2"
USE_CODE = "DELETE FROM login_codes WHERE id = $1"


def find_budget(budget_key: bytes) -> Verb[Budget]:
    """Wrong codes and mails counted under a key."""
    rows = yield FIND_BUDGET, (budget_key,)
    return Budget(wrong=read_times(rows[0][0]), mails=read_times(rows[0][1])) if rows else Budget()


def stale_at(budget: Budget) -> Micros:
    """From when on no rule can need the budget any more."""
    wrong = budget.wrong[-1] + DAY if budget.wrong else 0
    return Micros(max(wrong, budget.mails[-1] + HOUR if budget.mails else 0))


def start_login(*, budget_key: bytes, login_code: LoginCode | None, now: Micros) -> Verb[bool]:
    """Count a mail and store the code in place of the browser's earlier ones; False where no mail is left."""
    budget = yield from find_budget(budget_key)
    if not may_mail(budget, now=now):
        return False
    yield from put_budget(budget_key, count_mail(budget, now=now))
    if login_code is not None:
        user = uuid_bytes(login_code.user_id)
        yield REPLACE_CODES, (user, login_code.browser)
        yield (
            INSERT_CODE,
            (
                uuid_bytes(login_code.id),
                user,
                login_code.browser,
                login_code.digest,
                login_code.created_at,
                login_code.expires_at,
            ),
        )
    return True


def try_login_code(
    *, challenge_id: ChallengeId, browser: str, digests: Sequence[Digest], budget_key: bytes, now: Micros
) -> Verb[LoginTry]:
    """Judge one guess: the budget first, then the code. A wrong one is counted before its outcome can be seen."""
    budget = yield from find_budget(budget_key)
    until = blocked_until(budget, now=now)
    if until is not None:
        return LoginTry(outcome=LoginOutcome.BLOCKED, blocked_until=until)
    key = uuid_bytes(challenge_id)
    for user, asked_from, digest in (yield FIND_CODE, (key, now)):
        if asked_from == browser and any(hmac.compare_digest(digest, guess) for guess in digests):
            yield USE_CODE, (key,)
            return LoginTry(outcome=LoginOutcome.RIGHT, user_id=UserId(uuid_text(user)))
    counted = count_wrong(budget, now=now)
    yield from put_budget(budget_key, counted)
    return LoginTry(outcome=LoginOutcome.WRONG, blocked_until=blocked_until(counted, now=now))


def put_budget(key: bytes, budget: Budget) -> Verb[None]:
    """Write what was counted under a key."""
    yield PUT_BUDGET, (key, pack_times(budget.wrong), pack_times(budget.mails), stale_at(budget))
