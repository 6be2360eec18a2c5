"""Invitations to become one of a network's people. The rules are protocol/members.py's. ATTACKS OW-12, EM-06."""

from collections.abc import Sequence
from typing import Any

from frontdesk.protocol.ids import DAY, Digest, Email, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.members import (
    MOST_A_DAY,
    MOST_A_DAY_TO_ONE,
    MOST_WAITING,
    Invitation,
    Invited,
    may_give,
    stands,
)
from frontdesk.protocol.records import AuditEvent, Role, User
from frontdesk.storage.audit import entry
from frontdesk.storage.columns import network_text, optional_id
from frontdesk.storage.users import FIND_NETWORK, ROLE_OF, ensure_user, find_user, give_role
from frontdesk.storage.verbs import Verb

_SELECT = "SELECT id, network_id, email, role, digest, inviter_id, made_at, expires_at, ended_at FROM invitations "
FIND = _SELECT + "WHERE id = $1"
FIND_BY_DIGEST = _SELECT + "WHERE digest = $1"
LIST = _SELECT + "WHERE network_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY email"
HAS_ROLE = """
SELECT m.role FROM users u JOIN memberships m ON m.user_id = u.id
WHERE u.email = $1 AND m.network_id = $2 AND m.suspended = 0
"""
COUNT = """
SELECT count(*) FILTER (WHERE ended_at IS NULL AND expires_at > $1 AND email <> $2),
    count(*) FILTER (WHERE made_at > $3), count(*) FILTER (WHERE made_at > $3 AND email = $2)
FROM invitations WHERE network_id = $4
"""
END_EARLIER = "UPDATE invitations SET ended_at = $1 WHERE network_id = $2 AND email = $3 AND ended_at IS NULL"
INSERT = """
INSERT INTO invitations (id, network_id, email, role, digest, inviter_id, made_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
END = "UPDATE invitations SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL RETURNING id"


def invite(*, invitation: Invitation, audit: AuditEvent) -> Verb[Invited]:
    """Keep an invitation, in the place of an earlier one to the same address."""
    network, now = uuid_bytes(invitation.network_id), invitation.made_at
    if not (yield from _stands(invitation, now)) or not (yield FIND_NETWORK, (network,)):
        return Invited.NOT_ALLOWED
    if (yield HAS_ROLE, (invitation.email, network)):
        return Invited.HAS_ROLE
    ((waiting, sent, sent_to_one),) = yield COUNT, (now, invitation.email, now - DAY, network)
    if waiting >= MOST_WAITING:
        return Invited.TOO_MANY_WAIT
    if sent >= MOST_A_DAY or sent_to_one >= MOST_A_DAY_TO_ONE:
        return Invited.TOO_MANY_MAILS
    yield END_EARLIER, (now, network, invitation.email)
    yield (
        INSERT,
        (
            uuid_bytes(invitation.id),
            network,
            invitation.email,
            invitation.role.value,
            invitation.digest,
            optional_id(invitation.inviter_id),
            now,
            invitation.expires_at,
        ),
    )
    yield entry(audit)
    return Invited.DONE


def list_invitations(network_id: NetworkId, *, now: Micros) -> Verb[list[Invitation]]:
    """A network's invitations that stand."""
    found = [_read(row) for row in (yield LIST, (uuid_bytes(network_id), now))]
    inviters: dict[UserId | None, User | None] = {None: None}
    for invitation in found:
        if invitation.inviter_id is not None and invitation.inviter_id not in inviters:
            inviters[invitation.inviter_id] = yield from find_user(invitation.inviter_id)
    return [invitation for invitation in found if stands(invitation, inviters[invitation.inviter_id], now=now)]


def find_invitation(digests: Sequence[Digest], *, now: Micros) -> Verb[Invitation | None]:
    """The invitation with one of these digests, if it stands."""
    for digest in digests:
        for row in (yield FIND_BY_DIGEST, (digest,)):
            invitation = _read(row)
            return invitation if (yield from _stands(invitation, now)) else None
    return None


def open_invitation(*, invitation_id: str, new_user: User, now: Micros) -> Verb[User | None]:
    """The user with the invited address, while the invitation stands."""
    invitation = yield from _standing(invitation_id, now)
    if invitation is None or invitation.email != new_user.email:
        return None
    return (yield from ensure_user(new_user))


def accept_invitation(*, invitation_id: str, user_id: UserId, now: Micros, audit: AuditEvent) -> Verb[bool]:
    """Use it up and give the role, to somebody of the invited address who has none there."""
    invitation, user = (yield from _standing(invitation_id, now)), (yield from find_user(user_id))
    if invitation is None or user is None or user.blocked_at is not None or user.email != invitation.email:
        return False
    # A role that was set aside counts here, too: what a kept list suspends stays suspended.
    if (yield ROLE_OF, (uuid_bytes(user_id), uuid_bytes(invitation.network_id))):
        return False
    yield END, (now, uuid_bytes(invitation_id))
    yield from give_role(user, invitation.network_id, invitation.role, now)
    yield entry(audit)
    return True


def end_invitation(
    *, invitation_id: str, by: UserId | None, email: Email | None, now: Micros, audit: AuditEvent
) -> Verb[Invitation | None]:
    """End one that stands, at the word of somebody who may."""
    invitation = yield from _standing(invitation_id, now)
    if invitation is None or email not in (None, invitation.email):
        return None
    if by is not None:
        actor = yield from find_user(by)
        if actor is None or actor.blocked_at is not None:
            return None
        if email is None and not may_give(actor.roles.get(invitation.network_id), invitation.role):
            return None
    yield END, (now, uuid_bytes(invitation_id))
    yield entry(audit)
    return invitation


def _standing(invitation_id: str, now: Micros) -> Verb[Invitation | None]:
    for row in (yield FIND, (uuid_bytes(invitation_id),)):
        invitation = _read(row)
        return invitation if (yield from _stands(invitation, now)) else None
    return None


def _stands(invitation: Invitation, now: Micros) -> Verb[bool]:
    inviter = None
    if invitation.inviter_id is not None:
        inviter = yield from find_user(invitation.inviter_id)
    return stands(invitation, inviter, now=now)


def _read(row: tuple[Any, ...]) -> Invitation:
    key, network, email, role, digest, inviter, made, expires, ended = row
    return Invitation(
        id=uuid_text(key),
        network_id=network_text(network),
        email=Email(email),
        role=Role(role),
        digest=Digest(digest),
        inviter_id=None if inviter is None else UserId(uuid_text(inviter)),
        made_at=Micros(made),
        expires_at=Micros(expires),
        ended_at=None if ended is None else Micros(ended),
    )
