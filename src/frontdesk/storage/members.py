"""A network's people as they see and change each other. Who may is protocol/members.py's."""

from frontdesk.protocol.ids import Email, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.members import Member, may_change, may_remove
from frontdesk.protocol.records import AuditEvent, Role, User
from frontdesk.storage.audit import entry
from frontdesk.storage.endings import remove_membership
from frontdesk.storage.users import END_INVITATIONS_OF, find_user, give_role
from frontdesk.storage.verbs import Verb

LIST = """
SELECT u.id, u.email, u.created_at, coalesce(u.blocked_at, u.suspended_at), u.language, m.role, m.since, s.at
FROM memberships m JOIN users u ON u.id = m.user_id LEFT JOIN last_sign_ins s ON s.user_id = u.id
WHERE m.network_id = $1 AND m.suspended = 0 AND u.email > $2 AND substr(u.email, 1, length($3)) = $3
ORDER BY u.email LIMIT $4
"""


def list_members(network_id: NetworkId, *, after: str, begins: str, limit: int) -> Verb[list[Member]]:
    """Who has a role that counts, by address."""
    members = []
    for raw, email, created, blocked, language, held, since, at in (
        yield LIST, (uuid_bytes(network_id), after, begins, limit)
    ):
        user = User(
            id=UserId(uuid_text(raw)),
            email=Email(email),
            created_at=Micros(created),
            blocked_at=None if blocked is None else Micros(blocked),
            language=language,
            roles={network_id: Role(held)},
        )
        members.append(
            Member(
                user=user,
                role=Role(held),
                since=None if since is None else Micros(since),
                last_sign_in_at=None if at is None else Micros(at),
            )
        )
    return members


def remove_member(*, by: UserId, user_id: UserId, network_id: NetworkId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Take a role away at the word of somebody who may."""
    actor, other = yield from _both(by, user_id)
    if actor is None or other is None:
        return False
    if not may_remove(actor.roles.get(network_id), other.roles.get(network_id)):
        return False
    return (yield from remove_membership(user_id=user_id, network_id=network_id, now=now, audit=audit))


def change_role(
    *, by: UserId, user_id: UserId, network_id: NetworkId, role: Role, now: Micros, audit: AuditEvent
) -> Verb[bool]:
    """Another role at the word of somebody who may."""
    actor, other = yield from _both(by, user_id)
    if actor is None or other is None or other.roles.get(network_id) is role:
        return False
    if not may_change(actor.roles.get(network_id), other.roles.get(network_id), role):
        return False
    yield from give_role(other, network_id, role, now)
    if role is Role.MEMBER:
        yield END_INVITATIONS_OF, (now, uuid_bytes(network_id), uuid_bytes(user_id))
    yield entry(audit)
    return True


def _both(by: UserId, user_id: UserId) -> Verb[tuple[User | None, User | None]]:
    """Whoever acts, unless they are blocked or act upon themselves, and the other one."""
    actor = yield from find_user(by)
    if by == user_id or actor is None or actor.blocked_at is not None:
        return None, None
    return actor, (yield from find_user(user_id))
