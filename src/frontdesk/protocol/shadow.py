"""What would have been refused, counted, while nothing is enforced."""

from dataclasses import dataclass, field

from frontdesk.protocol.access import Operation
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import DAY, Micros

KEPT = 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowCount:
    """How often calls of one caller to one operation would have been refused for one reason, on one day.

    `caller` is an app's or a Basic pair's client id, empty where the credential was none of ours; `operation` is empty
    where the document has none. Without a reason it counts calls that are allowed, whoever made them.
    """

    day: int  # days since 1970 UTC
    caller: str
    operation: str
    reason: str
    first_at: Micros
    last_at: Micros
    calls: int
    example: str  # the id of the newest such call


@dataclass(slots=True, kw_only=True)
class Tally:
    """Calls that are counted together. `reason` is None for those that are allowed, whoever makes them."""

    authorization: bytes | None = field(repr=False)
    operations: tuple[Operation, ...]
    reason: Reason | None
    first_at: Micros
    last_at: Micros
    calls: int
    example: str


def day_of(at: Micros) -> int:
    """Days since 1970 UTC."""
    return at // DAY
