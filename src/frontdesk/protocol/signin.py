"""How often an address may be guessed at and mailed to. The contract's Login section.

Five wrong codes within 20 minutes block for 20 minutes from the first of them; at most 20 wrong codes in any 24
hours; one mail a minute and five an hour. Times are microseconds; a window is half-open.
"""

from dataclasses import dataclass

from frontdesk.protocol.ids import DAY, HOUR, MINUTE, Micros
from frontdesk.protocol.records import Session

WRONG_CODES = 5
WRONG_WINDOW = 20 * MINUTE
WRONG_CODES_A_DAY = 20
MAILS_AN_HOUR = 5
MAIL_GAP = MINUTE
LOGIN_CODE_LIFETIME = 10 * MINUTE
LOGIN_CODE_DIGITS = 6
SESSION_IDLE = 12 * HOUR
SESSION_LIFETIME = 7 * DAY
SESSION_FRESH = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """When wrong codes were tried and mails were sent under one key, oldest first."""

    wrong: tuple[Micros, ...] = ()
    mails: tuple[Micros, ...] = ()


def blocked_until(budget: Budget, *, now: Micros) -> Micros | None:
    """When the next guess will be judged again; None: it may be made now.

    The 20-minute rule reads the tries in order: a window opens at a wrong code that lies in no earlier window, and
    its fifth wrong code closes the door until 20 minutes after the first.
    """
    until = max(_window_block(budget.wrong, now), _day_block(budget.wrong, now))
    return Micros(until) if until > now else None


def _window_block(wrong: tuple[Micros, ...], now: Micros) -> int:
    until, first, count = 0, None, 0
    for at in wrong:
        if first is None or at >= first + WRONG_WINDOW:
            first, count = at, 0
        count += 1
        if count >= WRONG_CODES:
            until = first + WRONG_WINDOW
    return until


def _day_block(wrong: tuple[Micros, ...], now: Micros) -> int:
    today = [at for at in wrong if at > now - DAY]
    return today[-WRONG_CODES_A_DAY] + DAY if len(today) >= WRONG_CODES_A_DAY else 0


def count_wrong(budget: Budget, *, now: Micros) -> Budget:
    """The budget with one more wrong code; what no rule can need any more is left out."""
    wrong = tuple(at for at in budget.wrong if at > now - DAY)
    return Budget(wrong=(*wrong, now)[-WRONG_CODES_A_DAY:], mails=budget.mails)


def may_mail(budget: Budget, *, now: Micros) -> bool:
    """Whether one more mail may go out now."""
    lately = [at for at in budget.mails if at > now - HOUR]
    return len(lately) < MAILS_AN_HOUR and (not lately or lately[-1] <= now - MAIL_GAP)


def count_mail(budget: Budget, *, now: Micros) -> Budget:
    """The budget with one more mail."""
    mails = tuple(at for at in budget.mails if at > now - HOUR)
    return Budget(wrong=budget.wrong, mails=(*mails, now)[-MAILS_AN_HOUR:])


def read_login_code(text: str) -> str | None:
    """Six ASCII digits once spaces are stripped, leading zeros kept; anything else is None."""
    digits = "".join(text.split())
    return digits if len(digits) == LOGIN_CODE_DIGITS and digits.isascii() and digits.isdigit() else None


def session_alive(session: Session, *, now: Micros) -> bool:
    """Seen within the last 12 hours, and begun within the last 7 days."""
    return now < session.last_seen_at + SESSION_IDLE and now < session.signed_in_at + SESSION_LIFETIME


def session_fresh(session: Session, *, now: Micros) -> bool:
    """Begun by a sign-in within the last five minutes: what a secret is shown to (OWASP ASVS 7.5.3)."""
    return now < session.signed_in_at + SESSION_FRESH
