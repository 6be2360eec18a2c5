"""Changing the own address, and leaving for good."""

import hmac
from collections.abc import Sequence

from frontdesk.protocol.email_changes import EmailChange, EmailTry
from frontdesk.protocol.ids import Digest, Email, Micros, SessionId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent
from frontdesk.protocol.signin import blocked_until, count_mail, count_wrong, may_mail
from frontdesk.protocol.store import LoginOutcome
from frontdesk.storage.audit import entry
from frontdesk.storage.identities import FORGET_ALL
from frontdesk.storage.login import find_budget, put_budget
from frontdesk.storage.passkeys import REMOVE_ALL
from frontdesk.storage.second_factors import FORGET, FORGET_CODES
from frontdesk.storage.sessions import END_LOGIN_CODES, END_OTHERS
from frontdesk.storage.verbs import Verb

PUT_CHANGE = """
INSERT INTO email_changes (user_id, session_id, email, old_digest, new_digest, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_id) DO UPDATE SET session_id = excluded.session_id, email = excluded.email,
    old_digest = excluded.old_digest, new_digest = excluded.new_digest, expires_at = excluded.expires_at
"""
FIND_CHANGE = "SELECT session_id, email, old_digest, new_digest, expires_at FROM email_changes WHERE user_id = $1"
END_CHANGE = "DELETE FROM email_changes WHERE user_id = $1"
SET_EMAIL = """
UPDATE users SET email = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM users WHERE email = $1) RETURNING id
"""
OWNS = "SELECT network_id FROM memberships WHERE user_id = $1 AND role = 'owner'"
# An app that is somebody's stays somebody's.
LAST_OF_APP = """
SELECT client_id FROM app_owners mine WHERE user_id = $1 AND NOT EXISTS (
    SELECT 1 FROM app_owners other WHERE other.client_id = mine.client_id AND other.user_id <> mine.user_id
)
"""
LAST_OPERATOR = """
SELECT user_id FROM operators WHERE user_id = $1
AND (SELECT min(user_id) FROM operators) = (SELECT max(user_id) FROM operators)
"""
APPS = "DELETE FROM app_owners WHERE user_id = $1"
INVITATIONS = "DELETE FROM maker_invitations WHERE invited_by = $1"
PARTNER = "DELETE FROM partners WHERE user_id = $1"
ROLES = "DELETE FROM memberships WHERE user_id = $1"
SESSIONS = "DELETE FROM sessions WHERE user_id = $1"
LAST_SIGN_IN = "DELETE FROM last_sign_ins WHERE user_id = $1"
CONNECTIONS = "DELETE FROM connections WHERE user_id = $1"
# Nothing indexes these by user alone: a user leaves once, and letting go of the row looks through them anyway.
CODES = "DELETE FROM codes WHERE user_id = $1"
GRANTS = "DELETE FROM grants WHERE user_id = $1"
USER = "DELETE FROM users WHERE id = $1 RETURNING id"


def start_email_change(*, budget_key: bytes, change: EmailChange, now: Micros) -> Verb[bool]:
    """Count a mail and store the change in place of the user's earlier one; False where no mail is left."""
    budget = yield from find_budget(budget_key)
    if not may_mail(budget, now=now):
        return False
    yield from put_budget(budget_key, count_mail(budget, now=now))
    yield (
        PUT_CHANGE,
        (
            uuid_bytes(change.user_id),
            uuid_bytes(change.session_id),
            change.email,
            change.old_digest,
            change.new_digest,
            change.expires_at,
        ),
    )
    return True


def find_email_change(user_id: UserId) -> Verb[EmailChange | None]:
    """The user's change on its way."""
    for session, email, old, new, expires in (yield FIND_CHANGE, (uuid_bytes(user_id),)):
        return EmailChange(
            user_id=user_id,
            session_id=SessionId(uuid_text(session)),
            email=Email(email),
            old_digest=Digest(old),
            new_digest=Digest(new),
            expires_at=Micros(expires),
        )
    return None


def try_email_change(
    *,
    user_id: UserId,
    session_id: SessionId,
    old_digests: Sequence[Digest],
    new_digests: Sequence[Digest],
    budget_key: bytes,
    now: Micros,
    audit: AuditEvent,
) -> Verb[EmailTry]:
    """Judge two codes, the budget first; right ones move the user to the new address and end all other sessions."""
    budget = yield from find_budget(budget_key)
    until = blocked_until(budget, now=now)
    if until is not None:
        return EmailTry(outcome=LoginOutcome.BLOCKED, blocked_until=until)
    change = yield from find_email_change(user_id)
    user = uuid_bytes(user_id)
    if change is not None and proves_change(change, session_id, old_digests, new_digests, now):
        moved = yield SET_EMAIL, (change.email, user)
        yield END_CHANGE, (user,)
        if moved:
            yield END_OTHERS, (user, uuid_bytes(session_id))
            yield END_LOGIN_CODES, (user,)
            yield entry(audit)
            return EmailTry(outcome=LoginOutcome.RIGHT)
    counted = count_wrong(budget, now=now)
    yield from put_budget(budget_key, counted)
    return EmailTry(outcome=LoginOutcome.WRONG, blocked_until=blocked_until(counted, now=now))


def set_user_address(*, user_id: UserId, email: Email, audit: AuditEvent) -> Verb[bool]:
    """Give a user another address, ending every visit; False where somebody has it."""
    user = uuid_bytes(user_id)
    if not (yield SET_EMAIL, (email, user)):
        return False
    for sql in (END_CHANGE, SESSIONS, END_LOGIN_CODES):
        yield sql, (user,)
    yield entry(audit)
    return True


def proves_change(
    change: EmailChange,
    session_id: SessionId,
    old_digests: Sequence[Digest],
    new_digests: Sequence[Digest],
    now: Micros,
) -> bool:
    """Whether both codes are right, in time, in the session that asked."""
    old = any(hmac.compare_digest(change.old_digest, guess) for guess in old_digests)
    new = any(hmac.compare_digest(change.new_digest, guess) for guess in new_digests)
    return old and new and change.session_id == session_id and now < change.expires_at


def delete_user(*, user_id: UserId, audit: AuditEvent) -> Verb[bool]:
    """Forget a user with everything that hangs on them; False where a network or app would be nobody's."""
    user = uuid_bytes(user_id)
    for keeps in (OWNS, LAST_OF_APP, LAST_OPERATOR):
        if (yield keeps, (user,)):
            return False
    for sql in (
        INVITATIONS,
        APPS,
        PARTNER,
        REMOVE_ALL,
        FORGET_ALL,
        LAST_SIGN_IN,
        FORGET_CODES,
        FORGET,
        ROLES,
        SESSIONS,
        END_LOGIN_CODES,
        END_CHANGE,
        CONNECTIONS,
        CODES,
        GRANTS,
    ):
        yield sql, (user,)
    if not (yield USER, (user,)):
        return False
    yield entry(audit)
    return True
