"""Whether a network's owner may take over a connection whose person left, so that the app goes on without them."""

from enum import Enum

from frontdesk.protocol.ids import DAY, NetworkId, UserId
from frontdesk.protocol.records import Grant, Role, User

# How long after somebody left a network an app that they connected can be taken over.
ADOPTABLE_FOR = 90 * DAY


class Adoption(Enum):
    """What came of taking a connection over, or would."""

    DONE = "done"
    GONE = "gone"  # it ended, is somebody's who is still there, or never was
    ELSEWHERE = "elsewhere"  # its token also opens networks of the person who left: one token has one person
    FULL = "full"  # the owner has as many connections with this app as anybody may


def judge_adoption(
    grant: Grant, network_id: NetworkId, *, owner: UserId, has_left: bool, owners_grants: int, cap: int
) -> Adoption:
    """Judge a grant whose edge to the network was dropped when its person left (`has_left`).

    `owners_grants` is how many live grants the owner has with the same app, of at most `cap`.
    """
    known = any(edge.network_id == network_id for edge in grant.edges)
    if not has_left or not known or grant.revoked_at is not None or grant.user_id == owner:
        return Adoption.GONE
    if any(edge.dropped_at is None for edge in grant.edges):
        return Adoption.ELSEWHERE
    return Adoption.FULL if owners_grants >= cap else Adoption.DONE


class Standing(Enum):
    """Whether a connection opens its network now."""

    WORKING = "working"
    PERSON_BLOCKED = "person_blocked"
    ROLE_TOO_LOW = "role_too_low"
    APP_OFF = "app_off"


def judge_standing(user: User, network_id: NetworkId, *, app_is_on: bool, offered_roles: frozenset[Role]) -> Standing:
    """Why a connection with a live edge to the network is refused, if it is."""
    if not app_is_on:
        return Standing.APP_OFF
    if user.blocked_at is not None:
        return Standing.PERSON_BLOCKED
    return Standing.WORKING if user.roles.get(network_id) in offered_roles else Standing.ROLE_TOO_LOW
