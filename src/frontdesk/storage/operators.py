"""Operators of the console, and the set-up link. ATTACKS AD-01."""

from frontdesk.protocol.ids import Digest, Micros, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.operators import Appointed, SetupLink
from frontdesk.protocol.records import AuditEvent, User
from frontdesk.storage.audit import entry
from frontdesk.storage.users import about, ensure_user, find_user
from frontdesk.storage.verbs import Verb

FIND = "SELECT since FROM operators WHERE user_id = $1"
LIST = "SELECT user_id, since FROM operators ORDER BY since, user_id"
INSERT = "INSERT INTO operators (user_id, since) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING RETURNING user_id"
# The last one stays: nobody may lock everybody out of the console.
REMOVE = """
DELETE FROM operators WHERE user_id = $1 AND (SELECT count(*) FROM (SELECT 1 FROM operators LIMIT 2)) = 2
RETURNING user_id
"""
FORGET_LINKS = "DELETE FROM setup_links"
PUT_LINK = "INSERT INTO setup_links (digest, expires_at) VALUES ($1, $2)"
FIND_LINK = "SELECT digest, expires_at FROM setup_links"
FIND_THIS_LINK = "SELECT expires_at FROM setup_links WHERE digest = $1 AND expires_at > $2"
TAKE_LINK = "DELETE FROM setup_links WHERE digest = $1 AND expires_at > $2 RETURNING digest"


def is_operator(user_id: UserId) -> Verb[bool]:
    """Whether a user is an operator."""
    return bool((yield FIND, (uuid_bytes(user_id),)))


def list_operators() -> Verb[list[Appointed]]:
    """All operators, the longest first."""
    found = []
    for raw, since in (yield LIST, ()):
        user = yield from find_user(UserId(uuid_text(raw)))
        if user is not None:
            found.append(Appointed(user=user, since=Micros(since)))
    return found


def add_operator(*, new_user: User, now: Micros, audit: AuditEvent) -> Verb[User | None]:
    """Make somebody an operator."""
    user = yield from ensure_user(new_user)
    if user.blocked_at is not None or not (yield INSERT, (uuid_bytes(user.id), now)):
        return None
    yield entry(about(audit, new_user, user))
    return user


def remove_operator(*, user_id: UserId, audit: AuditEvent) -> Verb[bool]:
    """Take it away, but from the last one."""
    if not (yield REMOVE, (uuid_bytes(user_id),)):
        return False
    yield entry(audit)
    return True


def put_setup_link(*, link: SetupLink, audit: AuditEvent) -> Verb[None]:
    """A new link in the place of any other."""
    yield FORGET_LINKS, ()
    yield PUT_LINK, (link.digest, link.expires_at)
    yield entry(audit)


def find_setup_link() -> Verb[SetupLink | None]:
    """The link that was made last."""
    rows = yield FIND_LINK, ()
    return SetupLink(digest=Digest(rows[0][0]), expires_at=Micros(rows[0][1])) if rows else None


def open_setup_link(*, digest: Digest, new_user: User, now: Micros) -> Verb[User | None]:
    """The user with this address, while the link is alive."""
    if not (yield FIND_THIS_LINK, (digest, now)):
        return None
    return (yield from ensure_user(new_user))


def take_setup_link(*, digest: Digest, user_id: UserId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Use the link up; of two at once one wins."""
    user = yield from find_user(user_id)
    if user is None or user.blocked_at is not None or not (yield TAKE_LINK, (digest, now)):
        return False
    yield INSERT, (uuid_bytes(user_id), now)
    yield entry(audit)
    return True
