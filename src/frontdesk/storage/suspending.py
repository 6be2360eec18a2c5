"""Setting aside what a list that others keep names no longer, and following it: undone without a trace but for endings.

`memberships.suspended` holds why a role does not count: 1 the role itself, 2 its network.
"""

from frontdesk.protocol.ids import Micros, NetworkId, UserId, uuid_bytes
from frontdesk.protocol.records import Role
from frontdesk.storage.codes import void_codes_of_user
from frontdesk.storage.endings import END_LOGIN_CODES, END_SESSIONS, drop_network_of_user
from frontdesk.storage.stopping import RESTORE_ROLES
from frontdesk.storage.users import GIVE_ROLE
from frontdesk.storage.verbs import Verb

SET_EMAIL = "UPDATE users SET email = $1 WHERE id = $2"
SUSPEND_NETWORK = "UPDATE networks SET suspended_at = $1 WHERE id = $2"
SUSPEND_ROLES_OF_NETWORK = "UPDATE memberships SET suspended = suspended | 2 WHERE network_id = $1"
SUSPEND_ROLE = "UPDATE memberships SET suspended = suspended | 1 WHERE user_id = $1 AND network_id = $2"
SUSPEND_USER = "UPDATE users SET suspended_at = $1 WHERE id = $2"
RESTORE_USER = "UPDATE users SET suspended_at = NULL WHERE id = $1"
DEMOTE = "UPDATE memberships SET role = 'administrator' WHERE user_id = $1 AND network_id = $2"


def give_role(user_id: UserId, network_id: NetworkId, role: Role, since: Micros) -> Verb[None]:
    """Write a role that is in force as soon as its network is."""
    yield GIVE_ROLE, (uuid_bytes(user_id), uuid_bytes(network_id), role.value, since)


def transfer_network(network_id: NetworkId, *, former: UserId, owner: UserId, now: Micros) -> Verb[None]:
    """Another owner; the former one is administrator from now on.

    What the former owner let apps do in this network ends for good: it was the owner's word, and the next consent
    is an administrator's (DESIGN D1).
    """
    user, network = uuid_bytes(former), uuid_bytes(network_id)
    yield DEMOTE, (user, network)  # first: there is never a second owner
    yield from give_role(owner, network_id, Role.OWNER, now)
    yield from drop_network_of_user(user, network, now)


def suspend_network(network_id: NetworkId, *, since: Micros | None) -> Verb[None]:
    """Take a network out of service with its pair and all roles in it, or (`since` None) put it back as it was."""
    network = uuid_bytes(network_id)
    yield SUSPEND_NETWORK, (since, network)
    yield (RESTORE_ROLES if since is None else SUSPEND_ROLES_OF_NETWORK), (network,)


def suspend_user(user_id: UserId, *, restored: bool, now: Micros) -> Verb[None]:
    """Shut somebody out, ending sessions, login codes and pending codes for good, or let them in again."""
    user = uuid_bytes(user_id)
    if restored:
        yield RESTORE_USER, (user,)
        return
    yield SUSPEND_USER, (now, user)
    yield END_SESSIONS, (user,)
    yield END_LOGIN_CODES, (user,)
    yield from void_codes_of_user(user, now)
