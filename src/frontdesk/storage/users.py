"""People and the roles they hold in networks."""

from dataclasses import replace
from typing import Any

from frontdesk.protocol.ids import Email, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.records import AuditEvent, Role, User
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import network_text, place_of
from frontdesk.storage.verbs import Rows, Verb

_SELECT = """
SELECT u.id, u.email, u.created_at, coalesce(u.blocked_at, u.suspended_at), u.language, m.network_id, m.role
FROM users u LEFT JOIN memberships m ON m.user_id = u.id AND m.suspended = 0
"""
FIND = _SELECT + "WHERE u.id = $1"
FIND_BY_EMAIL = _SELECT + "WHERE u.email = $1"
LIST = _SELECT + "ORDER BY u.email, u.id"
LIST_OWNERS = _SELECT + "WHERE u.id IN (SELECT user_id FROM memberships WHERE role = 'owner') ORDER BY u.id"  # noqa: S608
PAGE = """
SELECT u.id, u.email, u.created_at, coalesce(u.blocked_at, u.suspended_at), u.language, m.network_id, m.role
FROM (SELECT * FROM users WHERE id > $1 ORDER BY id LIMIT $2) u
    LEFT JOIN memberships m ON m.user_id = u.id AND m.suspended = 0
ORDER BY u.id
"""
FIND_OWNER = _SELECT + "WHERE u.id = (SELECT user_id FROM memberships WHERE network_id = $1 AND role = 'owner')"  # noqa: S608
PEOPLE = """
SELECT u.id FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.network_id = $1 AND m.suspended = 0
ORDER BY u.email, u.id
"""
INSERT = """
INSERT INTO users (id, email, created_at, blocked_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (email) DO NOTHING RETURNING id
"""
FIND_NETWORK = "SELECT id FROM networks WHERE id = $1"
ROLE_OF = "SELECT role FROM memberships WHERE user_id = $1 AND network_id = $2"
# In a network that is set aside, a role is given for when it is back.
GIVE_ROLE = """
INSERT INTO memberships (user_id, network_id, role, suspended, since)
SELECT $1, $2, $3, CASE WHEN coalesce(n.stopped_at, n.suspended_at) IS NULL THEN 0 ELSE 2 END, $4
FROM networks n WHERE n.id = $2
ON CONFLICT (user_id, network_id) DO UPDATE SET role = excluded.role, suspended = excluded.suspended
RETURNING suspended
"""
# Whoever loses the right to invite leaves no invitation behind that getting it again would revive.
END_INVITATIONS_OF = """
UPDATE invitations SET ended_at = $1 WHERE network_id = $2 AND inviter_id = $3 AND ended_at IS NULL
"""


def find_user(user_id: UserId) -> Verb[User | None]:
    """A user with roles."""
    rows = yield FIND, (uuid_bytes(user_id),)
    return next(iter(read_users(rows)), None)


def find_user_by_email(email: Email) -> Verb[User | None]:
    """A user by address."""
    rows = yield FIND_BY_EMAIL, (email,)
    return next(iter(read_users(rows)), None)


def find_owner_of(network_id: NetworkId) -> Verb[User | None]:
    """The owner of a network."""
    rows = yield FIND_OWNER, (uuid_bytes(network_id),)
    return next(iter(read_users(rows)), None)


def list_people_of(network_id: NetworkId) -> Verb[list[UserId]]:
    """Who has a role in a network that counts, by address."""
    return [UserId(uuid_text(user)) for (user,) in (yield PEOPLE, (uuid_bytes(network_id),))]


def list_users() -> Verb[list[User]]:
    """All users, by address."""
    return read_users((yield LIST, ()))


def page_users(*, after: UserId | None, limit: int) -> Verb[list[User]]:
    """Users after an id."""
    return read_users((yield PAGE, (place_of(after), limit)))


def list_owners() -> Verb[list[User]]:
    """The users that own a network."""
    return read_users((yield LIST_OWNERS, ()))


def ensure_user(new_user: User) -> Verb[User]:
    """The user with this address, made where there is none."""
    known = yield from find_user_by_email(new_user.email)
    if known is not None:
        return known
    yield from insert_user(new_user)
    return replace(new_user, roles={})


def insert_user(user: User) -> Verb[None]:
    """A new user, without any role."""
    yield INSERT, (uuid_bytes(user.id), user.email, user.created_at, user.blocked_at)


def give_role(user: User, network_id: NetworkId, role: Role, since: Micros) -> Verb[User]:
    """Write a role, in force as soon as its network is; the user as it is from then on."""
    rows = yield GIVE_ROLE, (uuid_bytes(user.id), uuid_bytes(network_id), role.value, since)
    counts = bool(rows) and not rows[0][0]
    return replace(user, roles={**user.roles, network_id: role}) if counts else user


def put_membership(*, new_user: User, network_id: NetworkId, role: Role, audit: AuditEvent) -> Verb[User | None]:
    """Give a role, making the user where there is none; None where the owner would change or no network is there."""
    if role is Role.OWNER or not (yield FIND_NETWORK, (uuid_bytes(network_id),)):
        return None
    user = yield from ensure_user(new_user)
    # The row, not the record: an owner whose network is set aside is its owner all the same.
    if (yield ROLE_OF, (uuid_bytes(user.id), uuid_bytes(network_id))) == [(Role.OWNER.value,)]:
        return None
    user = yield from give_role(user, network_id, role, audit.at)
    if role is Role.MEMBER:
        yield END_INVITATIONS_OF, (audit.at, uuid_bytes(network_id), uuid_bytes(user.id))
    yield entry(about(audit, new_user, user))
    return user


def about(audit: AuditEvent, new_user: User, user: User) -> AuditEvent:
    """The row with the id that the user really has: the caller could only name the one a new user would get."""
    return replace(audit, user_id=user.id) if audit.user_id == new_user.id else audit


def read_users(rows: Rows) -> list[User]:
    """Users of rows that carry one role each; the rows of a user lie together."""
    users: list[User] = []
    last: bytes | None = None
    for raw, email, created, blocked, language, network, role in rows:
        if raw != last:
            users.append(_user(raw, email, created, blocked, language))
            last = raw
        if network is not None:
            users[-1].roles[network_text(network)] = Role(role)
    return users


def _user(raw: bytes, email: str, created: int, blocked: Any, language: str) -> User:
    return User(
        id=UserId(uuid_text(raw)),
        email=Email(email),
        created_at=Micros(created),
        blocked_at=None if blocked is None else Micros(blocked),
        language=language,
    )
