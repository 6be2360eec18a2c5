"""How often each client called each operation and with what, so that one can tell whom another policy would cut off.

A token counts with the scopes that it held in the network of the call: any policy decides by these.
"""

from dataclasses import dataclass
from typing import TypeAlias

from frontdesk.protocol.ids import DAY, Micros

Day: TypeAlias = int  # whole days since 1970-01-01 UTC

DAYS_KEPT = 30
WEEK = 7  # days that an owner is told of, today the last of them
ACCEPTED_FOR = 7 * DAY  # how long a policy that cuts clients off may be loaded, once somebody said so
MOST_SETS = 8  # of scopes, that calls of one client to one operation are told apart by on one day
OTHER_SETS = "*"  # all further ones together; no scope is called so in a document that compiles to anything


@dataclass(frozen=True, slots=True, kw_only=True)
class CallKind:
    """Calls that a policy decides alike.

    `scheme` is "basic", "oauth2" or "" (no credential, where none is needed); `client_id` an app's id, for a Basic pair
    its network's, which stays when the pair is regenerated; `operation` "GET /v1/rooms/{id}", its base before it;
    `scopes` separated by spaces, in the order of the alphabet.
    """

    scheme: str
    client_id: str
    operation: str
    scopes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCount:
    """How many calls of a kind there were, and when the last one was."""

    kind: CallKind
    calls: int
    last_at: Micros


def day_of(at: Micros) -> Day:
    """The day of a moment."""
    return at // DAY


def oldest_day(now: Micros) -> Day:
    """The first day that still counts: today is the last of thirty."""
    return day_of(now) - DAYS_KEPT + 1


def first_of_week(now: Micros) -> Day:
    """The first day that an owner is told of; earlier ones of single pairs are not kept."""
    return day_of(now) - WEEK + 1
