"""Who runs an installation in its console, and the link by which the first of them comes. ATTACKS AD-01."""

from dataclasses import dataclass, field

from frontdesk.protocol.ids import MINUTE, Digest, Micros
from frontdesk.protocol.records import User

SETUP_LIFETIME = 30 * MINUTE
SETUP_LINK = "fdsl_"  # what the value in a set-up link begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupLink:
    """The set-up link that was made last: it makes one person an operator, once, for thirty minutes."""

    digest: Digest = field(repr=False)
    expires_at: Micros

    def is_alive(self, now: Micros) -> bool:
        """Whether it still opens anything."""
        return now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed:
    """An operator, and since when."""

    user: User
    since: Micros
