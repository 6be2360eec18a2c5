"""A network's people: who may invite, change and remove whom, and how long an invitation stands. OW-12, EM-06."""

from dataclasses import dataclass, field
from enum import Enum

from frontdesk.protocol.ids import DAY, Digest, Email, Micros, NetworkId, UserId
from frontdesk.protocol.records import Role, User

INVITATION_LINK = "fdil_"  # what the value in an invitation's link begins with
INVITATION_LIFETIME = 7 * DAY
MOST_WAITING = 50  # invitations of a network at once
MOST_A_DAY = 50  # mails of a network
MOST_A_DAY_TO_ONE = 3  # of these, to one address

# Whom each may invite and remove. An owner is made and unmade by giving the network on, and by nothing else.
_RULES_OVER = {
    Role.OWNER: frozenset({Role.ADMINISTRATOR, Role.MEMBER}),
    Role.ADMINISTRATOR: frozenset({Role.MEMBER}),
    Role.MEMBER: frozenset[Role](),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody with a role in a network; `since` is None where it was given before that was written down."""

    user: User
    role: Role
    since: Micros | None
    last_sign_in_at: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A role that waits for whoever can read an address's mail; without an inviter it is the operator's."""

    id: str
    network_id: NetworkId
    email: Email
    role: Role
    digest: Digest = field(repr=False)  # of the value in its link
    inviter_id: UserId | None
    made_at: Micros
    expires_at: Micros
    ended_at: Micros | None = None


class Invited(Enum):
    """What came of inviting somebody."""

    DONE = "done"
    NOT_ALLOWED = "not_allowed"  # whoever invites may not, or not any more
    HAS_ROLE = "has_role"
    TOO_MANY_WAIT = "too_many_wait"
    TOO_MANY_MAILS = "too_many_mails"


def manages(role: Role | None) -> bool:
    """Whether this role sees a network's people at all."""
    return role in (Role.OWNER, Role.ADMINISTRATOR)


def may_give(own: Role | None, role: Role) -> bool:
    """Whether somebody in this role may invite others to that one, and take such invitations back."""
    return own is not None and role in _RULES_OVER[own]


def may_remove(own: Role | None, other: Role | None) -> bool:
    """Whether somebody in this role may take the other's away; nobody their own, which the caller sees to."""
    return own is not None and other is not None and other in _RULES_OVER[own]


def may_change(own: Role | None, other: Role | None, role: Role) -> bool:
    """Whether somebody in this role may make the other an administrator or a member: the owner alone."""
    return own is Role.OWNER and other is not None and other is not Role.OWNER and role is not Role.OWNER


def stands(invitation: Invitation, inviter: User | None, *, now: Micros) -> bool:
    """Whether it can be accepted now: in time, not ended, and by the word of somebody who may still give the role."""
    if invitation.ended_at is not None or now >= invitation.expires_at:
        return False
    if invitation.inviter_id is None:
        return True
    return (
        inviter is not None
        and inviter.blocked_at is None
        and may_give(inviter.roles.get(invitation.network_id), invitation.role)
    )
