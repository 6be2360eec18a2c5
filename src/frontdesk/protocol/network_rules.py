"""What a network's owner allows: which apps may be connected to it, by whom, for how long, and what they may first."""

from dataclasses import dataclass

from frontdesk.protocol.ids import DAY, ClientId, Micros, NetworkId
from frontdesk.protocol.records import Role

MAX_DAYS = 3_650
MAX_APPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRules:
    """The rules of one network; without any, whatever the service allows is allowed. `version` counts changes."""

    network_id: NetworkId
    version: int = 0
    apps: tuple[ClientId, ...] | None = None  # None: any app
    administrators_only: bool = False
    connection_days: int | None = None  # None: connections do not end by themselves
    read_only_first: bool = False  # what is connected only reads until an owner lets it write
    owner_passkey: bool = False  # the owner's pages ask for a sign-in by passkey


def lets_connect(rules: NetworkRules | None, client_id: ClientId, role: Role) -> bool:
    """Whether somebody of this role may connect this app."""
    if rules is None:
        return True
    if rules.apps is not None and client_id not in rules.apps:
        return False
    return not rules.administrators_only or role in (Role.OWNER, Role.ADMINISTRATOR)


def born_too_early(days: int, *, now: Micros) -> Micros:
    """A connection made at this time or before is over."""
    return Micros(now - days * DAY)
